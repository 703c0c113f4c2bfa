/**
 * What the runner needs of others: a budget, a journal, a cache, prices and time.
 *
 * Takes nothing, gives interfaces; the ledger fits them without knowing. Money is safe integers of
 * pico-USD. Never asynchronous where it is called for every row, unless it has to wait for a disk.
 */
import type { Tier } from '../domain/call.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Attempt, Endpoint } from '../providers/provider.ts';
import type { Answer, NoWorst, Row, RowResult } from './row.ts';

/** Money set aside for one attempt; the budget's own object. */
export interface Reservation {
  readonly worstPico: number;
}

/** Money that may be spent, across rows and processes. */
export interface Budget {
  /** Sets the worst case aside in one atomic step; null if it does not fit now. */
  reserve(worstPico: number): Reservation | null;
  /** The attempt came to this; the rest is free again. Each reservation is settled or released once. */
  settle(reservation: Reservation, actualPico: number): void;
  /** The attempt cost nothing. */
  release(reservation: Reservation): void;
}

/** An attempt that is about to be sent. */
export interface AttemptStart {
  /** From 1, all models of the row together, in this run. */
  readonly number: number;
  readonly model: string;
  readonly endpoint: Endpoint;
  /** Wall clock. */
  readonly startedAtMs: number;
  /** Null if the model has no price. */
  readonly worstPico: number | null;
  /** Whether the row was asked of this model before, in this process: not a first try of it. */
  readonly isRetry?: boolean;
  /** Whether it is no try of the row itself, but a judge's. */
  readonly isAside?: boolean;
  /** The tier it is asked at; the standard one unless told. */
  readonly tier?: Tier;
}

/** How it ended. */
export interface AttemptEnd {
  readonly attempt: Attempt;
  /** Null if unknown: no price, no usage, or a failure that may have been billed. */
  readonly costPico: number | null;
}

/** Every row and attempt on disk. What it throws (disk full, ledger locked) ends the run. */
export interface Journal {
  /** The attempt is sent once this resolves: then it is on disk. */
  begin(row: Row, start: AttemptStart): Promise<void> | undefined;
  /** Kept soon; a run that dies before leaves the attempt in flight, which is found on resuming. */
  end(row: Row, start: AttemptStart, end: AttemptEnd): void;
  /** The row is finished; its result is given out once this resolves. */
  finish(result: RowResult): Promise<void> | undefined;
}

/** An answer that was given before. */
export interface CachedAnswer extends Answer {
  /** What it cost then; null if unknown. */
  readonly costPico: number | null;
}

/** Answers by what was asked, of which model and whose: keys are those of `answerKey`. */
export interface AnswerCache {
  /** A promise leaves room for caches that have to ask, such as a semantic one. */
  get(key: string): CachedAnswer | null | Promise<CachedAnswer | null>;
  put(key: string, answer: CachedAnswer): void;
}

/** Answers that were paid for and not taken or refused when a run stopped; each is for its row only. */
export interface PaidAnswers {
  /** The answer a model gave this row in an earlier process, once; null if there is none. */
  take(row: Row, model: string): CachedAnswer | null;
  put(row: Row, model: string, answer: CachedAnswer): void;
}

/** What attempts cost. Models are spelled as in chains. */
export interface Costs {
  /** The most an attempt can cost, at the dearest rate that may apply; null: nothing bounds it. */
  worstPico(row: Row, model: string, endpoint: Endpoint): number | null;
  /** Why an attempt has no worst case; asked only where it has none. */
  whyNoWorst(row: Row, model: string, endpoint: Endpoint): NoWorst;
  /** What an answer cost when its attempt began; null: no price or no usage. */
  actualPico(
    answer: Answer,
    model: string,
    endpoint: Endpoint,
    startedAtMs: EpochMs,
  ): number | null;
  /** What the same usage would have cost on the model the row asked for before routing. */
  baselinePico?(row: Row, answer: Answer): number | null;
}

/** Time that only goes forward, and the one way to wait. */
export interface Timers {
  /** Milliseconds since some instant; never jumps, unlike a wall clock. */
  nowMs(): number;
  /** Calls back once after at least that long; gives a way to call it off. */
  after(delayMs: number, call: () => void): () => void;
}
