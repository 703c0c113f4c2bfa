/**
 * Lines: a stretch of bytes, one record a line → packed calls and rejects.
 *
 * Takes bytes that begin at the start of a line, gives a batch. Runs in workers and, for small inputs,
 * in the main thread: the same code either way. Never keeps bytes beyond a call.
 */
import type { Buffer } from 'node:buffer';
import { isRejected } from '../domain/reject.ts';
import { dialectNamed } from '../formats/index.ts';
import { RecordParser } from '../formats/parse.ts';
import type { CallBatch, Tail } from '../ledger/batch.ts';
import { markBytes } from './head.ts';
import { tailBefore } from './identify.ts';
import type { Labelling } from './labelling.ts';
import { MAX_RECORD_BYTES } from './limits.ts';
import { type CallTap, Packer, type Place } from './pack.ts';

const NEWLINE = 0x0a;

/** How lines are to be read; the same for all threads of a run. */
export interface LineOptions {
  /** A dialect of the registry, or null to find out. */
  readonly inputFormat: string | null;
  /** Whether the batch carries the records' bytes. */
  readonly storeText: boolean;
  readonly labelling?: Labelling;
  /** Only where no threads are used: a function does not travel. */
  readonly tap?: CallTap;
}

/** A stretch of a source: bytes `[from, to)` of `bytes`; byte 0 stands at `offset` in the source. */
export interface Stretch {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** Whether the source ends here: then the last line may lack its newline. */
  readonly last: boolean;
  /** A line that follows the bytes and is too long to be held. */
  readonly overlong: Overlong | null;
}

/** A line that is known by its length only, its newline included if it has one. */
export interface Overlong {
  readonly bytes: number;
  readonly ended: boolean;
}

/** Parses stretches; one per thread. */
export class LineParser {
  readonly #reader: RecordParser;
  readonly #packer: Packer;

  constructor(options: LineOptions) {
    this.#reader = new RecordParser(
      options.inputFormat === null ? null : (dialectNamed(options.inputFormat) ?? null),
    );
    this.#packer = new Packer(options.storeText, options.labelling, options.tap);
  }

  /** Forgets what was not taken, and starts new dictionaries. */
  restart(): void {
    this.#packer.restart();
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
      tail = stretch.overlong === null ? tailBefore(stretch.bytes, read.end) : null;
    }
    return this.#packer.take({ lines, endOffset, tail });
  }

  #stretch(stretch: Stretch, linesBefore: number): { lines: number; end: number } {
    const { bytes, to, offset } = stretch;
    this.#reader.reset(bytes);
    let start = offset === 0 && stretch.from === 0 ? markBytes(bytes) : stretch.from;
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
    const { overlong } = stretch;
    if (overlong === null) return { lines, end: start };
    this.#tooLong({
      line: linesBefore + lines,
      byteOffset: offset + to,
      byteLength: overlong.bytes,
    });
    return { lines: lines + (overlong.ended ? 1 : 0), end: to + overlong.bytes };
  }

  #tooLong(place: Place): void {
    const detail = `${place.byteLength} bytes; at most ${MAX_RECORD_BYTES} are read`;
    this.#packer.reject({ ...place, reason: 'line_too_long', detail });
  }

  /** Reads one line; false for the half-written last one, which is to be read again. */
  #record(
    bytes: Buffer,
    at: { start: number; end: number; offset: number; line: number; ended: boolean },
  ): boolean {
    const { start, end, offset, line } = at;
    if (isBlank(bytes, start, end)) return true;
    const place = { line, byteOffset: offset + start, byteLength: end - start };
    const read = this.#reader.parse(start, end);
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

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! > 0x20) return false;
  return true;
}
