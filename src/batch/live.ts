/**
 * A run at work: rows out of the ledger, through the runner, into the ledger and the results.
 *
 * Takes an opened run and where to send it, gives why it ended. Never leaves a lease open, a result
 * unwritten or a connection behind, however it ends; what it could not write it says.
 */
import { Answers } from '../ledger/answers.ts';
import { pendingRows, type RowWithResult } from '../ledger/batch-rows.ts';
import { LedgerBudget } from '../ledger/budget.ts';
import type { Sender } from '../providers/provider.ts';
import { BatchCosts } from './costs.ts';
import { LiveKeeper } from './keep.ts';
import { LedgerPaidAnswers } from './kept-answers.ts';
import type { Timers } from './ports.ts';
import type { ResultWriter } from './results.ts';
import type { RetryPolicy } from './retry.ts';
import type { Row } from './row.ts';
import { RowFault } from './row-fields.ts';
import { noteStop, openTools, type RunOptions, type RunTools } from './run-tools.ts';
import { createRunner, type RunEnd } from './runner.ts';

export interface LiveOptions extends RunOptions {
  readonly sender: Sender;
  readonly retry: Partial<RetryPolicy>;
  readonly adaptive: boolean;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** What is in flight is cancelled. */
  readonly cancel: AbortSignal;
}

/** Results are written this long after they came, or this many at once. */
const WRITE_AFTER_MS = 250;
const WRITE_AFTER_ROWS = 512;
/** So many results may wait for a slow reader; then rows wait too. */
const MAX_UNWRITTEN_ROWS = 8_192;

/** Answers that wait for their judgement stay as long as runs do. */
const PAID_LIMITS = {
  ttlMs: Number.MAX_SAFE_INTEGER,
  capacity: Number.MAX_SAFE_INTEGER,
};

/** Runs what is pending. Throws UserError for a disk or ledger that fails. */
export async function runLive(options: LiveOptions): Promise<RunEnd> {
  const { db, run, clock, limits, retry } = options;
  const longestTryMs = retry.tryTimeoutMs;
  const costs = new BatchCosts({
    ...options,
    ...(longestTryMs === undefined ? {} : { longestTryMs }),
  });
  const tools = openTools(options, costs);
  const budget = new LedgerBudget(db, options.paidBy ?? run.id, { limits, clock });
  const output = new ResultOutput(options.results, options.timers);
  const parts: Parts = { tools, costs, budget, output };
  try {
    await options.results.start();
    const end = await runRows(options, parts);
    tools.journal.close();
    noteStop(options, end.stop);
    await output.complete();
    return end;
  } finally {
    await closeAll(options, parts);
  }
}

/** After an error too: what is known goes to disk, and money set aside goes back. */
async function closeAll({ sender }: LiveOptions, { tools, budget, output }: Parts): Promise<void> {
  try {
    tools.journal.close();
    budget.close();
  } finally {
    await output.abandon();
    await sender.close();
  }
}

interface Parts {
  readonly tools: RunTools;
  readonly costs: BatchCosts;
  readonly budget: LedgerBudget;
  readonly output: ResultOutput;
}

function runRows(options: LiveOptions, { tools, costs, budget, output }: Parts): Promise<RunEnd> {
  const { db, clock, timers, seen, limits } = options;
  const { journal, keeping, chainOf } = tools;
  const isReserved = limits.runPico !== null || limits.dayPico !== null;
  const spending = isReserved ? null : budget;
  const keep = new LiveKeeper({ ...keeping, spending, holdsResults: true }, budget);
  const runner = createRunner({
    ...{ endpoints: options.endpoints, sender: options.sender, journal: keep },
    ...{ costs, budget: isReserved ? budget : null, cache: tools.answers },
    semantic: tools.semantic,
    paid: new LedgerPaidAnswers(new Answers(db, PAID_LIMITS), journal, clock),
    ...{ clock, timers, random: options.random, chainOf },
    ...{ retry: options.retry, adaptive: options.adaptive },
    ...{ interrupt: options.interrupt, cancel: options.cancel },
    onResult(result) {
      seen.result(result, timers.nowMs());
      options.onSeen();
      return output.add(keep.takeFinished(result.row));
    },
  });
  return runner.run(rowsToAsk(options, tools, keep));
}

/** The rows to ask; those that cannot be asked are failed on the way. */
function* rowsToAsk(
  { db, run, seen, timers, onSeen }: LiveOptions,
  { builder }: RunTools,
  keep: LiveKeeper,
): Generator<Row> {
  for (const record of pendingRows(db, run.id)) {
    const row = builder.build(record);
    if (!(row instanceof RowFault)) {
      yield row;
      continue;
    }
    keep.fault(record, row.message);
    seen.fault(timers.nowMs());
    onSeen();
  }
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
