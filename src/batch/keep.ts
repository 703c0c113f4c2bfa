/**
 * Keeping: what the runner tells → the ledger's journal, calls and answers.
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
import type { Answers, StoredAnswer } from '../ledger/answers.ts';
import type { RowWithResult } from '../ledger/batch-rows.ts';
import type { LedgerBudget } from '../ledger/budget.ts';
import type { RunCall } from '../ledger/call-rows.ts';
import type { BatchJournal, JournalResult } from '../ledger/journal.ts';
import type { AttemptAnswer, AttemptFailure, FailureCode } from '../providers/provider.ts';
import { tierOf } from './costs.ts';
import type { AnswerCache, AttemptEnd, AttemptStart, CachedAnswer, Journal } from './ports.ts';
import { hashAnswer } from './prompt-facts.ts';
import type { Answer, Row, RowResult } from './row.ts';
import type { PlannedRow } from './rows.ts';

export interface KeepOptions {
  readonly journal: BatchJournal;
  readonly budget: LedgerBudget;
  /** Whether the runner reserves: if not, what is spent is counted here. */
  readonly isReserved: boolean;
  readonly clock: Clock;
  /** Whether each finished row is taken with `takeFinished`. */
  readonly holdsResults?: boolean;
  /** Is shown attempts as they end. */
  readonly observe: (start: AttemptStart, end: AttemptEnd) => void;
}

/** Failures of requests that no model saw. */
const NEVER_ASKED: ReadonlySet<FailureCode> = new Set(['unreachable', 'aborted', 'not_run']);

/** The runner's journal on a ledger; its rows are PlannedRows. */
export class RunJournal implements Journal {
  readonly #options: KeepOptions;
  readonly #memory = new Memory();
  /** What was given to the journal, until its row's result is given out. */
  readonly #finished = new Map<number, JournalResult>();

  constructor(options: KeepOptions) {
    this.#options = options;
  }

  /** Resolves when the attempt is on disk. */
  begin(row: Row, start: AttemptStart): Promise<void> {
    const { attemptsBefore } = row as PlannedRow;
    return this.#options.journal.begin({
      row: row.index,
      attempt: attemptsBefore + start.number,
      leaseId: this.#options.budget.lease.id,
      endpoint: start.endpoint.id,
      model: start.model,
      reservedPico: start.worstPico ?? 0,
      atMs: start.startedAtMs,
    });
  }

  /** Notes the end of an attempt, and its call. */
  end(row: Row, start: AttemptStart, end: AttemptEnd): void {
    const { attempt, costPico } = end;
    this.#options.observe(start, end);
    const { journal, budget, isReserved, clock } = this.#options;
    const planned = row as PlannedRow;
    const failure = attempt.kind === 'failure' ? attempt : null;
    if (!isReserved && costPico !== null) journal.also(() => budget.note(costPico));
    journal.end({
      row: row.index,
      attempt: planned.attemptsBefore + start.number,
      atMs: clock.now(),
      failure: failure?.code ?? null,
      httpStatus: attempt.httpStatus,
      latencyMs: attempt.latencyMs,
      costPico,
      mayHaveBeenBilled: failure?.mayHaveBeenBilled ?? costPico === null,
      call: this.#callOf(planned, start, attempt),
    });
  }

  /** Resolves when the result is on disk. */
  finish(result: RowResult): Promise<void> {
    const { answer, failure } = result;
    const planned = result.row as PlannedRow;
    const usage = answer?.usage ?? null;
    const kept: JournalResult = {
      row: planned.index,
      state: result.status,
      model: answer?.model ?? result.model ?? '',
      answer: answer === null ? null : textOf(answer),
      inputTokens: usage === null ? null : inputTotal(usage),
      cachedTokens: usage === null ? null : usage.cacheRead,
      outputTokens: usage === null ? null : outputTotal(usage),
      costPico: result.costPico === null ? null : planned.costBeforePico + result.costPico,
      latencyMs: result.latencyMs,
      attempts: planned.attemptsBefore + result.attempts,
      cache: result.cache,
      error: failure === null ? '' : `${failure.code}: ${failure.message}`,
      reason: reasonOf(result),
      atMs: this.#options.clock.now(),
    };
    if (this.#options.holdsResults) this.#finished.set(planned.index, kept);
    return this.#options.journal.finish(kept);
  }

  /** The row with its result as it is on disk, once `finish` has resolved. */
  takeFinished(row: Row): RowWithResult {
    const kept = this.#finished.get(row.index);
    if (kept === undefined) throw new Error(`row ${row.index} is not finished`);
    this.#finished.delete(row.index);
    const { index, line, input } = row as PlannedRow;
    return {
      index,
      line,
      input,
      state: kept.state,
      model: kept.model,
      answer: kept.answer,
      inputTokens: kept.inputTokens,
      cachedTokens: kept.cachedTokens,
      outputTokens: kept.outputTokens,
      costPico: kept.costPico,
      latencyMs: Math.round(kept.latencyMs),
      attempts: kept.attempts,
      cache: kept.cache,
      error: kept.error,
      reason: kept.reason,
    };
  }

  /** Notes a row that was never asked: what it holds cannot be. */
  fault(index: number, message: string): void {
    this.#options.journal.record({
      ...{ row: index, state: 'failed', model: '', answer: null, inputTokens: null },
      ...{ cachedTokens: null, outputTokens: null, costPico: 0, latencyMs: 0, attempts: 0 },
      ...{
        cache: 'miss',
        error: `bad_row: ${message}`,
        reason: '',
        atMs: this.#options.clock.now(),
      },
    });
  }

  /** The call of an attempt; null where nothing was sent. */
  #callOf(
    row: PlannedRow,
    start: AttemptStart,
    end: AttemptAnswer | AttemptFailure,
  ): RunCall | null {
    if (end.kind === 'failure' && NEVER_ASKED.has(end.code)) return null;
    const { facts, prompt } = row;
    const answer = end.kind === 'answer' ? end : null;
    const call: Call = {
      target: this.#memory.sharedTarget(targetOf(row, start, end)),
      outcome: this.#memory.sharedOutcome(outcomeOf(end)),
      usage: answer?.usage ?? emptyUsage(),
      startedAtMs: start.startedAtMs,
      latencyMs: Math.round(end.latencyMs),
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
    const { task, taskConfidence, promptSketch, systemSketch } = facts;
    return { call, line: row.line, task, taskConfidence, promptSketch, systemSketch };
  }
}

function targetOf(
  row: PlannedRow,
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

/** Why this model answered: where the policy sent the row, then each that was tried before it. */
function reasonOf({ row, why, tried }: RowResult): string {
  const routed = (row as PlannedRow).routed?.reason ?? '';
  if (why === 'first_choice') return routed;
  const others = tried.map(({ model, reason }) => `${model} ${reason}`).join(', ');
  return `${routed === '' ? '' : `${routed}; `}${why}: ${others}`;
}

/** The runner's cache on a ledger; the latest answers are in memory until they are written. */
export class LedgerAnswers implements AnswerCache {
  readonly #unwritten = new Map<string, CachedAnswer>();

  constructor(
    private readonly answers: Answers,
    private readonly journal: BatchJournal,
    private readonly clock: Clock,
  ) {}

  /** The answer of an equal request; null if none is kept. */
  get(key: string): CachedAnswer | null {
    const latest = this.#unwritten.get(key);
    if (latest !== undefined) return latest;
    const kept = this.answers.get({ id: hashString(key), text: key }, this.clock.now());
    if (kept === null) return null;
    const facts = JSON.parse(kept.facts) as Omit<Answer, 'text' | 'model'>;
    return { ...facts, model: kept.model, text: kept.answer, costPico: kept.costPico };
  }

  /** Keeps an answer. */
  put(key: string, answer: CachedAnswer): void {
    const atMs = this.clock.now();
    this.#unwritten.set(key, answer);
    this.journal.eventually(() => {
      this.answers.put({ id: hashString(key), text: key }, storedOf(answer), atMs);
      this.#unwritten.delete(key);
    });
  }
}

function storedOf({ text, model, costPico, ...facts }: CachedAnswer): StoredAnswer {
  return { model, answer: text, facts: JSON.stringify(facts), costPico };
}
