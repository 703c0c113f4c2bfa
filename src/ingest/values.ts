/**
 * Values: JSON arrays and objects over several lines → packed calls.
 *
 * Takes the chunks of a log, finds each outermost object, and reads it like a line. What stands
 * between objects (brackets, commas, blanks) is passed over, so a grown array goes on where it was
 * left. Never lets a broken object take those after it, nor holds one beyond MAX_RECORD_BYTES.
 */
import type { Buffer } from 'node:buffer';
import { isRejected, type RejectReason } from '../domain/reject.ts';
import type { RecordParser } from '../formats/parse.ts';
import type { CallBatch } from '../ledger/batch.ts';
import { HeldBytes } from './held-bytes.ts';
import { MAX_RECORD_BYTES } from './limits.ts';
import { BROKEN, MORE, ObjectScanner } from './object-scanner.ts';
import type { Packer } from './pack.ts';
import { OVERLAP_BYTES, Resync } from './resync.ts';

const OPEN = 0x7b;
const NEWLINE = 0x0a;
const BATCH_CALLS = 2_000;

/** A log to read as values, from an offset on. */
export interface ValuesInput {
  readonly chunks: AsyncIterable<Buffer>;
  readonly from: number;
  readonly reader: RecordParser;
  readonly packer: Packer;
  /** Whether the log ended too early: then its last object is read when it is whole. */
  isDamaged(): boolean;
  /** No object is longer. */
  readonly maxRecordBytes?: number;
}

/** Reads the objects of a log. */
export async function* readValues(input: ValuesInput): AsyncGenerator<CallBatch> {
  const reading = new Reading(input);
  for await (const chunk of input.chunks) {
    reading.add(chunk);
    if (reading.pending >= BATCH_CALLS && reading.isSettled) yield reading.take();
  }
  reading.finish();
  yield reading.take();
}

/** Where a reading is: between objects, within one, or past one it cannot keep. */
type State = 'between' | 'within' | 'broken' | 'too long';

class Reading {
  readonly #held: HeldBytes;
  readonly #scanner = new ObjectScanner();
  readonly #resync = new Resync();
  readonly #maxBytes: number;
  #state: State = 'between';
  #line = 0;
  /** Offset in the log up to which the object at hand is scanned. */
  #scannedTo = 0;
  /** Where the object began that is not kept. */
  #lost = { line: 0, byteOffset: 0 };
  pending = 0;

  constructor(private readonly input: ValuesInput) {
    this.#held = new HeldBytes(input.from);
    this.#maxBytes = input.maxRecordBytes ?? MAX_RECORD_BYTES;
  }

  /** Whether all that was passed is counted: only then the place reached may be noted. */
  get isSettled(): boolean {
    return this.#state === 'between' || this.#state === 'within';
  }

  add(chunk: Buffer): void {
    this.#held.append(chunk);
    this.#readOn();
  }

  #readOn(): void {
    this.input.reader.reset(this.#held.bytes);
    while (this.#step());
  }

  /** Goes on by one object; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#state) {
      case 'between':
        return this.#enter();
      case 'within':
        return this.#scan();
      case 'broken':
        return this.#leaveBroken();
      case 'too long':
        return this.#leaveTooLong();
    }
  }

  #enter(): boolean {
    const { bytes, start } = this.#held;
    const open = bytes.indexOf(OPEN, start);
    this.#pass(open < 0 ? bytes.length : open);
    if (open < 0) return false;
    this.#scanner.reset();
    this.#scannedTo = this.#held.offsetOf(open);
    this.#state = 'within';
    return true;
  }

  #scan(): boolean {
    const { bytes, start } = this.#held;
    const end = this.#scanner.scan(bytes, this.#scannedTo - this.#held.offsetOf(0));
    if (end === BROKEN) return this.#give('broken');
    if (end !== MORE) {
      this.#record(start, end);
      this.#pass(end);
      this.#state = 'between';
      return true;
    }
    this.#scannedTo = this.#held.offsetOf(bytes.length);
    if (this.#held.length <= this.#maxBytes) return false;
    if (this.#salvage()) return true;
    this.#give('too long');
    this.#pass(bytes.length);
    return false;
  }

  /** Gives up the object at hand. */
  #give(state: 'broken' | 'too long'): true {
    this.#lost = { line: this.#line, byteOffset: this.#held.offsetOf(this.#held.start) };
    this.#state = state;
    return true;
  }

  #leaveBroken(): boolean {
    const { bytes, start } = this.#held;
    const isFirst = this.#held.offsetOf(start) === this.#lost.byteOffset;
    const at = this.#scanner.brokenAt;
    const from = isFirst ? start : Math.max(0, start - 1);
    const next = isFirst && bytes[at] === OPEN ? at : this.#resync.next(bytes, from);
    if (next >= 0) {
      this.#pass(next);
      this.#reject('invalid_json', 'it is broken; reading goes on at the next object like it');
      return true;
    }
    if (isFirst) this.#resync.rememberBroken(bytes, start);
    this.#pass(Math.max(start + 1, bytes.length - OVERLAP_BYTES));
    return false;
  }

  #leaveTooLong(): boolean {
    const { bytes, start } = this.#held;
    const end = this.#scanner.scan(bytes, start);
    if (end === BROKEN) {
      this.#state = 'broken';
      return true;
    }
    this.#pass(end === MORE ? bytes.length : end);
    if (end === MORE) return false;
    this.#reject('line_too_long', `an object of more than ${this.#maxBytes} bytes`);
    return true;
  }

  /** Rejects the object that was given up, which ends where reading goes on. */
  #reject(reason: RejectReason, detail: string): void {
    const byteLength = this.#held.offsetOf(this.#held.start) - this.#lost.byteOffset;
    this.input.packer.reject({ ...this.#lost, byteLength, reason, detail });
    this.pending++;
    this.#state = 'between';
  }

  #record(start: number, end: number): void {
    const { reader, packer } = this.input;
    const { bytes } = this.#held;
    this.#resync.remember(bytes, start);
    const byteOffset = this.#held.offsetOf(start);
    const place = { line: this.#line, byteOffset, byteLength: end - start };
    const read = reader.parse(start, end);
    if (isRejected(read)) packer.reject({ ...place, reason: read.reason, detail: read.detail });
    else packer.addAll(read, place, { bytes, start, end });
    this.pending++;
  }

  /** Goes on to a position and counts the lines on the way. */
  #pass(to: number): void {
    const passed = this.#held.bytes.subarray(this.#held.start, to);
    let at = passed.indexOf(NEWLINE);
    while (at >= 0) {
      this.#line++;
      at = passed.indexOf(NEWLINE, at + 1);
    }
    this.#held.start = to;
  }

  /** Takes what is left at the end: an object that was never closed. */
  finish(): void {
    while (this.#state === 'within' && this.#salvage()) this.#readOn();
    if (this.#state === 'between') return;
    if (this.#state !== 'within') {
      this.#pass(this.#held.bytes.length);
      this.#reject('invalid_json', 'it is broken, and no object like it follows');
      return;
    }
    if (this.input.isDamaged()) return;
    this.input.packer.reject({
      line: this.#line,
      byteOffset: this.#held.offsetOf(this.#held.start),
      byteLength: this.#held.length,
      reason: 'incomplete_line',
      detail: 'the last object is cut off; it is read when it is complete',
    });
  }

  /** Finds a call within an object that has no end: a bracket was missing, the call is a record. */
  #salvage(): boolean {
    const { bytes, start } = this.#held;
    const { reader } = this.input;
    for (const { from, end } of this.#resync.wholeObjects(bytes, start)) {
      if (isRejected(reader.parse(from, end))) continue;
      this.#give('broken');
      this.#pass(from);
      this.#reject('invalid_json', 'it has no end; reading goes on at the next object like it');
      return true;
    }
    return false;
  }

  take(): CallBatch {
    const lines = this.#line;
    const { start } = this.#held;
    this.#line = 0;
    this.pending = 0;
    const endOffset = this.#held.offsetOf(start);
    return this.input.packer.take({ lines, endOffset, tail: this.#held.tailBefore(start) });
  }
}

/** The position after the object that starts at `start`; -1 if it is not whole. */
export function objectEnd(bytes: Buffer, start: number): number {
  return Math.max(-1, new ObjectScanner().scan(bytes, start));
}
