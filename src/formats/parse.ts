/**
 * The door of the formats: the bytes of one record → calls, or why it is none.
 *
 * Takes bytes of one JSON object, or the cells of a CSV row. Never throws for bad data: what cannot
 * be read is a Rejected, and its detail never holds text of the log.
 */
import type { Buffer } from 'node:buffer';
import { isRejected, type Rejected } from '../domain/reject.ts';
import type { ParsedCall } from './assemble.ts';
import type { Dialect } from './dialect.ts';
import { DIALECTS } from './index.ts';
import { Fields, type Json, TooDeep, treeOf } from './json.ts';
import { KEY_NAMES, keysOf } from './keys.ts';
import { Memory } from './memory.ts';
import { rolesOf } from './roles.ts';
import { JsonScanner } from './scan.ts';
import { BadValue } from './values.ts';

/** A call; or, of a wrapper of many records, one that is none. */
export type ParsedItem = ParsedCall | Rejected;

/** Parses the records of one thread; `reset` before each new buffer. */
export class RecordParser {
  readonly #scanner = new JsonScanner();
  readonly #forced: readonly Dialect[] | null;
  readonly #memory = new Memory();
  #bytes!: Buffer;

  /** With a dialect, every record is read as that one. */
  constructor(forced: Dialect | null) {
    this.#forced = forced === null ? null : [forced];
  }

  /** Points the reader at new bytes. */
  reset(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#scanner.reset(bytes);
  }

  /** The calls of the record in `[start, end)` of the bytes, or why it is none. */
  parse(start: number, end: number): ParsedItem[] | Rejected {
    const record = this.#scanner.scan(start, end) ?? parseRecord(this.#bytes, start, end);
    return record instanceof Fields ? callsOf(record, this.#forced, this.#memory) : record;
  }
}

/** The calls of a record whose tree is made already, or why it is none. */
export function callsOf(
  record: Fields,
  forced: readonly Dialect[] | null = null,
  memory = new Memory(),
): ParsedItem[] | Rejected {
  try {
    const values = rolesOf(record);
    for (const dialect of forced ?? DIALECTS) {
      const calls = dialect.parse(record, values, memory);
      if (calls !== null) return calls;
    }
    return unwrap(record, forced, memory) ?? unknownShape(record);
  } catch (error) {
    if (error instanceof BadValue) return error.rejected;
    if (error instanceof TooDeep) return { reason: 'unknown_shape', detail: error.message };
    throw error;
  }
}

/** Lists of records that exports wrap in one object. */
const LISTS = keysOf(
  'data logs items rows results records events runs usage entries calls requests',
);

const NO_RECORD: Rejected = { reason: 'not_an_object', detail: 'an item of a list is no object' };

/** What the records in a wrapper are; null if none of them is a call. */
function unwrap(
  record: Fields,
  forced: readonly Dialect[] | null,
  memory: Memory,
): ParsedItem[] | null {
  for (const id of LISTS) {
    const list = record.get(id);
    if (!Array.isArray(list) || !(list[0] instanceof Fields)) continue;
    const items: ParsedItem[] = [];
    for (const item of list) {
      const read = item instanceof Fields ? callsOf(item, forced, memory) : NO_RECORD;
      if (Array.isArray(read)) for (const inner of read) items.push(inner);
      else items.push(read);
    }
    if (items.some((item) => !isRejected(item))) return items;
  }
  return null;
}

function unknownShape(record: Fields): Rejected {
  const keys = record.ids
    .slice(0, 8)
    .map((id) => KEY_NAMES[id])
    .join(', ');
  const known = keys === '' ? 'no key with a meaning here' : `known keys: ${keys}`;
  return { reason: 'unknown_shape', detail: `no dialect matches; ${known}` };
}

/** The tree of a record by JSON.parse, the judge of every line the scanner is in doubt about. */
export function parseRecord(bytes: Buffer, start: number, end: number): Fields | Rejected {
  let tree: Json;
  try {
    tree = treeOf(JSON.parse(bytes.toString('utf8', start, end)));
  } catch (error) {
    if (error instanceof SyntaxError)
      return { reason: 'invalid_json', detail: syntaxDetail(error) };
    if (error instanceof TooDeep) return { reason: 'invalid_json', detail: error.message };
    throw error;
  }
  return tree instanceof Fields
    ? tree
    : { reason: 'not_an_object', detail: 'the line is JSON, but no object' };
}

/** The place of a syntax error without the text around it. */
function syntaxDetail(error: SyntaxError): string {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  if (position !== undefined) return `not valid JSON at byte ${position} of the line`;
  return /end of JSON|Unterminated/i.test(error.message)
    ? 'the JSON ends too early'
    : 'not valid JSON';
}
