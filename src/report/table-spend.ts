/**
 * The spend tables of the terminal report.
 *
 * Takes the report, gives one table per grouping. Never shows a wholly unpriced row as $0.00.
 */
import { type GridColumn, type GridRow, MAX_ROWS, renderGrid } from './grid.ts';
import { type AuditReport, SPEND_KEYS, type SpendFigures, type SpendKey } from './model.ts';
import { displayAmount, displayCount, displayShare, displayTokens } from './numbers.ts';
import { type Page, paragraph, section } from './page.ts';
import { type SpendRow, spendRows, topRows } from './spend-rows.ts';
import { escapeUnsafe } from './text.ts';

const TITLES: Readonly<Record<SpendKey, string>> = {
  model: 'Spend by model',
  task: 'Spend by task (task estimated where the log has no tag)',
  day: 'Spend by day (UTC)',
  user: 'Spend by user',
  template: 'Spend by template (what prompts have in common)',
};
const NAMELESS: Readonly<Record<SpendKey, string>> = {
  model: '(no model)',
  task: '(no task)',
  day: '(no time)',
  user: '(nobody named)',
  template: '(no template)',
};

/** What a narrow terminal can do without. */
const OPTIONAL: ReadonlySet<string> = new Set(['input', 'cached', 'output']);

/** Every spend table, or the one asked for; a grouping with a single nameless group is left out. */
export function renderSpend(report: AuditReport, page: Page): string[] {
  const keys = page.by === null ? SPEND_KEYS : [page.by];
  return keys.map((key) => spendTable(report, key, page)).filter((table) => table !== '');
}

function spendTable(report: AuditReport, key: SpendKey, page: Page): string {
  const rows = spendRows(report, key);
  if (rows.length === 0) return '';
  if (page.by === null && rows.length === 1 && rows[0]?.key === null) return '';
  const { shown, rest } = topRows(rows, page.by === null ? page.top : MAX_ROWS - 2);
  const partly = shown.some(({ figures }) => isPartlyPriced(figures));
  const grid = renderGrid(
    columnsOf(key),
    [
      ...shown.map((row) => ({ cells: cellsOf(nameOf(row.key, key), row.figures, partly) })),
      ...restRow(rest, partly, page),
    ],
    page,
  );
  const note = partly ? [page.style.dim(paragraph(page, '* some calls unpriced: see Gaps'))] : [];
  return section(page, TITLES[key], [grid, ...note, ...exampleNotes(shown, page)]);
}

/** Where each row's first call stands. */
function exampleNotes(rows: readonly SpendRow[], page: Page): string[] {
  return rows.flatMap(({ key, example }) =>
    example == null
      ? []
      : [page.style.dim(paragraph(page, `${escapeUnsafe(key ?? '')}: ${escapeUnsafe(example)}`))],
  );
}

function columnsOf(key: SpendKey): GridColumn[] {
  return [
    { title: key, shrinks: true, isName: true },
    ...(['calls', 'input', 'cached', 'output', 'cost', 'share'] as const).map(
      (title): GridColumn => ({ title, align: 'right', optional: OPTIONAL.has(title) }),
    ),
  ];
}

function restRow(
  rest: ReturnType<typeof topRows>['rest'],
  partly: boolean,
  { style }: Page,
): GridRow[] {
  if (rest === null) return [];
  const name = `${displayCount(rest.rows)} more`;
  return [{ cells: cellsOf(name, rest.figures, partly), style: style.dim }];
}

function cellsOf(name: string, figures: SpendFigures, partly: boolean): string[] {
  return [
    name,
    displayCount(figures.calls),
    displayTokens(figures.input_tokens),
    displayTokens(figures.cached_input_tokens),
    displayTokens(figures.output_tokens),
    costText(figures, partly),
    shareText(figures),
  ];
}

function shareText(figures: SpendFigures): string {
  if (isUnpriced(figures)) return '-';
  return figures.share === 0 && figures.cost_usd !== '0' ? '<0.1 %' : displayShare(figures.share);
}

function costText(figures: SpendFigures, partly: boolean): string {
  if (isUnpriced(figures)) return 'unpriced';
  if (!partly) return displayAmount(figures.cost_usd);
  return `${displayAmount(figures.cost_usd)}${isPartlyPriced(figures) ? '*' : ' '}`;
}

function isUnpriced({ calls, unpriced_calls }: SpendFigures): boolean {
  return calls > 0 && unpriced_calls === calls;
}

function isPartlyPriced({ calls, unpriced_calls }: SpendFigures): boolean {
  return unpriced_calls > 0 && unpriced_calls < calls;
}

function nameOf(key: string | null, by: SpendKey): string {
  return key === null || key === '' ? NAMELESS[by] : escapeUnsafe(key);
}
