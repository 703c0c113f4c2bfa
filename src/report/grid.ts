/**
 * A table for a terminal: a header, a rule, rows, no borders.
 *
 * Takes texts that are already safe (escapeUnsafe) and unstyled, gives lines indented by two. Never
 * wider than asked where shrinking flexible columns or leaving out optional ones can help, names that
 * differ apart; never more than MAX_ROWS rows.
 */
import Table from 'cli-table3';
import { cutTexts, type GridColumn, layOut, SPACING } from './grid-widths.ts';
import type { Style } from './style.ts';
import { fitText } from './text.ts';

export type { GridColumn } from './grid-widths.ts';

/** cli-table3 takes quadratic time: 200 rows are 80 ms, 5,000 are 5 s. */
export const MAX_ROWS = 200;

export interface GridRow {
  readonly cells: readonly string[];
  /** Applied to every cell after cutting. */
  readonly style?: (text: string) => string;
}

const INDENT = '  ';
const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '─',
  'mid-mid': '──',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(SPACING),
};

/** Renders a table as lines without a final line break; the caller keeps to MAX_ROWS. */
export function renderGrid(
  columns: readonly GridColumn[],
  rows: readonly GridRow[],
  page: { readonly width: number; readonly style: Style },
): string {
  const texts = columns.map((_, index) => rows.map(({ cells }) => cells[index] ?? ''));
  const { kept, widths } = layOut(columns, texts, page.width - INDENT.length);
  const cut = kept.map((index, at) =>
    cutTexts(columns[index] as GridColumn, texts[index] ?? [], widths[at] ?? 0),
  );
  const table = new Table({
    head: kept.map((index, at) =>
      page.style.bold(fitText(columns[index]?.title ?? '', widths[at] ?? 0)),
    ),
    chars: NO_BORDERS,
    colAligns: kept.map((index) => columns[index]?.align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  rows.forEach((row, line) => {
    const paint = row.style ?? ((text: string) => text);
    table.push(cut.map((column) => paint(column[line] ?? '')));
  });
  const lines = table.toString().split('\n');
  return lines.map((line) => `${INDENT}${line}`.trimEnd()).join('\n');
}
