/**
 * Inputs: CSV or JSON lines → records with their lines, in chunks.
 *
 * Takes bytes as they come, gives records as they are kept: the cells as a JSON array, or the line's
 * own object. Never skips what it cannot read: a stray quote or a broken line stops the run, with
 * file and line, before anything is asked. Never holds more than a chunk.
 */
import { Buffer } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { type UserError, usageError } from '../errors.ts';
import { type CsvMarks, RowReader, type RowStatus } from '../formats/csv-row.ts';
import type { SpooledRow } from '../ledger/batch-rows.ts';
import type { InputFormat } from './settings.ts';
import { asUtf8 } from './utf8-input.ts';

const QUOTE = 0x22;
const BOM = Buffer.from('\ufeff');
/** So much is looked at to find out the format, unless a line ends before. */
const HEAD_BYTES = 65_536;
const CHUNK_ROWS = 500;
/** No record is longer: an unclosed quote would take the rest of the file. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** Members of an OpenAI Batch line that are its request, not the user's own columns. */
const ENVELOPE: ReadonlySet<string> = new Set(['method', 'url', 'body']);
const MAX_COLUMNS = 1_000;

export interface InputOptions {
  /** For messages. */
  readonly name: string;
  readonly format: InputFormat;
  /** A column that is a number says that there is no header. */
  readonly hasHeader: boolean;
}

/** The records of an input; `columns` are complete when all rows were read. */
export interface Input {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<SpooledRow[]>;
}

/** Opens an input. Throws UserError for what cannot be read. */
export async function readInput(
  bytes: AsyncIterable<Uint8Array>,
  options: InputOptions,
): Promise<Input> {
  const { head, all } = await peek(asUtf8(bytes, options.name));
  const isJson = options.format === 'auto' ? /^\s*\{/.test(head) : options.format === 'jsonl';
  const columns: string[] = [];
  const rows = isJson
    ? jsonRows(all, columns, options)
    : csvRows(all, columns, { ...options, head });
  return { columns, rows };
}

/** The first line of a stream as text (and what came with it), and the stream with it. */
async function peek(bytes: AsyncIterable<Buffer>) {
  const iterator = bytes[Symbol.asyncIterator]();
  const pieces: Buffer[] = [];
  let length = 0;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    const piece = next.value;
    pieces.push(piece);
    length += piece.length;
    if (length >= HEAD_BYTES || piece.includes(0x0a)) break;
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield* pieces.splice(0);
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield next.value;
      }
    } finally {
      // Of an input that cannot be read the rest is not: its file is closed.
      await iterator.return?.();
    }
  }
  const head = Buffer.concat(pieces).toString('utf8', 0, HEAD_BYTES);
  return { head: head.replace(/^\ufeff/, ''), all: all() };
}

async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  columns: string[],
  { head, hasHeader, name }: InputOptions & { readonly head: string },
): AsyncGenerator<SpooledRow[]> {
  const records = new CsvRecords(marksOf(head), name);
  let chunk: SpooledRow[] = [];
  for await (const piece of withEnd(bytes)) {
    records.add(piece);
    for (let cells = records.next(); cells !== null; cells = records.next()) {
      if (columns.length === 0) {
        columns.push(...columnsOf(cells, hasHeader, name));
        if (hasHeader) continue;
      }
      if (cells.length > columns.length) throw crowded(`${name}:${records.line}`, cells, columns);
      chunk.push({ line: records.line, input: JSON.stringify(cells) });
      if (chunk.length < CHUNK_ROWS) continue;
      yield chunk;
      chunk = [];
    }
  }
  yield chunk;
}

/** The bytes, and null after the last ones. */
async function* withEnd(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  yield* bytes;
  yield null;
}

/** The records of a CSV, of bytes as they come. */
class CsvRecords {
  readonly #reader: RowReader;
  readonly #name: string;
  #held: Buffer = Buffer.alloc(0);
  #at = 0;
  #pieces: Buffer[] = [];
  /** Bytes that are not read yet, and how many there have to be until it is tried again. */
  #left = 0;
  #enough = BOM.length;
  #isFirst = true;
  #isFinal = false;
  /** Of the record that `next` gave, from 1. */
  line = 1;
  #nextLine = 1;

  constructor(marks: CsvMarks, name: string) {
    this.#reader = new RowReader(marks);
    this.#name = name;
  }

  /** Takes more bytes; null: there are no more. */
  add(piece: Buffer | null): void {
    if (piece === null) this.#isFinal = true;
    else this.#pieces.push(piece);
    this.#left += piece?.length ?? 0;
  }

  /** Makes one buffer of what is left and what came since. */
  #join(): void {
    const [first] = this.#pieces;
    if (first === undefined) return;
    const rest = this.#held.subarray(this.#at);
    const isAll = rest.length === 0 && this.#pieces.length === 1;
    this.#held = isAll ? first : Buffer.concat([rest, ...this.#pieces]);
    this.#at = 0;
    this.#pieces = [];
    if (this.#isFirst && this.#held.subarray(0, BOM.length).equals(BOM)) this.#skip(BOM.length);
    this.#isFirst = false;
  }

  #skip(to: number): void {
    this.#left -= to - this.#at;
    this.#at = to;
  }

  /** The cells of the next record; null: it is not all there. Throws UserError. */
  next(): string[] | null {
    if (!this.#isFinal && this.#left < this.#enough) return null;
    this.#join();
    while (this.#at < this.#held.length) {
      const status = this.#reader.read(this.#held, this.#at, this.#isFinal);
      if (status === 'more') return this.#wait();
      this.line = this.#nextLine;
      this.#checkRow(status);
      this.#nextLine += this.#reader.lines;
      // An empty cell in quotes is a row; a line without anything is none.
      const isQuoted = this.#held[this.#at] === QUOTE;
      this.#skip(this.#reader.end);
      this.#enough = 0;
      if (isQuoted || !this.#reader.isBlank) return this.#reader.cells;
    }
    return null;
  }

  #wait(): null {
    if (this.#left > MAX_RECORD_BYTES) throw unreadable(`${this.#name}:${this.#nextLine}`, 'long');
    this.#enough = this.#left * 2;
    return null;
  }

  #checkRow(status: RowStatus): void {
    const place = `${this.#name}:${this.line}`;
    if (status === 'row' && !this.#reader.hasStrayQuote) return;
    if (status === 'row') throw unreadable(place, 'stray');
    // Were there more bytes, an open quote could still be closed.
    const isOpen = this.#reader.read(this.#held, this.#at, false) === 'more';
    throw unreadable(place, isOpen ? 'open' : 'text');
  }
}

/** Rows end with line feeds, unless the first line shows that they end with returns alone. */
function marksOf(head: string): CsvMarks {
  const newline = /^[^\r\n]*\r(?!\n)/.test(head) && !head.includes('\n') ? '\r' : '\n';
  return { delimiter: delimiterOf(head).charCodeAt(0), newline: newline.charCodeAt(0) };
}

/** What separates the cells of the first line: whatever stands in it most often. */
function delimiterOf(head: string): string {
  const [line = ''] = head.split(/\r?\n/, 1);
  const bare = line.replace(/"(?:[^"]|"")*"/g, '');
  const counts = [',', ';', '\t'].map((mark) => ({ mark, times: bare.split(mark).length }));
  return counts.reduce((best, one) => (one.times > best.times ? one : best)).mark;
}

function columnsOf(record: readonly string[], hasHeader: boolean, name: string): string[] {
  if (!hasHeader) return record.map((_, index) => `column_${index + 1}`);
  const names = record.map((cell, index) => cell.trim() || `column_${index + 1}`);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice === undefined) return names;
  throw usageError(
    `${name}:1: two columns are called '${twice}'`,
    'give each column a name of its own',
  );
}

const QUOTE_HINT = 'put cells with quotes in quotes, and double each quote';
const CSV_PROBLEMS = {
  open: ['a quote is not closed', QUOTE_HINT],
  text: ['text follows a closing quote', QUOTE_HINT],
  stray: ['a quote stands within a cell that does not begin with one', QUOTE_HINT],
  long: ['a row is longer than 64 MiB', 'close the quote that is left open, or leave the row out'],
} as const;

function crowded(place: string, { length }: readonly string[], columns: readonly string[]) {
  const message = `${place}: ${length} cells, and the first row has ${columns.length}`;
  return usageError(message, 'put each cell that holds a separator in quotes: "Hello, world"');
}

function unreadable(place: string, problem: keyof typeof CSV_PROBLEMS): UserError {
  const [message, hint] = CSV_PROBLEMS[problem];
  return usageError(`${place}: ${message}`, hint);
}

async function* jsonRows(
  bytes: AsyncIterable<Buffer>,
  columns: string[],
  { name }: InputOptions,
): AsyncGenerator<SpooledRow[]> {
  const known = new Set<string>();
  let chunk: SpooledRow[] = [];
  let line = 0;
  for await (const text of linesOf(bytes, name)) {
    line++;
    const input = text.trim();
    if (input === '') continue;
    for (const member of Object.keys(parseLine(input, `${name}:${line}`))) {
      if (known.has(member) || ENVELOPE.has(member) || known.size >= MAX_COLUMNS) continue;
      known.add(member);
      columns.push(member);
    }
    chunk.push({ line, input });
    if (chunk.length < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  yield chunk;
}

function parseLine(text: string, place: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw usageError(`${place}: not JSON`, 'each line is one JSON object');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw usageError(`${place}: not a JSON object`, 'each line is one JSON object');
}

/** Lines by line feeds alone: a text may hold any other kind of line break. */
async function* linesOf(bytes: AsyncIterable<Buffer>, name: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let isFirst = true;
  let line = 1;
  for await (const chunk of bytes) {
    let piece = decoder.write(chunk);
    if (isFirst && piece !== '') {
      piece = piece.replace(/^\ufeff/, '');
      isFirst = false;
    }
    const lines = piece.split('\n');
    for (const text of lines.slice(0, -1)) {
      yield rest + text;
      rest = '';
      line++;
    }
    rest += lines.at(-1) ?? '';
    // No text has more characters than bytes.
    if (rest.length > MAX_RECORD_BYTES) {
      throw usageError(`${name}:${line}: a line is longer than 64 MiB`, 'leave it out');
    }
  }
  if (rest !== '') yield rest + decoder.end();
}
