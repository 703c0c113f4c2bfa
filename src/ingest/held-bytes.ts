/**
 * Held bytes: the part of a stream that is not read yet, in one piece.
 *
 * Takes chunks, gives a buffer and how far it is read. Keeps a little of what was read, to note by
 * which bytes a log is known again. Never copies a byte more than a few times, however small or
 * many the chunks.
 */
import { Buffer } from 'node:buffer';
import type { Tail } from '../ledger/batch.ts';
import { TAIL_BYTES, tailBefore } from './identify.ts';

/** A buffer that one long record made larger than this is not kept. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** Bytes `[start, bytes.length)` of `bytes` are still to be read. */
export class HeldBytes {
  /** Valid until the next `append`. */
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  /** What lies under `bytes`, with room for more. */
  #memory: Buffer = Buffer.alloc(0);
  /** Offset in the log of `bytes[0]`. */
  #base = 0;
  #skipBytes: number;

  /** The first `skipBytes` of the log were read before. */
  constructor(skipBytes: number) {
    this.#skipBytes = skipBytes;
    this.#base = skipBytes;
  }

  /** Offset in the log of a position in `bytes`. */
  offsetOf(position: number): number {
    return this.#base + position;
  }

  /** How many bytes are still to be read. */
  get length(): number {
    return this.bytes.length - this.start;
  }

  /** Adds what comes next in the log. */
  append(chunk: Buffer): void {
    const dropped = Math.min(this.#skipBytes, chunk.length);
    this.#skipBytes -= dropped;
    const length = this.bytes.length + chunk.length - dropped;
    if (length > this.#memory.length) this.#makeRoom(chunk.length - dropped);
    const from = this.bytes.length;
    chunk.copy(this.#memory, from, dropped);
    this.bytes = this.#memory.subarray(0, from + chunk.length - dropped);
  }

  /** Moves what is still needed to the front, or into other memory that fits it better. */
  #makeRoom(added: number): void {
    const from = Math.max(0, this.start - TAIL_BYTES);
    const kept = this.bytes.length - from;
    // Half of it must be free: else the same bytes would be moved with every chunk.
    const fits = (kept + added) * 2 <= this.#memory.length;
    const isTooLarge = this.#memory.length > KEPT_BYTES;
    const target = fits && !isTooLarge ? this.#memory : memoryFor(kept + added);
    this.bytes.copy(target, 0, from);
    this.#memory = target;
    this.bytes = target.subarray(0, kept);
    this.#base += from;
    this.start -= from;
  }

  /** Length and hash of the last bytes before a position. */
  tailBefore(position: number): Tail {
    return tailBefore(this.bytes, position);
  }
}

function memoryFor(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.max(Math.ceil(bytes * 1.5), KEPT_BYTES / 2));
}
