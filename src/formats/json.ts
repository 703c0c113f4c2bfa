/**
 * The values a log line is read into: a sparse tree of what means something here.
 *
 * Takes parsed JSON, gives the tree the byte scanner makes of the same bytes; dialects never know
 * which of the two made it. Never decodes a long text: it stays a view of the line's bytes.
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

  /** Length in bytes. */
  get length(): number {
    return this.end - this.start;
  }

  /** The value as compact JSON text. */
  toString(): string {
    return bufferOf(this.bytes).toString('utf8', this.start, this.end);
  }
}

export type Json = string | number | boolean | null | Text | Raw | Fields | Json[];

/** The members of a JSON object by the numbers of their names; of equal names the last one counts. */
export class Fields {
  /** Numbers of canonical names (keys.ts). */
  readonly ids: number[] = [];
  readonly values: Json[] = [];
  /** What is remembered about this object while it is filled again and again (roles.ts). */
  memo: object | null = null;
  /** Members without meaning here that may still shape an answer: only inside requests. */
  rest: [name: string, value: Raw][] | null = null;
  /** A bit for the last five bits of each id: most names that are asked for are not there. */
  #mask = 0;

  /** Adds a member and gives its place among the values. */
  add(id: number, value: Json): number {
    this.#mask |= 1 << id;
    this.ids.push(id);
    return this.values.push(value) - 1;
  }

  /** The value under a name. */
  get(id: number): Json | undefined {
    if ((this.#mask & (1 << id)) === 0) return undefined;
    const { ids } = this;
    for (let i = ids.length - 1; i >= 0; i--) if (ids[i] === id) return this.values[i];
    return undefined;
  }

  /** The object under a name, if it is one. */
  fields(id: number): Fields | undefined {
    const value = this.get(id);
    return value instanceof Fields ? value : undefined;
  }

  /** Whether there is a value other than null under a name. */
  has(id: number): boolean {
    const value = this.get(id);
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

/** Thrown for a value that is nested deeper than any log's; the line becomes a Rejected. */
export class TooDeep extends Error {
  constructor() {
    super(`nested deeper than ${MAX_DEPTH} levels`);
  }
}

/**
 * Turns a parsed JSON value into the tree, the way the byte scanner would have read it.
 * Throws TooDeep below 200 levels of nesting.
 */
export function treeOf(value: unknown, inRequest = false): Json {
  return convert(value, 'word', inRequest, 0);
}

function convert(value: unknown, kind: string, inRequest: boolean, depth: number): Json {
  if (depth > MAX_DEPTH) throw new TooDeep();
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
  for (const rawKey in value) {
    const member = (value as Readonly<Record<string, unknown>>)[rawKey];
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
    fields.add(entry.id, convert(member, kind, inside, depth + 1));
  }
  return fields;
}

function rawOf(value: unknown): Raw {
  const bytes = Buffer.from(compactJson(value), 'utf8');
  return new Raw(bytes, 0, bytes.length);
}

/** JSON.stringify goes down level by level, and there is no telling how many the stack has. */
function compactJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    if (error instanceof RangeError) throw new TooDeep();
    throw error;
  }
}

/** What a JSON text says; undefined if it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A raw value as JSON.stringify writes it; null if it is damaged. */
export function compactText(raw: Raw): string | null {
  const value = parseJson(raw.toString());
  return value === undefined ? null : compactJson(value);
}
