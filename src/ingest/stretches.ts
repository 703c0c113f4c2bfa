/**
 * Stretches: a log of lines cut into pieces that fit in memory.
 *
 * Takes an open log and the offset to start from, which is the start of a line. Gives ranges for
 * workers to read themselves, or bytes where only this thread can read them. Never holds more than
 * one line that is too long, nor a run of blank bytes.
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import type { Job, RangeJob } from './job.ts';
import { MAX_RECORD_BYTES } from './limits.ts';
import type { Overlong, Stretch } from './lines.ts';
import type { LogFile, PlainFile } from './log-file.ts';
import { RangeReader } from './range.ts';

const STRETCH_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const BLANK = 0x20;

/** Whole lines of a stream, in memory of their own. */
interface Block extends Stretch {
  readonly bytes: Buffer<ArrayBuffer>;
}

/** Jobs for a pool. */
export async function* jobsOf(log: LogFile, from: number): AsyncGenerator<Job> {
  if (log.plain !== null) {
    yield* rangesOf(log.plain, from);
    return;
  }
  for await (const { bytes, offset, last, overlong } of blocksOf(log, from)) {
    yield { kind: 'bytes', bytes, offset, last, overlong };
  }
}

/** Stretches for this thread. */
export async function* stretchesOf(log: LogFile, from: number): AsyncGenerator<Stretch> {
  if (log.plain === null) {
    yield* blocksOf(log, from);
    return;
  }
  const reader = new RangeReader(fs);
  for (const range of rangesOf(log.plain, from)) {
    const stretch = reader.read(range);
    if (stretch !== null) yield stretch;
  }
}

function* rangesOf({ fd, size }: PlainFile, from: number): Generator<RangeJob> {
  for (let start = from; start < size; start += STRETCH_BYTES) {
    const end = Math.min(start + STRETCH_BYTES, size);
    yield { kind: 'range', fd, start, end, fileEnd: size, atLineStart: start === from };
  }
}

/** Blocks of whole lines of a stream; the last one may end without a newline. */
async function* blocksOf(log: LogFile, from: number): AsyncGenerator<Block> {
  const cutter = new BlockCutter(from);
  let skipBytes = from;
  for await (const chunk of log.chunks()) {
    const kept = chunk.subarray(Math.min(skipBytes, chunk.length));
    skipBytes -= chunk.length - kept.length;
    if (kept.length === 0) continue;
    const block = cutter.add(kept);
    if (block !== null) yield block;
  }
  // The line that damage cuts is left out: it is read again when the log is whole.
  const block = cutter.finish(log.damage() !== null);
  if (block !== null) yield block;
}

/** Cuts chunks into blocks of whole lines. */
export class BlockCutter {
  /** Bytes not given yet, from `#offset` on. */
  #parts: Buffer[] = [];
  #length = 0;
  #offset: number;
  /** Where in them the line begins that is not whole yet. */
  #lineStart = 0;
  /** Bytes of that line which were let go because it is too long. */
  #droppedBytes = 0;

  constructor(
    offset: number,
    private readonly maxLineBytes = MAX_RECORD_BYTES,
  ) {
    this.#offset = offset;
  }

  /** Takes a chunk; gives a block when enough whole lines are there. */
  add(chunk: Buffer): Block | null {
    const newline = chunk.lastIndexOf(NEWLINE);
    if (this.#droppedBytes > 0) return this.#endDropped(chunk);
    if (newline < 0 && this.#length === 0 && isBlank(chunk)) {
      this.#offset += chunk.length;
      return null;
    }
    this.#parts.push(chunk);
    this.#length += chunk.length;
    if (newline >= 0) this.#lineStart = this.#length - chunk.length + newline + 1;
    if (this.#length - this.#lineStart > this.maxLineBytes) this.#drop();
    if (newline < 0 || this.#length < STRETCH_BYTES) return null;
    return this.#take(null, false);
  }

  /** Gives what is left, at the end of the log; with `cut`, without a last line that has no end. */
  finish(cut: boolean): Block | null {
    const rest = this.#length - this.#lineStart;
    if (this.#droppedBytes > 0) {
      return this.#take({ bytes: this.#droppedBytes, ended: false }, true);
    }
    if (!cut) this.#lineStart = this.#length;
    if (this.#lineStart === 0) return null;
    return this.#take(null, !cut || rest === 0);
  }

  #endDropped(chunk: Buffer): Block | null {
    const newline = chunk.indexOf(NEWLINE);
    if (newline < 0) {
      this.#droppedBytes += chunk.length;
      return null;
    }
    const block = this.#take({ bytes: this.#droppedBytes + newline + 1, ended: true }, false);
    return newline + 1 === chunk.length
      ? block
      : this.#startWith(chunk.subarray(newline + 1), block);
  }

  /** Goes on with what follows a line that was too long. */
  #startWith(rest: Buffer, block: Block): Block {
    this.#parts = [rest];
    this.#length = rest.length;
    this.#lineStart = rest.lastIndexOf(NEWLINE) + 1;
    return block;
  }

  #drop(): void {
    const droppedBytes = this.#length - this.#lineStart;
    this.#parts = [this.#copy(this.#lineStart)];
    this.#length = this.#lineStart;
    this.#droppedBytes = droppedBytes;
  }

  #take(overlong: Overlong | null, last: boolean): Block {
    const to = this.#lineStart;
    const bytes = this.#copy(to);
    const block = { bytes, from: 0, to, offset: this.#offset, last, overlong };
    const end = this.#parts.at(-1);
    const restBytes = this.#length - to;
    this.#parts =
      end === undefined || restBytes === 0 ? [] : [end.subarray(end.length - restBytes)];
    this.#offset += to + (overlong?.bytes ?? 0);
    this.#length = restBytes;
    this.#lineStart = 0;
    this.#droppedBytes = 0;
    return block;
  }

  /** The first bytes in memory of their own, so that a thread can be given them. */
  #copy(bytes: number): Buffer<ArrayBuffer> {
    const copy = Buffer.allocUnsafeSlow(bytes);
    let at = 0;
    for (const part of this.#parts) {
      if (at >= bytes) break;
      at += part.copy(copy, at, 0, bytes - at);
    }
    return copy;
  }
}

function isBlank(chunk: Buffer): boolean {
  // A loop: a callback for each byte is ten times slower.
  for (let i = 0; i < chunk.length; i++) if (chunk[i]! > BLANK) return false;
  return true;
}
