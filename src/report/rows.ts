/**
 * Rows of one kind in any format: what the small commands (`rejects`, `prices`, `classify`) print.
 *
 * Takes rows and their columns, gives text ending in a line break. Never prints text from a log raw
 * on a terminal, and never cuts a row off without saying so.
 */
import { type Cell, formatCsv } from './csv.ts';
import type { TextOptions } from './format.ts';
import { MAX_ROWS, renderGrid } from './grid.ts';
import { displayCount } from './numbers.ts';
import { styles } from './style.ts';
import { escapeUnsafe } from './text.ts';

export interface Column<Row> {
  /** The name in CSV and JSON: snake_case. */
  readonly key: string;
  /** The heading in a table. */
  readonly title: string;
  /** `right` is for numbers; left-aligned columns may be cut to the terminal's width. */
  readonly align?: 'left' | 'right';
  /** The exact value, for CSV and JSON; null is an empty cell. */
  value(row: Row): Cell;
  /** The text in a table, where it differs from the value. */
  display?(row: Row): string;
}

/** Renders rows: a table (its first 200 rows), CSV, a JSON array, or one JSON object a line. */
export function renderRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TextOptions,
): string {
  switch (options.format) {
    case 'table':
      return rowsTable(rows, columns, options);
    case 'csv':
      return formatCsv(
        columns.map((column) => column.key),
        rows.map((row) => columns.map((column) => column.value(row))),
        options,
      );
    case 'json':
      return `${JSON.stringify(
        rows.map((row) => asObject(row, columns)),
        null,
        2,
      )}\n`;
    case 'ndjson':
      return rows.map((row) => `${JSON.stringify(asObject(row, columns))}\n`).join('');
  }
}

function asObject<Row>(row: Row, columns: readonly Column<Row>[]): Record<string, Cell> {
  return Object.fromEntries(columns.map((column) => [column.key, column.value(row)]));
}

function rowsTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  options: TextOptions,
): string {
  const grid = renderGrid(
    columns.map(({ title, align = 'left' }) => ({ title, align, shrinks: align === 'left' })),
    rows
      .slice(0, MAX_ROWS)
      .map((row) => ({ cells: columns.map((column) => cellText(row, column)) })),
    { width: options.width, style: styles(options.colour) },
  );
  const hidden = rows.length - MAX_ROWS;
  const note =
    hidden > 0 ? `  … ${displayCount(hidden)} more rows: --csv or --json shows all\n` : '';
  return `${grid}\n${note}`;
}

function cellText<Row>(row: Row, column: Column<Row>): string {
  if (column.display !== undefined) return escapeUnsafe(column.display(row));
  const value = column.value(row);
  return value === null ? '' : escapeUnsafe(String(value));
}
