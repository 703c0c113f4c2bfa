/**
 * The byte scanner: one line of JSON → the sparse tree of json.ts, without decoding what is not needed.
 *
 * Takes bytes that are one JSON object with blanks around it. Gives the tree, or null when in doubt:
 * then JSON.parse decides (read.ts). Never accepts a line whose wanted parts JSON.parse would read
 * differently; a differential test holds it to that. It is long because it is the hot loop: every
 * byte of every log goes through here.
 */
import { Buffer } from 'node:buffer';
import { Fields, type Json, Raw, Text } from './json.ts';
import { type KeyKind, lookupKey } from './keys.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const MAX_DEPTH = 60;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Thrown, and caught in `scan`, where the scanner is not sure. */
const DOUBT = new Error('in doubt');

const SLOTS = 4096;

interface KeySlot {
  readonly raw: string;
  readonly name: string | null;
  readonly kind: KeyKind;
  readonly inside: KeyKind;
}

/** One scanner per thread: it remembers the spelling of keys and of short words. */
export class JsonScanner {
  #bytes: Buffer = Buffer.alloc(0);
  #end = 0;
  #at = 0;
  /** The first backslash at or after #searchedFrom: searched once, not once a string. */
  #backslash = -1;
  #searchedFrom = 0;
  #depth = 0;
  readonly #keys: (KeySlot | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #words: (string | undefined)[] = new Array(SLOTS).fill(undefined);

  /** Points the scanner at new bytes; Texts made before stay valid, they hold their own bytes. */
  reset(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#backslash = -1;
  }

  /** Reads the object in `[start, end)`; null when in doubt. */
  scan(start: number, end: number): Fields | null {
    this.#at = start;
    this.#end = end;
    this.#depth = 0;
    try {
      if (this.#next() !== OPEN) return null;
      const fields = this.#object(false);
      return this.#peek() === -1 ? fields : null;
    } catch (error) {
      if (error === DOUBT) return null;
      throw error;
    }
  }

  /** The next byte that is not a blank, without taking it; -1 at the end. */
  #peek(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = this.#at;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte > 0x20) {
        this.#at = at;
        return byte;
      }
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) throw DOUBT;
      at++;
    }
    this.#at = at;
    return -1;
  }

  /** Takes the next byte that is not a blank. */
  #next(): number {
    const byte = this.#peek();
    this.#at++;
    return byte;
  }

  /** Reads the members of an object whose brace was taken. */
  #object(inRequest: boolean): Fields {
    if (++this.#depth > MAX_DEPTH) throw DOUBT;
    const fields = new Fields();
    let byte = this.#next();
    if (byte !== CLOSE) {
      for (;;) {
        if (byte !== QUOTE) throw DOUBT;
        this.#member(fields, inRequest);
        byte = this.#next();
        if (byte === CLOSE) break;
        if (byte !== COMMA) throw DOUBT;
        byte = this.#next();
      }
    }
    this.#depth--;
    return fields;
  }

  #member(fields: Fields, inRequest: boolean): void {
    const key = this.#key();
    if (this.#next() !== COLON) throw DOUBT;
    const name = key.name;
    if (name === null) {
      if (!inRequest) this.#skip();
      else {
        fields.rest ??= [];
        fields.rest.push([key.raw, this.#raw()]);
      }
      return;
    }
    const kind = inRequest ? key.inside : key.kind;
    if (kind === 'drop') {
      this.#skip();
      return;
    }
    const value = kind === 'raw' ? this.#raw() : this.#value(kind, inRequest);
    fields.names.push(name);
    fields.values.push(value);
  }

  #value(kind: KeyKind, inRequest: boolean): Json {
    const byte = this.#peek();
    if (byte === QUOTE) return kind === 'word' ? this.#word() : this.#text();
    if (byte === OPEN) {
      this.#at++;
      return this.#object(inRequest || kind === 'request');
    }
    if (byte === OPEN_LIST) return this.#list(kind, inRequest || kind === 'request');
    return this.#literal(byte);
  }

  #list(kind: KeyKind, inRequest: boolean): Json[] {
    if (++this.#depth > MAX_DEPTH) throw DOUBT;
    this.#at++;
    const items: Json[] = [];
    if (this.#peek() === CLOSE_LIST) this.#at++;
    else {
      for (;;) {
        items.push(this.#value(kind, inRequest));
        const byte = this.#next();
        if (byte === CLOSE_LIST) break;
        if (byte !== COMMA) throw DOUBT;
      }
    }
    this.#depth--;
    return items;
  }

  /** A number, true, false or null. */
  #literal(first: number): number | boolean | null {
    const bytes = this.#bytes;
    const start = this.#at;
    const end = this.#end;
    let at = start;
    if (first >= 0x30 && first <= 0x39) {
      let value = 0;
      let byte = first;
      while (byte >= 0x30 && byte <= 0x39 && at < end) {
        value = value * 10 + byte - 0x30;
        byte = bytes[++at]!;
      }
      const digits = at - start;
      const whole = digits <= 15 && (first !== 0x30 || digits === 1);
      if (whole && at < end && byte !== 0x2e && (byte | 0x20) !== 0x65) {
        this.#at = at;
        return value;
      }
    }
    at = start;
    while (at < end && isLiteralByte(bytes[at]!)) at++;
    this.#at = at;
    const text = bytes.toString('latin1', start, at);
    if (text === 'null') return null;
    if (text === 'true') return true;
    if (text === 'false') return false;
    if (!NUMBER.test(text)) throw DOUBT;
    return Number(text);
  }

  /** Takes a key; its quote was taken already. */
  #key(): KeySlot {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#at;
    let at = start;
    let hash = 0;
    let byte = bytes[at]!;
    while (byte !== QUOTE) {
      if (byte === BACKSLASH || byte < 0x20 || at >= end) throw DOUBT;
      hash = (Math.imul(hash, 31) + byte) | 0;
      byte = bytes[++at]!;
    }
    if (at >= end) throw DOUBT;
    this.#at = at + 1;
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const known = this.#keys[slot];
    if (known !== undefined && this.#equals(known.raw, start, at)) return known;
    const raw = bytes.toString('utf8', start, at);
    const entry = lookupKey(raw);
    const made: KeySlot =
      entry === undefined
        ? { raw, name: null, kind: 'drop', inside: 'raw' }
        : { raw, name: entry.name, kind: entry.kind, inside: entry.inside };
    this.#keys[slot] = made;
    return made;
  }

  /** Whether the ASCII string equals the bytes; a string with other characters never does. */
  #equals(text: string, start: number, end: number): boolean {
    if (text.length !== end - start) return false;
    const bytes = this.#bytes;
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) !== bytes[start + i]) return false;
    }
    return true;
  }

  /** Decodes a string; short plain ones come from memory. */
  #word(): string {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    const limit = Math.min(this.#end, start + 48);
    let hash = 0;
    for (let at = start; at < limit; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return this.#remembered(hash, start, at);
      }
      if (byte === BACKSLASH || byte < 0x20 || byte > 0x7e) break;
      hash = (Math.imul(hash, 31) + byte) | 0;
    }
    const end = this.#stringEnd(start);
    this.#at = end + 1;
    return parseString(bytes.toString('utf8', start - 1, end + 1));
  }

  #remembered(hash: number, start: number, end: number): string {
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const known = this.#words[slot];
    if (known !== undefined && this.#equals(known, start, end)) return known;
    const word = this.#bytes.toString('latin1', start, end);
    this.#words[slot] = word;
    return word;
  }

  /** Leaves a string in place; one that JSON.stringify would write otherwise is copied. */
  #text(): Text {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    const end = this.#stringEnd(start);
    this.#at = end + 1;
    if (this.#backslash >= end) return new Text(bytes, start, end, false);
    if (isCanonical(bytes, this.#backslash, end)) return new Text(bytes, start, end, true);
    return canonicalText(bytes.toString('utf8', start - 1, end + 1));
  }

  /** The closing quote of the string whose body starts at `start`; #backslash is then its first escape. */
  #stringEnd(start: number): number {
    const bytes = this.#bytes;
    let quote = bytes.indexOf(QUOTE, start);
    if (quote < 0 || quote >= this.#end) throw DOUBT;
    if (this.#backslash < start || start < this.#searchedFrom) {
      const found = bytes.indexOf(BACKSLASH, start);
      this.#backslash = found < 0 ? Number.MAX_SAFE_INTEGER : found;
      this.#searchedFrom = start;
    }
    let mark = this.#backslash;
    while (mark < quote) {
      if (mark + 1 === quote) {
        quote = bytes.indexOf(QUOTE, quote + 1);
        if (quote < 0 || quote >= this.#end) throw DOUBT;
      }
      mark += 2;
      while (mark < quote && bytes[mark] !== BACKSLASH) mark++;
    }
    return quote;
  }

  #raw(): Raw {
    this.#peek();
    const start = this.#at;
    this.#skip();
    return new Raw(this.#bytes, start, this.#at);
  }

  /** Passes over a value of any kind, looking at its brackets and quotes only. */
  #skip(): void {
    const byte = this.#peek();
    if (byte === QUOTE) {
      this.#at = this.#stringEnd(this.#at + 1) + 1;
      return;
    }
    if (byte !== OPEN && byte !== OPEN_LIST) {
      this.#literal(byte);
      return;
    }
    this.#skipNested();
  }

  #skipNested(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    /** One bit a level, 1 for a list, below a leading 1. */
    let levels = 1;
    let at = this.#at;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        at = this.#stringEnd(at + 1) + 1;
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
          this.#at = at;
          return;
        }
      }
    }
    throw DOUBT;
  }
}

function isLiteralByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}

/** Whether every escape from `first` on is one that JSON.stringify writes: not `\/`, not `\u`. */
function isCanonical(bytes: Uint8Array, first: number, end: number): boolean {
  let at = first;
  while (at < end) {
    if (bytes[at] !== BACKSLASH) {
      at++;
      continue;
    }
    const byte = bytes[at + 1]!;
    // " \ b f n r t
    if (
      byte !== 0x22 &&
      byte !== 0x5c &&
      byte !== 0x62 &&
      byte !== 0x66 &&
      byte !== 0x6e &&
      byte !== 0x72 &&
      byte !== 0x74
    ) {
      return false;
    }
    at += 2;
  }
  return true;
}

/** Decodes a quoted JSON string; in doubt where JSON.parse refuses. */
function parseString(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch (error) {
    if (error instanceof SyntaxError) throw DOUBT;
    throw error;
  }
}

function canonicalText(quoted: string): Text {
  const escaped = JSON.stringify(parseString(quoted)).slice(1, -1);
  const copy = Buffer.from(escaped, 'utf8');
  return new Text(copy, 0, copy.length, escaped.includes('\\'));
}
