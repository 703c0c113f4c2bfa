/**
 * Correcting: the stated corrections laid over the cards of the catalogue.
 *
 * Takes dated cards of one model, gives them corrected. Never touches a card that none names.
 */
import { divideHalfEven } from '../domain/money.ts';
import type { DatedCard } from './book.ts';
import {
  type ContextTier,
  parseRate,
  RATE_CLASSES,
  type RateCard,
  type RateClass,
  type Rates,
  rateCard,
} from './card.ts';
import {
  CORRECTED_RATES,
  CORRECTED_TIERS,
  type ListedTime,
  type TierCorrection,
} from './corrections.ts';
import { parseDayWindow } from './day-window.ts';
import { fillRates, usualWebSearch } from './fallback.ts';
import type { CatalogueModel } from './match.ts';

type MutableRates = { [K in RateClass]?: bigint };

/** The card of a listed time. */
export function listedCard(time: ListedTime, model: string, source: string): DatedCard {
  const { rates, assumed } = fillRates(usdRates(time.usd), model);
  const search = usualWebSearch(model);
  const card = rateCard({
    rates,
    tiers: [],
    webSearch: search?.fee ?? null,
    perRequest: 0n,
    assumed: search === null ? assumed : [...assumed, search.assumed],
  });
  const window = time.timeOfDay === undefined ? null : parseDayWindow(time.timeOfDay);
  return { from: time.from, until: time.until, window, card, source };
}

function usdRates(usd: ListedTime['usd']): Rates {
  const rates: MutableRates = {};
  for (const name of RATE_CLASSES) {
    const text = usd[name];
    if (text !== undefined) rates[name] = parseRate(text)!;
  }
  return rates;
}

/** Cards with the single rates that are corrected for this model. */
export function correctedRates(key: string, cards: readonly DatedCard[]): readonly DatedCard[] {
  return CORRECTED_RATES.filter(({ model }) => model === key).reduce<readonly DatedCard[]>(
    (dated, { endsBy, usd, source }) =>
      dated.map((entry) =>
        endsBy === null || (entry.until !== null && entry.until <= endsBy)
          ? { ...entry, card: withRates(entry.card, usdRates(usd)), source }
          : entry,
      ),
    cards,
  );
}

function withRates(card: RateCard, rates: Rates): RateCard {
  return rateCard({
    ...card,
    rates: { ...card.rates, ...rates },
    assumed: card.assumed.filter(
      ({ rateClass }) => rateClass === 'webSearch' || !(rateClass in rates),
    ),
  });
}

/** Cards with the context tiers that the catalogue lacks, and without those that had ended. */
export function correctedTiers(model: CatalogueModel, cards: readonly DatedCard[]): DatedCard[] {
  const found = CORRECTED_TIERS.find(
    ({ providers, models }) => providers.includes(model.provider) && models.test(model.info.id),
  );
  return found === undefined ? [...cards] : cards.flatMap((dated) => withTier(dated, found));
}

function withTier(dated: DatedCard, tier: TierCorrection): DatedCard[] {
  const { card, from, until } = dated;
  const source = card.tiers.length > 0 ? {} : { source: tier.source };
  const tiered = card.tiers.length > 0 ? card : rateCard({ ...card, tiers: [tierOf(card, tier)] });
  const end = tier.until;
  if (end === null) return [{ ...dated, ...source, card: tiered }];
  const before = { ...dated, ...source, until: Math.min(until ?? end, end), card: tiered };
  const after = {
    ...dated,
    from: Math.max(from ?? end, end),
    card: rateCard({ ...card, tiers: [] }),
  };
  return [
    ...(from === null || from < end ? [before] : []),
    ...(until === null || until > end ? [after] : []),
  ];
}

function tierOf(card: RateCard, { aboveInputTokens, percent }: TierCorrection): ContextTier {
  const rates: MutableRates = { ...card.rates };
  for (const name of RATE_CLASSES) {
    const rate = card.rates[name];
    // Other modalities that were filled in from a text rate follow that text rate.
    const share = percent[name] ?? percent[followed(card, name)];
    if (rate !== undefined && share !== undefined) rates[name] = divideHalfEven(rate * share, 100n);
  }
  return { aboveInputTokens, rates };
}

function followed(card: RateCard, name: RateClass): RateClass {
  const isAssumed = card.assumed.some(({ rateClass }) => rateClass === name);
  if (!isAssumed) return name;
  if (name.startsWith('output')) return 'output';
  return name.startsWith('cacheRead') ? 'cacheRead' : 'input';
}
