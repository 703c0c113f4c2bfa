/**
 * CSV as RFC 4180 has it (CRLF, quotes doubled), safe to open in a spreadsheet.
 *
 * Takes a header and rows of cells, gives the text. Never lets a cell from a log run as a formula:
 * text starting with = + - @ tab or a line break gets a leading apostrophe; numbers are left alone.
 */
import { stringify } from 'csv-stringify/sync';
import type { CsvOptions } from './format.ts';

export type Cell = string | number | null;

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
/** What may have to be escaped or kept from being a formula. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject
const UNUSUAL = /^[=+\-@＝＋－＠]|[\u0000-\u001f\u007f-\u009f]/;

/** Writes a header line and one line per row. */
export function formatCsv(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: CsvOptions,
): string {
  return recordsOf([header, ...rows], options);
}

/** Writes further rows, to stand below what `formatCsv` gave. */
export function formatCsvRows(
  rows: readonly (readonly Cell[])[],
  { delimiter }: CsvOptions,
): string {
  return rows.length === 0 ? '' : recordsOf(rows, { delimiter, bom: false });
}

function recordsOf(rows: readonly (readonly Cell[])[], { bom, delimiter }: CsvOptions): string {
  const records = rows.map((row) => row.map(safeCell));
  // By itself it quotes for a whole CRLF only: a lone LF or CR would break the row.
  return stringify(records, { bom, delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}

/** Of a million rows, nearly all cells are written as they are: one look tells. */
function safeCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  if (!UNUSUAL.test(cell)) return cell;
  const text = cell.replace(CONTROL, escapeControl);
  return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

function escapeControl(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
