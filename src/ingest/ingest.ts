/**
 * The door of ingest: the logs a user named → the ledger.
 *
 * Takes inputs and an open ledger, gives what was new, known, replaced and rejected, and which
 * sources the inputs are. Reads each byte of a log once in its life; what is committed stays when a
 * run is cut off, and the same command goes on there. Never leaves a part of a log in the ledger
 * without saying so.
 */
import type { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import { settleDuplicates } from '../ledger/duplicates.ts';
import type { Ledger } from '../ledger/open.ts';
import type { CallObserver } from '../ledger/write.ts';
import type { PriceBook } from '../pricing/price.ts';
import { Commits } from './commits.ts';
import { expandInputs } from './expand.ts';
import { type Framing, framingOf } from './framing.ts';
import { type Labelling, labellingKey, PLAIN } from './labelling.ts';
import type { LogFile } from './log-file.ts';
import { Observation } from './observe.ts';
import { openLogFile } from './open-log.ts';
import { checkFormat, headProblem, problemOf } from './problems.ts';
import type { Progress } from './progress.ts';
import { explain, OverwrittenLog } from './read-errors.ts';
import { Readers } from './readers.ts';

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
  /** What decides labels; the shipped classifier by itself. */
  readonly labelling?: Labelling;
  /** Threads for large inputs; 0: read in this one. */
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Is shown new calls as they are written; see `observed` in the result. */
  readonly observer: CallObserver | null;
  /** Bytes read so far, of how many (null: not known). */
  onProgress(done: number, total: number | null): void;
}

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
  readonly #observation: Observation;
  readonly #commits: Commits;
  readonly #readers: Readers;
  readonly #sources = new Set<number>();
  readonly #problems: UserError[] = [];
  #known = 0;

  constructor(options: IngestOptions) {
    const { db, book, clock, observer, threads, labelling = PLAIN } = options;
    const { inputFormat, storeText } = options;
    this.#options = options;
    this.#observation = new Observation(observer);
    const show = observer === null ? null : this.#observation.show;
    this.#commits = new Commits({ db, book, clock, show, labelling: labellingKey(labelling) });
    this.#readers = new Readers({ inputFormat, storeText, labelling }, threads);
  }

  /** Reads one file; what is wrong with it is a problem of this file only. */
  async file(path: string): Promise<void> {
    try {
      const log = await openLogFile(path, this.#options.stdin);
      try {
        await this.#checked(log);
      } finally {
        log.close();
      }
    } catch (error) {
      const known = explain(error, path);
      if (!(known instanceof UserError)) throw known;
      this.#problems.push(known);
    }
  }

  async #checked(log: LogFile): Promise<void> {
    const framing = framingOf(log.head);
    const problem = this.#options.inputFormat === null ? problemOf(log, framing) : headProblem(log);
    if (problem === null) await this.#log(log, framing);
    else this.#problems.push(problem);
  }

  async #log(log: LogFile, framing: Framing): Promise<void> {
    const { source, progress } = await this.#commits.begin(log, framing);
    this.#sources.add(source.id);
    this.#known += source.calls;
    try {
      for await (const sent of this.#readers.batches(log, framing, source)) {
        this.#commits.write(sent, progress);
        // Batches can come without a turn of the event loop between them: let Ctrl-C in.
        await setImmediate();
        if (this.#options.signal.aborted) break;
        if (this.#commits.isDue) await this.#commit(log, progress);
      }
      this.#noteDamage(log, progress);
      await this.#commit(log, progress);
    } catch (error) {
      await this.#breakOff(error, log, progress);
      throw error;
    }
  }

  async #commit(log: LogFile, progress: Progress): Promise<void> {
    await this.#commits.commit(log, progress);
    this.#options.onProgress(progress.offset, log.plain?.size ?? null);
  }

  #noteDamage(log: LogFile, progress: Progress): void {
    const damage = log.damage();
    if (damage === null) return;
    this.#commits.writeDamage(damage, progress);
    const hint = 'what came before it was read; get the file again and repeat the command';
    this.#problems.push(new UserError(EXIT.gaps, `${log.path}: ${damage.message}`, hint));
  }

  /** A log that breaks off counts as far as it was read, unless that may not be one log. */
  async #breakOff(error: unknown, log: LogFile, progress: Progress): Promise<void> {
    this.#readers.startOver();
    const isOfOne = !(error instanceof OverwrittenLog);
    try {
      if (isOfOne && explain(error, log.path) instanceof UserError) {
        await this.#commits.commit(log, progress);
      }
    } catch (failure) {
      // The newer failure decides what is said; the one that led to it stays as its cause.
      if (failure instanceof Error) failure.cause ??= error;
      throw failure;
    } finally {
      if (this.#commits.undo()) this.#observation.spoil();
    }
  }

  /** Leaves nothing half-written and nothing running. */
  async close(): Promise<void> {
    this.#commits.undo();
    await this.#readers.close();
  }

  result(): IngestResult {
    const { db, signal } = this.#options;
    const first = this.#problems[0];
    if (this.#sources.size === 0 && first !== undefined && !signal.aborted) throw first;
    const { calls, rejects, redone } = this.#commits;
    const { known, replaced } = settleDuplicates(db);
    return {
      sourceIds: [...this.#sources],
      newCalls: Math.max(0, calls - redone - known - replaced),
      knownCalls: this.#known + known,
      replacedCalls: replaced,
      rejectedLines: rejects,
      problems: this.#problems,
      interrupted: signal.aborted,
      observed:
        this.#observation.isWhole && this.#known + known + replaced === 0 && !signal.aborted,
    };
  }
}
