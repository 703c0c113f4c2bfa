/**
 * The values a log line is read into: a sparse tree of what means something here.
 *
 * Long texts are not decoded: they stay views of the line's bytes. The tree is the same whether the
 * byte scanner made it or JSON.parse did; dialects never know which.
 */
import { Buffer } from 'node:buffer';
import { lookupKey } from './keys.ts';

/** A JSON string left in place: canonical JSON-escaped UTF-8, as JSON.stringify would write it. */
export class Text {
  constructor(
    public bytes: Uint8Array,
    public start: number,
    public end: number,
    /** Whether it holds backslash escapes. */
    public escaped: boolean,
  ) {}

  /** Makes this the view of another string: the scanner uses its views again. */
  point(bytes: Uint8Array, start: number, end: number, escaped: boolean): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.escaped = escaped;
    return this;
  }

  /** Length in bytes as stored, escapes included. */
  get length(): number {
    return this.end - this.start;
  }

  /** The decoded string. */
  toString(): string {
    const raw = bufferOf(this.bytes).toString('utf8', this.start, this.end);
    return this.escaped ? decodeEscapes(raw) : raw;
  }

  /** Whether the text begins with ASCII `prefix`. */
  startsWith(prefix: string): boolean {
    if (this.length < prefix.length) return false;
    for (let i = 0; i < prefix.length; i++) {
      if (this.bytes[this.start + i] !== prefix.charCodeAt(i)) return false;
    }
    return true;
  }
}

/** Decodes escapes; a raw control character, which JSON forbids and logs hold all the same, stays. */
function decodeEscapes(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const quoted = [...raw].map((unit) => (unit < ' ' ? JSON.stringify(unit).slice(1, -1) : unit));
    return JSON.parse(`"${quoted.join('')}"`) as string;
  }
}

/** A whole JSON value left in place. */
export class Raw {
  constructor(
    public bytes: Uint8Array,
    public start: number,
    public end: number,
  ) {}

  /** Makes this the view of another value. */
  point(bytes: Uint8Array, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    return this;
  }

  /** The value as compact JSON text. */
  toString(): string {
    return bufferOf(this.bytes).toString('utf8', this.start, this.end);
  }
}

export type Json = string | number | boolean | null | Text | Raw | Fields | Json[];

/** The members of a JSON object under their canonical names; of equal names the last one counts. */
export class Fields {
  readonly names: string[] = [];
  readonly values: Json[] = [];
  /** What a reader remembers about this object while it is filled again and again (roles.ts). */
  memo: object | null = null;
  /** Members without meaning here that may still shape an answer: only inside requests. */
  rest: [name: string, value: Raw][] | null = null;

  /** The value under a canonical name. */
  get(name: string): Json | undefined {
    const { names } = this;
    for (let i = names.length - 1; i >= 0; i--) if (names[i] === name) return this.values[i];
    return undefined;
  }

  /** The object under a canonical name, if it is one. */
  fields(name: string): Fields | undefined {
    const value = this.get(name);
    return value instanceof Fields ? value : undefined;
  }

  /** Whether there is a value other than null under a canonical name. */
  has(name: string): boolean {
    const value = this.get(name);
    return value !== undefined && value !== null;
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A decoded string as a Text over bytes of its own. */
export function textOf(value: string): Text {
  const escaped = JSON.stringify(value).slice(1, -1);
  const bytes = Buffer.from(escaped, 'utf8');
  return new Text(bytes, 0, bytes.length, escaped.includes('\\'));
}

const MAX_DEPTH = 200;

/**
 * Turns a parsed JSON value into the tree, the way the byte scanner would have read it.
 * Throws RangeError below 200 levels of nesting.
 */
export function treeOf(value: unknown, inRequest = false): Json {
  return convert(value, 'word', inRequest, 0);
}

function convert(value: unknown, kind: string, inRequest: boolean, depth: number): Json {
  if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} levels`);
  if (kind === 'raw') return rawOf(value);
  if (typeof value === 'string') return kind === 'word' ? value : textOf(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  const inside = inRequest || kind === 'request';
  if (Array.isArray(value)) return value.map((item) => convert(item, kind, inside, depth + 1));
  if (typeof value !== 'object') return null;
  return convertObject(value, inside, depth);
}

function convertObject(value: object, inside: boolean, depth: number): Fields {
  const fields = new Fields();
  for (const [rawKey, member] of Object.entries(value)) {
    const entry = lookupKey(rawKey);
    if (entry === undefined) {
      if (inside) {
        fields.rest ??= [];
        fields.rest.push([rawKey, rawOf(member)]);
      }
      continue;
    }
    const kind = inside ? entry.inside : entry.kind;
    if (kind === 'drop') continue;
    fields.names.push(entry.name);
    fields.values.push(convert(member, kind, inside, depth + 1));
  }
  return fields;
}

function rawOf(value: unknown): Raw {
  const bytes = Buffer.from(JSON.stringify(value) ?? 'null', 'utf8');
  return new Raw(bytes, 0, bytes.length);
}
