/**
 * A CSV table with a header, as people save it: the door for price files and invoices.
 *
 * Takes a file's text; gives column names in lower case and rows with the line each begins on. Never
 * gives a row that has more or fewer cells than the header, nor a column that is named twice.
 */
import { CsvError, parse } from 'csv-parse/sync';
import type { UserError } from '../errors.ts';

/** One row. */
export interface CsvRow {
  /** From 1; of a row with line breaks in its cells, the first. */
  readonly line: number;
  /** By column; columns without a name are left out. */
  readonly cells: ReadonlyMap<string, string>;
}

export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

export interface CsvTableOptions {
  /** Named in errors. */
  readonly file: string;
  /** Whether lines that begin with # are left out. */
  readonly hasComments: boolean;
  /** Makes the error of this kind of file. */
  readonly fail: (message: string, hint: string, cause?: unknown) => UserError;
}

type CsvRecord = { readonly record: string[]; readonly info: { readonly lines: number } };

/** Reads a table separated by commas, semicolons or tabs, whichever its first line has. */
export function readCsvTable(text: string, options: CsvTableOptions): CsvTable {
  const { file, fail } = options;
  const [first, ...others] = csvRecords(text, options);
  const columns = (first?.record ?? []).map((name) => name.toLowerCase());
  for (const [i, column] of columns.entries()) {
    if (column !== '' && columns.indexOf(column) !== i) {
      throw fail(`${file} line 1 has the column '${column}' twice`, 'remove one of them');
    }
  }
  const rows = others.map(({ record, info }) => {
    const line = info.lines - lineBreaks(record);
    if (record.length !== columns.length) {
      throw fail(
        `${file} line ${line} has ${record.length} cells and the header ${columns.length}`,
        'put quotes round a cell that holds the delimiter',
      );
    }
    return { line, cells: new Map(columns.map((column, i) => [column, record[i] ?? ''])) };
  });
  return { columns, rows };
}

function csvRecords(text: string, { file, hasComments, fail }: CsvTableOptions): CsvRecord[] {
  const header = text.trimStart().split('\n', 1)[0] ?? '';
  const delimiter = [',', ';', '\t'].find((mark) => header.includes(mark)) ?? ',';
  const common = { delimiter, info: true, trim: true, skip_empty_lines: true } as const;
  const options = { ...common, relax_column_count: true };
  const comments = hasComments ? { comment: '#', comment_no_infix: true } : {};
  try {
    return parse(text, { ...options, ...comments }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw fail(`${file} is not valid CSV: ${error.message}`, 'correct that line', error);
  }
}

function lineBreaks(record: readonly string[]): number {
  return record.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0);
}
