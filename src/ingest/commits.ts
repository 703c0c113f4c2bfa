/**
 * Commits: batches → the ledger, together with how far their source is.
 *
 * Takes batches of one log after the other, gives counts of what was added. What is committed stays
 * when a run is cut off. Never leaves rows without a note of how far they reach: they would be read
 * twice.
 */
import type { Clock } from '../domain/time.ts';
import type { Ledger } from '../ledger/open.ts';
import { noteLabelling } from '../ledger/relabel.ts';
import {
  addCorruption,
  beginWriting,
  commitWriting,
  dropMendable,
  dropUnsettled,
  type Source,
  type Unsettled,
  undoWriting,
  updateSource,
  widenSpan,
} from '../ledger/sources.ts';
import { type CallObserver, CallWriter } from '../ledger/write.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Framing } from './framing.ts';
import { identify, tailAt } from './identify.ts';
import type { LogFile } from './log-file.ts';
import type { SentBatch } from './pool.ts';
import { Progress } from './progress.ts';
import type { DamagedInput } from './read-errors.ts';

const COMMIT_CALLS = 40_000;
const NONE_UNSETTLED: Unsettled = { dropped: 0, doubled: 0, billed: 0 };

/** What the calls are written with. */
export interface CommitOptions {
  readonly db: Ledger;
  readonly book: PriceBook;
  readonly clock: Clock;
  /** Is shown calls as they are written. */
  readonly show: CallObserver | null;
  /** What labels are given by, as a number. */
  readonly labelling?: number;
}

/** Writes the logs of one run. */
export class Commits {
  readonly #options: CommitOptions;
  #writer: CallWriter;
  #kept = { calls: 0, rejects: 0 };
  #open = { calls: 0, rejects: 0 };
  /** Calls forgotten because their row might not have been whole, to be read again. */
  redone = 0;

  constructor(options: CommitOptions) {
    this.#options = options;
    this.#writer = new CallWriter(options.db, options.book, options.show);
  }

  get calls(): number {
    return this.#kept.calls + this.#open.calls;
  }

  get rejects(): number {
    return this.#kept.rejects + this.#open.rejects;
  }

  /** Whether so much was written that it should be made to last. */
  get isDue(): boolean {
    return this.#open.calls + this.#open.rejects >= COMMIT_CALLS;
  }

  /** Finds out which source a log is, and makes it ready to go on. */
  async begin(log: LogFile, framing: Framing): Promise<{ source: Source; progress: Progress }> {
    const { db, clock, labelling = 0 } = this.#options;
    beginWriting(db);
    try {
      const { path, head, readAt } = log;
      const found = await identify(db, { path, head, readAt, atMs: clock.now() });
      const unsettled = framing.kind === 'csv' ? dropUnsettled(db, found) : NONE_UNSETTLED;
      dropMendable(db, found.id);
      if (found.ingestedBytes === 0) noteLabelling(db, found.id, labelling);
      commitWriting(db);
      const { dropped, doubled, billed } = unsettled;
      this.redone += dropped;
      // Settled as duplicates once they are read again, and counted as known then.
      const source = { ...found, calls: found.calls - doubled };
      const calls = source.calls - dropped;
      const billedCalls = source.billedCalls - billed;
      return { source, progress: new Progress({ ...source, calls, billedCalls }) };
    } catch (error) {
      undoWriting(db);
      throw error;
    }
  }

  /** Writes a batch of the log that was begun. */
  write({ batch, sender }: SentBatch, progress: Progress): void {
    if (beginWriting(this.#options.db)) this.#writer.catchUp();
    this.#writer.write(batch, { sourceId: progress.id, linesBefore: progress.lines, sender });
    progress.add(batch);
    this.#open.calls += batch.count;
    this.#open.rejects += batch.rejects.length;
  }

  /** Notes where the data of a log is damaged. */
  writeDamage(damage: DamagedInput, progress: Progress): void {
    const { id: sourceId, lines, offset: byteOffset } = progress;
    beginWriting(this.#options.db);
    const detail = damage.message;
    addCorruption(this.#options.db, { sourceId, line: lines + 1, byteOffset, detail });
    this.#open.rejects++;
  }

  /** Makes what was written last. Throws OverwrittenLog when it may not be of one log. */
  async commit(log: LogFile, progress: Progress): Promise<void> {
    const { db, clock } = this.#options;
    log.checkSame();
    const tail = progress.tail ?? (await tailAt(log.readAt, progress.offset));
    if (beginWriting(db)) this.#writer.catchUp();
    updateSource(db, progress.toRow(log.path, tail, clock.now()));
    widenSpan(db, progress.id, progress.takeSpan());
    commitWriting(db);
    this.#kept = { calls: this.calls, rejects: this.rejects };
    this.#open = { calls: 0, rejects: 0 };
  }

  /** Forgets what was written since the last commit; false if there is nothing. */
  undo(): boolean {
    const { db, book, show } = this.#options;
    if (!db.inTransaction) return false;
    undoWriting(db);
    this.#open = { calls: 0, rejects: 0 };
    // The old one knows ids of rows that are gone.
    this.#writer = new CallWriter(db, book, show);
    return true;
  }
}
