/**
 * Inputs: CSV or JSON lines → records with their lines, in chunks.
 *
 * Takes bytes as they come, gives records as they are kept: the cells as a JSON array, or the line's
 * own object. Never skips what it cannot read: a stray quote or a broken line stops the run, with
 * file and line, before anything is asked. Never holds more than a chunk.
 */
import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { CsvError, type Info, parse } from 'csv-parse';
import { EXIT, UserError } from '../errors.ts';
import type { SpooledRow } from '../ledger/batch-rows.ts';
import type { InputFormat } from './settings.ts';

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
  const { head, all } = await peek(bytes);
  const isJson = options.format === 'auto' ? /^\s*\{/.test(head) : options.format === 'jsonl';
  const columns: string[] = [];
  const rows = isJson
    ? jsonRows(all, columns, options)
    : csvRows(all, columns, { ...options, head });
  return { columns, rows };
}

/** The beginning of a stream as text, and the stream with it. */
async function peek(bytes: AsyncIterable<Uint8Array>) {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  const chunk = first.done === true ? Buffer.alloc(0) : Buffer.from(first.value);
  async function* all(): AsyncGenerator<Buffer> {
    yield chunk;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      yield Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
  }
  return { head: chunk.toString('utf8', 0, 65_536).replace(/^\ufeff/, ''), all: all() };
}

async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  columns: string[],
  { head, hasHeader, name }: InputOptions & { readonly head: string },
): AsyncGenerator<SpooledRow[]> {
  let lastLine = 0;
  const parser = Readable.from(bytes).pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(head),
      info: true,
      relax_column_count_less: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_BYTES,
      // Told as it parses: an error comes before the records that wait to be taken.
      on_record(record, { lines }) {
        lastLine = lines;
        return record;
      },
    }),
  );
  let chunk: SpooledRow[] = [];
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: Info;
    }>) {
      const line = firstLine(record, info.lines);
      if (columns.length === 0) {
        columns.push(...columnsOf(record, hasHeader, name));
        if (hasHeader) continue;
      }
      chunk.push({ line, input: JSON.stringify(record) });
      if (chunk.length < CHUNK_ROWS) continue;
      yield chunk;
      chunk = [];
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // Of a quote that is never closed, the line of its row is worth more than that of the end.
    const isOpen = error.code === 'CSV_QUOTE_NOT_CLOSED';
    const line = isOpen ? lastLine + 1 : Number(error.lines);
    throw unreadable(`${name}:${line}`, error.code);
  }
  yield chunk;
}

/** The line a record begins on: its cells may hold line breaks. */
function firstLine(record: readonly string[], lastLine: number): number {
  let breaks = 0;
  for (const cell of record) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) breaks++;
  }
  return lastLine - breaks;
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
  const names = record.map((cell) => cell.trim());
  const twice = names.find((one, index) => one !== '' && names.indexOf(one) !== index);
  if (twice === undefined) return names.map((one, index) => one || `column_${index + 1}`);
  throw usage(`${name}:1: two columns are called '${twice}'`, 'give each column a name of its own');
}

const CSV_PROBLEMS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  CSV_INVALID_CLOSING_QUOTE: 'text follows a closing quote',
  INVALID_OPENING_QUOTE: 'a quote stands within a cell that does not begin with one',
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'there are more cells than columns',
  CSV_MAX_RECORD_SIZE: 'a row is longer than 64 MiB: is a quote left open?',
};

function unreadable(place: string, code: string): UserError {
  const problem = CSV_PROBLEMS[code] ?? `cannot be read as CSV (${code})`;
  return usage(`${place}: ${problem}`, 'put cells with quotes in quotes, and double each quote');
}

async function* jsonRows(
  bytes: AsyncIterable<Buffer>,
  columns: string[],
  { name }: InputOptions,
): AsyncGenerator<SpooledRow[]> {
  const known = new Set<string>();
  let chunk: SpooledRow[] = [];
  let line = 0;
  for await (const text of linesOf(bytes)) {
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
    throw usage(`${place}: not JSON`, 'each line is one JSON object');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw usage(`${place}: not a JSON object`, 'each line is one JSON object');
}

/** Lines by line feeds alone: a text may hold any other kind of line break. */
async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let isFirst = true;
  for await (const chunk of bytes) {
    let text = decoder.write(chunk);
    if (isFirst && text !== '') {
      text = text.replace(/^\ufeff/, '');
      isFirst = false;
    }
    const lines = text.split('\n');
    for (const line of lines.slice(0, -1)) {
      yield rest + line;
      rest = '';
    }
    rest += lines.at(-1) ?? '';
  }
  if (rest !== '') yield rest + decoder.end();
}

function usage(message: string, hint: string): UserError {
  return new UserError(EXIT.usage, message, hint);
}
