/**
 * The records of a CSV: bytes as they come → cells, one record after the other.
 *
 * Takes bytes, gives the cells of each record with its line, or why it has none. Never holds more than
 * the bytes of the record that is not all there; what to do about a broken one is the caller's choice.
 */
import { Buffer } from 'node:buffer';
import { type CsvMarks, RowReader, type RowStatus } from '../formats/csv-row.ts';

const QUOTE = 0x22;
const BOM = Buffer.from('\ufeff');
/** No record is longer: an unclosed quote would take the rest of the file. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Why a record is none; for people. */
export class RecordFault {
  constructor(
    readonly message: string,
    readonly hint: string,
  ) {}
}

const QUOTE_HINT = 'put cells with quotes in quotes, and double each quote';
const CSV_PROBLEMS = {
  open: ['a quote is not closed', QUOTE_HINT],
  text: ['text follows a closing quote', QUOTE_HINT],
  stray: ['a quote stands within a cell that does not begin with one', QUOTE_HINT],
  long: ['a row is longer than 64 MiB', 'close the quote that is left open, or leave the row out'],
} as const;

/** The records of a CSV, of bytes as they come. */
export class CsvRecords {
  readonly #reader: RowReader;
  readonly #newline: number;
  #held: Buffer = Buffer.alloc(0);
  #at = 0;
  #pieces: Buffer[] = [];
  /** Bytes that are not read yet, and how many there have to be until it is tried again. */
  #left = 0;
  #enough = BOM.length;
  #isFirst = true;
  #isFinal = false;
  /** Of the record that `next` gave, from 1. */
  line = 1;
  #nextLine = 1;

  constructor(marks: CsvMarks) {
    this.#reader = new RowReader(marks);
    this.#newline = marks.newline;
  }

  /** Takes more bytes; null: there are no more. */
  add(piece: Buffer | null): void {
    if (piece === null) this.#isFinal = true;
    else this.#pieces.push(piece);
    this.#left += piece?.length ?? 0;
  }

  /** Makes one buffer of what is left and what came since. */
  #join(): void {
    const [first] = this.#pieces;
    if (first === undefined) return;
    const rest = this.#held.subarray(this.#at);
    const isAll = rest.length === 0 && this.#pieces.length === 1;
    this.#held = isAll ? first : Buffer.concat([rest, ...this.#pieces]);
    this.#at = 0;
    this.#pieces = [];
    if (this.#isFirst && this.#held.subarray(0, BOM.length).equals(BOM)) this.#skip(BOM.length);
    this.#isFirst = false;
  }

  #skip(to: number): void {
    this.#left -= to - this.#at;
    this.#at = to;
  }

  /** The cells of the next record, or why it has none; null: it is not all there. */
  next(): string[] | RecordFault | null {
    if (!this.#isFinal && this.#left < this.#enough) return null;
    this.#join();
    while (this.#at < this.#held.length) {
      const status = this.#reader.read(this.#held, this.#at, this.#isFinal);
      if (status === 'more' && this.#mayWait()) return null;
      this.line = this.#nextLine;
      const problem = this.#problemOf(status);
      if (problem !== null) return this.#passOver(problem);
      this.#nextLine += this.#reader.lines;
      // An empty cell in quotes is a row; a line without anything is none.
      const isQuoted = this.#held[this.#at] === QUOTE;
      this.#skip(this.#reader.end);
      this.#enough = 0;
      if (isQuoted || !this.#reader.isBlank) return this.#reader.cells;
    }
    return null;
  }

  #mayWait(): boolean {
    if (this.#left > MAX_RECORD_BYTES) return false;
    this.#enough = this.#left * 2;
    return true;
  }

  #problemOf(status: RowStatus): keyof typeof CSV_PROBLEMS | null {
    if (status === 'more') return 'long';
    if (status === 'row') return this.#reader.hasStrayQuote ? 'stray' : null;
    // Were there more bytes, an open quote could still be closed.
    return this.#reader.read(this.#held, this.#at, false) === 'more' ? 'open' : 'text';
  }

  /** Goes on after the record; where it ends nobody knows, after its first line. */
  #passOver(problem: keyof typeof CSV_PROBLEMS): RecordFault {
    if (problem === 'stray') {
      this.#nextLine += this.#reader.lines;
      this.#skip(this.#reader.end);
    } else {
      const end = this.#held.indexOf(this.#newline, this.#at);
      this.#nextLine++;
      this.#skip(end < 0 ? this.#held.length : end + 1);
    }
    this.#enough = 0;
    const [message, hint] = CSV_PROBLEMS[problem];
    return new RecordFault(message, hint);
  }
}
