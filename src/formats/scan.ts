/**
 * The byte scanner: one line of JSON → the sparse tree of json.ts, without decoding what is not needed.
 *
 * Takes bytes that are one JSON object with blanks around it. Gives the tree, or null when in doubt:
 * then JSON.parse decides (parse.ts). Never accepts a line whose wanted parts JSON.parse would read
 * differently; a differential test holds it to that.
 */
import type { Buffer } from 'node:buffer';
import { Cursor } from './cursor.ts';
import { DOUBT } from './escapes.ts';
import { Fields, type Json, Raw, Text } from './json.ts';
import { type KeyKind, lookupKey } from './keys.ts';
import { Leaf, MAX_LEAVES, TemplateCache, type Trace } from './template.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const MAX_DEPTH = 60;
/** Members of a request without meaning here; with more of them JSON.parse is quicker. */
const MAX_REST = 100;
const SLOTS = 4096;
const NOWHERE: Json[] = [null];
const INDEX = /^\d{1,10}$/;

interface KeySlot {
  readonly raw: string;
  /** Number of the canonical name; -1 for a key without meaning here. */
  readonly id: number;
  readonly kind: KeyKind;
  readonly inside: KeyKind;
}

/** One scanner per thread: it remembers the spelling of keys, short words and whole lines' shapes. */
export class JsonScanner {
  private readonly cursor = new Cursor();
  private depth = 0;
  private readonly keys: (KeySlot | undefined)[] = new Array(SLOTS).fill(undefined);
  private readonly templates = new TemplateCache();
  private trace: Trace | null = null;

  /** Points the scanner at new bytes. */
  reset(bytes: Buffer): void {
    this.cursor.reset(bytes);
  }

  /** Reads the object in `[start, end)`; null when in doubt. The tree is valid until the next call. */
  scan(start: number, end: number): Fields | null {
    const { cursor, templates } = this;
    cursor.end = end;
    try {
      const known = templates.match(cursor, start);
      if (known !== null) return known;
      this.trace = templates.wantsTrace() ? { leaves: [] } : null;
      const fields = this.whole(start);
      if (fields !== null && this.trace !== null) {
        templates.learn(cursor.bytes, { start, end, root: fields, trace: this.trace });
      }
      return fields;
    } catch (error) {
      if (error === DOUBT) return null;
      throw error;
    }
  }

  private whole(start: number): Fields | null {
    const { cursor } = this;
    cursor.at = start;
    this.depth = 0;
    if (cursor.next() !== OPEN) return null;
    const fields = this.object(false);
    return cursor.peek() === -1 ? fields : null;
  }

  /** Reads the members of an object whose brace was taken. */
  private object(inRequest: boolean): Fields {
    if (++this.depth > MAX_DEPTH) throw DOUBT;
    const { cursor } = this;
    const fields = new Fields();
    let byte = cursor.next();
    if (byte !== CLOSE) {
      for (;;) {
        if (byte !== QUOTE) throw DOUBT;
        this.member(fields, inRequest);
        byte = cursor.next();
        if (byte === CLOSE) break;
        if (byte !== COMMA) throw DOUBT;
        byte = cursor.next();
      }
    }
    this.depth--;
    return fields;
  }

  private member(fields: Fields, inRequest: boolean): void {
    const { cursor } = this;
    const key = this.key();
    if (cursor.next() !== COLON) throw DOUBT;
    cursor.peek();
    const kind = inRequest ? key.inside : key.kind;
    if (key.id < 0 && inRequest) {
      // JSON.parse keeps the last of equal keys, and moves keys that are numbers to the front.
      if (INDEX.test(key.raw) || isCrowded(fields.rest, key.raw)) throw DOUBT;
      const pair: [string, Raw] = [key.raw, new Raw(cursor.bytes, 0, 0)];
      fields.rest ??= [];
      fields.rest.push(pair);
      this.raw(pair[1], pair as unknown as Json[], 1);
      return;
    }
    if (key.id < 0 || kind === 'drop') {
      const start = cursor.at;
      cursor.skip();
      this.leaf(Leaf.skip, NOWHERE, 0, start);
      return;
    }
    if (fields.ids.includes(key.id)) throw DOUBT;
    const at = fields.add(key.id, null);
    if (kind === 'raw')
      fields.values[at] = this.raw(new Raw(cursor.bytes, 0, 0), fields.values, at);
    else this.value(kind, inRequest, fields.values, at);
  }

  private raw(into: Raw, target: Json[], index: number): Raw {
    const { cursor } = this;
    const start = cursor.at;
    cursor.raw(into);
    this.leaf(Leaf.raw, target, index, start);
    return into;
  }

  /** Notes the leaf that was just read, for a template. */
  private leaf(kind: Leaf, target: Json[], index: number, start: number): void {
    if (this.trace === null) return;
    if (this.trace.leaves.push({ kind, target, index, start, end: this.cursor.at }) > MAX_LEAVES) {
      this.trace = null;
    }
  }

  /** Reads a value into `target[index]`. */
  private value(kind: KeyKind, inRequest: boolean, target: Json[], index: number): void {
    const { cursor } = this;
    const byte = cursor.peek();
    if (byte === OPEN) {
      cursor.at++;
      target[index] = this.object(inRequest || kind === 'request');
    } else if (byte === OPEN_LIST) {
      target[index] = this.list(kind, inRequest || kind === 'request');
    } else {
      const isWord = kind === 'word';
      const start = cursor.at;
      if (byte !== QUOTE) target[index] = cursor.literal(byte);
      else
        target[index] = isWord ? cursor.word() : cursor.text(new Text(cursor.bytes, 0, 0, false));
      this.leaf(isWord ? Leaf.word : Leaf.text, target, index, start);
    }
  }

  private list(kind: KeyKind, inRequest: boolean): Json[] {
    if (++this.depth > MAX_DEPTH) throw DOUBT;
    const { cursor } = this;
    cursor.at++;
    const items: Json[] = [];
    if (cursor.peek() === CLOSE_LIST) cursor.at++;
    else {
      for (;;) {
        items.push(null);
        this.value(kind, inRequest, items, items.length - 1);
        const byte = cursor.next();
        if (byte === CLOSE_LIST) break;
        if (byte !== COMMA) throw DOUBT;
      }
    }
    this.depth--;
    return items;
  }

  /** Takes a key; its quote was taken already. */
  private key(): KeySlot {
    const { cursor } = this;
    const { bytes, end } = cursor;
    const start = cursor.at;
    let at = start;
    let hash = 0;
    let byte = bytes[at]!;
    while (byte !== QUOTE) {
      if (byte === BACKSLASH || byte < 0x20 || at >= end) throw DOUBT;
      hash = (Math.imul(hash, 31) + byte) | 0;
      byte = bytes[++at]!;
    }
    if (at >= end) throw DOUBT;
    cursor.at = at + 1;
    const slot = (hash ^ (hash >>> 12)) & (SLOTS - 1);
    const known = this.keys[slot];
    if (known !== undefined && cursor.equals(known.raw, start, at)) return known;
    const raw = bytes.toString('utf8', start, at);
    const entry = lookupKey(raw);
    const made: KeySlot =
      entry === undefined
        ? { raw, id: -1, kind: 'drop', inside: 'raw' }
        : { raw, id: entry.id, kind: entry.kind, inside: entry.inside };
    this.keys[slot] = made;
    return made;
  }
}

/** Whether a key was there before, or too many keys to look were. */
function isCrowded(rest: Fields['rest'], key: string): boolean {
  return rest !== null && (rest.length > MAX_REST || rest.some(([raw]) => raw === key));
}
