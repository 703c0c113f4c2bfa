/**
 * Runner: the door of batch. Rows in, results out, within limits and budget.
 *
 * Takes rows as they can be held, gives each finished one to `onResult` and says at the end why it
 * ended. Never holds more rows than it needs to keep the endpoints busy, and never asks identical
 * rows that wait at the same time more than once.
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../domain/time.ts';
import type { Sender } from '../providers/provider.ts';
import { type AskTools, askRow } from './ask.ts';
import { DEFAULT_BREAKER } from './breaker.ts';
import { type Chain, ownModel } from './chain.ts';
import { type EndpointSpec, Fleet } from './fleet.ts';
import type { AnswerCache, Budget, Costs, Journal, PaidAnswers, Timers } from './ports.ts';
import { Purse } from './purse.ts';
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts';
import type { Row, RowResult } from './row.ts';
import type { SemanticAnswers } from './semantic-answers.ts';
import { Stop, type StopReason } from './stop.ts';
import { sharedResult } from './tally.ts';

/** What a run is made with. */
export interface RunnerOptions {
  readonly endpoints: readonly EndpointSpec[];
  readonly sender: Sender;
  readonly journal: Journal;
  readonly costs: Costs;
  /** Null: nothing is reserved. */
  readonly budget: Budget | null;
  /** Null: only identical rows that are held at the same time share an answer. */
  readonly cache: AnswerCache | null;
  /** Null: only equal rows share answers. */
  readonly semantic?: SemanticAnswers | null;
  /** Answers of rows that were stopped between an answer and its judgement. */
  readonly paid: PaidAnswers;
  readonly clock: Clock;
  readonly timers: Timers;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Defaults to the row's own model. */
  readonly chainOf?: (row: Row) => Chain;
  readonly retry?: Partial<RetryPolicy>;
  /** AIMD on each endpoint's concurrency, up to its limit. */
  readonly adaptive?: boolean;
  /** First Ctrl-C: nothing new is sent, what is in flight finishes. */
  readonly interrupt: AbortSignal;
  /** Second one: what is in flight is cancelled. */
  readonly cancel: AbortSignal;
  /** A promise holds the next rows back. */
  onResult(result: RowResult): Promise<void> | undefined;
}

/** How a run ended. */
export interface RunEnd {
  readonly stop: StopReason;
  /** What the provider or the budget said; null when done. */
  readonly message: string | null;
  readonly results: number;
}

/** Runs once. */
export interface Runner {
  /** Pulls rows as capacity allows; rejects with what the journal, the rows or `onResult` threw. */
  run(rows: AsyncIterable<Row> | Iterable<Row>): Promise<RunEnd>;
}

/** Rows held beyond what may be in flight: they wait for retries, limits or results. */
const SPARE_ROWS = 64;

/** Makes a runner; nothing is sent before `run`. */
export function createRunner(options: RunnerOptions): Runner {
  return new BatchRunner(options);
}

class BatchRunner implements Runner {
  readonly #options: RunnerOptions;
  readonly #stop: Stop;
  readonly #tools: AskTools;
  readonly #chainOf: (row: Row) => Chain;
  readonly #mostHeld: number;
  /** Rows that are being asked, by what they ask. */
  readonly #asked = new Map<string, Promise<RowResult | null>>();
  #held = 0;
  #results = 0;
  /** Ends the pull's wait for room, or for the last row. */
  #onFreed: (() => void) | null = null;

  constructor(options: RunnerOptions) {
    const { timers, random, sender, journal, costs, clock, cancel, cache, paid } = options;
    const adaptive = options.adaptive === true;
    const purse = options.budget === null ? null : new Purse(options.budget);
    const retry = { ...DEFAULT_RETRY, ...options.retry };
    // Each request in flight listens to it.
    setMaxListeners(0, cancel);
    const stop = new Stop(timers);
    const fleet = new Fleet(options.endpoints, {
      timers,
      random,
      breaker: DEFAULT_BREAKER,
      adaptive,
    });
    stop.onHalt(() => {
      fleet.close();
      purse?.close();
    });
    this.#options = options;
    this.#stop = stop;
    this.#chainOf = options.chainOf ?? ownModel;
    this.#tools = {
      ...{ sender, journal, costs, purse, clock, timers, random, retry },
      ...{ stop, cancel, fleet, cache, paid, semantic: options.semantic ?? null },
    };
    const inFlight = options.endpoints.reduce((sum, { limits }) => sum + limits.concurrency, 0);
    this.#mostHeld = 2 * inFlight + SPARE_ROWS;
  }

  async run(rows: AsyncIterable<Row> | Iterable<Row>): Promise<RunEnd> {
    const { interrupt } = this.#options;
    const onInterrupt = (): void => this.#stop.halt('interrupted', 'stopped as asked');
    interrupt.addEventListener('abort', onInterrupt, { once: true });
    if (interrupt.aborted) onInterrupt();
    const callOff = this.#stop.onHalt(() => this.#onFreed?.());
    try {
      await this.#pull(rows);
      await this.#untilHeld(0);
    } finally {
      callOff();
      interrupt.removeEventListener('abort', onInterrupt);
    }
    const { error, reason, message } = this.#stop;
    if (error !== null) throw error.cause;
    return { stop: reason, message, results: this.#results };
  }

  async #pull(rows: AsyncIterable<Row> | Iterable<Row>): Promise<void> {
    const iterator =
      Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
    try {
      while (!this.#stop.isHalted) {
        if (this.#held >= this.#mostHeld) await this.#untilHeld(this.#mostHeld - 1);
        if (this.#stop.isHalted) break;
        const next = await this.#next(iterator);
        if (next === null || next.done === true) return;
        this.#start(next.value);
      }
      // A source that hangs never comes back from this: nobody waits for it.
      void Promise.resolve(iterator.return?.()).catch((error) => this.#stop.break(error));
    } catch (error) {
      this.#stop.break(error);
    }
  }

  /** The next row; null if the run is halted before it comes. */
  #next(
    iterator: AsyncIterator<Row> | Iterator<Row>,
  ): Promise<IteratorResult<Row> | null> | IteratorResult<Row> {
    const coming = iterator.next();
    if (!(coming instanceof Promise)) return coming;
    return new Promise((resolve, reject) => {
      this.#onFreed = () => {
        if (this.#stop.isHalted) resolve(null);
      };
      coming.then(resolve, reject);
    });
  }

  #start(row: Row): void {
    this.#held++;
    this.#finish(row).then(
      () => this.#free(),
      (error) => {
        this.#stop.break(error);
        this.#free();
      },
    );
  }

  #free(): void {
    this.#held--;
    this.#onFreed?.();
  }

  /** Waits until at most so many rows are held; the pull's wait also ends when the run is halted. */
  #untilHeld(most: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#held > most && !(most > 0 && this.#stop.isHalted)) return;
        this.#onFreed = null;
        resolve();
      };
      this.#onFreed = look;
      look();
    });
  }

  async #finish(row: Row): Promise<void> {
    const result = await this.#resultOf(row);
    if (result === null) return;
    const written = this.#options.journal.finish(result);
    if (written !== undefined) await written;
    this.#results++;
    const given = this.#options.onResult(result);
    if (given !== undefined) await given;
  }

  #resultOf(row: Row): Promise<RowResult | null> {
    const chain = this.#chainOf(row);
    if (row.cacheKey === null) return askRow(this.#tools, row, chain);
    const key = `${row.cacheKey} ${chain.id}`;
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked.then((result) => shared(row, result));
    const asking = askRow(this.#tools, row, chain).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asking);
    return asking;
  }
}

/** A row whose twin was cancelled was itself never sent. */
function shared(row: Row, result: RowResult | null): RowResult | null {
  return result === null || result.status === 'unknown' ? null : sharedResult(row, result);
}
