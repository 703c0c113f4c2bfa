/**
 * The door of ingest: the logs a user named → the ledger.
 *
 * Takes inputs and an open ledger, gives what was new, known, replaced and rejected, and which
 * sources the inputs are. Reads each byte of a log once in its life; what is committed stays when a
 * run is cut off, and the same command goes on there.
 */
import type { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Dialect } from '../formats/dialect.ts';
import { dialectNamed } from '../formats/index.ts';
import { RecordReader } from '../formats/read.ts';
import type { CallBatch } from '../ledger/batch.ts';
import { settleDuplicates } from '../ledger/duplicates.ts';
import type { Ledger } from '../ledger/open.ts';
import {
  addCorruption,
  beginWriting,
  commitWriting,
  dropMendable,
  dropUnsettled,
  type Source,
  undoWriting,
  updateSource,
  widenSpan,
} from '../ledger/sources.ts';
import { type CallObserver, CallWriter } from '../ledger/write.ts';
import type { PriceBook } from '../pricing/price.ts';
import { readCsv } from './csv.ts';
import { expandInputs } from './expand.ts';
import { type Framing, framingOf } from './framing.ts';
import { identify, tailAt } from './identify.ts';
import { type LineOptions, LineParser, type Stretch } from './lines.ts';
import { type DamagedInput, explain, type LogFile, openLogFile, untilDamage } from './log-file.ts';
import { Observation } from './observe.ts';
import { Packer } from './pack.ts';
import { type SentBatch, WorkerPool } from './pool.ts';
import { checkFormat, emptyProblem, problemOf } from './problems.ts';
import { Progress } from './progress.ts';
import { jobsOf, stretchesOf } from './stretches.ts';
import { readValues } from './values.ts';

/** What one ingest did. */
export interface IngestResult {
  /** Ledger ids of the sources that the inputs are. */
  readonly sourceIds: readonly number[];
  readonly newCalls: number;
  readonly knownCalls: number;
  readonly replacedCalls: number;
  readonly rejectedLines: number;
  /** Inputs that could not be read, or only in part. */
  readonly problems: readonly UserError[];
  readonly interrupted: boolean;
  /** Whether the observer saw exactly the calls of these sources, in time order. */
  readonly observed: boolean;
}

/** How to ingest. */
export interface IngestOptions {
  readonly inputs: readonly string[];
  readonly cwd: string;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly db: Ledger;
  readonly book: PriceBook;
  readonly clock: Clock;
  /** A dialect's name, or null to find out. */
  readonly inputFormat: string | null;
  readonly storeText: boolean;
  /** Threads for large inputs; 0: read in this one. */
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Is shown new calls as they are written; see `observed` in the result. */
  readonly observer: CallObserver | null;
  /** Bytes read so far, of how many (null: not known). */
  onProgress(done: number, total: number | null): void;
}

/** Below this a worker is not worth its start. */
const POOL_FROM_BYTES = 12 * 1024 * 1024;
const COMMIT_CALLS = 40_000;

/** Reads the inputs into the ledger. Throws UserError when none of them could be read. */
export async function ingest(options: IngestOptions): Promise<IngestResult> {
  checkFormat(options.inputFormat);
  const files = await expandInputs(options.inputs, options.cwd);
  const run = new Run(options);
  try {
    for (const file of files) {
      if (options.signal.aborted) break;
      await run.file(file);
    }
  } finally {
    await run.close();
  }
  return run.result();
}

/** One run over all inputs. */
class Run {
  readonly #options: IngestOptions;
  readonly #line: LineOptions;
  readonly #forced: Dialect | null;
  readonly #writer: CallWriter;
  readonly #sources: number[] = [];
  readonly #problems: UserError[] = [];
  readonly #observation: Observation;
  /** Dictionaries: one for each thread of the pool, one for this thread's lines, one for each other file. */
  readonly #ownSender: number;
  #nextSender: number;
  #pool: WorkerPool | null = null;
  #parser: LineParser | null = null;
  #sinceCommit = 0;
  #added = 0;
  /** Calls read again because their row might not have been whole. */
  #redone = 0;
  #known = 0;
  #rejected = 0;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#forced = dialectNamed(options.inputFormat ?? '') ?? null;
    this.#line = { inputFormat: options.inputFormat, storeText: options.storeText };
    this.#observation = new Observation(options.observer);
    const show = options.observer === null ? null : this.#observation.show;
    this.#writer = new CallWriter(options.db, options.book, show);
    this.#ownSender = options.threads;
    this.#nextSender = options.threads + 1;
  }

  /** Reads one file; what is wrong with it is a problem of this file only. */
  async file(path: string): Promise<void> {
    try {
      const log = await openLogFile(path, this.#options.stdin);
      const framing = framingOf(log.head);
      const problem =
        this.#options.inputFormat === null ? problemOf(log, framing) : emptyProblem(log);
      if (problem !== null) {
        this.#problems.push(problem);
        return;
      }
      await this.#log(log, framing);
    } catch (error) {
      const known = explain(error, path);
      if (!(known instanceof UserError)) throw known;
      this.#problems.push(known);
    }
  }

  async #log(log: LogFile, framing: Framing): Promise<void> {
    const { db, clock } = this.#options;
    beginWriting(db);
    const source = await identify(db, {
      path: log.path,
      head: log.head,
      readAt: log.readAt,
      atMs: clock.now(),
    });
    if (!this.#sources.includes(source.id)) this.#sources.push(source.id);
    this.#known += source.calls;
    const redone = framing.kind === 'csv' ? dropUnsettled(db, source) : 0;
    this.#redone += redone;
    const progress = new Progress({ ...source, calls: source.calls - redone });
    dropMendable(db, source.id);
    commitWriting(db);
    try {
      const guarded = untilDamage(log, framing.kind !== 'values');
      for await (const sent of this.#batches(guarded.log, framing, source)) {
        this.#write(sent, progress);
        // Batches can come without a turn of the event loop between them: let Ctrl-C in.
        await setImmediate();
        if (this.#options.signal.aborted) break;
        if (this.#sinceCommit >= COMMIT_CALLS) await this.#commit(log, progress);
      }
      const damage = guarded.damage();
      if (damage !== null) this.#damaged(damage, log, progress);
    } catch (error) {
      // A log that breaks off counts as far as it was read; rows without a note of that would be
      // read twice.
      if (explain(error, log.path) instanceof UserError) await this.#commit(log, progress);
      else undoWriting(db);
      throw error;
    }
    await this.#commit(log, progress);
  }

  async #commit(log: LogFile, progress: Progress): Promise<void> {
    const { db, clock, onProgress } = this.#options;
    const tail = progress.tail ?? (await tailAt(log.readAt, progress.offset));
    beginWriting(db);
    updateSource(db, progress.toRow(log.path, tail, clock.now()));
    widenSpan(db, progress.id, progress.takeSpan());
    commitWriting(db);
    this.#sinceCommit = 0;
    onProgress(progress.offset, log.size);
  }

  #write({ batch, sender }: SentBatch, progress: Progress): void {
    if (beginWriting(this.#options.db)) this.#writer.catchUp();
    this.#writer.write(batch, { sourceId: progress.id, linesBefore: progress.lines, sender });
    progress.add(batch);
    this.#sinceCommit += batch.count + batch.rejects.length;
    this.#added += batch.count;
    this.#rejected += batch.rejects.length;
  }

  async *#batches(log: LogFile, framing: Framing, source: Source): AsyncGenerator<SentBatch> {
    const from = source.ingestedBytes;
    if (framing.kind === 'csv') {
      const sender = this.#nextSender++;
      const packer = new Packer(this.#line.storeText);
      const { delimiter } = framing;
      const rows = readCsv({
        chunks: log.chunks(),
        delimiter,
        from,
        linesBefore: source.lines,
        packer,
        forced: this.#forced,
      });
      for await (const batch of rows) yield { batch, sender };
    } else if (framing.kind === 'values') {
      const sender = this.#nextSender++;
      const packer = new Packer(this.#line.storeText);
      const reader = new RecordReader(this.#forced);
      const values = readValues({ chunks: log.chunks(), from, reader, packer });
      for await (const batch of values) yield { batch, sender };
    } else if (this.#usesPool(log)) {
      yield* this.#threads().run(jobsOf(log, from));
    } else {
      for await (const stretch of stretchesOf(log, from)) {
        yield { batch: this.#parse(stretch), sender: this.#ownSender };
      }
    }
  }

  #parse(stretch: Stretch): CallBatch {
    this.#parser ??= new LineParser(this.#line);
    return this.#parser.parse([stretch]);
  }

  #usesPool(log: LogFile): boolean {
    if (this.#options.threads === 0) return false;
    return log.size === null
      ? this.#pool !== null || log.head.length >= 65_536
      : log.size >= POOL_FROM_BYTES;
  }

  #threads(): WorkerPool {
    this.#pool ??= new WorkerPool(
      this.#options.threads,
      new URL('./worker.js', import.meta.url),
      this.#line,
    );
    return this.#pool;
  }

  #damaged(error: DamagedInput, log: LogFile, progress: Progress): void {
    this.#rejected++;
    addCorruption(this.#options.db, {
      sourceId: progress.id,
      line: progress.lines + 1,
      byteOffset: progress.offset,
      detail: error.message,
    });
    this.#problems.push(
      new UserError(
        EXIT.gaps,
        `${log.path}: ${error.message}`,
        'what came before it was read; get the file again and repeat the command',
      ),
    );
  }

  async close(): Promise<void> {
    commitWriting(this.#options.db);
    await this.#pool?.close();
  }

  result(): IngestResult {
    const { db, signal } = this.#options;
    const first = this.#problems[0];
    if (this.#sources.length === 0 && first !== undefined && !signal.aborted) throw first;
    const { known, replaced } = settleDuplicates(db);
    return {
      sourceIds: this.#sources,
      newCalls: Math.max(0, this.#added - this.#redone - known - replaced),
      knownCalls: this.#known + known,
      replacedCalls: replaced,
      rejectedLines: this.#rejected,
      problems: this.#problems,
      interrupted: signal.aborted,
      observed:
        this.#observation.isWhole && this.#known + known + replaced === 0 && !signal.aborted,
    };
  }
}
