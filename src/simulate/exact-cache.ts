/**
 * Lever `exact_cache`: repeats of a prompt answered from a store instead of the model.
 *
 * Takes calls in time order, serves those whose answer was stored. Never serves an answer that had
 * not arrived yet, is older than the TTL, or belongs to another model or other parameters.
 */
import type { PricedCall } from '../domain/call.ts';
import {
  arrivalMs,
  DEFAULT_MAX_TEMPERATURE_MILLI,
  isCacheable,
  isDeterministic,
  ModelIds,
} from '../policy/cache-key.ts';
import { KeyLru } from '../policy/key-lru.ts';
import type { Certainty } from '../policy/route.ts';
import {
  type CallState,
  type Lever,
  type LeverResult,
  LeverTally,
  type Skipped,
  SkipTally,
} from './lever.ts';

export interface CacheOptions {
  /** How old a stored answer may be; the limit itself still counts. */
  readonly ttlMs: number;
  /** Answers held; the least recently used goes first. */
  readonly capacity: number;
  /** Calls above this temperature are neither stored nor served. */
  readonly maxTemperatureMilli: number;
}

export const CACHE_DEFAULTS: CacheOptions = {
  ttlMs: 3_600_000,
  capacity: 10_000,
  maxTemperatureMilli: DEFAULT_MAX_TEMPERATURE_MILLI,
};

const ID = 'exact_cache';
/** Stands for "the log holds no answer": hashes are never negative. */
const NO_ANSWER = -1;

/**
 * An exact cache. Of several equal calls in flight the answer that arrives first is stored; a
 * stored answer is replaced once it has expired, not before.
 */
export class ExactCache implements Lever {
  readonly #options: CacheOptions;
  readonly #lru: KeyLru;
  readonly #models = new ModelIds();
  readonly #arrivedMs: Float64Array;
  readonly #answers: Float64Array;
  readonly #tally = new LeverTally();
  readonly #skips = new SkipTally();

  constructor(options: Partial<CacheOptions> = {}) {
    this.#options = { ...CACHE_DEFAULTS, ...options };
    const { capacity } = this.#options;
    this.#lru = new KeyLru(capacity);
    this.#arrivedMs = new Float64Array(capacity);
    this.#answers = new Float64Array(capacity);
  }

  apply(state: CallState): void {
    const { call } = state;
    if (state.served || !isCacheable(call, this.#options.maxTemperatureMilli)) return;
    if (call.startedAtMs === null) {
      if (call.costPico !== null) this.#skips.add('the log gives no time');
      return;
    }
    this.#lookUp(state, call.startedAtMs, call.promptHash!);
  }

  #lookUp(state: CallState, nowMs: number, promptHash: number): void {
    const { call } = state;
    const lru = this.#lru;
    const model = this.#models.idOf(call.target);
    const slot = lru.find(promptHash, call.paramsHash, call.promptBytes, model);
    if (slot === -1) {
      const fresh = lru.insert(promptHash, call.paramsHash, call.promptBytes, model);
      if (fresh !== -1) this.#store(fresh, call, arrivalMs(call, nowMs));
      return;
    }
    lru.touch(slot);
    const ageMs = nowMs - this.#arrivedMs[slot]!;
    if (ageMs >= 0 && ageMs <= this.#options.ttlMs) this.#serve(state, this.#answers[slot]!);
    else this.#replace(slot, call, arrivalMs(call, nowMs), ageMs);
  }

  /** A pending answer gives way only to one that arrives before it. */
  #replace(slot: number, call: PricedCall, arrivedMs: number, ageMs: number): void {
    if (ageMs > 0 || arrivedMs < this.#arrivedMs[slot]!) this.#store(slot, call, arrivedMs);
  }

  #store(slot: number, call: PricedCall, arrivedMs: number): void {
    this.#arrivedMs[slot] = arrivedMs;
    this.#answers[slot] = call.answerHash ?? NO_ANSWER;
  }

  #serve(state: CallState, storedAnswer: number): void {
    state.served = true;
    if (state.costPico === null) return;
    this.#tally.save(state.costPico, certaintyOf(state.call, storedAnswer));
    state.costPico = 0;
  }

  result(): LeverResult {
    const { ttlMs, capacity, maxTemperatureMilli } = this.#options;
    const method =
      `Replay of a cache of ${capacity} answers (LRU) kept ${displayHours(ttlMs)}, keyed by prompt, ` +
      `parameters and model, for answered calls without tool use at temperature ` +
      `${maxTemperatureMilli / 1000} or below or unset; a hit needs an answer that had arrived. ` +
      'Sure: the log shows the same answer twice; likely: temperature 0 or embeddings.';
    const note =
      `narrower than the finding "Repeated calls": answers are kept for ${displayHours(ttlMs)}, at temperature ` +
      `${maxTemperatureMilli / 1000} or below, and none with tool use`;
    return { ...this.#tally.result(ID, method), note };
  }

  skipped(): Skipped[] {
    return this.#skips.result(ID);
  }
}

function displayHours(ms: number): string {
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 1000} s`;
}

function certaintyOf(call: PricedCall, storedAnswer: number): Certainty {
  if (call.answerHash !== null && call.answerHash === storedAnswer) return 'sure';
  return isDeterministic(call) ? 'likely' : 'needs_test';
}
