/**
 * Settling a file: its answers as they are downloaded, row by row, and what it left without one.
 *
 * Takes a job whose batch is over, gives each of its rows an end. Never holds an output, never
 * settles a row twice, and never lets go of the money before all rows have their ends.
 */
import { endJob, type Job, openJobs } from '../ledger/batch-jobs.ts';
import {
  countOpenRows,
  type JobRow,
  jobRowFinder,
  loseJob,
  openRowsOf,
} from '../ledger/batch-jobs-rows.ts';
import type { BatchFault, BatchState, OutputPiece } from '../providers/batch-api.ts';
import { notRunFailure, parseBatchLine, readBatchLine } from '../providers/batch-line.ts';
import type { AttemptFailure, Endpoint } from '../providers/provider.ts';
import { builtRow, takeRow } from './jobs-rows.ts';
import { type Step, troubleOf } from './jobs-step.ts';
import { apiOf, indexOf, type JobTools, nameOf, sentTo, tagOf } from './jobs-tools.ts';

/** So many rows are on their way to the disk at once. */
const ROWS_AT_ONCE = 256;
/** An output is fetched so often before its missing rows are taken for missing. */
const MOST_SHORTFALLS = 3;
/** A whole file was more than the account may have waiting. */
const TOO_MANY_TOKENS = /token_limit|enqueued/i;

/** Takes all answers of a job; done when each of its rows has an end. */
export async function settleJob(tools: JobTools, job: Job, state: BatchState): Promise<Step> {
  const { interrupt } = tools.options;
  const api = apiOf(tools, job);
  for (const path of state.outputs) {
    const broken = await takeOutput(tools, job, api.download(path, interrupt));
    if (broken !== null) return brokenOutput(tools, job, broken);
    if (interrupt.aborted) return { kind: 'wait', why: 'interrupted' };
  }
  const short = shortfall(tools, job, state);
  if (short !== null) return short;
  const whole = state.faults.find(({ line }) => line === null);
  const isTooMuch = whole !== undefined && TOO_MANY_TOKENS.test(whole.code);
  if (isTooMuch) makeRoom(tools, job);
  else tools.isFull = false;
  // A file that was too much for a quota says nothing about its rows, unless it is a single one.
  const again = isTooMuch ? { again: job.rowCount > 1 || tools.isFull } : {};
  await endRest(tools, job, failureFor(state), again);
  return over(tools, job, state);
}

/** Takes one output; what broke it, or null at its end. */
async function takeOutput(
  tools: JobTools,
  job: Job,
  pieces: AsyncIterable<OutputPiece>,
): Promise<AttemptFailure | null> {
  const hand = new Hand(tools, job);
  try {
    for await (const piece of pieces) {
      if (typeof piece !== 'string') return piece;
      hand.take(piece);
      if (hand.size >= ROWS_AT_ONCE) await hand.empty();
    }
    return null;
  } finally {
    await hand.empty();
  }
}

/** Rows of one output on their way to the disk. */
class Hand {
  readonly #tools: JobTools;
  readonly #job: Job;
  readonly #tag: string;
  readonly #find: (index: number) => JobRow | null;
  readonly #endpoint: Endpoint;
  /** A line may come twice before the first one is on disk. */
  readonly #taking = new Map<number, Promise<void>>();

  constructor(tools: JobTools, job: Job) {
    this.#tools = tools;
    this.#job = job;
    this.#tag = tagOf(tools, job);
    this.#find = jobRowFinder(tools.options.db, job);
    this.#endpoint = sentTo(tools, job);
  }

  get size(): number {
    return this.#taking.size;
  }

  /** Takes a line; those of other jobs, and of rows that have their end, are left alone. */
  take(text: string): void {
    const { clock, redact } = this.#tools.options;
    const line = parseBatchLine(text);
    const index = line === null ? null : indexOf(this.#tag, line.customId);
    const row = index === null || this.#taking.has(index) ? null : this.#find(index);
    if (line === null || row === null) return;
    const planned = builtRow(this.#tools, row);
    const { prompt } = planned;
    const context = { endpoint: this.#endpoint, prompt, nowMs: clock.now(), redact };
    const attempt = readBatchLine(line, context);
    this.#taking.set(row.index, takeRow(this.#tools, { job: this.#job, row, planned, attempt }));
  }

  /** Resolves when all that was taken is on disk. */
  async empty(): Promise<void> {
    const taking = [...this.#taking.values()];
    await Promise.all(taking);
    this.#taking.clear();
    // Rows that are left pending have nobody to wait for.
    this.#tools.journal.close();
    await this.#tools.options.results.advance();
  }
}

/**
 * A download may end early without a word: what is counted is fetched again before it is missed. What
 * is missing then was run and is billed: which rows it is of those left nobody knows.
 */
function shortfall(tools: JobTools, job: Job, { id, done, failed }: BatchState): Step | null {
  const missing = countOpenRows(tools.options.db, job) - Math.max(0, job.rowCount - done - failed);
  const times = tools.shortfalls.get(job.id) ?? 0;
  if (missing <= 0) return null;
  if (times >= MOST_SHORTFALLS) {
    const rows = missing === 1 ? 'a row' : `${missing} rows`;
    return lostRows(tools, job, `${id} counts ${rows} as run that its output does not hold`);
  }
  tools.shortfalls.set(job.id, times + 1);
  return { kind: 'trouble', why: `${id} counts ${missing} rows more than its output holds` };
}

/** A download that broke is taken up again; one that is gone for good leaves its rows unknown. */
function brokenOutput(tools: JobTools, job: Job, failure: AttemptFailure): Step {
  if (failure.code !== 'bad_request') return troubleOf(failure);
  const message = `the answers of ${nameOf(job)} cannot be fetched: ${failure.message}`;
  return lostRows(tools, job, message);
}

/** The rows of a job that are left are unknown. */
function lostRows({ options }: JobTools, job: Job, message: string): Step {
  loseJob(options.db, job, { message, atMs: options.clock.now() });
  options.tell(message);
  return { kind: 'done' };
}

/** After a file that was too much for a quota: the next waits for others, or is half as large. */
function makeRoom(tools: JobTools, { id, rowCount }: Job): void {
  const { db, run } = tools.options;
  const others = openJobs(db, run.id).filter((job) => job.id !== id && job.state === 'submitted');
  tools.isFull = others.length > 0;
  if (tools.isFull) return;
  tools.fileRows = Math.max(1, Math.min(tools.fileRows, Math.ceil(rowCount / 2)));
}

type FailureOf = (row: JobRow, place: number) => AttemptFailure;

/** Why a row has no answer, by its place in the file from 1. */
function failureFor({ id, status, faults, isComplete }: BatchState): FailureOf {
  const byLine = new Map(faults.map((fault): [number | null, BatchFault] => [fault.line, fault]));
  const whole = byLine.get(null);
  const why = whole === undefined ? status : `${status}: ${whole.code}: ${whole.message}`;
  return (_, place) => {
    const own = byLine.get(place);
    // Of a file that was refused for some of its rows, the others are as good as before.
    if (own !== undefined) return refusedRow(`${own.code}: ${own.message}`);
    return notRunFailure(`${id} ${why}, without an answer`, isComplete);
  };
}

function refusedRow(message: string): AttemptFailure {
  return { ...notRunFailure(message), code: 'bad_request', isRetryable: false };
}

/** Ends the rows that are left. */
async function endRest(
  tools: JobTools,
  job: Job,
  failureOf: FailureOf,
  again: { readonly again?: boolean } = {},
): Promise<void> {
  let place = 0;
  for (const page of openRowsOf(tools.options.db, job)) {
    const taking = page.map((row) => {
      place++;
      const planned = builtRow(tools, row);
      return takeRow(tools, { job, row, planned, attempt: failureOf(row, place), ...again });
    });
    await Promise.all(taking);
    tools.journal.close();
  }
}

function over(tools: JobTools, job: Job, { id, status, done, failed }: BatchState): Step {
  const { db, clock, tell } = tools.options;
  db.transaction(() =>
    endJob(db, job, { state: 'settled', message: '', atMs: clock.now() }),
  ).immediate();
  tell(`${nameOf(job)}: ${id} ${status}: ${done} done, ${failed} failed of ${job.rowCount}`);
  return { kind: 'done' };
}

/**
 * Lets the rows of a job go that the provider never ran: they are pending again, or failed where the
 * provider refused them.
 */
export async function releaseJob(
  tools: JobTools,
  job: Job,
  message: string,
  failure: AttemptFailure | null = null,
): Promise<Step> {
  const { db, clock, tell, unanswered } = tools.options;
  const why = failure === null ? notRunFailure(message) : refusedRow(message);
  await endRest(tools, job, () => why, { again: failure === null || unanswered === 'live' });
  db.transaction(() =>
    endJob(db, job, { state: 'refused', message, atMs: clock.now() }),
  ).immediate();
  tell(`${nameOf(job)}: ${message}`);
  return { kind: 'done' };
}
