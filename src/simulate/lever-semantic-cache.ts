/**
 * Lever `semantic_cache`: prompts that ask the same answered with the answer of another.
 *
 * Takes calls in time order and the links between their prompts, serves those whose own answer or one
 * of a prompt alike enough was stored. The rules of time are those of the exact cache: an answer that
 * had arrived, within the TTL, the least recently used out first. Never serves a prompt whose text was
 * not read, not even with its own answer: whether it is such a cache's is not known.
 */
import type { PricedCall } from '../domain/call.ts';
import { arrivalMs, isDeterministic } from '../policy/cache-key.ts';
import { KeyLru } from '../policy/key-lru.ts';
import type { Certainty } from '../policy/route.ts';
import { DEFAULT_SIMILARITY, MOST_CHARACTERS } from '../policy/semantic-index.ts';
import { CACHE_DEFAULTS, type CacheOptions } from './exact-cache.ts';
import { type ThresholdRate, thresholdWithin } from './false-hits.ts';
import type { CallState, Lever, LeverPlan, LeverWords } from './lever.ts';
import { type SemanticLinks, TEXT } from './semantic-links.ts';
import { isAskable } from './semantic-prompts.ts';

export interface SemanticCacheOptions extends CacheOptions {
  /** Prompts less alike are not served; with `maxFalseHits` no lower threshold is tried. */
  readonly minSimilarity: number | null;
  /** The share of hits that may be wrong, by its upper bound; null: not asked for. */
  readonly maxFalseHits: number | null;
}

/** What a log's prompts are to each other, and what its answers say of false hits. */
export interface SemanticLog {
  readonly links: SemanticLinks;
  /** Strictest first. */
  readonly rates: readonly ThresholdRate[];
}

const ID = 'semantic_cache';
/** Stands for "the log holds no answer", and for no user: hashes and ids are never negative. */
const NONE = -1;

/** The lever as a plan; `log` null: no text was read. */
export function semanticCachePlan(
  log: SemanticLog | null,
  over: Partial<SemanticCacheOptions> = {},
): LeverPlan {
  const options = { minSimilarity: null, maxFalseHits: null, ...CACHE_DEFAULTS, ...over };
  const chosen = chosenRate(log?.rates ?? [], options);
  return { id: ID, create: () => new SemanticCache(log?.links ?? null, options, chosen) };
}

/** The threshold that is replayed, with its false hits; null: none keeps them within the bound. */
export function chosenRate(
  rates: readonly ThresholdRate[],
  { minSimilarity, maxFalseHits }: Pick<SemanticCacheOptions, 'minSimilarity' | 'maxFalseHits'>,
): ThresholdRate | null {
  if (maxFalseHits !== null) {
    const allowed = rates.filter(({ threshold }) => threshold >= (minSimilarity ?? 0));
    return thresholdWithin(allowed, maxFalseHits);
  }
  const threshold = minSimilarity ?? DEFAULT_SIMILARITY;
  const unknown = { threshold, pairs: 0, falseHits: 0, rate: null, upperBound: 1 };
  return rates.find((rate) => rate.threshold === threshold) ?? unknown;
}

class SemanticCache implements Lever {
  readonly id = ID;
  readonly #options: SemanticCacheOptions;
  readonly #chosen: ThresholdRate | null;
  readonly #links: SemanticLinks | null;
  readonly #lru: KeyLru;
  readonly #arrivedMs: Float64Array;
  readonly #answers: Float64Array;

  constructor(
    links: SemanticLinks | null,
    options: SemanticCacheOptions,
    chosen: ThresholdRate | null,
  ) {
    this.#links = links;
    this.#options = options;
    this.#chosen = chosen;
    this.#lru = new KeyLru(options.capacity);
    this.#arrivedMs = new Float64Array(options.capacity);
    this.#answers = new Float64Array(options.capacity);
  }

  apply(state: CallState): Certainty | null {
    const { call } = state;
    if (state.served || !isAskable(call, this.#options.maxTemperatureMilli)) return null;
    const prompt = this.#links?.prompts.promptOf[state.position] ?? NONE;
    state.skipped = this.#reasonFor(call, prompt);
    return state.skipped === null ? this.#lookUp(state, prompt) : null;
  }

  #reasonFor({ startedAtMs }: PricedCall, prompt: number): string | null {
    if (startedAtMs === null) return 'the log gives no time';
    const text = prompt === NONE ? TEXT.unread : this.#links!.texts[prompt];
    if (text === TEXT.unread) return 'its text cannot be read: put the log back, or --store-text';
    if (text === TEXT.several) return 'its prompt is more than a system prompt and one message';
    if (text === TEXT.noVector) return 'the embeddings model gave no vector for its message';
    if (text === TEXT.long) return `its message is longer than ${MOST_CHARACTERS} characters`;
    return this.#chosen === null ? 'no threshold keeps false hits within the bound' : null;
  }

  #lookUp(state: CallState, prompt: number): Certainty | null {
    const { call } = state;
    const nowMs = call.startedAtMs!;
    const owner = this.#options.scope === 'shared' ? NONE : (call.userId ?? NONE);
    const own = this.#lru.find(prompt, owner, 0, 0);
    if (own !== -1 && this.#isFresh(own, nowMs)) {
      return this.#serve(state, own, isDeterministic(call) ? 'likely' : 'needs_test');
    }
    const like = this.#findLike(prompt, owner, nowMs);
    if (like !== -1) return this.#serve(state, like, this.#certainty());
    this.#store(call, { prompt, owner, slot: own });
    return null;
  }

  /** The most alike prompt with an answer there; -1: none. */
  #findLike(prompt: number, owner: number, nowMs: number): number {
    const { starts, others, similarities } = this.#links!;
    const { threshold } = this.#chosen!;
    const end = starts[prompt + 1]!;
    for (let at = starts[prompt]!; at < end && similarities[at]! >= threshold; at++) {
      const slot = this.#lru.find(others[at]!, owner, 0, 0);
      if (slot !== -1 && this.#isFresh(slot, nowMs)) return slot;
    }
    return -1;
  }

  #isFresh(slot: number, nowMs: number): boolean {
    const ageMs = nowMs - this.#arrivedMs[slot]!;
    return ageMs >= 0 && ageMs <= this.#options.ttlMs;
  }

  /** Nothing is sent; an unpriced call saves nothing that is known. */
  #serve(state: CallState, slot: number, unproven: Certainty): Certainty | null {
    this.#lru.touch(slot);
    state.served = true;
    if (state.costPico === null) return null;
    state.costPico = 0;
    const { answerHash } = state.call;
    return answerHash !== null && answerHash === this.#answers[slot] ? 'sure' : unproven;
  }

  #certainty(): Certainty {
    return this.#options.maxFalseHits === null ? 'needs_test' : 'likely';
  }

  /** A pending answer gives way only to one that arrives before it. */
  #store(
    call: PricedCall,
    { prompt, owner, slot }: { prompt: number; owner: number; slot: number },
  ): void {
    const nowMs = call.startedAtMs!;
    const arrivedMs = arrivalMs(call, nowMs);
    if (slot !== -1) {
      this.#lru.touch(slot);
      const held = this.#arrivedMs[slot]!;
      if (nowMs <= held && arrivedMs >= held) return;
    }
    const free = slot === -1 ? this.#lru.insert(prompt, owner, 0, 0) : slot;
    if (free === -1) return;
    this.#arrivedMs[free] = arrivedMs;
    this.#answers[free] = call.answerHash ?? NONE;
  }

  words(): LeverWords {
    const { ttlMs, capacity, maxTemperatureMilli, scope, maxFalseHits } = this.#options;
    const where = this.#chosen === null ? '' : ` of ${this.#chosen.threshold} or more`;
    const method =
      `Replay of a cache of ${capacity} answers (LRU) kept ${ttlMs / 3_600_000} h` +
      `${scope === 'user' ? ' for each user' : ''}: a chat of one message is served with the answer ` +
      `to its own prompt or the one most alike, with a similarity${where}, the same system prompt, ` +
      'model and parameters, and no gate between them (numbers, names, quotes, negations, opposites, ' +
      'signs, order, language); ' +
      `temperature ${maxTemperatureMilli / 1000} or below or unset; a hit needs an answer that had ` +
      'arrived. Sure: the log shows the same answer twice; likely: the same prompt at temperature 0' +
      `${maxFalseHits === null ? '' : ', or false hits within the bound'}; else needs a test.`;
    return { method, note: noteOf(this.#links, this.#chosen, maxFalseHits) };
  }
}

function noteOf(
  links: SemanticLinks | null,
  chosen: ThresholdRate | null,
  maxFalseHits: number | null,
): string | null {
  if (links === null) return null;
  if (chosen === null) {
    return `no threshold keeps false hits within ${percent(maxFalseHits ?? 0)} with 95 % confidence: the cache serves nothing`;
  }
  const { pairs, falseHits, threshold, upperBound } = chosen;
  if (pairs === 0) return `risk: no two answers in the log show false hits at ${threshold}`;
  return (
    `risk: at ${threshold}, ${falseHits} of ${pairs} answered pairs disagree: false hits are at ` +
    `most ${percent(upperBound)} (95 % confidence)`
  );
}

/** Rounded up: a bound is never shown below what it is. */
function percent(share: number): string {
  return `${Math.ceil(share * 1000 - 1e-9) / 10} %`;
}
