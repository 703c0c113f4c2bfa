/**
 * Keeping: what the runner tells → the ledger's journal and calls.
 *
 * Takes attempts and results of rows, gives them to the ledger's own words. Never sends; never
 * writes by itself: the ledger groups what comes in one turn of the event loop.
 */
import { Buffer } from 'node:buffer';
import type { Call, Outcome, Target } from '../domain/call.ts';
import type { Clock } from '../domain/time.ts';
import { emptyUsage, inputTotal, outputTotal } from '../domain/tokens.ts';
import { hashString } from '../formats/hash.ts';
import { Memory } from '../formats/memory.ts';
import type { PendingRow, RowWithResult } from '../ledger/batch-rows.ts';
import type { LedgerBudget } from '../ledger/budget.ts';
import type { RunCall } from '../ledger/call-rows.ts';
import { type BatchJournal, type JournalResult, wholeMs } from '../ledger/journal.ts';
import type { AttemptAnswer, AttemptFailure, FailureCode } from '../providers/provider.ts';
import { tierOf } from './costs.ts';
import type { AttemptEnd, AttemptStart, Journal } from './ports.ts';
import { hashAnswer } from './prompt-facts.ts';
import type { Answer, Row, RowResult, ServedFrom } from './row.ts';

export interface KeepOptions {
  readonly journal: BatchJournal;
  /** Counts what is spent; null: somebody else does. */
  readonly spending: Pick<LedgerBudget, 'note'> | null;
  readonly clock: Clock;
  /** Whether each finished row is taken with `takeFinished`. */
  readonly holdsResults?: boolean;
  /** Keeps an answer somewhere else, in the same transaction: it is not in the row's result then. */
  readonly keepAnswer?: ((row: Row, answer: Answer) => () => void) | undefined;
  /** Is shown attempts as they end. */
  readonly observe: (start: AttemptStart, end: AttemptEnd) => void;
}

/** Failures of requests that no model saw. */
const NEVER_ASKED: ReadonlySet<FailureCode> = new Set(['unreachable', 'aborted', 'not_run']);

/** What a row cost, earlier processes included; null where one of its attempts' cost is not known. */
function totalPico({ row, costPico, uncertainPico }: RowResult): number | null {
  const isUncertain = uncertainPico + row.uncertainBeforePico > 0;
  return costPico === null || isUncertain ? null : row.costBeforePico + costPico;
}

/** Ends and results on a ledger: all that is kept of rows in files. */
export class RunKeeper {
  readonly #options: KeepOptions;
  readonly #memory = new Memory();
  /** What was given to the journal, until its row's result is given out. */
  readonly #finished = new Map<number, JournalResult>();

  constructor(options: KeepOptions) {
    this.#options = options;
  }

  /** Notes the end of an attempt, and its call. */
  end(row: Row, start: AttemptStart, end: AttemptEnd): void {
    const { attempt, costPico } = end;
    this.#options.observe(start, end);
    const { journal, spending, clock } = this.#options;
    const failure = attempt.kind === 'failure' ? attempt : null;
    journal.end({
      row: row.index,
      attempt: row.attemptsBefore + start.number,
      atMs: clock.now(),
      failure: failure?.code ?? null,
      httpStatus: attempt.httpStatus,
      latencyMs: attempt.latencyMs,
      costPico,
      mayHaveBeenBilled: failure?.mayHaveBeenBilled ?? costPico === null,
      call: this.#callOf(row, start, attempt),
    });
    // Counted once; written as often as its transaction has to be made anew.
    if (spending !== null && costPico !== null) journal.also(spending.note(costPico));
  }

  /** Resolves when the result is on disk. */
  finish(result: RowResult): Promise<void> {
    const { answer, failure } = result;
    const { row } = result;
    const usage = answer?.usage ?? null;
    const { keepAnswer, journal } = this.#options;
    const isElsewhere = answer !== null && keepAnswer !== undefined;
    if (isElsewhere) journal.also(keepAnswer(row, answer));
    const kept: JournalResult = {
      row: row.index,
      state: result.status,
      model: answer?.model ?? result.model ?? '',
      answer: answer === null || isElsewhere ? null : textOf(answer),
      inputTokens: usage === null ? null : inputTotal(usage),
      cachedTokens: usage === null ? null : usage.cacheRead,
      outputTokens: usage === null ? null : outputTotal(usage),
      costPico: totalPico(result),
      latencyMs: result.latencyMs,
      attempts: row.attemptsBefore + result.attempts,
      cache: result.cache,
      error: failure === null ? '' : `${failure.code}: ${failure.message}`,
      reason: reasonOf(result),
      atMs: this.#options.clock.now(),
    };
    if (this.#options.holdsResults) this.#finished.set(row.index, kept);
    return journal.finish(kept);
  }

  /** The row with its result as it is on disk, once `finish` has resolved. */
  takeFinished(row: Row): RowWithResult {
    const kept = this.#finished.get(row.index);
    if (kept === undefined) throw new Error(`row ${row.index} is not finished`);
    this.#finished.delete(row.index);
    const { index, line, input } = row;
    const { row: _, atMs: __, ...result } = kept;
    return { index, line, input, ...result, latencyMs: wholeMs(kept.latencyMs) };
  }

  /** Notes a row that is not asked: what it holds cannot be. */
  fault(row: PendingRow, message: string): void {
    const { index, attemptsBefore, costBeforePico, uncertainBeforePico } = row;
    this.#options.journal.record({
      ...{ row: index, state: 'failed', model: '', answer: null, inputTokens: null },
      ...{ cachedTokens: null, outputTokens: null, latencyMs: 0 },
      ...{ costPico: uncertainBeforePico > 0 ? null : costBeforePico, attempts: attemptsBefore },
      ...{
        cache: 'miss',
        error: `bad_row: ${message}`,
        reason: '',
        atMs: this.#options.clock.now(),
      },
    });
  }

  /** The call of an attempt; null where nothing was sent. */
  #callOf(row: Row, start: AttemptStart, end: AttemptAnswer | AttemptFailure): RunCall | null {
    if (end.kind === 'failure' && NEVER_ASKED.has(end.code)) return null;
    const { facts, prompt } = row;
    const answer = end.kind === 'answer' ? end : null;
    const call: Call = {
      target: this.#memory.sharedTarget(targetOf(row, start, end)),
      outcome: this.#memory.sharedOutcome(outcomeOf(end)),
      usage: answer?.usage ?? emptyUsage(),
      startedAtMs: start.startedAtMs,
      latencyMs: wholeMs(end.latencyMs),
      maxTokens: prompt.maxTokens,
      temperatureMilli: prompt.temperatureMilli,
      user: '',
      sessionKey: null,
      tag: null,
      idKey: answer?.responseId ? hashString(answer.responseId) : null,
      promptHash: facts.promptHash,
      systemHash: facts.systemHash,
      paramsHash: facts.paramsHash,
      answerHash: answer === null ? null : hashAnswer(answer.text),
      promptBytes: facts.promptBytes,
      answerBytes: answer === null ? 0 : Buffer.byteLength(answer.text),
      turns: facts.turns,
      hasTools: facts.hasTools,
      hasSchema: facts.hasSchema,
      billedPico: answer?.billedPico ?? null,
    };
    const { task, taskConfidence, complexity, promptSketch, systemSketch } = facts;
    return { call, line: row.line, task, taskConfidence, complexity, promptSketch, systemSketch };
  }
}

function targetOf(
  row: Row,
  { model, endpoint, tier }: AttemptStart,
  end: AttemptAnswer | AttemptFailure,
): Target {
  const answer = end.kind === 'answer' ? end : null;
  // A failed call is billed nothing, which is known; one that was lost is not known.
  const isKnown = end.kind === 'answer' ? end.usage !== null : !end.mayHaveBeenBilled;
  return {
    provider: endpoint.provider,
    model: answer === null || answer.model === '' ? model : answer.model,
    modelRequested: model,
    operation: row.prompt.operation,
    tier: tierOf(answer?.tier ?? tier ?? null),
    region: '',
    format: 'aicost_batch',
    usageBasis: isKnown ? (answer?.usageBasis ?? 'measured') : 'missing',
    timeSource: 'start',
  };
}

function outcomeOf(end: AttemptAnswer | AttemptFailure): Outcome {
  if (end.kind === 'answer') {
    const { httpStatus, stopReason } = end;
    return { status: 'ok', httpStatus, errorType: '', stopReason };
  }
  const status = end.code === 'timed_out' ? 'timeout' : 'error';
  return { status, httpStatus: end.httpStatus, errorType: end.code, stopReason: '' };
}

function textOf({ text, embedding }: Answer): string {
  return embedding === null ? text : JSON.stringify(embedding);
}

/**
 * Why this model answered: where the policy sent the row, then each that was tried before it; of a
 * row that failed, each that was tried.
 */
function reasonOf({ row, why, tried, status, servedFrom }: RowResult): string {
  const routed = [row.routed?.reason ?? '', likeOf(servedFrom)]
    .filter((text) => text !== '')
    .join('; ');
  const isFailed = status === 'failed' && tried.length > 0;
  if (why === 'first_choice' && !isFailed) return routed;
  const others = tried.map(({ model, reason }) => `${model} ${reason}`).join(', ');
  return `${routed === '' ? '' : `${routed}; `}${isFailed ? 'failed' : why}: ${others}`;
}

/** Whose answer a row has: how alike they are, and where it stands. */
export function likeOf(from: ServedFrom | null): string {
  if (from === null) return '';
  const { similarity, runId, row } = from;
  return `${Math.floor(similarity * 1000) / 1000} like row ${row + 1} of batch ${runId}`;
}

/** The runner's journal on a ledger. */
export class LiveKeeper extends RunKeeper implements Journal {
  readonly #journal: BatchJournal;
  readonly #budget: Pick<LedgerBudget, 'lease'>;

  constructor(options: KeepOptions, budget: Pick<LedgerBudget, 'lease'>) {
    super(options);
    this.#journal = options.journal;
    this.#budget = budget;
  }

  /** Resolves when the attempt is on disk. */
  begin({ index, attemptsBefore }: Row, start: AttemptStart): Promise<void> {
    return this.#journal.begin({
      row: index,
      attempt: attemptsBefore + start.number,
      leaseId: this.#budget.lease.id,
      endpoint: start.endpoint.id,
      model: start.model,
      reservedPico: start.worstPico ?? 0,
      atMs: start.startedAtMs,
    });
  }
}
