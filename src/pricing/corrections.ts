/**
 * Corrections: where the catalogue is known to be wrong or cannot say what a provider published.
 *
 * Takes nothing, gives dated prices by model, each with its source. Never a guess and never a newer
 * price list: what is here contradicts the catalogue for stated days only.
 */
import type { EpochMs } from '../domain/time.ts';
import type { RateClass } from './card.ts';

/** Prices of one model in USD per million tokens, for a time; null: without limit. */
export interface ListedTime {
  readonly from: EpochMs | null;
  readonly until: EpochMs | null;
  /** As in a price file: `00:30-16:30`. */
  readonly timeOfDay?: string;
  readonly usd: { readonly [K in RateClass]?: string };
}

/** Listed times that stand for a whole model. */
export interface Correction {
  readonly times: readonly ListedTime[];
  readonly source: string;
}

const utc = (text: string): EpochMs => Date.parse(text);

const DEEPSEEK_DISCOUNTS = utc('2025-02-26T16:30:00Z');
const DEEPSEEK_V31 = utc('2025-09-05T16:00:00Z');
const DEEPSEEK_V32 = utc('2025-09-29T00:00:00Z');
const DEEPSEEK_SOURCE = 'DeepSeek pricing page and news of 2025-02-26, 2025-08-21 and 2025-09-29';
const V31 = { input: '0.56', cacheRead: '0.07', output: '1.68' };
const V32 = { input: '0.28', cacheRead: '0.028', output: '0.42' };
const SINCE_V31: readonly ListedTime[] = [
  { from: DEEPSEEK_V31, until: DEEPSEEK_V32, usd: V31 },
  { from: DEEPSEEK_V32, until: null, usd: V32 },
];
const CHAT = { input: '0.27', cacheRead: '0.07', output: '1.1' };
const REASONER = { input: '0.55', cacheRead: '0.14', output: '2.19' };
const OFF_PEAK = { input: '0.135', cacheRead: '0.035', output: '0.55' };

/** By `provider/model` of the catalogue: these times replace its own. */
export const CORRECTED: Readonly<Record<string, Correction>> = {
  'deepseek/deepseek-chat': {
    source: DEEPSEEK_SOURCE,
    times: [
      {
        from: null,
        until: utc('2025-02-08T16:00:00Z'),
        usd: { input: '0.14', cacheRead: '0.014', output: '0.28' },
      },
      { from: utc('2025-02-08T16:00:00Z'), until: DEEPSEEK_DISCOUNTS, usd: CHAT },
      { from: DEEPSEEK_DISCOUNTS, until: DEEPSEEK_V31, usd: OFF_PEAK },
      ...SINCE_V31,
      { from: DEEPSEEK_DISCOUNTS, until: DEEPSEEK_V31, timeOfDay: '00:30-16:30', usd: CHAT },
    ],
  },
  'deepseek/deepseek-reasoner': {
    source: DEEPSEEK_SOURCE,
    times: [
      { from: null, until: DEEPSEEK_DISCOUNTS, usd: REASONER },
      { from: DEEPSEEK_DISCOUNTS, until: DEEPSEEK_V31, usd: OFF_PEAK },
      ...SINCE_V31,
      { from: DEEPSEEK_DISCOUNTS, until: DEEPSEEK_V31, timeOfDay: '00:30-16:30', usd: REASONER },
    ],
  },
};

const passedOn = (
  until: string,
  usd: readonly [input: string, cacheRead: string, cacheWrite5m: string, output: string],
): Correction => ({
  source: `OpenAI's price until ${until}, which OpenRouter passes on`,
  times: [
    {
      from: null,
      until: utc(until),
      usd: { input: usd[0], cacheRead: usd[1], cacheWrite5m: usd[2], output: usd[3] },
    },
  ],
});

/** By `provider/model` of the catalogue: earlier times, before its own undated prices begin. */
export const EARLIER: Readonly<Record<string, Correction>> = {
  'openrouter/openai/gpt-5.6-sol': passedOn('2026-08-21', ['5', '0.5', '6.25', '30']),
  'openrouter/openai/gpt-5.6-luna': passedOn('2026-07-30', ['1', '0.1', '1.25', '6']),
  'openrouter/openai/gpt-5.6-terra': passedOn('2026-07-30', ['2.5', '0.25', '3.125', '15']),
};

/** Rates that replace or complete those of the catalogue, on the cards valid before `before`. */
export interface RateCorrection {
  /** `provider/model` of the catalogue. */
  readonly model: string;
  /** Only the card that ends at or before this instant; null: every card. */
  readonly endsBy: EpochMs | null;
  readonly usd: { readonly [K in RateClass]?: string };
  readonly source: string;
}

/** Single rates. */
export const CORRECTED_RATES: readonly RateCorrection[] = [
  {
    model: 'openai/o3',
    endsBy: utc('2025-06-10T00:00:00Z'),
    usd: { cacheRead: '2.5' },
    source: 'OpenAI, launch of o3: cached input $2.50 until the price cut',
  },
  {
    model: 'openai/gpt-4o-audio-preview',
    endsBy: null,
    usd: { inputAudio: '40', outputAudio: '80' },
    source: 'OpenAI pricing page: audio $40 in, $80 out',
  },
  {
    model: 'openai/gpt-4o-mini-audio-preview',
    endsBy: null,
    usd: { inputAudio: '10', outputAudio: '20' },
    source: 'OpenAI pricing page: audio $10 in, $20 out',
  },
];

/** A context tier that the catalogue lacks, or that it does not end. */
export interface TierCorrection {
  /** Catalogue ids of providers. */
  readonly providers: readonly string[];
  readonly models: RegExp;
  readonly aboveInputTokens: number;
  /** Percent of the base rates; a class that is not named keeps its own. */
  readonly percent: { readonly [K in RateClass]?: bigint };
  /** The tier ended then; null: it did not. */
  readonly until: EpochMs | null;
  readonly source: string;
}

const INPUT_DOUBLE = {
  input: 200n,
  cacheRead: 200n,
  cacheWrite5m: 200n,
  cacheWrite1h: 200n,
} as const;
const CLAUDE = {
  providers: ['anthropic', 'google', 'aws', 'azure', 'openrouter'],
  aboveInputTokens: 200_000,
  percent: { ...INPUT_DOUBLE, output: 150n },
} as const;

/** Context tiers. */
export const CORRECTED_TIERS: readonly TierCorrection[] = [
  {
    ...CLAUDE,
    models: /claude-(?:sonnet-4(?:-0|[-.]5)?|4-sonnet)(?:-20\d{6})?(?:-v1(?::0)?)?$/,
    until: null,
    source: 'Anthropic long-context pricing: Sonnet 4 and 4.5 above 200,000 tokens, 2 × and 1.5 ×',
  },
  {
    ...CLAUDE,
    models: /claude-(?:opus|sonnet)-4[-.]6(?:-v1(?::0)?)?$/,
    until: utc('2026-03-13T00:00:00Z'),
    source: 'Anthropic long-context pricing: Opus 4.6 and Sonnet 4.6 until 2026-03-13',
  },
  {
    providers: ['x-ai'],
    // xAI counts from 128,000 tokens on, so one less is the last at the base rates.
    aboveInputTokens: 127_999,
    models: /^grok-4(?:-1)?-fast|^grok-4-0709$/,
    percent: { ...INPUT_DOUBLE, output: 200n },
    until: null,
    source: 'xAI models page: requests of 128,000 tokens or more, 2 ×',
  },
  {
    // Only for the times below: the catalogue has the tier of today's prices.
    providers: ['openrouter'],
    models: /^openai\/gpt-5\.6-(?:sol|luna|terra)$/,
    aboveInputTokens: 272_000,
    percent: { ...INPUT_DOUBLE, output: 150n },
    until: null,
    source: 'OpenAI pricing page: more than 272,000 input tokens, 2 × and 1.5 ×',
  },
];

/**
 * Thresholds of context tiers that the catalogue reads off a table header (`<272K`): OpenAI's text
 * says "prompts with >272K input tokens", so that 272,000 are the last at the base rates.
 */
export const CORRECTED_THRESHOLDS: ReadonlyMap<number, number> = new Map([[271_999, 272_000]]);

/** From then on V4 has peak and off-peak hours. */
const V4_PEAK = utc('2026-08-16T16:00:00Z');

/** When the catalogue has only the day: the instant at which its price changed. */
export const CORRECTED_STARTS: Readonly<Record<string, EpochMs>> = {
  'deepseek/deepseek-v4-flash': V4_PEAK,
  'deepseek/deepseek-v4-pro': V4_PEAK,
};

/** When a window of the catalogue does not open. */
export const CLOSED: Readonly<
  Record<string, { readonly weekdaysFrom: EpochMs; readonly days: readonly string[] }>
> = Object.fromEntries(
  ['deepseek/deepseek-v4-flash', 'deepseek/deepseek-v4-pro'].map((model) => [
    model,
    {
      // Peak hours are Mondays to Fridays from their first day on (a Sunday); the catalogue says so
      // in a comment only.
      weekdaysFrom: utc('2026-08-16T00:00:00Z'),
      // Public holidays in China on Mondays to Fridays, State Council notice for 2026. The windows
      // lie within one day both in UTC and in Beijing.
      days: '2026-09-25 2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07'.split(' '),
    },
  ]),
);
