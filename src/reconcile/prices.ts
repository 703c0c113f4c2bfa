/**
 * What reconciling asks of a price list.
 *
 * Takes names and tokens, gives the list's own names and pico-USD. Never a second matcher or price:
 * the price book of the pricing room fits `PriceSource`.
 */
import type { Target, Tier } from '../domain/call.ts';
import { type EpochMs, parseInstant } from '../domain/time.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';

/** What a price depends on besides tokens and time. */
export type PriceKey = Pick<
  Target,
  'provider' | 'model' | 'modelRequested' | 'operation' | 'tier' | 'region'
>;

/** The prices of one target; a reason where there is none. */
export interface Rates {
  readonly match:
    | { readonly how: 'none' }
    | { readonly how: string; readonly provider: string; readonly model: string };
  cost(usage: Usage, atMs: EpochMs | null): number | string;
}

/** A price list. */
export interface PriceSource {
  schedule(key: PriceKey): Rates;
}

/** Names of models that mean the same get the same key. */
export class ModelNames {
  readonly #found = new Map<string, string>();

  constructor(readonly prices: PriceSource) {}

  /** The list's name of a model, or its own in lower case where the list does not know it. */
  keyOf(provider: string, model: string): string {
    const asked = `${provider}\n${model}`;
    let key = this.#found.get(asked);
    if (key === undefined) {
      const { match } = this.prices.schedule(keyFor(provider, model, 'standard', ''));
      key = 'model' in match ? match.model : model.trim().toLowerCase();
      this.#found.set(asked, key);
    }
    return key;
  }
}

/** Whether the list knows a model of this name. */
export function isListed(prices: PriceSource, name: string): boolean {
  return 'model' in prices.schedule(keyFor('', name, 'standard', '')).match;
}

/** The key of a model that an invoice names. */
export function keyFor(provider: string, model: string, tier: Tier, region: string): PriceKey {
  return { provider, model, modelRequested: model, operation: 'chat', tier, region };
}

/** Small enough to stay below every context threshold. */
const PROBE_TOKENS = 1_000;
/** Large enough to be above every one. */
const LONG_INPUT = 500_000;
/**
 * What the tokens of many calls cost together, pico-USD; null if one of their classes has no price.
 * Class by class, since a sum of calls must not be held against a context threshold.
 */
export function costOfMany(
  rates: Rates,
  usage: Usage,
  day: string,
  longContext: boolean,
): bigint | null {
  const atMs = parseInstant(`${day}T12:00:00Z`);
  const base = longContext ? { ...emptyUsage(), input: LONG_INPUT } : emptyUsage();
  const empty = rates.cost(base, atMs);
  let total = 0n;
  for (const counter of Object.keys(usage) as (keyof Usage)[]) {
    // Reasoning is a part of the output.
    if (usage[counter] === 0 || counter === 'reasoning') continue;
    const probe = rates.cost({ ...base, [counter]: base[counter] + PROBE_TOKENS }, atMs);
    if (typeof probe === 'string') return null;
    const nothing = typeof empty === 'string' ? 0 : empty;
    total += (BigInt(usage[counter]) * BigInt(probe - nothing)) / BigInt(PROBE_TOKENS);
  }
  return total;
}
