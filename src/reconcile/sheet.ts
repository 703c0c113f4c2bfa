/**
 * A sheet: an invoice's rows as named cells of text, whether they stood in CSV or JSON.
 *
 * Takes the text of a file, gives cells with the line they stand on. Never turns a number into a
 * float: an amount is kept as it is written.
 */
import { readCsvTable } from '../pricing/csv-table.ts';
import { type JsonNode, parseJsonLines } from './json-lines.ts';
import { invoiceError } from './refuse.ts';

/** One row: cells by lower-case name; a nested JSON field is `outer.inner`, null is empty. */
export interface SheetRow {
  readonly line: number;
  readonly cells: ReadonlyMap<string, string>;
}

/** The rows of one file. */
export interface Sheet {
  readonly file: string;
  /** Every name of a cell, in the order in which it is first seen. */
  readonly columns: readonly string[];
  readonly rows: readonly SheetRow[];
  /** Time buckets without a row: nothing was billed in them. */
  readonly empty: readonly SheetRow[];
  /** The file says that there are further pages. */
  readonly hasMore: boolean;
}

/** Reads CSV or, when it begins with `{` or `[`, JSON. Throws UserError naming file and line. */
export function readSheet(file: string, text: string): Sheet {
  const bare = text.replace(/^\ufeff/, '');
  if (bare.trim() === '') throw invoiceError(`${file} is empty`, 'export the invoice again');
  if (bare.includes('\u0000')) {
    throw invoiceError(`${file} is not a text in UTF-8`, 'save it as CSV or JSON in UTF-8');
  }
  return /^\s*[{[]/.test(bare) ? jsonSheet(file, bare) : csvSheet(file, bare);
}

function csvSheet(file: string, text: string): Sheet {
  const table = readCsvTable(text, { file, hasComments: false, fail: invoiceError });
  return { file, ...table, empty: [], hasMore: false };
}

function jsonSheet(file: string, text: string): Sheet {
  const root = parseJsonLines(file, text);
  const data =
    root.kind === 'array' ? root : root.kind === 'object' ? root.fields.get('data') : null;
  if (data?.kind !== 'array') {
    const keys = root.kind === 'object' ? [...root.fields.keys()].slice(0, 5).join(', ') : '';
    throw invoiceError(
      `${file} line ${root.line} has no list 'data'; its first keys are: ${keys || 'none'}`,
      'save the answer of the usage or cost API as it came',
    );
  }
  const rows: SheetRow[] = [];
  const empty: SheetRow[] = [];
  for (const item of data.items) {
    const cells = flat(item, file);
    const results = item.kind === 'object' ? item.fields.get('results') : undefined;
    if (results?.kind !== 'array') rows.push({ line: item.line, cells });
    else if (results.items.length === 0) empty.push({ line: item.line, cells });
    else {
      for (const result of results.items) {
        rows.push({ line: result.line, cells: new Map([...cells, ...flat(result, file)]) });
      }
    }
  }
  const columns = [...new Set([...rows, ...empty].flatMap(({ cells }) => [...cells.keys()]))];
  const more = root.kind === 'object' ? root.fields.get('has_more') : undefined;
  const hasMore = more?.kind === 'value' && more.text === 'true';
  return { file, columns, rows, empty, hasMore };
}

function flat(node: JsonNode, file: string): Map<string, string> {
  if (node.kind !== 'object') {
    throw invoiceError(`${file} line ${node.line} is not an object`, 'each row is a JSON object');
  }
  const cells = new Map<string, string>();
  for (const [name, value] of node.fields) {
    if (value.kind === 'value') cells.set(name, value.text.trim());
    if (value.kind !== 'object') continue;
    for (const [inner, deep] of value.fields) {
      if (deep.kind === 'value') cells.set(`${name}.${inner}`, deep.text.trim());
    }
  }
  return cells;
}
