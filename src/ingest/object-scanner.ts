/**
 * Object scanner: where an outermost JSON object ends, however many chunks it comes in.
 *
 * Takes bytes, gives the position after the object, or where it cannot be JSON any more: a brace or
 * quote is missing there, and what follows is another record. Never decodes a value, and never looks
 * at a byte twice.
 */
import type { Buffer } from 'node:buffer';

/** The object goes on beyond the bytes. */
export const MORE = -1;
/** The object is broken; `brokenAt` says where. */
export const BROKEN = -2;

/** No record is nested so deep. */
const MAX_DEPTH = 10_000;
/** A string this long is better searched for its end than walked. */
const SHORT_STRING = 32;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NEWLINE = 0x0a;

/** Kinds of bytes outside strings. */
const BLANK = 0;
const SCALAR = 1;
const STRING = 2;
const OPEN_OBJECT = 3;
const OPEN_ARRAY = 4;
const CLOSE_OBJECT = 5;
const CLOSE_ARRAY = 6;
const COMMA = 7;
const COLON = 8;

const KIND = new Uint8Array(256).fill(SCALAR);
KIND.fill(BLANK, 0, 0x21);
KIND[QUOTE] = STRING;
KIND[0x7b] = OPEN_OBJECT;
KIND[0x7d] = CLOSE_OBJECT;
KIND[0x5b] = OPEN_ARRAY;
KIND[0x5d] = CLOSE_ARRAY;
KIND[0x2c] = COMMA;
KIND[0x3a] = COLON;

/** Finds the ends of objects, one after the other. */
export class ObjectScanner {
  /** Where the object turned out to be broken. */
  brokenAt = 0;
  /** For each open bracket, whether it is that of an object. */
  #open: boolean[] = [];
  #before = COMMA;
  #inString = false;
  /** Whether the bytes scanned end with the backslash of an escape. */
  #escaped = false;

  /** Starts with a new object. */
  reset(): void {
    this.#open.length = 0;
    this.#before = COMMA;
    this.#inString = false;
    this.#escaped = false;
  }

  /**
   * Scans from a position on, the `{` of an object or where MORE was given; gives the position after
   * the object, MORE or BROKEN.
   */
  scan(bytes: Buffer, from: number): number {
    let at = from;
    while (at < bytes.length) {
      if (this.#inString) {
        at = this.#stringEnd(bytes, at);
        if (at < 0) return at;
        continue;
      }
      const kind = KIND[bytes[at]!]!;
      if (kind !== BLANK) {
        if (!this.#accepts(kind)) return this.#breakAt(at);
        if (this.#open.length === 0) return at + 1;
      }
      at++;
    }
    return MORE;
  }

  #breakAt(at: number): number {
    this.brokenAt = at;
    return BROKEN;
  }

  /** Takes in a byte; false where JSON has no place for it. */
  #accepts(kind: number): boolean {
    const before = this.#before;
    this.#before = kind;
    switch (kind) {
      case SCALAR:
        return before === SCALAR || beginsValue(before);
      case STRING:
        this.#inString = true;
        return before === OPEN_OBJECT || beginsValue(before);
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        return this.#opens(kind === OPEN_OBJECT, before);
      case CLOSE_OBJECT:
        return this.#open.pop() === true;
      case CLOSE_ARRAY:
        return this.#open.pop() === false;
      default:
        return true;
    }
  }

  #opens(isObject: boolean, before: number): boolean {
    // In an object a value follows a colon; a brace after a comma is the next record.
    const isKey = this.#open.at(-1) === true && before !== COLON;
    if (isKey || !beginsValue(before) || this.#open.length >= MAX_DEPTH) return false;
    this.#open.push(isObject);
    return true;
  }

  /** The position after the quote that ends a string, MORE or BROKEN. */
  #stringEnd(bytes: Buffer, from: number): number {
    let at = this.#escaped ? from + 1 : from;
    this.#escaped = false;
    const near = Math.min(at + SHORT_STRING, bytes.length);
    for (; at < near; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) return this.#closeString(at);
      if (byte === BACKSLASH) at++;
      else if (byte === NEWLINE) return this.#breakAt(at);
    }
    this.#escaped = at > bytes.length;
    return at >= bytes.length ? MORE : this.#longStringEnd(bytes, at);
  }

  #longStringEnd(bytes: Buffer, from: number): number {
    for (let at = from; ; ) {
      const quote = bytes.indexOf(QUOTE, at);
      const stop = quote < 0 ? bytes.length : quote;
      // JSON has no line break in a string: the quote that should have ended it is missing.
      const newline = bytes.subarray(at, stop).indexOf(NEWLINE);
      if (newline >= 0) return this.#breakAt(at + newline);
      this.#escaped = endsInEscape(bytes, at, stop);
      if (quote < 0) return MORE;
      if (!this.#escaped) return this.#closeString(quote);
      this.#escaped = false;
      at = quote + 1;
    }
  }

  #closeString(quote: number): number {
    this.#inString = false;
    return quote + 1;
  }
}

/** Whether bytes that begin outside an escape end with half of one. */
function endsInEscape(bytes: Buffer, from: number, to: number): boolean {
  let at = to;
  while (at > from && bytes[at - 1] === BACKSLASH) at--;
  return (to - at) % 2 === 1;
}

function beginsValue(before: number): boolean {
  return before === COLON || before === COMMA || before === OPEN_ARRAY;
}
