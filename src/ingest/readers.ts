/**
 * Readers: the way to read a log that fits its framing and its size.
 *
 * Takes an open log and how far it was read, gives batches with the sender whose dictionaries they
 * speak of. Starts threads only for what is worth them. Never writes.
 */
import type { Dialect } from '../formats/dialect.ts';
import { dialectNamed } from '../formats/index.ts';
import { RecordParser } from '../formats/parse.ts';
import type { Source } from '../ledger/sources.ts';
import { readCsv } from './csv.ts';
import type { Framing } from './framing.ts';
import { HEAD_BYTES } from './head.ts';
import { type LineOptions, LineParser } from './lines.ts';
import type { LogFile } from './log-file.ts';
import { Packer } from './pack.ts';
import { type SentBatch, WorkerPool } from './pool.ts';
import { jobsOf, stretchesOf } from './stretches.ts';
import { readValues } from './values.ts';

/** How far a log was read. */
type ReadFrom = Pick<Source, 'ingestedBytes' | 'lines'>;

/** Below this a worker is not worth its start. */
const POOL_FROM_BYTES = 12 * 1024 * 1024;

/** Reads the logs of one run. */
export class Readers {
  readonly #options: LineOptions;
  readonly #threads: number;
  readonly #forced: Dialect | null;
  /** Dictionaries: one for each thread of the pool, one for this thread's lines, one for each other file. */
  readonly #ownSender: number;
  #nextSender: number;
  #pool: WorkerPool | null = null;
  #parser: LineParser | null = null;

  /** With 0 threads, everything is read in this one. */
  constructor(options: LineOptions, threads: number) {
    this.#options = options;
    this.#threads = threads;
    this.#forced = dialectNamed(options.inputFormat ?? '') ?? null;
    this.#ownSender = threads;
    this.#nextSender = threads + 1;
  }

  /** Reads a log from where its source was left. */
  batches(log: LogFile, framing: Framing, source: ReadFrom): AsyncGenerator<SentBatch> {
    if (framing.kind === 'csv') return this.#rows(log, framing.delimiter, source);
    if (framing.kind === 'values') return this.#values(log, source.ingestedBytes);
    if (this.#usesPool(log)) return this.#pooled().run(jobsOf(log, source.ingestedBytes));
    return this.#lines(log, source.ingestedBytes);
  }

  async *#rows(log: LogFile, delimiter: string, source: ReadFrom): AsyncGenerator<SentBatch> {
    const sender = this.#nextSender++;
    const rows = readCsv({
      chunks: log.chunks(),
      delimiter,
      from: source.ingestedBytes,
      linesBefore: source.lines,
      packer: this.#packer(),
      forced: this.#forced,
      isDamaged: () => log.damage() !== null,
    });
    for await (const batch of rows) yield { batch, sender };
  }

  async *#values(log: LogFile, from: number): AsyncGenerator<SentBatch> {
    const sender = this.#nextSender++;
    const values = readValues({
      chunks: log.chunks(),
      from,
      reader: new RecordParser(this.#forced),
      packer: this.#packer(),
      isDamaged: () => log.damage() !== null,
    });
    for await (const batch of values) yield { batch, sender };
  }

  #packer(): Packer {
    const { storeText, labelling, tap } = this.#options;
    return new Packer(storeText, labelling, tap);
  }

  async *#lines(log: LogFile, from: number): AsyncGenerator<SentBatch> {
    this.#parser ??= new LineParser(this.#options);
    const parser = this.#parser;
    for await (const stretch of stretchesOf(log, from)) {
      yield { batch: parser.parse([stretch]), sender: this.#ownSender };
    }
  }

  #usesPool(log: LogFile): boolean {
    if (this.#threads === 0) return false;
    return log.plain === null
      ? this.#pool !== null || log.head.length >= HEAD_BYTES
      : log.plain.size >= POOL_FROM_BYTES;
  }

  #pooled(): WorkerPool {
    const entry = new URL('./worker.js', import.meta.url);
    this.#pool ??= new WorkerPool(this.#threads, entry, this.#options);
    return this.#pool;
  }

  /** After a log that broke off: what the writer never saw of it must not come with the next one. */
  startOver(): void {
    this.#parser?.restart();
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool?.close();
  }
}
