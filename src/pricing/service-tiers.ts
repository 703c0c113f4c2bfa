/**
 * Service tiers and regions: what batch, flex, priority, fast and a data region multiply.
 *
 * Takes provider, model and tier; gives the published ratio. Never a guess: no entry means that
 * the rate is unknown. Fees per request or search are not multiplied.
 */
import type { Tier } from '../domain/call.ts';
import type { EpochMs } from '../domain/time.ts';

/** A published ratio to the standard rate of every token class. */
export interface TierRatio {
  /** Catalogue ids of providers. */
  readonly providers: readonly string[];
  readonly tier: Tier;
  /** The models it holds for; null: all. */
  readonly models: RegExp | null;
  readonly ratio: readonly [numerator: bigint, denominator: bigint];
  /** Offered from and until (exclusive); null: no limit known. */
  readonly from: EpochMs | null;
  readonly until: EpochMs | null;
  /** Whether it replaces the long-context rates, too. */
  readonly isFlat: boolean;
  readonly source: string;
}

/** The day the entries below were last compared with the providers' pages. */
export const SERVICE_TIERS_AS_OF = '2026-11-22';

const ALWAYS = { models: null, from: null, until: null, isFlat: false } as const;
const FAST = { providers: ['anthropic'], tier: 'fast', from: null, isFlat: true } as const;
const FAST_SOURCE = 'Anthropic pricing page, fast mode';
const PRIORITY = {
  providers: ['openai'],
  tier: 'priority',
  from: null,
  until: null,
  isFlat: false,
} as const;
const PRIORITY_SOURCE = 'OpenAI pricing page, priority processing';

/** The ratios; the first that fits counts. */
export const SERVICE_TIERS: readonly TierRatio[] = [
  {
    ...ALWAYS,
    providers: ['openai', 'azure', 'anthropic', 'google', 'mistral', 'groq', 'aws'],
    tier: 'batch',
    ratio: [1n, 2n],
    source: "the providers' batch pages: 50 % off every token class",
  },
  {
    ...ALWAYS,
    providers: ['voyageai'],
    tier: 'batch',
    ratio: [67n, 100n],
    source: 'Voyage AI pricing page: 33 % off',
  },
  {
    ...ALWAYS,
    providers: ['openai', 'google'],
    tier: 'flex',
    ratio: [1n, 2n],
    source: "the providers' flex pages: the batch price",
  },
  { ...PRIORITY, models: /^gpt-5\.5$/, ratio: [5n, 2n], source: PRIORITY_SOURCE },
  { ...PRIORITY, models: /^gpt-5\.(?:4|3-codex)$/, ratio: [2n, 1n], source: PRIORITY_SOURCE },
  {
    ...FAST,
    models: /^claude-opus-4-8$/,
    ratio: [2n, 1n],
    until: Date.UTC(2026, 11, 1),
    source: `${FAST_SOURCE}; ends 2026-11-30`,
  },
  { ...FAST, models: /^claude-opus-5$/, ratio: [2n, 1n], until: null, source: FAST_SOURCE },
  {
    ...FAST,
    models: /^claude-opus-4-7$/,
    ratio: [6n, 1n],
    until: Date.UTC(2026, 6, 24),
    source: `${FAST_SOURCE}; removed 2026-07-24`,
  },
  { ...FAST, models: /^claude-opus-4-6$/, ratio: [6n, 1n], until: null, source: FAST_SOURCE },
];

/** Surcharges for processing in one region. */
const REGIONS: readonly {
  provider: string;
  region: string;
  models: RegExp;
  ratio: readonly [bigint, bigint];
  source: string;
}[] = [
  {
    provider: 'anthropic',
    region: 'us',
    models: /^claude-(?:opus-4-[678]|opus-5|sonnet-4-6|sonnet-5|fable-5)/,
    ratio: [11n, 10n],
    source: 'Anthropic pricing page: inference_geo us × 1.1',
  },
];

/** The ratio of a tier at a provider (catalogue id); null if none is published. */
export function tierRatio(provider: string, model: string, tier: Tier): TierRatio | null {
  return (
    SERVICE_TIERS.find(
      (entry) =>
        entry.tier === tier &&
        entry.providers.includes(provider) &&
        (entry.models === null || entry.models.test(model)),
    ) ?? null
  );
}

/** The surcharge of a region; null if none is published (the price is then the same everywhere). */
export function regionRatio(
  provider: string,
  model: string,
  region: string,
): { readonly ratio: readonly [bigint, bigint]; readonly source: string } | null {
  const key = region.toLowerCase();
  return (
    REGIONS.find(
      (entry) => entry.provider === provider && entry.region === key && entry.models.test(model),
    ) ?? null
  );
}
