/**
 * Regions: what a data zone or a regional endpoint adds to the list price.
 *
 * Takes provider, model and the region as the log spells it; gives the published surcharge. Never
 * for a place that has none: the location of a server is no surcharge where only a data zone is.
 */
import type { Ratio } from './card.ts';

/** A published surcharge on every token class. */
export interface RegionRatio {
  /** Catalogue ids of providers. */
  readonly providers: readonly string[];
  readonly models: RegExp;
  /** Which regions carry it, in lower case. */
  readonly regions: RegExp;
  readonly ratio: Ratio;
  readonly source: string;
}

const TENTH: Ratio = [11n, 10n];

/** The surcharges; the first that fits counts. Bedrock's are in the catalogue, by profile. */
export const REGIONS: readonly RegionRatio[] = [
  {
    providers: ['anthropic'],
    models: /^claude-(?:opus-4-[678]|opus-5|sonnet-4-6|sonnet-5|haiku-5|fable-5|mythos-5)/,
    regions: /^us$/,
    ratio: TENTH,
    source: 'Anthropic pricing page: inference_geo us × 1.1, Opus 4.6 and later',
  },
  {
    providers: ['google'],
    models: /^claude-(?:(?:opus|sonnet|haiku)-4-[5-8]|(?:opus|sonnet|haiku|fable|mythos)-5)/,
    regions: /^(?!global$)[a-z]/,
    ratio: TENTH,
    source: 'Claude on Vertex AI: regional and multi-region endpoints × 1.1, Claude 4.5 and later',
  },
  {
    providers: ['google'],
    models: /^gemini-[3-9]/,
    regions: /^(?!global$)[a-z]/,
    ratio: TENTH,
    source: 'Gemini on Vertex AI: regional and multi-region endpoints × 1.1, Gemini 3 and later',
  },
  {
    providers: ['openai'],
    models: /^gpt-(?:5\.[4-9]|6)/,
    regions: /^(?:us|eu|uk|au|ca|jp|in|sg|kr|ae)$/,
    ratio: TENTH,
    source: 'OpenAI pricing page: data residency endpoints × 1.1, GPT-5.4 and later',
  },
  {
    providers: ['azure'],
    models: /^/,
    regions: /^(?:(?:us|eu)[-_ ]?)?data[-_ ]?zone(?:[-_ ]?(?:us|eu|standard|batch))?$|^regional$/,
    ratio: TENTH,
    source: 'Azure OpenAI pricing page: data zone and regional deployments × 1.1',
  },
  {
    providers: ['x-ai'],
    models: /^grok-/,
    regions: /^us(?:-east-1)?$/,
    ratio: TENTH,
    source: 'xAI models page: US endpoint × 1.1',
  },
];

/** The surcharge of a region; null if none is published (the price is then the same everywhere). */
export function regionRatio(provider: string, model: string, region: string): RegionRatio | null {
  const key = region.trim().toLowerCase();
  return (
    REGIONS.find(
      (entry) =>
        entry.providers.includes(provider) && entry.models.test(model) && entry.regions.test(key),
    ) ?? null
  );
}
