/**
 * The door of the formats: the bytes of one record → calls, or why it is none.
 *
 * Takes bytes of one JSON object, or the cells of a CSV row. Never throws for bad data: what cannot
 * be read is a Rejected, and its detail never holds text of the log.
 */
import type { Buffer } from 'node:buffer';
import { isRejected, type Rejected } from '../domain/reject.ts';
import type { ReadCall } from './assemble.ts';
import type { Dialect } from './dialect.ts';
import { DIALECTS } from './index.ts';
import { Fields, type Json, treeOf } from './json.ts';
import { readRoles } from './roles.ts';
import { JsonScanner } from './scan.ts';
import { BadValue } from './values.ts';

/** A call; or, of a wrapper of many records, one that is none. */
export type ReadItem = ReadCall | Rejected;

/** Reads the records of one thread; `reset` before each new buffer. */
export class RecordReader {
  readonly #scanner = new JsonScanner();
  readonly #forced: readonly Dialect[] | null;
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

  /** Reads the record in `[start, end)` of the bytes. */
  read(start: number, end: number): ReadItem[] | Rejected {
    const record = this.#scanner.scan(start, end) ?? parseRecord(this.#bytes, start, end);
    return record instanceof Fields ? readRecord(record, this.#forced) : record;
  }
}

/** Reads a record whose tree is made already. */
export function readRecord(
  record: Fields,
  forced: readonly Dialect[] | null = null,
): ReadItem[] | Rejected {
  try {
    const values = readRoles(record);
    for (const dialect of forced ?? DIALECTS) {
      const calls = dialect.read(record, values);
      if (calls !== null) return calls;
    }
    return unwrap(record, forced) ?? unknownShape(record);
  } catch (error) {
    if (error instanceof BadValue) return error.rejected;
    if (error instanceof RangeError) return { reason: 'unknown_shape', detail: error.message };
    throw error;
  }
}

/** Lists of records that exports wrap in one object. */
const LISTS = [
  'data',
  'logs',
  'items',
  'rows',
  'results',
  'records',
  'events',
  'runs',
  'usage',
  'entries',
  'calls',
  'requests',
];

const NO_RECORD: Rejected = { reason: 'not_an_object', detail: 'an item of a list is no object' };

/** What the records in a wrapper are; null if none of them is a call. */
function unwrap(record: Fields, forced: readonly Dialect[] | null): ReadItem[] | null {
  for (const name of LISTS) {
    const list = record.get(name);
    if (!Array.isArray(list) || !(list[0] instanceof Fields)) continue;
    const items: ReadItem[] = [];
    for (const item of list) {
      const read = item instanceof Fields ? readRecord(item, forced) : NO_RECORD;
      if (Array.isArray(read)) for (const inner of read) items.push(inner);
      else items.push(read);
    }
    if (items.some((item) => !isRejected(item))) return items;
  }
  return null;
}

function unknownShape(record: Fields): Rejected {
  const keys = record.names.slice(0, 8).join(', ');
  const known = keys === '' ? 'no key with a meaning here' : `known keys: ${keys}`;
  return { reason: 'unknown_shape', detail: `no dialect matches; ${known}` };
}

/** Reads a record with JSON.parse, the judge of every line the scanner is in doubt about. */
export function parseRecord(bytes: Buffer, start: number, end: number): Fields | Rejected {
  let tree: Json;
  try {
    tree = treeOf(JSON.parse(bytes.toString('utf8', start, end)));
  } catch (error) {
    if (error instanceof SyntaxError)
      return { reason: 'invalid_json', detail: syntaxDetail(error) };
    if (error instanceof RangeError)
      return { reason: 'invalid_json', detail: error.message.slice(0, 80) };
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
