/**
 * A reconciliation on a terminal.
 *
 * Takes the report and a page, gives the text. Never a part without its basis, never a rest hidden.
 */
import { type GridRow, MAX_ROWS, renderGrid } from './grid.ts';
import { amountOf, displayAmount, displayCount, displayOf, displayShare } from './numbers.ts';
import { type Page, paragraph, section } from './page.ts';
import type { PartRow, ReconcilePart, ReconcileReport, ReconcileRow } from './reconcile-model.ts';
import { openTexts, unexplainedText } from './reconcile-verdict.ts';
import { escapeUnsafe } from './text.ts';

const TITLES: Readonly<Record<ReconcilePart, string>> = {
  unpriced: 'unpriced calls',
  not_in_log: 'calls not in the log',
  not_on_invoice: 'calls not on the invoice',
  tier: 'service tier',
  region: 'region',
  rounding: 'rounding',
  credits: 'credits',
  other_charges: 'charges without a model',
};
const NAMELESS = '(all models)';

/** The whole reconciliation. */
export function renderReconcileTable(report: ReconcileReport, page: Page): string {
  const parts = [head(report, page), partsTable(report, page), rowsTable(report, page)];
  const notes = section(
    page,
    'Notes',
    notesOf(report).map((text) => paragraph(page, text)),
  );
  return `${[...parts, notes].filter((part) => part !== '').join('\n\n')}\n`;
}

function head({ totals, period, invoices, prices }: ReconcileReport, page: Page): string {
  const share =
    totals.difference_share === null
      ? ''
      : ` (${totals.difference_share < 0 ? '-' : ''}${displayShare(Math.abs(totals.difference_share))})`;
  const headline =
    `invoice ${displayAmount(totals.invoice_usd)}, log ${displayAmount(totals.log_usd)}: ` +
    `difference ${displayAmount(totals.difference_usd)}${share}`;
  const days = `${period.from} to ${period.to} (${period.timezone})`;
  const estimated =
    totals.invoice_basis === 'estimated' ? '; it has no amounts: its tokens were priced' : '';
  const gaps = unpricedText(totals.unpriced_calls);
  const age = prices.age_days === null ? '' : `, ${displayOf(prices.age_days, 'day')} old`;
  return [
    `${page.style.bold(headline)}${page.style.dim(`  ${days}`)}`,
    ...invoices.map(({ path, shape, rows }) =>
      paragraph(
        page,
        `invoice: ${escapeUnsafe(path)} (${shape}, ${displayOf(rows, 'row')}${estimated})`,
      ),
    ),
    paragraph(
      page,
      `log: ${displayOf(totals.calls, 'call')}${gaps}, ` +
        `at ${prices.table} ${prices.version}${age}`,
    ),
  ].join('\n');
}

function unpricedText(calls: number): string {
  return calls === 0 ? '' : `, ${displayCount(calls)} unpriced`;
}

function partsTable({ parts, totals, tolerance }: ReconcileReport, page: Page): string {
  const right = 'right' as const;
  const rest: GridRow = {
    cells: ['rest, not explained', displayAmount(totals.rest_usd), '', '', '', ''],
    style: page.style.bold,
  };
  const grid = renderGrid(
    [
      { title: 'part', shrinks: true },
      { title: 'amount', align: right },
      { title: 'at least', align: right },
      { title: 'at most', align: right },
      { title: 'calls', align: right },
      { title: 'basis' },
    ],
    [...parts.map(partCells), rest],
    page,
  );
  return section(page, 'What explains the difference', [grid, ...gate(totals, tolerance, page)]);
}

function partCells(part: PartRow): GridRow {
  return {
    cells: [
      TITLES[part.part],
      displayAmount(part.amount_usd),
      displayAmount(part.low_usd),
      displayAmount(part.high_usd),
      part.calls === null ? '' : displayCount(part.calls),
      part.basis,
    ],
  };
}

function gate(
  totals: ReconcileReport['totals'],
  tolerance: ReconcileReport['tolerance'],
  page: Page,
): string[] {
  if (tolerance === null) {
    return openTexts(totals).map((text) =>
      paragraph(page, `${text}: nothing in the log accounts for it`),
    );
  }
  const verdict = tolerance.is_within ? 'within' : 'beyond';
  const text =
    `${verdict} the tolerance of ${tolerance.given} (${displayAmount(tolerance.limit_usd)}): ` +
    `${unexplainedText(totals)}; days and models added up without their signs`;
  const line = paragraph(page, text);
  return [tolerance.is_within ? line : page.style.red(line)];
}

function rowsTable({ rows }: ReconcileReport, page: Page): string {
  const differing = rows
    .filter((row) => row.difference_usd !== '0')
    .sort((a, b) => compareSizes(b.difference_usd, a.difference_usd));
  if (differing.length === 0) return '';
  const shown = differing.slice(0, Math.min(page.top, MAX_ROWS));
  const right = 'right' as const;
  const grid = renderGrid(
    [
      { title: 'day' },
      { title: 'model', shrinks: true, isName: true },
      ...['calls', 'invoice', 'log', 'difference', 'rest'].map((title) => ({
        title,
        align: right,
        optional: title === 'calls',
      })),
    ],
    shown.map(rowCells),
    page,
  );
  const hidden = differing.length - shown.length;
  const more = hidden > 0 ? [paragraph(page, `… ${displayCount(hidden)} more: see --csv`)] : [];
  return section(page, 'Days and models that differ, largest first', [grid, ...more]);
}

function rowCells(row: ReconcileRow): GridRow {
  return {
    cells: [
      row.day,
      row.model === null ? NAMELESS : escapeUnsafe(row.model),
      displayCount(row.calls),
      displayAmount(row.invoice_usd),
      row.calls > 0 && row.unpriced_calls === row.calls ? 'unpriced' : displayAmount(row.log_usd),
      displayAmount(row.difference_usd),
      displayAmount(row.rest_usd),
    ],
  };
}

function compareSizes(a: string, b: string): number {
  const [one, two] = [sizeOf(a), sizeOf(b)];
  return one < two ? -1 : one > two ? 1 : 0;
}

function sizeOf(text: string): bigint {
  const amount = amountOf(text);
  return amount < 0n ? -amount : amount;
}

function notesOf(report: ReconcileReport): string[] {
  const { left_out: left, notes, parts } = report;
  return [
    ...parts.map(({ part, method }) => `${TITLES[part]}: ${method}`),
    ...(left.other_provider_calls > 0
      ? [
          `left out: ${displayOf(left.other_provider_calls, 'call')} of other providers, ` +
            `${displayAmount(left.other_provider_usd)}${unpricedText(left.other_provider_unpriced_calls)}`,
        ]
      : []),
    ...(left.undated_calls > 0
      ? [`left out: ${displayOf(left.undated_calls, 'call')} without a time`]
      : []),
    ...(left.unpriced_invoice_rows > 0
      ? [`left out: ${displayOf(left.unpriced_invoice_rows, 'invoice row')} without a price`]
      : []),
    ...notes.map(escapeUnsafe),
  ];
}
