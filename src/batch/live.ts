/**
 * A run at work: rows out of the ledger, through the runner, into the ledger and the results.
 *
 * Takes an opened run and where to send it, gives why it ended. Never leaves a lease open, a result
 * unwritten or a connection behind, however it ends; what it could not write it says.
 */
import { randomInt } from 'node:crypto';
import type { Clock } from '../domain/time.ts';
import { type AnswerLimits, Answers } from '../ledger/answers.ts';
import { countRows, pendingRows, type RowWithResult } from '../ledger/batch-rows.ts';
import { type BatchRun, stopRun } from '../ledger/batch-runs.ts';
import { LedgerBudget, type SpendLimits } from '../ledger/budget.ts';
import { CallRows } from '../ledger/call-rows.ts';
import { BatchJournal } from '../ledger/journal.ts';
import { OutputShares } from '../ledger/labels.ts';
import type { Ledger } from '../ledger/open.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import type { PriceBook } from '../pricing/price.ts';
import type { Sender } from '../providers/provider.ts';
import { chainsOf } from './chains.ts';
import { BatchCosts } from './costs.ts';
import type { MeasuredShareOf } from './estimate.ts';
import type { EndpointSpec } from './fleet.ts';
import { imageReader } from './images.ts';
import { judgeRows } from './judge.ts';
import { LedgerAnswers, RunJournal } from './keep.ts';
import type { AttemptEnd, AttemptStart, Timers } from './ports.ts';
import type { ReadTask } from './prompt-facts.ts';
import type { ResultWriter } from './results.ts';
import type { RetryPolicy } from './retry.ts';
import { routeRows } from './route-row.ts';
import { RowFault } from './row-fields.ts';
import { type PlannedRow, RowBuilder } from './rows.ts';
import { createRunner, type RunEnd } from './runner.ts';
import type { Seen } from './seen.ts';
import { parseSettings } from './settings.ts';

export interface LiveOptions {
  readonly db: Ledger;
  readonly run: BatchRun;
  readonly book: PriceBook;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly endpoints: readonly EndpointSpec[];
  readonly sender: Sender;
  readonly limits: SpendLimits;
  /** The most one row may cost, all models together; null: no limit. */
  readonly maxRowPico: number | null;
  /** Null: no answer is kept or used again. */
  readonly cache: (AnswerLimits & { readonly maxTemperatureMilli: number }) | null;
  /** Says where rows go that leave it open; null: flags alone decide. */
  readonly policy: PolicyFile | null;
  readonly retry: Partial<RetryPolicy>;
  readonly adaptive: boolean;
  readonly readTask: ReadTask;
  readonly contextTokensOf: (provider: string, model: string) => number | null;
  /** Images are relative to this folder. */
  readonly imageFolder: string;
  readonly results: ResultWriter;
  readonly interrupt: AbortSignal;
  readonly cancel: AbortSignal;
  /** Counts what happens. */
  readonly seen: Seen;
  /** Is called after each result. */
  readonly onSeen: () => void;
}

/** Results are written this long after they came, or this many at once. */
const WRITE_AFTER_MS = 250;
const WRITE_AFTER_ROWS = 512;
/** So many results may wait for a slow reader; then rows wait too. */
const MAX_UNWRITTEN_ROWS = 8_192;

/** Runs what is pending. Throws UserError for a disk or ledger that fails. */
export async function runLive(options: LiveOptions): Promise<RunEnd> {
  const { db, run, clock } = options;
  const calls = new CallRows(db, options.book, run.sourceId);
  const later = (call: () => void): void => void setImmediate(call);
  const journal = new BatchJournal(db, { runId: run.id, calls, later });
  const budget = new LedgerBudget(db, run.id, { limits: options.limits, clock });
  const output = new ResultOutput(options.results, options.timers);
  try {
    await options.results.start();
    const end = await runRows(options, { journal, budget, output });
    journal.close();
    noteStop(options, end.stop);
    await output.complete();
    return end;
  } finally {
    await closeAll(options, { journal, budget, output });
  }
}

/** After an error too: what is known goes to disk, and money set aside goes back. */
async function closeAll(
  { sender }: LiveOptions,
  { journal, budget, output }: Parts,
): Promise<void> {
  try {
    journal.close();
    budget.close();
  } finally {
    await output.abandon();
    await sender.close();
  }
}

interface Parts {
  readonly journal: BatchJournal;
  readonly budget: LedgerBudget;
  readonly output: ResultOutput;
}

async function runRows(options: LiveOptions, { journal, budget, output }: Parts): Promise<RunEnd> {
  const { db, run, clock, cache, limits } = options;
  const isReserved = limits.runPico !== null || limits.dayPico !== null;
  const { seen, timers } = options;
  const observe = (start: AttemptStart, end: AttemptEnd): void =>
    seen.attempt(start, end, timers.nowMs());
  const keep = new RunJournal({
    ...{ journal, budget, isReserved, clock, observe },
    holdsResults: true,
  });
  const answers = cache === null ? null : new LedgerAnswers(new Answers(db, cache), journal, clock);
  const settings = parseSettings(run.settings);
  const costs = new BatchCosts(options);
  const runner = createRunner({
    ...{ endpoints: options.endpoints, sender: options.sender, journal: keep },
    costs,
    budget: isReserved ? budget : null,
    cache: answers,
    ...{ clock, timers, random: chance },
    chainOf: chainsOf({ ...options, settings, judgeRows: judgeRows(options.readTask) }),
    ...{ retry: options.retry, adaptive: options.adaptive },
    ...{ interrupt: options.interrupt, cancel: options.cancel },
    onResult(result) {
      seen.result(result, timers.nowMs());
      options.onSeen();
      return output.add(keep.takeFinished(result.row));
    },
  });
  return runner.run(plannedRows(options, costs, keep));
}

/** The rows to ask; those that cannot be asked are failed on the way. */
function* plannedRows(
  options: LiveOptions,
  costs: BatchCosts,
  keep: RunJournal,
): Generator<PlannedRow> {
  const { db, run } = options;
  const builder = rowBuilder({ ...options, costs });
  for (const record of pendingRows(db, run.id)) {
    const row = builder.build(record);
    if (row instanceof RowFault) keep.fault(record.index, row.message);
    else yield row;
  }
}

/** What the rows of a run are made with. */
export interface BuilderOptions
  extends Pick<
    LiveOptions,
    'db' | 'run' | 'cache' | 'readTask' | 'imageFolder' | 'policy' | 'endpoints'
  > {
  readonly costs: BatchCosts;
}

/** A builder of the rows of a run. */
export function rowBuilder(options: BuilderOptions): RowBuilder {
  const { db, run, cache, readTask, imageFolder, policy, endpoints } = options;
  const settings = parseSettings(run.settings);
  const shares = new OutputShares(db);
  const measuredShareOf: MeasuredShareOf = (task, model) => shares.of(task, model);
  return new RowBuilder({
    columns: run.columns,
    settings,
    runKey: `aicost-${run.inputHash.slice(0, 12)}-${run.createdAtMs.toString(36)}`,
    cachedUpToMilli: cache?.maxTemperatureMilli ?? null,
    readTask,
    measuredShareOf,
    route: routeRows({ settings, policy, endpoints, measuredShareOf, prices: options.costs }),
    readImage: imageReader(imageFolder),
  });
}

function noteStop({ db, run, clock }: LiveOptions, reason: string): void {
  const { pending } = countRows(db, run.id);
  const state = pending === 0 ? 'done' : 'open';
  stopRun(db, { id: run.id, state, reason, atMs: clock.now() });
}

/** 0 ≤ x < 1. */
function chance(): number {
  const steps = 2 ** 32;
  return randomInt(steps) / steps;
}

/** Writes results a little after they come, many at once. */
class ResultOutput {
  readonly #results: ResultWriter;
  readonly #timers: Timers;
  #unwritten = 0;
  #callOff: (() => void) | null = null;
  #running: Promise<void> | null = null;
  #failure: { readonly cause: unknown } | null = null;

  constructor(results: ResultWriter, timers: Timers) {
    this.#results = results;
    this.#timers = timers;
  }

  /** Takes one more; a promise holds the next rows back. */
  add(row: RowWithResult): Promise<void> | undefined {
    if (this.#failure !== null) throw this.#failure.cause;
    this.#results.offer(row);
    this.#unwritten++;
    if (this.#unwritten >= WRITE_AFTER_ROWS) this.#write();
    else this.#callOff ??= this.#timers.after(WRITE_AFTER_MS, () => this.#write());
    if (this.#unwritten < MAX_UNWRITTEN_ROWS) return undefined;
    return this.#running ?? undefined;
  }

  #write(): void {
    this.#callOff?.();
    this.#callOff = null;
    if (this.#running !== null) return;
    this.#unwritten = 0;
    this.#running = this.#results.advance().then(
      () => {
        this.#running = null;
      },
      (cause: unknown) => {
        this.#running = null;
        this.#failure = { cause };
      },
    );
  }

  async complete(): Promise<void> {
    this.#callOff?.();
    await this.#running;
    if (this.#failure !== null) throw this.#failure.cause;
    await this.#results.complete();
  }

  async abandon(): Promise<void> {
    this.#callOff?.();
    await this.#results.abandon();
  }
}
