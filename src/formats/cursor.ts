/**
 * The cursor: single JSON values read from bytes, without decoding what is not needed.
 *
 * Takes bytes and a position, gives words, numbers and views. Throws DOUBT where it is not sure:
 * then JSON.parse decides (parse.ts). Never reads beyond the end of the record. It is the bottom of
 * the hot loop: every byte of every log goes through here.
 */
import { Buffer } from 'node:buffer';
import { DOUBT, isCanonical, isLiteralByte, parseString } from './escapes.ts';
import type { Raw, Text } from './json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;
const POWERS = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const SLOTS = 4096;
/** Words up to this length are hashed on the way and remembered. */
const SHORT = 40;
/** Beyond every buffer, and still a small integer to the engine. */
const FAR = 0x7fffffff;

/** One cursor per thread: it remembers short words. */
export class Cursor {
  bytes: Buffer = Buffer.alloc(0);
  /** The same bytes, four at a time. */
  view = new DataView(this.bytes.buffer);
  /** Where the record ends. */
  end = 0;
  at = 0;
  /** The first backslash at or after `searchedFrom`: searched once, not once a string. */
  private backslash = -1;
  private searchedFrom = 0;
  private escaped = false;
  private canonical = true;
  private readonly words: (string | undefined)[] = new Array(SLOTS).fill(undefined);

  /** Points the cursor at new bytes. */
  reset(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.backslash = -1;
    this.searchedFrom = 0;
  }

  /** The next byte that is not a blank, without taking it; -1 at the end. */
  peek(): number {
    const { bytes, end } = this;
    let at = this.at;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte > 0x20) {
        this.at = at;
        return byte;
      }
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) throw DOUBT;
      at++;
    }
    this.at = at;
    return -1;
  }

  /** Takes the next byte that is not a blank. */
  next(): number {
    const byte = this.peek();
    this.at++;
    return byte;
  }

  /** Reads a number, true, false or null that starts here with `first`. */
  literal(first: number): number | boolean | null {
    const { bytes, end } = this;
    const start = this.at;
    let at = start;
    let byte = first;
    let value = 0;
    while (byte >= ZERO && byte <= NINE && at < end) {
      value = value * 10 + byte - ZERO;
      byte = bytes[++at]!;
    }
    const digits = at - start;
    let decimals = 0;
    if (digits > 0 && byte === POINT) {
      const point = at++;
      byte = bytes[at]!;
      while (byte >= ZERO && byte <= NINE && at < end) {
        value = value * 10 + byte - ZERO;
        byte = bytes[++at]!;
      }
      decimals = at - point - 1;
      if (decimals === 0) return this.wideLiteral(start);
    }
    // Up to 15 digits and powers of ten up to 10^15 are exact, so their quotient is rounded once.
    const isExact = digits > 0 && digits + decimals <= 15 && (first !== ZERO || digits === 1);
    if (!isExact || at >= end || isLiteralByte(byte)) return this.wideLiteral(start);
    this.at = at;
    return decimals === 0 ? value : value / POWERS[decimals]!;
  }

  private wideLiteral(start: number): number | boolean | null {
    const { bytes, end } = this;
    let at = start;
    while (at < end && isLiteralByte(bytes[at]!)) at++;
    this.at = at;
    const text = bytes.toString('latin1', start, at);
    if (text === 'null') return null;
    if (text === 'true') return true;
    if (text === 'false') return false;
    if (!NUMBER.test(text)) throw DOUBT;
    return Number(text);
  }

  /** Whether the ASCII string equals the bytes; a string with other characters never does. */
  equals(text: string, start: number, end: number): boolean {
    if (text.length !== end - start) return false;
    const { bytes } = this;
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) !== bytes[start + i]) return false;
    }
    return true;
  }

  /** Decodes the string that starts here; short plain ones come from memory. */
  word(): string {
    const { bytes } = this;
    const start = this.at + 1;
    const limit = Math.min(this.end, start + SHORT);
    let hash = 0;
    for (let at = start; at < limit; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.at = at + 1;
        return this.remembered(hash, start, at);
      }
      if (byte === BACKSLASH || byte < 0x20 || byte > 0x7e) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const end = this.stringEnd(start);
    this.at = end + 1;
    return parseString(bytes.toString('utf8', start - 1, end + 1));
  }

  private remembered(hash: number, start: number, end: number): string {
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const known = this.words[slot];
    if (known !== undefined && this.equals(known, start, end)) return known;
    const word = this.bytes.toString('latin1', start, end);
    this.words[slot] = word;
    return word;
  }

  /** Points `into` at the string that starts here; one JSON.stringify would write otherwise is copied. */
  text(into: Text): Text {
    const { bytes } = this;
    const start = this.at + 1;
    const end = this.stringEnd(start);
    this.at = end + 1;
    if (this.canonical) return into.point(bytes, start, end, this.escaped);
    const escaped = JSON.stringify(parseString(bytes.toString('utf8', start - 1, end + 1))).slice(
      1,
      -1,
    );
    const copy = Buffer.from(escaped, 'utf8');
    return into.point(copy, 0, copy.length, escaped.includes('\\'));
  }

  /**
   * The closing quote of the string whose body starts at `start`. `escaped` and `canonical` then say
   * whether it holds escapes, and whether they are those that JSON.stringify writes.
   */
  private stringEnd(start: number): number {
    const { bytes, end } = this;
    this.escaped = false;
    this.canonical = true;
    let quote = bytes.indexOf(QUOTE, start);
    if (quote < 0 || quote >= end) throw DOUBT;
    let mark = this.nextBackslash(start);
    while (mark < quote) {
      this.escaped = true;
      if (!isCanonical(bytes[mark + 1]!)) this.canonical = false;
      if (mark + 1 === quote) {
        quote = bytes.indexOf(QUOTE, quote + 1);
        if (quote < 0 || quote >= end) throw DOUBT;
      }
      mark = this.nextBackslash(mark + 2);
    }
    return quote;
  }

  /** The first backslash from `from` on: searched once over the bytes, not once a string. */
  private nextBackslash(from: number): number {
    if (this.backslash >= from && from >= this.searchedFrom) return this.backslash;
    this.searchedFrom = from;
    const found = this.bytes.indexOf(BACKSLASH, from);
    this.backslash = found < 0 ? FAR : found;
    return this.backslash;
  }

  /** Points `into` at the value that starts here. */
  raw(into: Raw): Raw {
    const start = this.at;
    this.skip();
    return into.point(this.bytes, start, this.at);
  }

  /** Passes over the value that starts here, looking at its brackets and quotes only. */
  skip(): void {
    const { bytes } = this;
    const byte = bytes[this.at]!;
    if (byte === QUOTE) {
      this.skipString();
    } else if (byte === OPEN || byte === OPEN_LIST) {
      this.skipNested();
    } else this.literal(byte);
  }

  private skipString(): void {
    this.at = this.stringEnd(this.at + 1) + 1;
  }

  private skipNested(): void {
    const { bytes, end } = this;
    /** One bit a level, 1 for a list, below a leading 1. */
    let levels = 1;
    let at = this.at;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.at = at;
        this.skipString();
        at = this.at;
        continue;
      }
      at++;
      if (byte === OPEN || byte === OPEN_LIST) {
        levels = (levels << 1) | (byte === OPEN_LIST ? 1 : 0);
        if (levels > 1 << 29) throw DOUBT;
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        if ((levels & 1) !== (byte === CLOSE_LIST ? 1 : 0)) throw DOUBT;
        levels >>= 1;
        if (levels === 1) {
          this.at = at;
          return;
        }
      }
    }
    throw DOUBT;
  }
}
