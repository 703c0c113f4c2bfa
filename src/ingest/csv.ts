/**
 * CSV: rows under a header of any of the usual names → packed calls.
 *
 * Takes the chunks of a log and its delimiter; each row is read as a flat record, or as whatever the
 * JSON in its cells says. Never lets a row that cannot be read take those after it, nor holds one
 * beyond MAX_ROW_BYTES.
 */
import { Buffer } from 'node:buffer';
import { isRejected, type RejectReason } from '../domain/reject.ts';
import { RowReader, type RowStatus } from '../formats/csv-row.ts';
import type { Dialect } from '../formats/dialect.ts';
import { Fields, treeOf } from '../formats/json.ts';
import { Memory } from '../formats/memory.ts';
import { callsOf } from '../formats/parse.ts';
import type { CallBatch } from '../ledger/batch.ts';
import { clashIn, columnsTwice, type Twice } from './csv-columns.ts';
import { markBytes } from './head.ts';
import { HeldBytes } from './held-bytes.ts';
import { MAX_ROW_BYTES } from './limits.ts';
import type { Packer, Place } from './pack.ts';
import type { ByteRange } from './text-store.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BATCH_CALLS = 2_000;
/** After a broken row, so many lines are tried as the next one. */
const TRIES = 100;
const NO_BYTES: ByteRange = { bytes: new Uint8Array(0), start: 0, end: 0 };

/** A log to read as CSV; rows before `from` were read earlier. */
export interface CsvInput {
  readonly chunks: AsyncIterable<Buffer>;
  readonly delimiter: string;
  readonly from: number;
  readonly linesBefore: number;
  readonly packer: Packer;
  /** Every row is of this dialect; null to find out. */
  readonly forced: Dialect | null;
  /** Whether the log ended too early: then its last row is read when it is whole. */
  isDamaged(): boolean;
  /** No row is longer. */
  readonly maxRowBytes?: number;
}

/** Reads the rows of a log. */
export async function* readCsv(input: CsvInput): AsyncGenerator<CallBatch> {
  const reading = new Reading(input);
  for await (const chunk of input.chunks) {
    reading.add(chunk);
    if (reading.pending >= BATCH_CALLS && reading.isSettled) yield reading.take();
  }
  reading.finish();
  yield reading.take();
}

class Reading {
  readonly #memory = new Memory();
  readonly #held = new HeldBytes(0);
  readonly #maxBytes: number;
  /** Null until the first line break shows how rows end. */
  #rows: RowReader | null = null;
  #newline = NEWLINE;
  #columns: readonly string[] | null = null;
  #twice: readonly Twice[] = [];
  #line = 0;
  #lineTaken: number;
  /** A row that goes on is read again only when twice as much is there. */
  #triedBytes = 0;
  /** Where a row began that is being passed over to its line break; null if none is. */
  #lost: Place | null = null;
  pending = 0;

  constructor(private readonly input: CsvInput) {
    this.#lineTaken = input.linesBefore;
    this.#maxBytes = input.maxRowBytes ?? MAX_ROW_BYTES;
  }

  add(chunk: Buffer): void {
    this.#held.append(chunk);
    if (this.#held.length < this.#triedBytes * 2) return;
    this.#readOn(false);
  }

  finish(): void {
    if (!this.input.isDamaged()) this.#readOn(true);
  }

  #readOn(isFinal: boolean): void {
    this.#rows ??= this.#rowReader(isFinal);
    const rows = this.#rows;
    if (rows === null) return;
    while (this.#held.length > 0 && this.#step(rows, isFinal));
    this.#triedBytes = this.#held.length;
  }

  /** How rows end is told by the first line break; old Macs wrote a carriage return alone. */
  #rowReader(isFinal: boolean): RowReader | null {
    const { bytes } = this.#held;
    const feed = bytes.indexOf(NEWLINE);
    const back = bytes.indexOf(RETURN);
    const isTold = feed >= 0 || (back >= 0 && back + 1 < bytes.length);
    if (!isTold && !isFinal && bytes.length <= this.#maxBytes) return null;
    const isReturn = back >= 0 && (feed < 0 || back + 1 < feed);
    this.#newline = isReturn ? RETURN : NEWLINE;
    this.#held.start = markBytes(bytes);
    const delimiter = this.input.delimiter.charCodeAt(0);
    return new RowReader({ delimiter, newline: this.#newline });
  }

  /** Goes on by one row; false when more bytes are needed, or no row is left. */
  #step(rows: RowReader, isFinal: boolean): boolean {
    if (this.#lost !== null) return this.#leaveLost(this.#lost, isFinal);
    const { bytes, start } = this.#held;
    const status = rows.read(bytes, start, isFinal);
    if (status !== 'row') return this.#stuck(status, isFinal);
    this.#row(rows);
    // A last row without a line break may go on: it counts, and is read again next time.
    if (!rows.isEnded) return false;
    this.#pass(rows.end, rows.lines);
    return true;
  }

  #row(rows: RowReader): void {
    const { start } = this.#held;
    if (rows.isBlank) return;
    if (this.#columns === null) {
      this.#columns = rows.cells.map((cell) => cell.trim());
      this.#twice = columnsTwice(this.#columns);
      return;
    }
    const place = this.#place(rows.end);
    if (this.#held.offsetOf(start) < this.input.from) return;
    const fault = faultOf(rows, this.#columns.length) ?? clashIn(rows.cells, this.#twice);
    if (fault !== null) this.#reject(place, 'invalid_csv', fault);
    else this.#record(recordOf(this.#columns, rows.cells), place);
  }

  #record(record: Record<string, string>, place: Place): void {
    const { packer, forced } = this.input;
    const read = rowCalls(record, forced, this.#memory);
    if (isRejected(read)) {
      this.#reject(place, read.reason, read.detail);
      return;
    }
    packer.addAll(read, place, packer.keepsText ? bytesOf(record) : NO_BYTES);
    this.pending++;
  }

  /** A row that cannot be read as it stands: too long, of wrong quotes, or not all here. */
  #stuck(status: RowStatus, isFinal: boolean): boolean {
    const { bytes, start } = this.#held;
    const isTooLong = this.#held.length > this.#maxBytes;
    if (status === 'more' && !isTooLong) return false;
    const lineEnd = bytes.indexOf(this.#newline, start);
    const next = lineEnd < 0 ? -1 : this.#nextRow(lineEnd + 1, isFinal);
    if (next >= 0) return this.#giveUp(next, 'a quote is not closed, or text follows a closed one');
    if (isFinal) return this.#cutOff();
    if (lineEnd >= 0) {
      return this.#giveUp(lineEnd + 1, 'a quote is not closed, or text follows a closed one');
    }
    if (isTooLong) this.#lost = this.#place(bytes.length);
    return isTooLong;
  }

  /** The first line that is a row with a cell for each column; -1 if there is none. */
  #nextRow(from: number, isFinal: boolean): number {
    const { bytes } = this.#held;
    const delimiter = this.input.delimiter.charCodeAt(0);
    const probe = new RowReader({ delimiter, newline: this.#newline });
    let at = from;
    for (let tries = 0; tries < TRIES && at > 0 && at < bytes.length; tries++) {
      const isRow = probe.read(bytes, at, isFinal) === 'row' && !probe.hasStrayQuote;
      if (isRow && probe.cells.length === this.#columns?.length) return at;
      at = bytes.indexOf(this.#newline, at) + 1;
    }
    return -1;
  }

  #giveUp(next: number, detail: string): true {
    const place = this.#place(next);
    if (place.byteOffset >= this.input.from) this.#reject(place, 'invalid_csv', detail);
    this.#pass(next, this.#linesIn(this.#held.start, next));
    return true;
  }

  #cutOff(): false {
    const place = this.#place(this.#held.bytes.length);
    const detail = 'the last row is cut off; it is read when it is complete';
    this.#reject(place, 'incomplete_line', detail);
    return false;
  }

  /** Passes over the rest of a row that is too long. */
  #leaveLost(lost: Place, isFinal: boolean): boolean {
    const { bytes, start } = this.#held;
    const end = bytes.indexOf(this.#newline, start);
    this.#pass(end < 0 ? bytes.length : end + 1, end < 0 ? 0 : 1);
    if (end < 0 && !isFinal) return false;
    const byteLength = this.#held.offsetOf(this.#held.start) - lost.byteOffset;
    const detail = `a row of more than ${this.#maxBytes} bytes`;
    if (lost.byteOffset >= this.input.from) {
      this.#reject({ ...lost, byteLength }, 'line_too_long', detail);
    }
    this.#lost = null;
    return end >= 0;
  }

  #reject(place: Place, reason: RejectReason, detail: string): void {
    this.input.packer.reject({ ...place, reason, detail });
    this.pending++;
  }

  /** Where the row at hand lies, which ends at a position. */
  #place(end: number): Place {
    const byteOffset = this.#held.offsetOf(this.#held.start);
    const byteLength = this.#held.offsetOf(end) - byteOffset;
    return { line: this.#line - this.#lineTaken, byteOffset, byteLength };
  }

  #pass(to: number, lines: number): void {
    this.#held.start = to;
    this.#line += lines;
  }

  #linesIn(from: number, to: number): number {
    const passed = this.#held.bytes.subarray(from, to);
    let lines = 0;
    for (let at = passed.indexOf(this.#newline); at >= 0; lines++) {
      at = passed.indexOf(this.#newline, at + 1);
    }
    return lines;
  }

  /** Whether all that was passed is counted: only then the place reached may be noted. */
  get isSettled(): boolean {
    return this.#lost === null;
  }

  take(): CallBatch {
    const lines = Math.max(0, this.#line - this.#lineTaken);
    this.#lineTaken += lines;
    this.pending = 0;
    const { start } = this.#held;
    const endOffset = this.#held.offsetOf(start);
    return this.input.packer.take({ lines, endOffset, tail: this.#held.tailBefore(start) });
  }
}

/** What makes a row no row of this table: shifted cells would be wrong counts. */
function faultOf({ cells, hasStrayQuote }: RowReader, columns: number): string | null {
  if (hasStrayQuote) return 'a quote stands within a cell';
  const extra = cells.slice(columns).some((cell) => cell !== '');
  if (cells.length >= columns && !extra) return null;
  return `${cells.length} cells under ${columns} columns`;
}

/** The cells under their columns; empty ones beyond the header are left out. */
function recordOf(columns: readonly string[], cells: readonly string[]): Record<string, string> {
  return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
}

function bytesOf(record: Record<string, string>): ByteRange {
  const bytes = Buffer.from(JSON.stringify(record));
  return { bytes, start: 0, end: bytes.length };
}

function rowCalls(record: Record<string, string>, forced: Dialect | null, memory: Memory) {
  const tree = treeOf(record);
  if (tree instanceof Fields) return callsOf(tree, forced === null ? null : [forced], memory);
  return { reason: 'unknown_shape', detail: 'the row has no cells' } as const;
}
