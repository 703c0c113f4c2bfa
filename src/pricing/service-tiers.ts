/**
 * Service tiers: what batch, flex, priority and fast multiply.
 *
 * Takes provider, model and tier; gives the published ratio. Never a guess: no entry means that
 * the rate is unknown. Fees per request or search are not multiplied.
 */
import type { Tier } from '../domain/call.ts';
import type { EpochMs } from '../domain/time.ts';
import type { PriceTableInfo } from './book.ts';
import type { Ratio } from './card.ts';

/** A published ratio to the standard rate of every token class. */
export interface TierRatio {
  /** Catalogue ids of providers. */
  readonly providers: readonly string[];
  readonly tier: Tier;
  /** The models it holds for; null: all. */
  readonly models: RegExp | null;
  readonly ratio: Ratio;
  /** Offered from and until (exclusive); null: no limit known. */
  readonly from: EpochMs | null;
  readonly until: EpochMs | null;
  /** Whether it replaces the long-context rates, too. */
  readonly isFlat: boolean;
  readonly source: string;
}

/** The day the entries below were last compared with the providers' pages. */
export const SERVICE_TIERS_AS_OF = '2026-11-22';

/** The layer of these ratios, as every book that applies them names it. */
export const PUBLISHED_RATIOS: PriceTableInfo = {
  id: 'published-ratios',
  name: 'published ratios',
  version: SERVICE_TIERS_AS_OF,
  source: "the providers' pages on service tiers and regions, see docs/pricing.md",
  asOf: SERVICE_TIERS_AS_OF,
};

const ALWAYS = { models: null, from: null, until: null, isFlat: false } as const;
const FAST = { providers: ['anthropic'], tier: 'fast', from: null, isFlat: true } as const;
const FAST_SOURCE = 'Anthropic pricing page, fast mode';
const PRIORITY_SOURCE = 'OpenAI priority processing page';

function priority(models: RegExp, ratio: Ratio): TierRatio {
  return {
    ...ALWAYS,
    providers: ['openai'],
    tier: 'priority',
    models,
    ratio,
    source: PRIORITY_SOURCE,
  };
}

/** OpenAI sells flex for its reasoning models only: its page has no row for gpt-4.1, gpt-4o or o1. */
const FLEX_OPENAI =
  /^(?:o3|o4-mini|gpt-5(?:\.[1245])?(?:-mini|-nano)?|gpt-5\.6-(?:luna|sol|terra)|gpt-6-(?:astra|luna|sol))(?:-20\d\d-\d\d-\d\d)?$/;

/** The ratios; the first that fits counts. */
export const SERVICE_TIERS: readonly TierRatio[] = [
  {
    ...ALWAYS,
    providers: ['openai', 'azure', 'anthropic', 'google', 'mistral', 'groq', 'cerebras', 'aws'],
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
    providers: ['openai'],
    tier: 'flex',
    models: FLEX_OPENAI,
    ratio: [1n, 2n],
    source: 'OpenAI pricing page and flex processing page: the batch price',
  },
  {
    ...ALWAYS,
    providers: ['google'],
    tier: 'flex',
    ratio: [1n, 2n],
    source: 'Gemini API flex page: the batch price',
  },
  {
    ...ALWAYS,
    providers: ['groq'],
    tier: 'flex',
    ratio: [1n, 1n],
    source: 'Groq flex processing page: the on-demand price',
  },
  // Dollars per million input tokens : the standard price; cached and output have the same ratio.
  priority(/^gpt-5\.5$/, [5n, 2n]), // 12.50 : 5.00
  priority(/^gpt-5\.(?:4|4-mini|3-codex|2|1)$/, [2n, 1n]), // 5.00 : 2.50
  priority(/^gpt-5(?:-codex)?$/, [2n, 1n]), // 2.50 : 1.25
  priority(/^gpt-5-mini$/, [9n, 5n]), // 0.45 : 0.25
  priority(/^gpt-4\.1(?:-mini)?$/, [7n, 4n]), // 3.50 : 2.00, 0.70 : 0.40
  priority(/^gpt-4\.1-nano$/, [2n, 1n]), // 0.20 : 0.10
  priority(/^gpt-4o$/, [17n, 10n]), // 4.25 : 2.50
  priority(/^gpt-4o-2024-05-13$/, [7n, 4n]), // 8.75 : 5.00
  priority(/^gpt-4o-mini$/, [5n, 3n]), // 0.25 : 0.15
  priority(/^o3$/, [7n, 4n]), // 3.50 : 2.00
  priority(/^o4-mini$/, [20n, 11n]), // 2.00 : 1.10
  {
    ...ALWAYS,
    providers: ['google'],
    tier: 'priority',
    models: /^gemini-3\.[78]-flash$/,
    ratio: [9n, 5n],
    source: 'Gemini API pricing page: priority is 1.8 × standard',
  },
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
