/**
 * Rows of files on their way to a result: answered, failed, or pending again.
 *
 * Takes attempts as files give them, gives results to the journal, as the runner would. Never fails
 * a row that may go on in the next file or live.
 */
import { EXIT, UserError } from '../errors.ts';
import { hashString } from '../formats/hash.ts';
import type { Job } from '../ledger/batch-jobs.ts';
import { type JobRow, openRowsOf } from '../ledger/batch-jobs-rows.ts';
import type { PendingRow } from '../ledger/batch-rows.ts';
import type { Attempt, AttemptFailure, Endpoint } from '../providers/provider.ts';
import type { Step } from './chain.ts';
import { type JobTools, sentTo } from './jobs-tools.ts';
import type { AttemptStart } from './ports.ts';
import type { Answer, Row, RowFailure, RowResult } from './row.ts';
import { RowFault } from './row-fields.ts';
import { answerKey } from './serving.ts';
import { answerOf, Tally } from './tally.ts';

/** A row that was planned, with what its file asks. */
export interface AskedRow {
  readonly row: Row;
  readonly step: Step;
  /** What it asks, hashed; null: its answer is nobody else's. */
  readonly askKey: number | null;
}

/** A planned row as the first model of its chain is asked. */
export function askedRow(tools: JobTools, row: Row): AskedRow {
  const chain = tools.chainOf(row);
  const [step = { model: row.prompt.model, checks: [] }] = chain.steps;
  const { model } = step;
  const asked = model === row.prompt.model ? row : { ...row, prompt: { ...row.prompt, model } };
  const key = keptUnder(tools, row, model);
  const askKey = key === null ? null : hashString(key);
  return { row: asked, step, askKey };
}

/** Under which key an answer is kept; null: it is not. */
function keptUnder({ options }: JobTools, { cacheKey }: Row, model: string): string | null {
  return cacheKey === null ? null : answerKey(cacheKey, model, options.endpoints);
}

/** Notes what rows in files ask, so that equal ones wait for them. */
export function noteAsked(tools: JobTools, jobs: readonly Job[]): void {
  if (tools.answers === null) return;
  for (const job of jobs) {
    for (const page of openRowsOf(tools.options.db, job)) {
      for (const record of page) {
        const { askKey, row, step } = askedRow(tools, builtRow(tools, record));
        if (askKey !== null) tools.asked.add(askKey);
        tools.semantic?.open(row, step.model);
      }
    }
  }
}

/** Finishes a row that is not asked: it cannot be. */
export function failRow(tools: JobTools, row: Row, failure: RowFailure): Promise<void> {
  const tally = tallyOf(tools, row);
  tally.failure = failure;
  return finish(tools, tally.failed());
}

/** Finishes a row that is none: its fault says why. */
export function faultRow({ keep, options }: JobTools, record: PendingRow, fault: RowFault): void {
  keep.fault(record, fault.message);
  options.seen.fault(options.timers.nowMs());
  options.onSeen();
}

/** Finishes a row with a kept answer; whether one is kept. */
export async function fromCache(tools: JobTools, asked: AskedRow): Promise<boolean> {
  const { row, step } = asked;
  const key = keptUnder(tools, row, step.model);
  if (tools.answers === null || key === null) return false;
  const kept = tools.answers.get(key);
  if (kept === null) return false;
  const result = await judged(asked, { answer: kept, tally: tallyOf(tools, row) });
  // Without a temperature no other run shares its answers.
  const isOwn = row.prompt.temperatureMilli === null && row.prompt.operation !== 'embeddings';
  const isShared = isOwn || (asked.askKey !== null && tools.answered.has(asked.askKey));
  const cache = isShared ? 'shared' : 'exact';
  await finish(tools, { ...result, cache, savedByCachePico: kept.costPico });
  return true;
}

/**
 * Finishes a row with the kept answer of one that asks the same; whether it is not to be sent now: it
 * has that answer, or waits for one that a file is asked for. What does not pass is asked itself.
 */
export async function fromLike(tools: JobTools, asked: AskedRow): Promise<boolean> {
  const { row, step } = asked;
  const look = tools.semantic?.look(row, step.model) ?? { kind: 'none' };
  if (look.kind !== 'hit') return look.kind === 'open';
  const { answer, from } = look.hit;
  const result = await judged(asked, { answer, tally: tallyOf(tools, row) });
  if (result.status !== 'done') return false;
  const saved = { savedByCachePico: answer.costPico, servedFrom: from };
  await finish(tools, { ...result, cache: 'semantic', ...saved });
  return true;
}

/** A row of a job with what became of it. */
export interface Taken {
  readonly job: Job;
  readonly row: JobRow;
  /** The row as it was sent. */
  readonly planned: Row;
  readonly attempt: Attempt;
  /** Whether it goes on if it failed; as --unanswered and the attempts say, unless told. */
  readonly again?: boolean;
}

/** The start of a row's attempt in a job. */
function startOf(tools: JobTools, { job, row }: Taken, endpoint: Endpoint): AttemptStart {
  const startedAtMs = job.submittedAtMs ?? tools.options.clock.now();
  const { model, reservedPico } = row;
  return { number: 1, model, endpoint, startedAtMs, worstPico: reservedPico, tier: 'batch' };
}

/**
 * Notes how a row's attempt in a job ended; finishes the row, or leaves it pending for the next
 * file or live. Resolves when a result is on disk.
 */
export async function takeRow(tools: JobTools, taken: Taken): Promise<void> {
  const { row: record, attempt, job, planned } = taken;
  const asked = { ...askedRow(tools, planned), row: planned };
  const endpoint = sentTo(tools, job);
  const start = startOf(tools, taken, endpoint);
  if (asked.askKey !== null) tools.asked.delete(asked.askKey);
  const tally = tallyOf(tools, planned);
  tally.attempts = 1;
  tally.endpointId = endpoint.id;
  if (attempt.kind === 'failure') {
    tools.semantic?.close(planned, record.model);
    return failed(tools, { taken, start, tally, attempt });
  }
  const answer = answerOf(attempt);
  const costPico = tools.costs.actualPico(answer, record.model, endpoint, start.startedAtMs);
  tools.keep.end(planned, start, { attempt, costPico });
  tally.addCost(costPico);
  const key = keptUnder(tools, planned, record.model);
  if (key !== null) {
    tools.answers?.put(key, { ...answer, costPico });
    tools.semantic?.store(planned, record.model);
  }
  if (asked.askKey !== null) tools.answered.add(asked.askKey);
  await finish(tools, await judged(asked, { answer, tally }));
}

interface Failed {
  readonly taken: Taken;
  readonly start: AttemptStart;
  readonly tally: Tally;
  readonly attempt: AttemptFailure;
}

async function failed(tools: JobTools, { taken, start, tally, attempt }: Failed): Promise<void> {
  const costPico = attempt.mayHaveBeenBilled ? null : 0;
  tools.keep.end(tally.row, start, { attempt, costPico });
  if (costPico === null) tally.addUncertain(taken.row.reservedPico);
  if (taken.again ?? (attempt.isRetryable && mayGoOn(tools, taken))) return;
  const { code, message, httpStatus } = attempt;
  tally.failure = { code, message, httpStatus };
  await finish(tools, tally.failed());
}

/** Whether a row may be asked again. */
function mayGoOn({ options }: JobTools, { job, row }: Taken): boolean {
  if (options.isCancelling || job.isCancelling || options.unanswered === 'live') return true;
  return options.unanswered === 'batch' && row.attemptsBefore + 1 < options.maxAttempts;
}

/** A row of a job as it was sent. Throws UserError where something of it is gone since. */
export function builtRow({ builder, options }: JobTools, record: JobRow): Row {
  const row = builder.build(record);
  if (!(row instanceof RowFault)) return row;
  throw new UserError(
    EXIT.failed,
    `row ${record.index + 1} is in a file of a batch, but cannot be read any more: ${row.message}`,
    `put back what is missing, then: aicost batch resume ${options.run.id}`,
  );
}

function tallyOf({ chainOf }: JobTools, row: Row): Tally {
  const tally = new Tally(row, chainOf(row));
  tally.latencyMs = null;
  return tally;
}

/** Has the checks of the first model look at an answer. */
async function judged(
  { row, step }: AskedRow,
  { answer, tally }: { answer: Answer; tally: Tally },
): Promise<RowResult> {
  for (const check of step.checks) {
    // Files ask nobody else: a judge has no say here.
    const verdict = await check.check(answer, row, async () => null);
    if (verdict !== 'halted' && verdict.passed) continue;
    tally.refused = answer;
    const reason = verdict === 'halted' ? 'no judge is asked through files' : verdict.reason;
    const message = `${check.name}: ${reason}`;
    tally.failure = { code: 'check_failed', message, httpStatus: null };
    return tally.failed();
  }
  return tally.done(answer, 0, 'miss');
}

async function finish({ keep, options }: JobTools, result: RowResult): Promise<void> {
  options.seen.result(result, options.timers.nowMs());
  await keep.finish(result);
  options.onSeen();
}
