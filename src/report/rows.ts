/**
 * Rows of one kind in any format: what the small commands (`rejects`, `prices`, `classify`) print.
 *
 * Takes rows and their columns, gives text ending in a line break. Never prints text from a log raw
 * on a terminal, and never cuts a row off without saying so.
 */
import { type Cell, formatCsv, formatCsvRows } from './csv.ts';
import type { TextOptions } from './format.ts';
import { MAX_ROWS, renderGrid } from './grid.ts';
import { ndjsonText } from './json-text.ts';
import { displayOf } from './numbers.ts';
import { styles } from './style.ts';
import { escapeUnsafe } from './text.ts';

export interface Column<Row> {
  /** The name in CSV and JSON: snake_case. */
  readonly key: string;
  /** The heading in a table. */
  readonly title: string;
  /** `right` is for numbers; left-aligned columns may be cut to the terminal's width. */
  readonly align?: 'left' | 'right';
  /** Holds names: where they are cut, those that differ still do. */
  readonly isName?: boolean;
  /** Holds paths: they are cut at their beginning. */
  readonly isPath?: boolean;
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
  return [...renderRowPages([rows], columns, options)].join('');
}

/**
 * Renders rows that come in pages, a piece of text for each page and never more than one page in
 * memory; a piece may be empty. Put together, the pieces are what `renderRows` gives.
 */
export function renderRowPages<Row>(
  pages: Iterable<readonly Row[]>,
  columns: readonly Column<Row>[],
  options: TextOptions,
): Generator<string> {
  switch (options.format) {
    case 'table':
      return tablePieces(pages, columns, options);
    case 'csv':
      return csvPieces(pages, columns, options);
    case 'json':
      return jsonPieces(pages, columns);
    case 'ndjson':
      return ndjsonPieces(pages, columns);
  }
}

/** Renders rows that come in pages, one after the other, as they come. */
export async function* renderRowStream<Row>(
  pages: AsyncIterable<readonly Row[]>,
  columns: readonly Column<Row>[],
  options: TextOptions,
): AsyncGenerator<string> {
  let waiting: readonly Row[] | null = null;
  let isOver = false;
  function* taken(): Generator<readonly Row[]> {
    while (!isOver) {
      const page: readonly Row[] = waiting ?? [];
      waiting = null;
      yield page;
    }
  }
  const pieces = renderRowPages(taken(), columns, options);
  for await (const page of pages) {
    waiting = page;
    // A heading comes before the first page is asked for.
    while (waiting !== null) {
      const { value } = pieces.next();
      yield value ?? '';
    }
  }
  isOver = true;
  yield* pieces;
}

function* csvPieces<Row>(
  pages: Iterable<readonly Row[]>,
  columns: readonly Column<Row>[],
  options: TextOptions,
): Generator<string> {
  const header = columns.map((column) => column.key);
  yield formatCsv(header, [], options);
  for (const page of pages) {
    const cells = page.map((row) => columns.map((column) => column.value(row)));
    yield formatCsvRows(cells, options);
  }
}

function* jsonPieces<Row>(
  pages: Iterable<readonly Row[]>,
  columns: readonly Column<Row>[],
): Generator<string> {
  let before = '[\n';
  for (const page of pages) {
    let piece = '';
    for (const row of page) {
      // A line break inside a text is escaped, so these are the breaks between the members.
      const text = JSON.stringify(asObject(row, columns), null, 2).replaceAll('\n', '\n  ');
      piece += `${before}  ${text}`;
      before = ',\n';
    }
    yield piece;
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

function* ndjsonPieces<Row>(
  pages: Iterable<readonly Row[]>,
  columns: readonly Column<Row>[],
): Generator<string> {
  for (const page of pages) {
    yield ndjsonText(page.map((row) => asObject(row, columns)));
  }
}

/** Rows beyond the table are counted, not kept. */
function* tablePieces<Row>(
  pages: Iterable<readonly Row[]>,
  columns: readonly Column<Row>[],
  options: TextOptions,
): Generator<string> {
  const shown: Row[] = [];
  let seen = 0;
  for (const page of pages) {
    shown.push(...page.slice(0, MAX_ROWS - shown.length));
    seen += page.length;
    yield '';
  }
  yield rowsTable(shown, seen - shown.length, { columns, options });
}

function asObject<Row>(row: Row, columns: readonly Column<Row>[]): Record<string, Cell> {
  return Object.fromEntries(columns.map((column) => [column.key, column.value(row)]));
}

function rowsTable<Row>(
  rows: readonly Row[],
  hidden: number,
  { columns, options }: { columns: readonly Column<Row>[]; options: TextOptions },
): string {
  const grid = renderGrid(
    columns.map(({ title, align = 'left', isName = false, isPath = false }) => {
      return { title, align, isName, isPath, shrinks: align === 'left' };
    }),
    rows.map((row) => ({ cells: columns.map((column) => cellText(row, column)) })),
    { width: options.width, style: styles(options.colour) },
  );
  const note =
    hidden > 0 ? `  … ${displayOf(hidden, 'more row')}: --csv or --json shows all\n` : '';
  return `${grid}\n${note}`;
}

/** The text of a row in a column, safe to print. */
export function cellText<Row>(row: Row, column: Column<Row>): string {
  if (column.display !== undefined) return escapeUnsafe(column.display(row));
  const value = column.value(row);
  return value === null ? '' : escapeUnsafe(String(value));
}
