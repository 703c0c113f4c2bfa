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
import type { CacheScope } from '../policy/section-cache.ts';
import { KeyInterner } from './key-interner.ts';
import type { CallState, Lever, LeverWords } from './lever.ts';

export interface CacheOptions {
  /** How old a stored answer may be; the limit itself still counts. */
  readonly ttlMs: number;
  /** Answers held; the least recently used goes first. */
  readonly capacity: number;
  /** Calls above this temperature are neither stored nor served. */
  readonly maxTemperatureMilli: number;
  /** Whether one user's answer may serve another. */
  readonly scope: CacheScope;
}

export const CACHE_DEFAULTS: CacheOptions = {
  ttlMs: 3_600_000,
  capacity: 10_000,
  maxTemperatureMilli: DEFAULT_MAX_TEMPERATURE_MILLI,
  scope: 'shared',
};

const ID = 'exact_cache';
/** Stands for "the log holds no answer": hashes are never negative. */
const NO_ANSWER = -1;
/** Ids of the ledger are never negative. */
const NO_USER = -1;

/**
 * An exact cache. Of several equal calls in flight the answer that arrives first is stored; a
 * stored answer is replaced once it has expired, not before.
 */
export class ExactCache implements Lever {
  readonly id = ID;
  readonly #options: CacheOptions;
  readonly #lru: KeyLru;
  readonly #models = new ModelIds();
  readonly #arrivedMs: Float64Array;
  readonly #answers: Float64Array;
  readonly #owners = new KeyInterner();

  constructor(options: Partial<CacheOptions> = {}) {
    this.#options = { ...CACHE_DEFAULTS, ...options };
    const { capacity } = this.#options;
    this.#lru = new KeyLru(capacity);
    this.#arrivedMs = new Float64Array(capacity);
    this.#answers = new Float64Array(capacity);
  }

  apply(state: CallState): Certainty | null {
    const { call } = state;
    if (state.served || !isCacheable(call, this.#options.maxTemperatureMilli)) return null;
    if (call.startedAtMs === null) {
      state.skipped = 'the log gives no time';
      return null;
    }
    return this.#lookUp(state, call.startedAtMs, call.promptHash!);
  }

  #lookUp(state: CallState, nowMs: number, promptHash: number): Certainty | null {
    const { call } = state;
    const lru = this.#lru;
    const owner = this.#ownerOf(call);
    const slot = lru.find(promptHash, call.paramsHash, call.promptBytes, owner);
    if (slot === -1) {
      const fresh = lru.insert(promptHash, call.paramsHash, call.promptBytes, owner);
      if (fresh !== -1) this.#store(fresh, call, arrivalMs(call, nowMs));
      return null;
    }
    lru.touch(slot);
    const ageMs = nowMs - this.#arrivedMs[slot]!;
    if (ageMs >= 0 && ageMs <= this.#options.ttlMs) return serve(state, this.#answers[slot]!);
    this.#replace(slot, call, arrivalMs(call, nowMs), ageMs);
    return null;
  }

  /** A number for the model, and for the user too where answers are not shared. */
  #ownerOf({ target, userId }: PricedCall): number {
    const model = this.#models.idOf(target);
    return this.#options.scope === 'shared'
      ? model
      : this.#owners.idOf(model, userId ?? NO_USER, 0, 0);
  }

  /** A pending answer gives way only to one that arrives before it. */
  #replace(slot: number, call: PricedCall, arrivedMs: number, ageMs: number): void {
    if (ageMs > 0 || arrivedMs < this.#arrivedMs[slot]!) this.#store(slot, call, arrivedMs);
  }

  #store(slot: number, call: PricedCall, arrivedMs: number): void {
    this.#arrivedMs[slot] = arrivedMs;
    this.#answers[slot] = call.answerHash ?? NO_ANSWER;
  }

  words(): LeverWords {
    const { ttlMs, capacity, maxTemperatureMilli, scope } = this.#options;
    const method =
      `Replay of a cache of ${capacity} answers (LRU) kept ${displayHours(ttlMs)}, keyed by prompt, ` +
      `parameters and model${scope === 'user' ? ' and user' : ''}, for answered calls without tool use at temperature ` +
      `${maxTemperatureMilli / 1000} or below or unset; a hit needs an answer that had arrived. ` +
      'Sure: the log shows the same answer twice; likely: temperature 0 or embeddings.';
    const note =
      `narrower than the finding "Repeated calls": answers are kept for ${displayHours(ttlMs)}, at temperature ` +
      `${maxTemperatureMilli / 1000} or below, and none with tool use`;
    return { method, note };
  }
}

/** Nothing is sent; an unpriced call saves nothing that is known. */
function serve(state: CallState, storedAnswer: number): Certainty | null {
  state.served = true;
  if (state.costPico === null) return null;
  state.costPico = 0;
  return certaintyOf(state.call, storedAnswer);
}

function displayHours(ms: number): string {
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000} h` : `${ms / 1000} s`;
}

function certaintyOf(call: PricedCall, storedAnswer: number): Certainty {
  if (call.answerHash !== null && call.answerHash === storedAnswer) return 'sure';
  return isDeterministic(call) ? 'likely' : 'needs_test';
}
