/**
 * A table for a terminal: a header, a rule, rows, no borders.
 *
 * Takes texts that are already safe (escapeUnsafe) and unstyled, gives lines indented by two. Never
 * wider than asked where shrinking the flexible columns can help; never more than MAX_ROWS rows.
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
  /** May be cut with `…` when the terminal is narrow; never below its title or 8 columns. */
  readonly shrinks?: boolean;
}

export interface GridRow {
  readonly cells: readonly string[];
  /** Applied to every cell after cutting. */
  readonly style?: (text: string) => string;
}

const INDENT = '  ';
const GAP = 2;
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
  middle: ' '.repeat(GAP),
};

/** Renders a table as lines without a final line break; the caller keeps to MAX_ROWS. */
export function renderGrid(
  columns: readonly GridColumn[],
  rows: readonly GridRow[],
  { width, style }: { readonly width: number; readonly style: Style },
): string {
  const widths = columnWidths(columns, rows, width - INDENT.length);
  const table = new Table({
    head: columns.map((column, index) => style.bold(fitText(column.title, widths[index] ?? 0))),
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

function columnWidths(
  columns: readonly GridColumn[],
  rows: readonly GridRow[],
  available: number,
): number[] {
  const widths = columns.map((column, index) =>
    rows.reduce(
      (most, row) => Math.max(most, textWidth(row.cells[index] ?? '')),
      column.title.length,
    ),
  );
  let excess = widths.reduce((sum, each) => sum + each + GAP, -GAP) - available;
  while (excess > 0) {
    const widest = widestFlexible(columns, widths);
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}

function widestFlexible(columns: readonly GridColumn[], widths: readonly number[]): number {
  let widest = -1;
  columns.forEach((column, index) => {
    const own = widths[index] ?? 0;
    if (column.shrinks !== true || own <= Math.max(8, column.title.length)) return;
    if (widest === -1 || own > (widths[widest] ?? 0)) widest = index;
  });
  return widest;
}
