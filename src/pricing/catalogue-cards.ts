/**
 * Entries of the catalogue → dated rate cards.
 *
 * Takes one model as the package holds it (JavaScript numbers, USD per million tokens); gives cards
 * in exact integers. Never rounds a price: a number is read as the decimal it prints as.
 */
import type { ConditionalPrice, ModelPrice } from '@pydantic/genai-prices';
import { parseDecimal } from '../domain/money.ts';
import { dayNumber } from '../domain/time.ts';
import type { DatedCard, DayWindow } from './book.ts';
import { type RateCard, type RateClass, type Rates, rateCard } from './card.ts';
import { correctedRates, correctedTiers, listedCard } from './correct.ts';
import {
  CLOSED,
  CORRECTED,
  CORRECTED_STARTS,
  CORRECTED_THRESHOLDS,
  EARLIER,
} from './corrections.ts';
import { fillRates, usualWebSearch } from './fallback.ts';
import type { CatalogueModel } from './match.ts';

const CLASS_OF_KEY: Readonly<Record<string, RateClass>> = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite5m',
  cache_write_1h_mtok: 'cacheWrite1h',
  output_reasoning_mtok: 'reasoning',
  input_audio_mtok: 'inputAudio',
  input_image_mtok: 'inputImage',
  output_audio_mtok: 'outputAudio',
  output_image_mtok: 'outputImage',
  cache_audio_read_mtok: 'cacheReadAudio',
  cache_image_read_mtok: 'cacheReadImage',
};

/** Models the catalogue lists without a price because their makers charge nothing for them. */
const FREE_OF_CHARGE = new Set(['openai/moderation', 'google/gemma-3', 'google/gemma-3n']);

/** A card on which everything costs 0: known to be free. */
export function freeCard(): RateCard {
  const rates = Object.fromEntries(Object.values(CLASS_OF_KEY).map((name) => [name, 0n]));
  return rateCard({ rates, tiers: [], webSearch: 0n, perRequest: 0n, assumed: [] });
}

/** The cards of one model of the catalogue, in its order: later entries win. */
export function datedCards(model: CatalogueModel): DatedCard[] {
  const key = `${model.provider}/${model.info.id}`;
  if (FREE_OF_CHARGE.has(key)) {
    return [{ from: null, until: null, window: null, card: freeCard() }];
  }
  const corrected = CORRECTED[key];
  const listed = corrected?.times.map((time) => listedCard(time, model.info.id, corrected.source));
  const cards = withEarlier(model, key, listed ?? catalogueCards(model, key));
  return correctedTiers(model, correctedRates(key, cards));
}

/** Undated cards begin where the earlier times end. */
function withEarlier(
  { info }: CatalogueModel,
  key: string,
  cards: readonly DatedCard[],
): readonly DatedCard[] {
  const earlier = EARLIER[key];
  if (earlier === undefined || cards.some(({ from }) => from !== null)) return cards;
  const from = earlier.times.at(-1)!.until;
  const before = earlier.times.map((time) => listedCard(time, info.id, earlier.source));
  return [...before, ...cards.map((dated) => ({ ...dated, from }))];
}

function catalogueCards({ info }: CatalogueModel, key: string): DatedCard[] {
  const entries: ConditionalPrice[] = Array.isArray(info.prices)
    ? info.prices
    : [{ prices: info.prices }];
  const dated: DatedCard[] = [];
  let from: number | null = null;
  for (const { constraint, prices } of entries) {
    // A daily window listed after a start date opens on that date, not before it.
    if (constraint !== undefined && 'start_date' in constraint) {
      from = CORRECTED_STARTS[key] ?? Date.parse(`${constraint.start_date}T00:00:00Z`);
    }
    const window =
      constraint !== undefined && 'start_time' in constraint
        ? dayWindow(constraint.start_time, constraint.end_time, CLOSED[key])
        : null;
    dated.push({ from, until: null, window, card: cardOf(prices, info.id) });
  }
  return dated.map((entry, i) => ({ ...entry, until: untilOf(entry, dated.slice(i + 1)) }));
}

/** An all-day card ends where the next all-day card begins. */
function untilOf(entry: DatedCard, later: readonly DatedCard[]): number | null {
  return entry.window === null ? (later.find(({ window }) => window === null)?.from ?? null) : null;
}

function dayWindow(
  start: string,
  end: string,
  closed: (typeof CLOSED)[string] | undefined,
): DayWindow {
  return {
    startMinute: minuteOf(start),
    endMinute: minuteOf(end),
    weekdaysFrom: closed?.weekdaysFrom ?? null,
    closedDays: new Set(closed?.days.map((day) => dayNumber(Date.parse(day)))),
  };
}

function minuteOf(time: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d):00Z$/.exec(time);
  if (match === null)
    throw new Error(`the catalogue has a time of day this version cannot read: ${time}`);
  return Number(match[1]) * 60 + Number(match[2]);
}

function cardOf(prices: ModelPrice, model: string): RateCard {
  const base = fillRates(ratesAbove(prices, -1), model);
  const starts = new Set(
    Object.values(prices).flatMap((price) =>
      typeof price === 'object' ? price.tiers.map(({ start }) => start) : [],
    ),
  );
  const tiers = [...starts].map((start) => ({
    aboveInputTokens: CORRECTED_THRESHOLDS.get(start) ?? start,
    rates: fillRates(ratesAbove(prices, start), model).rates,
  }));
  const listedSearch = feeOf(prices.web_searches_kcount);
  const usual = listedSearch === null ? usualWebSearch(model) : null;
  const assumed = usual === null ? base.assumed : [...base.assumed, usual.assumed];
  return rateCard({
    rates: base.rates,
    tiers,
    webSearch: listedSearch ?? usual?.fee ?? null,
    perRequest: feeOf(prices.requests_kcount) ?? 0n,
    assumed,
  });
}

/** Rates once the input is greater than `start`; -1 gives the base rates. */
function ratesAbove(prices: ModelPrice, start: number): Rates {
  const rates: { [K in RateClass]?: bigint } = {};
  for (const [key, rateClass] of Object.entries(CLASS_OF_KEY)) {
    const price = prices[key];
    if (price === undefined) continue;
    const tier =
      typeof price === 'object'
        ? [...price.tiers]
            .sort((a, b) => a.start - b.start)
            .findLast((entry) => entry.start <= start)
        : undefined;
    rates[rateClass] = exact(typeof price === 'object' ? (tier?.price ?? price.base) : price, 12);
  }
  return rates;
}

/** USD per thousand as pico-USD each; null if there is no price. */
function feeOf(perThousand: ModelPrice[string]): bigint | null {
  return typeof perThousand === 'number' ? exact(perThousand, 9) : null;
}

/** A JavaScript number as the decimal it prints as (shortest round trip), scaled by 10^digits. */
function exact(value: number, digits: number): bigint {
  const parsed = parseDecimal(String(value), digits);
  if (parsed === null) throw new Error(`the catalogue has a price that is not a number: ${value}`);
  return parsed;
}
