/**
 * A table for a terminal: a header, a rule, rows, no borders.
 *
 * Takes texts that are already safe (escapeUnsafe) and unstyled, gives lines indented by two. Never
 * wider than asked where shrinking flexible columns or leaving out optional ones can help; never more
 * than MAX_ROWS rows.
 */
import Table from 'cli-table3';
import type { Style } from './style.ts';
import { fitText, textWidth } from './text.ts';

/** cli-table3 takes quadratic time: 200 rows are 80 ms, 5,000 are 5 s. */
export const MAX_ROWS = 200;

export interface GridColumn {
  readonly title: string;
  /** Numbers go right; the default is left. */
  readonly align?: 'left' | 'right';
  /** May be cut with `…` when the terminal is narrow; never below 8 columns or a short title. */
  readonly shrinks?: boolean;
  /** Left out where the table does not fit otherwise; the last of these first. */
  readonly optional?: boolean;
}

export interface GridRow {
  readonly cells: readonly string[];
  /** Applied to every cell after cutting. */
  readonly style?: (text: string) => string;
}

const INDENT = '  ';
const SPACING = 2;
/** A longer title may be cut with its column. */
const MAX_KEPT_TITLE = 12;
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
  const widths = columnWidths(columns, rows, page.width - INDENT.length);
  const spare = columns.findLastIndex(({ optional }) => optional === true);
  if (spare !== -1 && widthOf(widths) > page.width - INDENT.length) {
    const kept = rows.map((row) => ({ ...row, cells: row.cells.toSpliced(spare, 1) }));
    return renderGrid(columns.toSpliced(spare, 1), kept, page);
  }
  const table = new Table({
    head: columns.map((column, index) =>
      page.style.bold(fitText(column.title, widths[index] ?? 0)),
    ),
    chars: NO_BORDERS,
    colAligns: columns.map((column) => column.align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const row of rows) {
    const paint = row.style ?? ((text: string) => text);
    table.push(row.cells.map((cell, index) => paint(fitText(cell, widths[index] ?? 0))));
  }
  const lines = table.toString().split('\n');
  return lines.map((line) => `${INDENT}${line}`.trimEnd()).join('\n');
}

/** The width each column needs, flexible ones shrunk as far as it takes and they can. */
function columnWidths(
  columns: readonly GridColumn[],
  rows: readonly GridRow[],
  available: number,
): number[] {
  const widths = columns.map((column, index) =>
    rows.reduce(
      (most, row) => Math.max(most, textWidth(row.cells[index] ?? '')),
      textWidth(column.title),
    ),
  );
  for (let excess = widthOf(widths) - available; excess > 0; excess--) {
    const widest = widestFlexible(columns, widths);
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function widthOf(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each + SPACING, -SPACING);
}

function widestFlexible(columns: readonly GridColumn[], widths: readonly number[]): number {
  let widest = -1;
  columns.forEach((column, index) => {
    const own = widths[index] ?? 0;
    if (
      column.shrinks !== true ||
      own <= Math.max(8, Math.min(textWidth(column.title), MAX_KEPT_TITLE))
    )
      return;
    if (widest === -1 || own > (widths[widest] ?? 0)) widest = index;
  });
  return widest;
}
