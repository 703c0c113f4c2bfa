/**
 * Tally: what one row has come to so far, over all its attempts and models.
 *
 * Takes attempts as they end, gives the row's result. Never turns an unknown cost into zero.
 */
import type { AttemptAnswer } from '../providers/provider.ts';
import type { Chain } from './chain.ts';
import type { Answer, CacheUse, Row, RowFailure, RowResult, Tried } from './row.ts';

export class Tally {
  readonly row: Row;
  readonly chain: Chain;
  readonly tried: Tried[] = [];
  attempts = 0;
  costPico: number | null = 0;
  uncertainPico = 0;
  /** On the timers' clock; null before the first attempt. */
  firstSentMs: number | null = null;
  latencyMs = 0;
  endpointId: string | null = null;
  failure: RowFailure | null = null;
  /** The last answer that did not pass. */
  refused: Answer | null = null;

  constructor(row: Row, chain: Chain) {
    this.row = row;
    this.chain = chain;
  }

  /** Adds what an answer or a judge cost; null makes the whole unknown. */
  addCost(costPico: number | null): void {
    this.costPico = costPico === null || this.costPico === null ? null : this.costPico + costPico;
  }

  /** The most the row has cost so far; unknown costs of unpriced models apart. */
  get spentPico(): number {
    return (this.costPico ?? 0) + this.uncertainPico;
  }

  /** The row has its answer, from this place of the chain. */
  done(answer: Answer, place: number, cache: CacheUse): RowResult {
    return { ...this.#result(), status: 'done', answer, failure: null, cache, ...this.#who(place) };
  }

  /** No model is left. */
  failed(): RowResult {
    return { ...this.#result(), status: 'failed', answer: this.refused, failure: this.failure };
  }

  /** It was cancelled while it was sent. */
  unknown(): RowResult {
    return { ...this.#result(), status: 'unknown', answer: null, failure: this.failure };
  }

  #who(place: number): Pick<RowResult, 'model' | 'why'> {
    const model = this.chain.steps[place]?.model ?? null;
    if (place === 0) return { model, why: 'first_choice' };
    const isEscalated = this.tried.some(({ reason }) => reason.startsWith('check:'));
    return { model, why: isEscalated ? 'escalated' : 'fallback' };
  }

  #result(): RowResult {
    return {
      row: this.row,
      status: 'failed',
      answer: null,
      failure: null,
      model: null,
      endpointId: this.endpointId,
      why: 'first_choice',
      tried: this.tried,
      cache: 'miss',
      attempts: this.attempts,
      costPico: this.costPico,
      uncertainPico: this.uncertainPico,
      savedByCachePico: null,
      savedByRoutingPico: null,
      latencyMs: this.latencyMs,
    };
  }
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
