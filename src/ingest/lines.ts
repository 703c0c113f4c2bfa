/**
 * Lines: a stretch of bytes, one record a line → packed calls and rejects.
 *
 * Takes bytes that begin at the start of a line. Runs in workers and, for small inputs, in the main
 * thread: the same code either way.
 */
import type { Buffer } from 'node:buffer';
import { isRejected } from '../domain/reject.ts';
import { dialectNamed } from '../formats/index.ts';
import { RecordReader } from '../formats/read.ts';
import type { CallBatch, Tail } from '../ledger/batch.ts';
import { tailBefore } from './identify.ts';
import { Packer } from './pack.ts';

const NEWLINE = 0x0a;
/** No line is longer; V8 could not decode it. */
export const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** How lines are to be read; the same for all threads of a run. */
export interface LineOptions {
  /** A dialect of the registry, or null to find out. */
  readonly inputFormat: string | null;
  /** Whether the batch carries the records' bytes. */
  readonly storeText: boolean;
}

/** A stretch of a source: bytes `[from, to)` of `bytes`; byte 0 stands at `offset` in the source. */
export interface Stretch {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** Whether the source ends here: then the last line may lack its newline. */
  readonly last: boolean;
}

/** Parses stretches; one per thread. */
export class LineParser {
  readonly #reader: RecordReader;
  readonly #packer: Packer;

  constructor(options: LineOptions) {
    this.#reader = new RecordReader(
      options.inputFormat === null ? null : (dialectNamed(options.inputFormat) ?? null),
    );
    this.#packer = new Packer(options.storeText);
  }

  /** Reads every whole line of stretches that follow each other; each is done with before the next. */
  parse(stretches: Iterable<Stretch>): CallBatch {
    let lines = 0;
    let endOffset = 0;
    let tail: Tail | null = null;
    for (const stretch of stretches) {
      const read = this.#stretch(stretch, lines);
      lines += read.lines;
      if (stretch.offset + read.end <= endOffset) continue;
      endOffset = stretch.offset + read.end;
      tail = tailBefore(stretch.bytes, read.end);
    }
    return this.#packer.take({ lines, endOffset, tail });
  }

  #stretch(stretch: Stretch, linesBefore: number): { lines: number; end: number } {
    const { bytes, to, offset } = stretch;
    this.#reader.reset(bytes);
    let start = offset === 0 && stretch.from === 0 ? skipMark(bytes) : stretch.from;
    let lines = 0;
    while (start < to) {
      const newline = bytes.indexOf(NEWLINE, start);
      const ended = newline >= 0 && newline < to;
      if (!ended && !stretch.last) break;
      const end = ended ? newline : to;
      const line = linesBefore + lines;
      if (!this.#record(bytes, { start, end, offset, line, ended })) break;
      // The rest of a line without a newline is counted when it comes.
      if (ended) lines++;
      start = ended ? end + 1 : end;
    }
    return { lines, end: start };
  }

  /** Reads one line; false for the half-written last one, which is to be read again. */
  #record(
    bytes: Buffer,
    at: { start: number; end: number; offset: number; line: number; ended: boolean },
  ): boolean {
    const { start, end, offset, line } = at;
    if (isBlank(bytes, start, end)) return true;
    const place = { line, byteOffset: offset + start, byteLength: end - start };
    if (end - start > MAX_LINE_BYTES) {
      this.#packer.reject({ ...place, reason: 'line_too_long', detail: `${end - start} bytes` });
      return true;
    }
    const read = this.#reader.read(start, end);
    if (!isRejected(read)) {
      this.#packer.addAll(read, place, { bytes, start, end });
      return true;
    }
    const incomplete = !at.ended && read.reason === 'invalid_json';
    this.#packer.reject({
      ...place,
      reason: incomplete ? 'incomplete_line' : read.reason,
      detail: incomplete ? 'the last line is cut off; it is read when it is complete' : read.detail,
    });
    return !incomplete;
  }
}

/** Length of a byte-order mark at the start. */
function skipMark(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! > 0x20) return false;
  return true;
}
