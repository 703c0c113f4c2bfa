/**
 * Inputs: CSV or JSON lines → records with their lines, in chunks.
 *
 * Takes bytes as they come, gzip too, gives records as they are kept: the cells as a JSON array, or the
 * line's own object. Never skips what it cannot read: a stray quote or a broken line stops the run, with
 * file and line, before anything is asked, or is handed on as what it is. Never holds more than a chunk.
 */
import { Buffer } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { usageError } from '../errors.ts';
import type { CsvMarks } from '../formats/csv-row.ts';
import type { SpooledRow } from '../ledger/batch-rows.ts';
import { CsvRecords, MAX_RECORD_BYTES, RecordFault } from './csv-records.ts';
import type { InputFormat } from './settings.ts';
import { headOf } from './stream-head.ts';
import { unpacked } from './unpack-input.ts';
import { asUtf8 } from './utf8-input.ts';

/** So much is looked at to find out the format, unless a line ends before. */
const HEAD_BYTES = 65_536;
const CHUNK_ROWS = 500;
/** Members of an OpenAI Batch line that are its request, not the user's own columns. */
const ENVELOPE: ReadonlySet<string> = new Set(['method', 'url', 'body']);
const MAX_COLUMNS = 1_000;

export interface InputOptions {
  /** For messages. */
  readonly name: string;
  readonly format: InputFormat;
  /** A column that is a number says that there is no header. */
  readonly hasHeader: boolean;
  /** Hands on records that cannot be read, and why, instead of stopping at the first one. */
  readonly keepsFaults?: boolean;
}

/** A record; one that cannot be read says why instead. */
export interface InputRow extends SpooledRow {
  readonly fault?: string;
}

/** The records of an input; `columns` are complete when all rows were read. */
export interface Input {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<InputRow[]>;
}

/** Opens an input. Throws UserError for what cannot be read. */
export async function readInput(
  bytes: AsyncIterable<Uint8Array>,
  options: InputOptions,
): Promise<Input> {
  const { head, all } = await peek(asUtf8(unpacked(bytes, options.name), options.name));
  const isJson = options.format === 'auto' ? /^\s*\{/.test(head) : options.format === 'jsonl';
  const columns: string[] = [];
  const rows = isJson
    ? jsonRows(all, columns, options)
    : csvRows(all, columns, { ...options, head });
  return { columns, rows };
}

/** The first line of a stream as text (and what came with it), and the stream with it. */
async function peek(bytes: AsyncIterable<Buffer>) {
  let length = 0;
  const { head: pieces, all } = await headOf(bytes, (piece) => {
    length += piece.length;
    return length >= HEAD_BYTES || piece.includes(0x0a);
  });
  const head = Buffer.concat(pieces).toString('utf8', 0, HEAD_BYTES);
  return { head: head.replace(/^\ufeff/, ''), all };
}

async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  columns: string[],
  { head, hasHeader, name, keepsFaults = false }: InputOptions & { readonly head: string },
): AsyncGenerator<InputRow[]> {
  const records = new CsvRecords(marksOf(head));
  let chunk: InputRow[] = [];
  for await (const piece of withEnd(bytes)) {
    records.add(piece);
    for (let cells = records.next(); cells !== null; cells = records.next()) {
      const { line } = records;
      if (columns.length === 0 && !(cells instanceof RecordFault)) {
        columns.push(...columnsOf(cells, hasHeader, name));
        if (hasHeader) continue;
      }
      // Without a header nothing can be read.
      chunk.push(
        csvRow(cells, columns, { line, name, keepsFaults: keepsFaults && columns.length > 0 }),
      );
      if (chunk.length < CHUNK_ROWS) continue;
      yield chunk;
      chunk = [];
    }
  }
  yield chunk;
}

/** A record with its line. Throws UserError where it cannot be read and faults are not kept. */
function csvRow(
  cells: readonly string[] | RecordFault,
  columns: readonly string[],
  { line, name, keepsFaults }: { line: number; name: string; keepsFaults: boolean },
): InputRow {
  const fault =
    !(cells instanceof RecordFault) && cells.length > columns.length
      ? crowded(cells, columns)
      : cells;
  if (!(fault instanceof RecordFault)) return { line, input: JSON.stringify(fault) };
  if (!keepsFaults) throw usageError(`${name}:${line}: ${fault.message}`, fault.hint);
  return { line, input: '', fault: fault.message };
}

/** The bytes, and null after the last ones. */
async function* withEnd(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  yield* bytes;
  yield null;
}

/** Rows end with line feeds, unless the first line shows that they end with returns alone. */
function marksOf(head: string): CsvMarks {
  const newline = /^[^\r\n]*\r(?!\n)/.test(head) && !head.includes('\n') ? '\r' : '\n';
  return { delimiter: delimiterOf(head).charCodeAt(0), newline: newline.charCodeAt(0) };
}

/** What separates the cells of the first line: whatever stands in it most often. */
export function delimiterOf(head: string): string {
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

function crowded({ length }: readonly string[], columns: readonly string[]): RecordFault {
  return new RecordFault(
    `${length} cells, and the first row has ${columns.length}`,
    'put each cell that holds a separator in quotes: "Hello, world"',
  );
}

async function* jsonRows(
  bytes: AsyncIterable<Buffer>,
  columns: string[],
  { name, keepsFaults = false }: InputOptions,
): AsyncGenerator<InputRow[]> {
  const known = new Set<string>();
  let chunk: InputRow[] = [];
  let line = 0;
  for await (const text of linesOf(bytes, name)) {
    line++;
    const input = text.trim();
    if (input === '') continue;
    const record = parseLine(input);
    if (typeof record === 'string') {
      if (!keepsFaults)
        throw usageError(`${name}:${line}: ${record}`, 'each line is one JSON object');
      chunk.push({ line, input: '', fault: record });
    } else {
      for (const member of Object.keys(record)) {
        if (known.has(member) || ENVELOPE.has(member) || known.size >= MAX_COLUMNS) continue;
        known.add(member);
        columns.push(member);
      }
      chunk.push({ line, input });
    }
    if (chunk.length < CHUNK_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  yield chunk;
}

/** The object of a line, or why it has none. */
function parseLine(text: string): object | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return 'not JSON';
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  return 'not a JSON object';
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
