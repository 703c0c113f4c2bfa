/**
 * The savings of the terminal report: from what was paid, lever by lever, to what would be left.
 *
 * Takes the report, gives a table. Never rounds a saving up, never adds levers that were not
 * replayed on each other's remainder.
 */
import { displayUsd, shareBp } from '../domain/money.ts';
import { type GridColumn, type GridRow, renderGrid } from './grid.ts';
import type { AuditReport, LeverRow, MoveRow, SkippedRow } from './model.ts';
import { amountOf, displayAmount, displayCount, displayOf, displayShare } from './numbers.ts';
import { type Page, paragraph, section } from './page.ts';
import { escapeUnsafe } from './text.ts';

const MOVES_SHOWN = 5;
/** The finding whose amount looks like that of a cache. */
const REPEATED = 'repeated_calls';

/** The waterfall, the sum by certainty, what was skipped and how large the sample is. */
export function renderSavings(report: AuditReport, page: Page): string {
  const { savings } = report;
  const title = `What could be saved, replayed in time order (policy: ${escapeUnsafe(savings.policy)})`;
  const grid = renderGrid(
    [
      { title: 'lever', shrinks: true },
      { title: 'calls', align: 'right', optional: true },
      { title: 'sure', align: 'right', optional: true },
      { title: 'likely', align: 'right', optional: true },
      { title: 'needs a test', align: 'right', optional: true },
      { title: 'then left', align: 'right' },
    ],
    waterfall(savings, page),
    page,
  );
  const notes = [...findingNotes(report), ...savings.skipped.map(skippedText)];
  return section(page, title, [
    grid,
    page.style.green(paragraph(page, sumText(savings))),
    ...notes.map((note) => page.style.dim(paragraph(page, note))),
    page.style.dim(paragraph(page, sampleText(savings))),
    ...savings.levers.flatMap((lever) => moves(lever, page)),
    ...(page.explain ? methods(savings.levers, page) : []),
  ]);
}

function waterfall(savings: AuditReport['savings'], { style }: Page): GridRow[] {
  let left: bigint = amountOf(savings.baseline_usd);
  const rows: GridRow[] = [{ cells: ['as paid', '', '', '', '', displayUsd(left)] }];
  for (const lever of savings.levers) {
    left -= amountOf(lever.saved_usd);
    rows.push({
      cells: [
        escapeUnsafe(lever.lever),
        displayCount(lever.calls),
        saved(lever.sure_usd),
        saved(lever.likely_usd),
        saved(lever.needs_test_usd),
        displayUsd(left),
      ],
    });
  }
  const { sure_usd, likely_usd, needs_test_usd } = savings.by_certainty;
  const sums = [saved(sure_usd), saved(likely_usd), saved(needs_test_usd)];
  return [
    ...rows,
    { cells: ['in all', '', ...sums, displayAmount(savings.after_usd)], style: style.bold },
  ];
}

/** Why a lever's amount is not that of the finding it looks like, where that finding is shown. */
function findingNotes({ savings, findings }: AuditReport): string[] {
  if (!findings.some(({ id, calls }) => id === REPEATED && calls > 0)) return [];
  return savings.levers.flatMap(({ lever, note }) =>
    note === null ? [] : [`${escapeUnsafe(lever)}: ${escapeUnsafe(note)}`],
  );
}

function skippedText({ lever, calls, reason }: SkippedRow): string {
  return `${escapeUnsafe(lever)} left out ${displayOf(calls, 'call')}: ${escapeUnsafe(reason)}`;
}

/** The largest moves from model to model, the others summed into one row. */
function moves({ lever, moves }: LeverRow, page: Page): string[] {
  if (moves.length === 0) return [];
  const rest = moves.length > MOVES_SHOWN + 1 ? moves.slice(MOVES_SHOWN) : [];
  const shown = moves.slice(0, moves.length - rest.length);
  const rows = shown.map((move) => ({
    cells: moveCells(`${escapeUnsafe(move.from)} → ${escapeUnsafe(move.to)}`, [move]),
  }));
  const others = {
    cells: moveCells(`${displayCount(rest.length)} more`, rest),
    style: page.style.dim,
  };
  const columns: GridColumn[] = [
    { title: `${escapeUnsafe(lever)}, from → to`, shrinks: true, isName: true },
    { title: 'calls', align: 'right' },
    { title: 'saved', align: 'right' },
  ];
  return ['', renderGrid(columns, rest.length === 0 ? rows : [...rows, others], page)];
}

function moveCells(name: string, moves: readonly MoveRow[]): string[] {
  const calls = moves.reduce((sum, move) => sum + move.calls, 0);
  const amount = moves.reduce((sum, move) => sum + amountOf(move.saved_usd), 0n);
  return [name, displayCount(calls), displayUsd(amount, 'down')];
}

function saved(text: string): string {
  return text === '0' ? '-' : displayAmount(text, 'down');
}

function sumText({ saved_usd, baseline_usd, by_certainty }: AuditReport['savings']): string {
  const whole = amountOf(saved_usd);
  if (whole <= 0n) return 'these levers would have saved nothing';
  const share = shareBp(whole, amountOf(baseline_usd)) / 10_000;
  const parts = [
    `${displayAmount(by_certainty.sure_usd, 'down')} sure`,
    `${displayAmount(by_certainty.likely_usd, 'down')} likely`,
    `${displayAmount(by_certainty.needs_test_usd, 'down')} needs a test`,
  ];
  return `saves ${displayAmount(saved_usd, 'down')} (${displayShare(share)}): ${parts.join(', ')}; estimated`;
}

function sampleText({ sample }: AuditReport['savings']): string {
  return `from ${displayOf(sample.priced_calls, 'priced call')} over ${displayOf(sample.days, 'day')}`;
}

function methods(levers: readonly LeverRow[], page: Page): string[] {
  return levers.flatMap((lever) => [
    '',
    page.style.cyan(`  ${escapeUnsafe(lever.lever)}`),
    paragraph(page, escapeUnsafe(lever.method)),
  ]);
}
