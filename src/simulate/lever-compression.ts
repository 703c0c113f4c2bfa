/**
 * Lever `compression`: system prompts that are sent again and again, shortened once by a model.
 *
 * Takes the sizes of the log's system prompts, prices calls with the shorter one, and charges the
 * compressor's own call. Never compresses what the provider's prompt cache already makes cheap.
 */
import type { Target } from '../domain/call.ts';
import { displayUsd, PicoSum } from '../domain/money.ts';
import { emptyUsage } from '../domain/tokens.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { Certainty } from '../policy/route.ts';
import type { CallState, Lever, LeverPlan, LeverWords } from './lever.ts';
import { PrefixReads } from './prefix-reads.ts';
import { Schedules } from './schedules.ts';
import { type SystemPrompt, SystemSizes } from './system-sizes.ts';
import { cachedTokens, isTextOnly, UsageRecord } from './text-usage.ts';

export interface CompressionOptions {
  /** What is left of a system prompt, in thousandths. */
  readonly ratioPermille: number;
  /** Shorter system prompts stay. */
  readonly minSystemTokens: number;
  /** System prompts sent less often stay. */
  readonly minCalls: number;
  /** The model that compresses, once for each system prompt. */
  readonly compressor: { readonly provider: string; readonly model: string };
  /** What its instruction adds to its input. */
  readonly instructionTokens: number;
}

/** Half of each system prompt of 200 tokens or more that is sent 20 times or more. */
export const COMPRESSION_DEFAULTS: CompressionOptions = {
  ratioPermille: 500,
  minSystemTokens: 200,
  minCalls: 20,
  compressor: { provider: 'openai', model: 'gpt-4o-mini' },
  instructionTokens: 100,
};

const ID = 'compression';

/** The lever as a plan: sizes and counts of system prompts are taken in a pass of its own. */
export function compressionPlan(pricer: Pricer, over: Partial<CompressionOptions> = {}): LeverPlan {
  const options = { ...COMPRESSION_DEFAULTS, ...over };
  return {
    id: ID,
    create: () => new Compression(pricer, options, new SystemSizes()),
    lookAhead() {
      const sizes = new SystemSizes();
      return {
        see(state) {
          if (!state.heldOut) sizes.see(state);
        },
        create: () => new Compression(pricer, options, sizes),
      };
    },
  };
}

class Compression implements Lever {
  readonly id = ID;
  readonly #options: CompressionOptions;
  readonly #sizes: SystemSizes;
  readonly #schedules: Schedules;
  readonly #compressor: Target;
  readonly #caches = new PrefixReads();
  readonly #shorter = new UsageRecord();
  readonly #asCached = new UsageRecord();
  /** System prompts that the compressor has done. */
  readonly #done = new Set<number>();
  readonly #spent = new PicoSum();
  readonly #cacheSaves = new PicoSum();

  constructor(pricer: Pricer, options: CompressionOptions, sizes: SystemSizes) {
    this.#options = options;
    this.#sizes = sizes;
    this.#schedules = new Schedules(pricer);
    this.#compressor = chatTarget(options.compressor);
  }

  apply(state: CallState): Certainty | null {
    const prompt = this.#promptOf(state);
    if (prompt === null) return null;
    const shorter = this.#shorter.copy(state.usage);
    shorter.input -= prompt.tokens - this.#shortened(prompt.tokens);
    const { startedAtMs } = state.call;
    const cost = this.#schedules.of(state.target).cost(shorter, startedAtMs);
    if (typeof cost === 'string' || cost >= state.costPico!) return null;
    const own = this.#ownCost(state, prompt);
    if (own === null) return null;
    this.#compareWithCache(state, prompt);
    state.usage = shorter;
    state.costPico = cost;
    state.ownPico += own;
    return 'needs_test';
  }

  /** The system prompt of a call, if it is one to compress. */
  #promptOf(state: CallState): SystemPrompt | null {
    const { call, usage, target, served, costPico } = state;
    if (served || costPico === null || call.systemHash === null) return null;
    if (call.outcome.status !== 'ok' || target.operation !== 'chat' || !isTextOnly(usage)) {
      return null;
    }
    const { minSystemTokens, minCalls } = this.#options;
    const prompt = this.#sizes.of(call.systemHash, target);
    if (prompt === null) {
      state.skipped = 'too few different prompts with its system prompt to know its size';
      return null;
    }
    if (prompt.tokens < minSystemTokens || prompt.calls < minCalls) return null;
    if (cachedTokens(usage) > 0) {
      state.skipped = "the provider's prompt cache makes its system prompt cheap already";
      return null;
    }
    return prompt.tokens <= usage.input ? prompt : null;
  }

  #shortened(tokens: number): number {
    return Math.ceil((tokens * this.#options.ratioPermille) / 1000);
  }

  /** What the compressor costs now: 0 where it was there before; null without a price. */
  #ownCost(state: CallState, { tokens }: SystemPrompt): number | null {
    const system = state.call.systemHash!;
    if (this.#done.has(system)) return 0;
    const usage = emptyUsage();
    usage.input = tokens + this.#options.instructionTokens;
    usage.output = this.#shortened(tokens);
    const cost = this.#schedules.of(this.#compressor).cost(usage, state.call.startedAtMs);
    if (typeof cost === 'string') {
      state.skipped = 'the compressor has no price';
      return null;
    }
    this.#done.add(system);
    this.#spent.add(cost);
    return cost;
  }

  /** What the provider's cache would save on the same system prompt, read each time. */
  #compareWithCache({ target, usage, costPico, call }: CallState, { tokens }: SystemPrompt): void {
    const read = this.#caches.readOf(target, tokens);
    if (read === 0) return;
    const cached = this.#asCached.copy(usage);
    cached.input -= read;
    cached.cacheRead += read;
    const cost = this.#schedules.of(target).cost(cached, call.startedAtMs);
    if (typeof cost !== 'string') this.#cacheSaves.add(Math.max(0, costPico! - cost));
  }

  words(): LeverWords {
    const { ratioPermille, minSystemTokens, minCalls, compressor } = this.#options;
    return {
      method:
        `System prompts of ${minSystemTokens} tokens or more that are sent ${minCalls} times or ` +
        `more, at ${ratioPermille / 10} % of their size (assumed). A size is the smallest input ` +
        'seen with the system prompt: an upper bound. Calls that read from or wrote to a prompt ' +
        `cache are left out. ${compressor.model} compresses each once; that is taken off.`,
      note:
        `system prompts compressed: ${this.#done.size}, for ${displayUsd(this.#spent.total)}; if ` +
        "the provider's prompt cache read them each time, the same calls would save " +
        `${displayUsd(this.#cacheSaves.total, 'down')} with no change to the prompt`,
    };
  }
}

function chatTarget({ provider, model }: CompressionOptions['compressor']): Target {
  return {
    ...{ provider, model, modelRequested: model, operation: 'chat', tier: 'standard' },
    ...{ region: '', format: '', usageBasis: 'estimated', timeSource: 'none' },
  };
}
