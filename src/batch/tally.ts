/**
 * Tally: what one row has come to so far, over all its attempts and models.
 *
 * Takes attempts as they end, gives the row's result. Never turns an unknown cost into zero.
 */
import type { AttemptAnswer } from '../providers/provider.ts';
import type { Chain } from './chain.ts';
import type { CachedAnswer } from './ports.ts';
import type { Answer, CacheUse, Row, RowFailure, RowResult, Tried, Why } from './row.ts';

export class Tally {
  readonly row: Row;
  readonly chain: Chain;
  readonly tried: Tried[] = [];
  /** Answers that were paid for, by model. */
  readonly answers = new Map<string, CachedAnswer>();
  attempts = 0;
  /** Asked last; null before the first attempt. */
  lastModel: string | null = null;
  costPico: number | null = 0;
  uncertainPico = 0;
  /** On the timers' clock; null before the first attempt. */
  firstSentMs: number | null = null;
  latencyMs: number | null = 0;
  endpointId: string | null = null;
  failure: RowFailure | null = null;
  /** Whether it is asked as a part of another row, such as by a judge. */
  isAside = false;
  /** The last answer that did not pass. */
  refused: Answer | null = null;
  /** Of earlier processes; of what is asked as a part of a row, it is that row's. */
  #before: number;

  constructor(row: Row, chain: Chain) {
    this.row = row;
    this.chain = chain;
    this.#before = spentBeforePico(row);
  }

  /** Adds what an answer or a judge cost; null makes the whole unknown. */
  addCost(costPico: number | null): void {
    this.costPico = costPico === null || this.costPico === null ? null : this.costPico + costPico;
  }

  /** Adds the worst case of what may have been billed; at least 1: what is unknown is not nothing. */
  addUncertain(worstPico: number | null): void {
    this.uncertainPico += Math.max(1, worstPico ?? 0);
  }

  /** The most the row has cost so far, in earlier processes too; unpriced models apart. */
  get spentPico(): number {
    return this.#before + (this.costPico ?? 0) + this.uncertainPico;
  }

  /** Counts on where a row's attempts are: for what is asked as a part of it. */
  follow({ attempts, firstSentMs }: Tally): void {
    this.isAside = true;
    this.#before = 0;
    this.attempts = attempts;
    this.firstSentMs = firstSentMs;
  }

  /** Takes over what was asked as a part of the row. */
  take(aside: Tally): void {
    this.attempts = aside.attempts;
    this.addCost(aside.costPico);
    this.uncertainPico += aside.uncertainPico;
  }

  /** The row has its answer, from this place of the chain. */
  done(answer: Answer, place: number, cache: CacheUse): RowResult {
    const result = this.#result('done', answer, null);
    result.cache = cache;
    result.model = this.chain.steps[place]?.model ?? null;
    if (place > 0) result.why = whyPassedOn(this.tried);
    return result;
  }

  /** No model is left. */
  failed(): RowResult {
    const result = this.#result('failed', this.refused, this.failure);
    if (this.tried.length > 1) result.why = whyPassedOn(this.tried.slice(0, -1));
    return result;
  }

  /** It was cancelled while it was sent. */
  unknown(): RowResult {
    return this.#result('unknown', null, this.failure);
  }

  #result(status: RowResult['status'], answer: Answer | null, failure: RowFailure | null) {
    const result: Writable<RowResult> = {
      row: this.row,
      status,
      answer,
      failure,
      model: null,
      endpointId: this.endpointId,
      why: 'first_choice',
      tried: this.tried,
      cache: 'miss',
      servedFrom: null,
      attempts: this.attempts,
      costPico: this.costPico,
      uncertainPico: this.uncertainPico,
      savedByCachePico: null,
      savedByRoutingPico: null,
      latencyMs: this.latencyMs,
    };
    return result;
  }
}

/** Why the models that were tried handed the row on. */
function whyPassedOn(tried: readonly Tried[]): Why {
  const isEscalated = tried.some(({ reason }) => reason.startsWith('check:'));
  return isEscalated ? 'escalated' : 'fallback';
}

type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** The most that earlier processes spent on a row. */
export function spentBeforePico({ costBeforePico, uncertainBeforePico }: Row): number {
  return costBeforePico + uncertainBeforePico;
}

/** An answer without what belongs to its attempt. */
export function answerOf(attempt: AttemptAnswer): Answer {
  const { text, model, responseId, stopReason, usage, usageBasis, tier, embedding, httpStatus } =
    attempt;
  return { text, model, responseId, stopReason, usage, usageBasis, tier, embedding, httpStatus };
}

/** The result of a row that shares another one's: nothing was sent for it. */
export function sharedResult(row: Row, other: RowResult): RowResult {
  return {
    ...other,
    row,
    cache: 'shared',
    attempts: 0,
    costPico: 0,
    uncertainPico: 0,
    savedByCachePico: other.status === 'done' ? (other.savedByCachePico ?? other.costPico) : null,
    savedByRoutingPico: null,
    latencyMs: 0,
  };
}
