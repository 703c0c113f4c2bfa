/**
 * Lever `prompt_cache`: marks and longer lives for the provider's prompt cache.
 *
 * Takes calls in time order, finds the start of each prompt that was sent before (its system
 * prompt, the turns of its session), prices what would be read and what writing it costs. Never
 * counts what a call's own counters say was read already, and never a cache that works unasked.
 */
import type { Target } from '../domain/call.ts';
import { displayUsd } from '../domain/money.ts';
import { inputTotal, type Usage } from '../domain/tokens.ts';
import { arrivalMs, ModelIds } from '../policy/cache-key.ts';
import { KeyLru } from '../policy/key-lru.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { Certainty } from '../policy/route.ts';
import type { CallState, Lever, LeverPlan, LeverWords } from './lever.ts';
import { SavedTally } from './prompt-cache-cost.ts';
import {
  type Arm,
  type CacheKind,
  cacheKindOf,
  type ProviderCache,
  providerCache,
} from './prompt-cache-rules.ts';
import { Schedules } from './schedules.ts';
import { SessionTurns } from './session-turns.ts';
import { SystemSizes } from './system-sizes.ts';
import { isTextOnly, UsageRecord } from './text-usage.ts';

export interface PromptCacheOptions {
  readonly arm: Arm;
  /** How long marked prompts live where marks are the caller's, as with Claude. */
  readonly markLife: '5m' | '1h';
  /** Whether OpenAI is asked to keep prompts for a day. */
  readonly keepsOneDay: boolean;
  /** Whether conversations are cached turn by turn, beside system prompts. */
  readonly sessions: boolean;
}

export const PROMPT_CACHE_DEFAULTS: PromptCacheOptions = {
  arm: 'neutral',
  markLife: '5m',
  keepsOneDay: true,
  sessions: true,
};

const ID = 'prompt_cache';
const MAX_SYSTEMS = 100_000;
/** Within this OpenAI keeps prompts unasked: a miss had another reason than its life. */
const UNASKED_MS: Readonly<Record<Arm, number>> = { neutral: 300_000, pessimistic: 600_000 };

/** The lever as a plan: sizes of system prompts are taken in a pass of its own. */
export function promptCachePlan(pricer: Pricer, over: Partial<PromptCacheOptions> = {}): LeverPlan {
  const options = { ...PROMPT_CACHE_DEFAULTS, ...over };
  return {
    id: ID,
    create: () => new PromptCache(pricer, options, new SystemSizes()),
    lookAhead() {
      const sizes = new SystemSizes();
      return {
        see(state) {
          if (!state.heldOut) sizes.see(state);
        },
        create: () => new PromptCache(pricer, options, sizes),
      };
    },
  };
}

/** A cache as it is asked for. */
interface AskedCache extends ProviderCache {
  /** Prompts used within this are there unasked; 0 where marks are the caller's. */
  readonly unaskedMs: number;
}

/** The start of a prompt that could be in the cache. */
interface Prefix {
  tokens: number;
  /** Whether it is there to be read. */
  isHit: boolean;
  /** What would be in the cache after the call. */
  stored: number;
}

class PromptCache implements Lever {
  readonly id = ID;
  readonly #options: PromptCacheOptions;
  readonly #sizes: SystemSizes;
  readonly #schedules: Schedules;
  readonly #already: SavedTally;
  readonly #models = new ModelIds();
  readonly #caches = new Map<Target, AskedCache | null>();
  readonly #turns = new SessionTurns(1);
  readonly #systems = new KeyLru(MAX_SYSTEMS);
  readonly #usedMs = new Float64Array(MAX_SYSTEMS);
  readonly #readableMs = new Float64Array(MAX_SYSTEMS);
  readonly #prefix: Prefix = { tokens: 0, isHit: false, stored: 0 };
  readonly #changed = new UsageRecord();
  #hits = 0;

  constructor(pricer: Pricer, options: PromptCacheOptions, sizes: SystemSizes) {
    this.#options = options;
    this.#sizes = sizes;
    this.#schedules = new Schedules(pricer);
    this.#already = new SavedTally(pricer);
  }

  apply(state: CallState): Certainty | null {
    const { call, target, usage } = state;
    if (state.served || state.costPico === null || call.outcome.status !== 'ok') return null;
    this.#already.add(call);
    if (target.operation !== 'chat' || !isTextOnly(usage) || usage.input === 0) return null;
    const cache = this.#cacheOf(target);
    if (cache === null) {
      state.skipped = 'no prompt cache whose marks or life could be set';
      return null;
    }
    if (call.startedAtMs === null) {
      state.skipped = 'the log gives no time';
      return null;
    }
    const prefix = this.#prefixOf(state, cache, call.startedAtMs);
    const changed = this.#change(usage, cache, prefix);
    return changed === null ? null : this.#priced(state, changed);
  }

  /** The cache that is asked for; null where nothing can be asked. */
  #cacheOf(target: Target): AskedCache | null {
    let cache = this.#caches.get(target);
    if (cache === undefined) {
      const { arm } = this.#options;
      const kind = this.#kindOf(cacheKindOf(target.provider, target.model));
      const unaskedMs = kind === 'openai-24h' ? UNASKED_MS[arm] : 0;
      cache = kind === null ? null : { ...providerCache(kind, target.model, arm), unaskedMs };
      this.#caches.set(target, cache);
    }
    return cache;
  }

  #kindOf(unasked: CacheKind | null): CacheKind | null {
    const { markLife, keepsOneDay } = this.#options;
    if (unasked === 'anthropic-5m') return markLife === '5m' ? 'anthropic-5m' : 'anthropic-1h';
    return unasked === 'openai' && keepsOneDay ? 'openai-24h' : null;
  }

  #prefixOf(state: CallState, cache: AskedCache, nowMs: number): Prefix {
    const prefix = this.#prefix;
    prefix.tokens = 0;
    prefix.isHit = false;
    prefix.stored = 0;
    this.#addSystem(state, cache, nowMs);
    if (this.#options.sessions && state.call.sessionKey !== null) {
      this.#addSession(state, cache, nowMs);
    }
    const { minTokens, stepTokens } = cache.rules;
    const countedOf = (tokens: number) => (tokens < minTokens ? 0 : tokens - (tokens % stepTokens));
    prefix.tokens = countedOf(prefix.tokens);
    prefix.stored = countedOf(prefix.stored);
    return prefix;
  }

  #addSystem({ call, target }: CallState, cache: AskedCache, nowMs: number): void {
    if (call.systemHash === null) return;
    const size = this.#sizes.of(call.systemHash, target);
    if (size === null) return;
    const prefix = this.#prefix;
    prefix.stored = size.tokens;
    const model = this.#models.idOf(target);
    let slot = this.#systems.find(call.systemHash, model, 0, 0);
    const isNew = slot === -1;
    if (isNew) slot = this.#systems.insert(call.systemHash, model, 0, 0);
    else this.#systems.touch(slot);
    const isHeld = !isNew && isHeldFor(cache, nowMs - this.#usedMs[slot]!);
    const waits = cache.rules.readable === 'at_answer' && this.#readableMs[slot]! > nowMs;
    if (isHeld && !waits && isAdded(cache, nowMs - this.#usedMs[slot]!)) {
      prefix.tokens = size.tokens;
      prefix.isHit = true;
    }
    if (!isHeld) this.#readableMs[slot] = arrivalMs(call, nowMs);
    this.#usedMs[slot] = nowMs;
  }

  /** Turn 1 stores the system prompt alone where storing costs: most sessions end there. */
  #addSession({ call, usage, target }: CallState, cache: AskedCache, nowMs: number): void {
    const turn = this.#turns.add(call, target, nowMs);
    const input = inputTotal(usage);
    // A lever before has changed the prompt: it does not go on where the turn before ended.
    if (input !== inputTotal(call.usage)) return;
    const prefix = this.#prefix;
    const isUnasked = cache.unaskedMs > 0;
    if (turn.number > 1 || isUnasked) prefix.stored = input;
    const ageMs = nowMs - turn.previousMs;
    const wasStored = turn.number > (isUnasked ? 1 : 2);
    if (!wasStored || !isHeldFor(cache, ageMs) || !isAdded(cache, ageMs)) return;
    prefix.tokens = turn.previousInput;
    prefix.isHit = true;
  }

  /** What the call would read and write; null: what it does anyway. */
  #change(usage: Usage, { writeCounter, unaskedMs }: AskedCache, prefix: Prefix): Usage | null {
    const changed = this.#changed.copy(usage);
    const wrote = usage.cacheWrite5m + usage.cacheWrite1h;
    const fresh = usage.input + wrote;
    const wanted = prefix.isHit ? prefix.tokens - usage.cacheRead : 0;
    const read = Math.max(0, Math.min(wanted, fresh));
    changed.cacheRead += read;
    // What is read now comes off what was written, then off what was fresh.
    const marked = unaskedMs > 0 ? 0 : Math.max(0, prefix.stored - changed.cacheRead);
    const written = Math.min(Math.max(wrote - read, marked), fresh - read);
    changed.cacheWrite5m = 0;
    changed.cacheWrite1h = 0;
    changed[usage.cacheWrite1h > 0 ? 'cacheWrite1h' : (writeCounter ?? 'cacheWrite5m')] = written;
    changed.input = fresh - read - written;
    if (read > 0) this.#hits += 1;
    return isSame(changed, usage) ? null : changed;
  }

  /** A write may make a call dearer; the reads after it are what it is for. */
  #priced(state: CallState, changed: Usage): Certainty | null {
    const cost = this.#schedules.of(state.target).cost(changed, state.call.startedAtMs);
    if (typeof cost === 'string') {
      state.skipped = 'the prompt cache has no price';
      return null;
    }
    state.usage = changed;
    state.costPico = cost;
    return 'likely';
  }

  words(): LeverWords {
    const { arm, markLife, keepsOneDay, sessions } = this.#options;
    const { calls, savedPico } = this.#already.result();
    return {
      method:
        `The rules of the providers' caches, ${arm} arm: Claude with marks that live ${markLife}` +
        `${keepsOneDay ? ', OpenAI asked to keep prompts for a day' : ''}. What could be read: ` +
        `the system prompt${sessions ? ' and the turns of the session before' : ''}, if sent ` +
        'before in time; writes are paid. At OpenAI only reuse after the unasked life counts. ' +
        'Sizes of system prompts are the smallest input seen with ' +
        'them: an upper bound. Likely: the answers stay the same, the sizes are estimates.',
      note:
        `already saved by prompt caches, by the calls' own counters: ${displayUsd(savedPico)} on ` +
        `${calls} calls; ${this.#hits} calls would read more than they did`,
    };
  }
}

function isHeldFor({ rules }: AskedCache, ageMs: number): boolean {
  return ageMs <= (rules.ttlMs ?? Infinity);
}

/** Whether a hit after this time is not one the provider would give, or refuse, unasked. */
function isAdded({ unaskedMs }: AskedCache, ageMs: number): boolean {
  return unaskedMs === 0 || ageMs > unaskedMs;
}

function isSame(a: Usage, b: Usage): boolean {
  return (
    a.input === b.input &&
    a.cacheRead === b.cacheRead &&
    a.cacheWrite5m === b.cacheWrite5m &&
    a.cacheWrite1h === b.cacheWrite1h
  );
}
