/**
 * Lever `retries`: failed attempts that better rules would not have sent.
 *
 * Takes calls in time order, follows the attempts at each prompt, and takes off the bill of
 * attempts that failed again where a rule forbids them. Never takes off an attempt that gave an
 * answer, and counts the answers a rule would have lost. Memory: the last 65,536 failed prompts, 7
 * MB.
 */
import { hasFailed, type PricedCall } from '../domain/call.ts';
import { displayUsd, PicoSum } from '../domain/money.ts';
import { ModelIds } from '../policy/cache-key.ts';
import { KeyLru } from '../policy/key-lru.ts';
import type { Certainty } from '../policy/route.ts';
import type { CallState, Lever, LeverPlan, LeverWords } from './lever.ts';

export interface RetryOptions {
  /** The same prompt later than this after a failure is no retry. */
  readonly windowMs: number;
  /** Attempts at one prompt, the first included. */
  readonly maxAttempts: number;
  /** The pause before the first retry; it doubles with each one. */
  readonly firstPauseMs: number;
  /** HTTP statuses after which the pause is needed; null: after every failure. */
  readonly pausedStatuses: ReadonlySet<number> | null;
  /** Statuses of 400 to 499 after which another try makes sense. */
  readonly retriableClientErrors: ReadonlySet<number>;
  /** Whether a billed time-out is taken for an answer that a longer limit would have brought. */
  readonly longerTimeout: boolean;
}

/** Three attempts, pauses of 1, 2, 4 s; the request's own errors are final. */
export const RETRY_DEFAULTS: RetryOptions = {
  windowMs: 300_000,
  maxAttempts: 3,
  firstPauseMs: 1000,
  pausedStatuses: null,
  retriableClientErrors: new Set([408, 409, 425, 429]),
  longerTimeout: true,
};

const ID = 'retries';
const CAPACITY = 65_536;
/** Attempts at one prompt, each in the window of the one before, that make a storm. */
const STORM_ATTEMPTS = 5;

/** The lever as a plan. */
export function retriesPlan(over: Partial<RetryOptions> = {}): LeverPlan {
  return { id: ID, create: () => new Retries({ ...RETRY_DEFAULTS, ...over }) };
}

/** What a rule says of an attempt; null: it may be sent. */
type Verdict = 'final' | 'limit' | 'hasty' | null;

const CERTAINTY: Readonly<Record<'final' | 'limit' | 'hasty', Certainty>> = {
  /** The same error came again: nothing is lost. */
  final: 'sure',
  limit: 'likely',
  /** What a later attempt would have brought is not known. */
  hasty: 'needs_test',
};

class Retries implements Lever {
  readonly id = ID;
  readonly #options: RetryOptions;
  readonly #models = new ModelIds();
  readonly #chains = new KeyLru(CAPACITY);
  /** When the last failure that was sent ended. */
  readonly #failedMs = new Float64Array(CAPACITY);
  /** Failures that were sent, and all of them. */
  readonly #sent = new Int32Array(CAPACITY);
  readonly #attempts = new Int32Array(CAPACITY);
  /** HTTP status of the last failure; 0: none. */
  readonly #status = new Int16Array(CAPACITY);
  /** What time-outs of the chain were billed and have not been taken off. */
  readonly #timedOutPico = new Float64Array(CAPACITY);
  readonly #avoided = { final: 0, limit: 0, hasty: 0 };
  readonly #timeouts = new PicoSum();
  #lost = 0;
  #storms = 0;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  apply(state: CallState): Certainty | null {
    const { call } = state;
    const failed = hasFailed(call.outcome.status);
    if (state.served || (!failed && this.#chains.size === 0)) return null;
    if (call.startedAtMs === null || call.promptHash === null) {
      if (failed && call.startedAtMs === null) state.skipped = 'the log gives no time';
      else if (failed) state.skipped = 'the log holds no prompt';
      return null;
    }
    const slot = this.#slotOf(call, call.startedAtMs, failed);
    if (slot === -1) return null;
    const verdict = this.#verdict(slot, call.startedAtMs);
    if (!failed) return this.#answered(state, slot, verdict);
    this.#countAttempt(slot);
    if (verdict === null) {
      this.#noteFailure(slot, state, call.startedAtMs);
      return null;
    }
    return this.#avoid(state, verdict);
  }

  /** The chain of attempts a call belongs to; a failure without one begins one. */
  #slotOf(call: PricedCall, nowMs: number, failed: boolean): number {
    const { promptHash, paramsHash, promptBytes } = call;
    const model = this.#models.idOf(call.target);
    let slot = this.#chains.find(promptHash!, paramsHash, promptBytes, model);
    if (slot === -1) {
      if (!failed) return -1;
      slot = this.#chains.insert(promptHash!, paramsHash, promptBytes, model);
      this.#clear(slot);
      return slot;
    }
    this.#chains.touch(slot);
    if (nowMs - this.#failedMs[slot]! > this.#options.windowMs) this.#clear(slot);
    return slot;
  }

  #clear(slot: number): void {
    this.#sent[slot] = 0;
    this.#attempts[slot] = 0;
    this.#timedOutPico[slot] = 0;
  }

  #verdict(slot: number, nowMs: number): Verdict {
    const sent = this.#sent[slot]!;
    if (sent === 0) return null;
    const waitedMs = nowMs - this.#failedMs[slot]!;
    // Started before the failure was known: no retry.
    if (waitedMs < 0) return null;
    const { maxAttempts, firstPauseMs, pausedStatuses, retriableClientErrors } = this.#options;
    const status = this.#status[slot]!;
    if (status >= 400 && status < 500 && !retriableClientErrors.has(status)) return 'final';
    if (sent >= maxAttempts) return 'limit';
    const isPaused = pausedStatuses === null || pausedStatuses.has(status);
    return isPaused && waitedMs < firstPauseMs * 2 ** (sent - 1) ? 'hasty' : null;
  }

  #noteFailure(slot: number, { call, costPico }: CallState, startedAtMs: number): void {
    this.#sent[slot]! += 1;
    this.#failedMs[slot] = startedAtMs + (call.latencyMs ?? 0);
    this.#status[slot] = call.outcome.httpStatus ?? 0;
    if (call.outcome.status === 'timeout') this.#timedOutPico[slot]! += costPico ?? 0;
  }

  #countAttempt(slot: number): void {
    this.#attempts[slot]! += 1;
    if (this.#attempts[slot] === STORM_ATTEMPTS) this.#storms += 1;
  }

  /** Nothing is sent, and nothing is lost: the attempt failed. */
  #avoid(state: CallState, verdict: Exclude<Verdict, null>): Certainty | null {
    this.#avoided[verdict] += 1;
    state.served = true;
    if (state.costPico === null) return null;
    state.costPico = 0;
    return CERTAINTY[verdict];
  }

  /** An answer ends the chain; had its time-out waited longer, it would have been paid once. */
  #answered(state: CallState, slot: number, verdict: Verdict): Certainty | null {
    if (verdict === 'final' || verdict === 'limit') this.#lost += 1;
    const { costPico } = state;
    const twice = Math.min(this.#timedOutPico[slot]!, costPico ?? 0);
    this.#clear(slot);
    if (!this.#options.longerTimeout || costPico === null || twice === 0) return null;
    this.#timeouts.add(twice);
    state.costPico = costPico - twice;
    return 'needs_test';
  }

  words(): LeverWords {
    const { windowMs, maxAttempts, firstPauseMs, longerTimeout } = this.#options;
    return {
      method:
        `Attempts at a prompt within ${windowMs / 1000} s of its failure: none after an error of ` +
        `the request itself (sure), at most ${maxAttempts} (likely), none before a pause of ` +
        `${firstPauseMs / 1000} s that doubles (needs a test). Only attempts that failed again ` +
        `are taken off, at what they were billed.${
          longerTimeout ? ' Needs a test: a billed time-out before an answer is paid twice.' : ''
        }`,
      note: this.#chains.size === 0 ? null : this.#note(),
    };
  }

  #note(): string {
    const { final, limit, hasty } = this.#avoided;
    return (
      `not sent: ${final} after a final error, ${limit} over the limit, ${hasty} too soon; ` +
      `prompts tried ${STORM_ATTEMPTS} times or more: ${this.#storms}; time-outs paid beside ` +
      `their answer: ${displayUsd(this.#timeouts.total)}; risk: answers from attempts that the ` +
      `rules forbid, kept as they are: ${this.#lost}`
    );
  }
}
