/**
 * CSV rows: bytes → the cells of one row, after RFC 4180.
 *
 * Takes bytes and where a row starts; gives its cells, where it ends and how many lines it takes.
 * Never goes beyond a quote that is in the wrong place: what follows is for the caller to find.
 *
 * csv-parse reads small tables of aicost. Logs and batches need what it cannot give: to go on behind
 * an unclosed quote, to bound a row, the bytes and the line where each row begins, and speed. Where
 * both can read a table, a test holds this to csv-parse.
 */
import type { Buffer } from 'node:buffer';

const QUOTE = 0x22;
const RETURN = 0x0d;

/** No end of a cell: the bytes end within quotes. */
const UNCLOSED = -1;
/** No end of a cell: text follows its closing quote. */
const BAD = -2;

/** What stands between cells and between rows, as bytes. */
export interface CsvMarks {
  readonly delimiter: number;
  readonly newline: number;
}

/**
 * `row`: whole; `more`: it goes on beyond the bytes; `broken`: text follows a closing quote, or the
 * bytes end within quotes.
 */
export type RowStatus = 'row' | 'more' | 'broken';

/** Reads rows; what it holds is of the last one read. */
export class RowReader {
  cells: string[] = [];
  /** After the row and its line break. */
  end = 0;
  /** Whether the row has a line break, and is not just the end of the log. */
  isEnded = false;
  /** Line breaks in the row, its own included. */
  lines = 0;
  /** Whether a quote stands within a cell that does not begin with one. */
  hasStrayQuote = false;

  constructor(private readonly marks: CsvMarks) {}

  /** Whether the row is a blank line. */
  get isBlank(): boolean {
    return this.cells.length === 1 && this.cells[0] === '' && !this.hasStrayQuote;
  }

  /** Reads a row; `isFinal` says that no bytes will follow these. */
  read(bytes: Buffer, start: number, isFinal: boolean): RowStatus {
    this.cells = [];
    this.lines = 0;
    this.hasStrayQuote = false;
    for (let at = start; ; at++) {
      at = bytes[at] === QUOTE ? this.#quotedEnd(bytes, at, isFinal) : this.#plainEnd(bytes, at);
      if (at === UNCLOSED) return isFinal ? 'broken' : 'more';
      if (at === BAD) return 'broken';
      if (at >= bytes.length && !isFinal) return 'more';
      if (bytes[at] !== this.marks.delimiter) return this.#finish(bytes, at);
    }
  }

  #finish(bytes: Buffer, at: number): 'row' {
    this.isEnded = at < bytes.length;
    if (this.isEnded) this.lines++;
    this.end = Math.min(at + 1, bytes.length);
    return 'row';
  }

  /** The mark after a cell without quotes. */
  #plainEnd(bytes: Buffer, from: number): number {
    const { delimiter, newline } = this.marks;
    let at = from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === delimiter || byte === newline) break;
      if (byte === QUOTE) this.hasStrayQuote = true;
    }
    const endsLine = bytes[at] !== delimiter;
    const end = endsLine && at > from && bytes[at - 1] === RETURN ? at - 1 : at;
    this.cells.push(bytes.toString('utf8', from, end));
    return at;
  }

  /** The mark after a cell in quotes; UNCLOSED where the bytes end first, BAD if text follows it. */
  #quotedEnd(bytes: Buffer, from: number, isFinal: boolean): number {
    let hasQuotes = false;
    let quote = bytes.indexOf(QUOTE, from + 1);
    while (quote >= 0 && bytes[quote + 1] === QUOTE) {
      hasQuotes = true;
      quote = bytes.indexOf(QUOTE, quote + 2);
    }
    // At the end of the bytes, the quote may be the first of two.
    if (quote < 0 || (quote + 1 >= bytes.length && !isFinal)) return UNCLOSED;
    const text = bytes.toString('utf8', from + 1, quote);
    this.cells.push(hasQuotes ? text.replaceAll('""', '"') : text);
    this.#countLines(bytes.subarray(from, quote));
    return this.#markAfter(bytes, quote + 1, isFinal);
  }

  #markAfter(bytes: Buffer, at: number, isFinal: boolean): number {
    const { delimiter, newline } = this.marks;
    const byte = bytes[at];
    if (byte === undefined || byte === delimiter || byte === newline) return at;
    const next = bytes[at + 1];
    if (byte !== RETURN || (next !== undefined && next !== newline)) return BAD;
    return next === undefined && !isFinal ? UNCLOSED : at + 1;
  }

  #countLines(cell: Buffer): void {
    let at = cell.indexOf(this.marks.newline);
    while (at >= 0) {
      this.lines++;
      at = cell.indexOf(this.marks.newline, at + 1);
    }
  }
}
