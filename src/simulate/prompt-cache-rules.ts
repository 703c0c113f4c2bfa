/**
 * The rules of the providers' prompt caches, as documented.
 *
 * Takes a provider, a model and how careful to be, gives rules for the replay. Never states a price:
 * a price table does; the ratios here are the documented ones, for a trace without a model.
 *
 * Two arms. *Neutral* is what the documents promise. *Pessimistic* takes the short end of every range
 * they give, and lets no request read what another one is still writing.
 */
import { modelName } from '../policy/model-family.ts';
import { PLAIN_RULES, type PromptCacheRules } from './prompt-cache.ts';

export const ARMS = ['neutral', 'pessimistic'] as const;
export type Arm = (typeof ARMS)[number];

/** A kind of cache that a provider sells. */
export const CACHE_KINDS = [
  'openai',
  'openai-24h',
  'anthropic-5m',
  'anthropic-1h',
  'google-implicit',
  'google-explicit',
  'deepseek',
] as const;
export type CacheKind = (typeof CACHE_KINDS)[number];

/** A provider's cache: its rules, and what it charges by the rate of fresh input. */
export interface ProviderCache {
  readonly rules: PromptCacheRules;
  /** Price of a token read, by that of fresh input; null: it depends on the model. */
  readonly readRatio: number | null;
  readonly writeRatio: number | null;
  /** The counter of `Usage` that holds its writes; null: a write is fresh input. */
  readonly writeCounter: 'cacheWrite5m' | 'cacheWrite1h' | null;
  /** What the figures leave out or assume. */
  readonly note: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** As for stored answers: a call whose latency is not known is taken to be slow. */
const UNKNOWN_LATENCY_MS = 30_000;

/** The shortest prefix Anthropic stores, by family; 1,024 for all others. */
const ANTHROPIC_MINIMUM: readonly (readonly [family: RegExp, tokens: number])[] = [
  [/^claude-(?:opus|fable|mythos)-5/, 512],
  [/^claude-opus-4-[567]$/, 4096],
  [/^claude-haiku-4-5$/, 4096],
  [/^claude-3(?:-5)?-haiku|^claude-haiku-3/, 2048],
];

/** The shortest prefix of an implicit cache of Gemini, by family; 4,096 for all others. */
const GOOGLE_MINIMUM: readonly (readonly [family: RegExp, tokens: number])[] = [
  [/^gemini-2\.5/, 2048],
  [/^gemini-3-flash/, 1024],
];

/** From gpt-5.6 on a write costs more than fresh input. */
const OPENAI_WRITES_COST = /^gpt-(?:5\.[6-9]|5\.\d\d|[6-9])/;

/** The cache of a provider for a model; the model may be empty. */
export function providerCache(kind: CacheKind, model: string, arm: Arm): ProviderCache {
  const careful = arm === 'pessimistic';
  const { family } = modelName(model);
  const cache = RULES_OF[kind](family, careful);
  const rules: PromptCacheRules = {
    ...PLAIN_RULES,
    ...cache.rules,
    readable: careful ? 'at_answer' : 'at_start',
    unknownLatencyMs: UNKNOWN_LATENCY_MS,
  };
  return { ...cache, rules };
}

/** The kind of cache a provider offers for its models unasked, or at its default price. */
export function cacheKindOf(provider: string, model: string): CacheKind | null {
  const { family } = modelName(model);
  if (provider === 'deepseek' || /^deepseek-/.test(family)) return 'deepseek';
  if (/^claude-/.test(family)) return 'anthropic-5m';
  if (/^gemini-/.test(family)) return 'google-implicit';
  return /^(?:gpt-(?:4o|4\.1|[5-9])|o[134](?:-|$)|chatgpt-4o)/.test(family) ? 'openai' : null;
}

type Documented = Omit<ProviderCache, 'rules'> & { readonly rules: Partial<PromptCacheRules> };

const RULES_OF: Readonly<Record<CacheKind, (family: string, careful: boolean) => Documented>> = {
  openai: (family, careful) => openAi(family, careful ? 5 * MINUTE_MS : 10 * MINUTE_MS),
  'openai-24h': (family, careful) => openAi(family, careful ? HOUR_MS : DAY_MS),
  'anthropic-5m': (family) => anthropic(family, 5 * MINUTE_MS),
  'anthropic-1h': (family) => anthropic(family, HOUR_MS),
  'google-implicit': (family, careful) => ({
    rules: {
      ttlMs: careful ? 3 * MINUTE_MS : 5 * MINUTE_MS,
      minTokens: minimumOf(GOOGLE_MINIMUM, family, 4096),
    },
    readRatio: /^gemini-2\.0/.test(family) ? 0.25 : 0.1,
    writeRatio: 1,
    writeCounter: null,
    note: 'Google does not say how long an implicit cache lives: 5 minutes assumed, 3 in the pessimistic arm',
  }),
  'google-explicit': (family) => ({
    rules: {
      ttlMs: HOUR_MS,
      refreshOnHit: false,
      minTokens: minimumOf(GOOGLE_MINIMUM, family, 4096),
      writes: 'seen_before',
    },
    readRatio: /^gemini-2\.0/.test(family) ? 0.25 : 0.1,
    writeRatio: 1,
    writeCounter: null,
    note: 'storage per token and hour is not counted; marks are set on what was sent before',
  }),
  deepseek: (_family, careful) => ({
    rules: { ttlMs: careful ? HOUR_MS : DAY_MS, minTokens: 64, stepTokens: 64 },
    readRatio: 0.1,
    writeRatio: 1,
    writeCounter: null,
    note: 'DeepSeek keeps prefixes "hours to days": a day assumed, an hour in the pessimistic arm',
  }),
};

function openAi(family: string, ttlMs: number): Documented {
  const writesCost = OPENAI_WRITES_COST.test(family);
  return {
    rules: { ttlMs, minTokens: 1024, stepTokens: 128 },
    readRatio: null,
    writeRatio: writesCost ? 1.25 : 1,
    writeCounter: writesCost ? 'cacheWrite5m' : null,
    note: 'OpenAI clears caches after 5 to 10 minutes without use, or keeps them a day where asked to',
  };
}

function anthropic(family: string, ttlMs: number): Documented {
  const isHour = ttlMs === HOUR_MS;
  return {
    rules: {
      ttlMs,
      minTokens: minimumOf(ANTHROPIC_MINIMUM, family, 1024),
      writes: 'seen_before',
    },
    readRatio: 0.1,
    writeRatio: isHour ? 2 : 1.25,
    writeCounter: isHour ? 'cacheWrite1h' : 'cacheWrite5m',
    note: 'marks are set on what was sent before; a mark at the end of every prompt writes, and pays for, its tail too',
  };
}

function minimumOf(
  table: readonly (readonly [RegExp, number])[],
  family: string,
  otherwise: number,
): number {
  return table.find(([pattern]) => pattern.test(family))?.[1] ?? otherwise;
}
