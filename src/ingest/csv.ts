/**
 * CSV: rows under a header of any of the usual names → packed calls.
 *
 * Takes the chunks of a log and its delimiter; each row is read as a flat record, or as whatever the
 * JSON in its cells says. A row that cannot be parsed is a reject, the next one is read all the same.
 */
import type { Buffer } from 'node:buffer';
import { type CsvError, type Info, type Parser, parse } from 'csv-parse';
import { isRejected } from '../domain/reject.ts';
import type { Dialect } from '../formats/dialect.ts';
import { Fields, treeOf } from '../formats/json.ts';
import { readRecord } from '../formats/read.ts';
import type { CallBatch } from '../ledger/batch.ts';
import type { Packer } from './pack.ts';

const NEWLINE = 0x0a;
const BATCH_CALLS = 2_000;

/** A log to read as CSV; rows before `from` were read earlier. */
export interface CsvInput {
  readonly chunks: AsyncGenerator<Buffer>;
  readonly delimiter: string;
  readonly from: number;
  readonly linesBefore: number;
  readonly packer: Packer;
  /** Every row is of this dialect; null to find out. */
  readonly forced: Dialect | null;
}

interface Row {
  readonly info: Info;
  readonly record: Record<string, string>;
}

/** Reads the rows of a log. */
export async function* readCsv(input: CsvInput): AsyncGenerator<CallBatch> {
  const reading = new Reading(input);
  for await (const chunk of input.chunks) {
    reading.write(chunk);
    if (reading.pending >= BATCH_CALLS) yield reading.take();
  }
  await reading.end();
  yield reading.take();
}

class Reading {
  readonly #parser: Parser;
  #line: number;
  #lineTaken: number;
  #skippedLine = -1;
  #offset = 0;
  /** Where the last row starts. */
  #lastRow = 0;
  #lastLine = 0;
  #lastByte = NEWLINE;
  pending = 0;

  constructor(private readonly input: CsvInput) {
    this.#line = 0;
    this.#lineTaken = input.linesBefore;
    this.#parser = parse({
      bom: true,
      columns: (header: string[]) => this.#header(header),
      delimiter: input.delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      on_skip: (error) => this.#skipped(error),
    });
  }

  #header(cells: readonly string[]): string[] {
    this.#offset = this.#parser.info.bytes;
    this.#line = this.#parser.info.lines;
    return cells.map((cell) => cell.trim());
  }

  write(chunk: Buffer): void {
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
    this.#parser.write(chunk);
    this.#drain();
  }

  async end(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => {
      this.#parser.on('end', resolve);
      this.#parser.on('error', reject);
      this.#parser.on('data', (row: Row) => {
        try {
          this.#row(row);
        } catch (error) {
          reject(error);
        }
      });
    });
    this.#parser.end();
    await ended;
    // A last row without a line break may go on: it counts, and is read again next time.
    if (this.#lastByte !== NEWLINE) {
      this.#offset = this.#lastRow;
      this.#line = this.#lastLine;
    }
  }

  #drain(): void {
    for (
      let row = this.#parser.read() as Row | null;
      row !== null;
      row = this.#parser.read() as Row | null
    ) {
      this.#row(row);
    }
  }

  #row({ info, record }: Row): void {
    const byteOffset = this.#offset;
    this.#lastRow = byteOffset;
    const byteLength = info.bytes - byteOffset;
    const line = this.#line;
    this.#lastLine = line;
    this.#offset = info.bytes;
    this.#line = info.lines;
    if (byteOffset < this.input.from) return;
    this.pending++;
    const place = { line: line - this.#lineTaken, byteOffset, byteLength };
    const read = readRow(record, this.input.forced);
    if (isRejected(read)) {
      this.input.packer.reject({ ...place, reason: read.reason, detail: read.detail });
      return;
    }
    const bytes = new TextEncoder().encode(JSON.stringify(record));
    this.input.packer.addAll(read, place, { bytes, start: 0, end: bytes.length });
  }

  #skipped(error: CsvError | undefined): undefined {
    const line = Math.max(
      this.#line,
      (typeof error?.lines === 'number' ? error.lines : this.#line + 1) - 1,
    );
    // The parser tells of each stray quote, and of rows that were read earlier.
    const start = typeof error?.bytes === 'number' ? error.bytes : this.input.from;
    if (line === this.#skippedLine || start < this.input.from) return;
    this.#skippedLine = line;
    const isCut = error?.code === 'CSV_QUOTE_NOT_CLOSED';
    this.pending++;
    this.input.packer.reject({
      line: line - this.#lineTaken,
      byteOffset: this.#offset,
      byteLength: 0,
      reason: isCut ? 'incomplete_line' : 'invalid_csv',
      detail: `not a valid row (${error?.code ?? 'unknown error'})`,
    });
  }

  take(): CallBatch {
    const lines = Math.max(0, this.#line - this.#lineTaken);
    this.#lineTaken += lines;
    this.pending = 0;
    return this.input.packer.take({ lines, endOffset: this.#offset, tail: null });
  }
}

function readRow(record: Record<string, string>, forced: Dialect | null) {
  const tree = treeOf(record);
  if (tree instanceof Fields) return readRecord(tree, forced === null ? null : [forced]);
  return { reason: 'unknown_shape', detail: 'the row has no cells' } as const;
}
