/**
 * Resync: where the next record begins after one that is broken.
 *
 * Takes bytes and where to look from. Records of one log begin alike: with the same key, after the
 * same indentation, or at the start of a line. Never claims that what begins there is a record.
 */
import { Buffer } from 'node:buffer';
import { ObjectScanner } from './object-scanner.ts';

/** A beginning is at most so long; so much of a chunk is to be looked at again with the next. */
export const OVERLAP_BYTES = 256;
/** So many beginnings are tried within an object that has no end. */
const TRIES = 20;

const OPEN = 0x7b;
const QUOTE = 0x22;
const BLANK = 0x20;
const LINE_START = Buffer.from('\n{');
const AFTER_OBJECT = Buffer.from('},{');

/** Knows how the records of a log begin. */
export class Resync {
  /** From the brace of the last record to the end of its first key. */
  #beginning: Buffer | null = null;

  /** Notes how a record begins. */
  remember(bytes: Buffer, start: number): void {
    const known = this.#beginning;
    if (known !== null && isAt(bytes, start, known)) return;
    this.#beginning = beginningOf(bytes, start) ?? known;
  }

  /** The same for one that is broken, while there is no better. */
  rememberBroken(bytes: Buffer, start: number): void {
    this.#beginning ??= beginningOf(bytes, start);
  }

  /** The next place after `start` where a record may begin; -1 if there is none. */
  next(bytes: Buffer, start: number): number {
    const own = bytes[start] === OPEN ? beginningOf(bytes, start) : null;
    const found = [bytes.indexOf(LINE_START, start) + 1];
    for (const beginning of [own, this.#beginning]) {
      if (beginning !== null) found.push(bytes.indexOf(beginning, start + 1));
    }
    if (own === null && this.#beginning === null) {
      const after = bytes.indexOf(AFTER_OBJECT, start);
      found.push(after < 0 ? -1 : after + 2);
    }
    const places = found.filter((at) => at > start);
    return places.length === 0 ? -1 : Math.min(...places);
  }

  /** Objects that are whole within one that has no end. */
  *wholeObjects(bytes: Buffer, start: number): Generator<{ from: number; end: number }> {
    const scanner = new ObjectScanner();
    let from = this.next(bytes, start);
    for (let tries = 0; from >= 0 && tries < TRIES; tries++) {
      scanner.reset();
      const end = scanner.scan(bytes, from);
      if (end >= 0) yield { from, end };
      from = this.next(bytes, from);
    }
  }
}

function isAt(bytes: Buffer, start: number, text: Buffer): boolean {
  const end = start + text.length;
  return end <= bytes.length && text.compare(bytes, start, end) === 0;
}

function beginningOf(bytes: Buffer, start: number): Buffer | null {
  let at = start + 1;
  while (at < bytes.length && bytes[at]! <= BLANK) at++;
  if (bytes[at] !== QUOTE) return null;
  const end = bytes.indexOf(QUOTE, at + 1);
  return end < 0 || end - start >= OVERLAP_BYTES
    ? null
    : Buffer.from(bytes.subarray(start, end + 1));
}
