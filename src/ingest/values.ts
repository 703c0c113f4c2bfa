/**
 * Values: JSON arrays and objects over several lines → packed calls.
 *
 * Takes the chunks of a log, finds each outermost object by its braces, and reads it like a line.
 * What stands between objects (brackets, commas, blanks) is passed over, so a grown array goes on
 * where it was left.
 */
import { Buffer } from 'node:buffer';
import { isRejected } from '../domain/reject.ts';
import type { RecordReader } from '../formats/read.ts';
import type { CallBatch, Tail } from '../ledger/batch.ts';
import { tailBefore } from './identify.ts';
import { MAX_LINE_BYTES } from './lines.ts';
import type { Packer } from './pack.ts';

const OPEN = 0x7b;
const CLOSE = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;
const BATCH_CALLS = 2_000;

/** A log to read as values, from an offset on. */
export interface ValuesInput {
  readonly chunks: AsyncGenerator<Buffer>;
  readonly from: number;
  readonly reader: RecordReader;
  readonly packer: Packer;
}

/** Reads the objects of a log. */
export async function* readValues(input: ValuesInput): AsyncGenerator<CallBatch> {
  const reading = new Reading(input);
  for await (const chunk of input.chunks) {
    reading.add(chunk);
    if (reading.isWorthScanning()) {
      reading.scan();
      if (reading.pending >= BATCH_CALLS) yield reading.take();
    }
  }
  reading.scan();
  reading.finish();
  yield reading.take();
}

class Reading {
  #bytes: Buffer = Buffer.alloc(0);
  /** Offset of #bytes[0] in the source. */
  #offset = 0;
  #line = 0;
  #scanned = 0;
  #skip: number;
  #tail: Tail | null = null;
  pending = 0;

  constructor(private readonly input: ValuesInput) {
    this.#skip = input.from;
  }

  add(chunk: Buffer): void {
    const drop = Math.min(this.#skip, chunk.length);
    this.#skip -= drop;
    if (this.#bytes.length === 0) this.#offset += drop;
    const kept = chunk.subarray(drop);
    this.#bytes = this.#bytes.length === 0 ? kept : Buffer.concat([this.#bytes, kept]);
  }

  /** An object larger than what is there is looked for again only when twice as much is. */
  isWorthScanning(): boolean {
    return this.#bytes.length >= this.#scanned * 2;
  }

  scan(): void {
    const bytes = this.#bytes;
    this.input.reader.reset(bytes);
    let done = 0;
    for (;;) {
      const start = bytes.indexOf(OPEN, done);
      if (start < 0) {
        this.#countLines(done, bytes.length);
        done = bytes.length;
        break;
      }
      const end = objectEnd(bytes, start);
      if (end < 0) {
        this.#countLines(done, start);
        done = start;
        break;
      }
      this.#countLines(done, start);
      this.#record(start, end);
      this.#countLines(start, end);
      done = end;
    }
    if (done > 0) this.#tail = tailBefore(bytes, done);
    this.#bytes = bytes.subarray(done);
    this.#offset += done;
    this.#scanned = this.#bytes.length;
  }

  #countLines(from: number, to: number): void {
    for (
      let at = this.#bytes.indexOf(NEWLINE, from);
      at >= 0 && at < to;
      at = this.#bytes.indexOf(NEWLINE, at + 1)
    ) {
      this.#line++;
    }
  }

  #record(start: number, end: number): void {
    const { reader, packer } = this.input;
    const place = { line: this.#line, byteOffset: this.#offset + start, byteLength: end - start };
    const read = reader.read(start, end);
    if (isRejected(read)) packer.reject({ ...place, reason: read.reason, detail: read.detail });
    else packer.addAll(read, place, { bytes: this.#bytes, start, end });
    this.pending++;
  }

  /** What is left at the end is an object that was never closed. */
  finish(): void {
    if (this.#bytes.length === 0) return;
    const byteLength = Math.min(this.#bytes.length, MAX_LINE_BYTES);
    const detail = 'the last object is cut off; it is read when it is complete';
    this.input.packer.reject({
      line: this.#line,
      byteOffset: this.#offset,
      byteLength,
      reason: 'incomplete_line',
      detail,
    });
  }

  take(): CallBatch {
    const lines = this.#line;
    this.#line = 0;
    this.pending = 0;
    return this.input.packer.take({ lines, endOffset: this.#offset, tail: this.#tail });
  }
}

/** The position after the object that starts at `start`; -1 if it is not closed. */
export function objectEnd(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at + 1);
      if (at < 0) return -1;
    } else if (byte === OPEN) depth++;
    else if (byte === CLOSE && --depth === 0) return at + 1;
  }
  return -1;
}

function stringEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at;
  }
  return -1;
}
