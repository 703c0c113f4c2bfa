/**
 * Price lists for people: what a book charges, and how a name is resolved.
 *
 * Takes a book and a filter, gives rows of decimal strings (USD per million tokens; null: no price).
 */
import { divideHalfEven, formatUsd } from '../domain/money.ts';
import { providerId } from '../domain/providers.ts';
import type { EpochMs } from '../domain/time.ts';
import { DAY_MS, formatDay, formatInstant } from '../domain/time.ts';
import type {
  DatedCard,
  ListedPrice,
  ModelMatch,
  PriceBook,
  PriceTableInfo,
  TargetPriceKey,
} from './book.ts';
import {
  type Assumption,
  type Factor,
  RATE_CLASSES,
  type RateClass,
  type Rates,
  type Ratio,
  ratioOf,
  scaleRates,
} from './card.ts';
import { formatDayWindow } from './day-window.ts';
import { listedRegions } from './named-fees.ts';

/** Which rows to list; a text is looked for in the model's name, whatever its case. */
export interface PriceFilter {
  readonly provider?: string;
  readonly text?: string;
}

/** One line of a price list. Rates are USD per million tokens, fees USD each, as exact decimals. */
export interface PriceRow extends Record<RateClass, string | null> {
  readonly provider: string;
  readonly model: string;
  readonly tier: string;
  readonly region: string;
  /** UTC days, or instants within a day: from inclusive, until exclusive; null without limit. */
  readonly from: string | null;
  readonly until: string | null;
  /** `00:30-16:30` in UTC; null: all day. */
  readonly timeOfDay: string | null;
  /** These rates hold for the whole call once its input is greater; null: the base rates. */
  readonly aboveInputTokens: number | null;
  readonly webSearch: string | null;
  readonly perRequest: string | null;
  /** What was filled in by a rule, not published for this model. */
  readonly assumed: readonly Assumption[];
  /** What the listed rates were multiplied by to get these. */
  readonly factors: readonly Factor[];
  readonly source: string;
}

/** One model's prices, and how its name was resolved. */
export interface ShownPrices {
  readonly match: ModelMatch;
  readonly rows: readonly PriceRow[];
}

/** Rows of a whole list, in its order; one per dated card and context tier. */
export function listPrices(book: PriceBook, filter: PriceFilter = {}): PriceRow[] {
  const rows: PriceRow[] = [];
  for (const listed of book.listed()) if (isWanted(listed, filter)) rows.push(...rowsOf(listed));
  return rows;
}

/** Whether a listed price passes a filter. */
export function isWanted({ provider, model }: ListedPrice, filter: PriceFilter): boolean {
  const wanted = payerOf(filter.provider ?? '');
  if (wanted !== '' && payerOf(provider) !== wanted) return false;
  return model.toLowerCase().includes(filter.text?.toLowerCase() ?? '');
}

function payerOf(provider: string): string {
  return providerId(provider) || provider.toLowerCase();
}

/** The prices a name gets, all dates included. `target` narrows it: provider, tier, region. */
export function showPrices(
  book: PriceBook,
  name: string,
  target: Partial<TargetPriceKey> = {},
): ShownPrices {
  const full: TargetPriceKey = {
    provider: '',
    model: name,
    modelRequested: '',
    operation: 'chat',
    tier: 'standard',
    region: '',
    ...target,
  };
  const { match, cards } = book.schedule(full);
  if (match.how === 'none') return { match, rows: [] };
  const { provider, model } = match;
  const isFeeUnknown = cards.some(({ card }) => card.lacksRequestFee === true);
  const regions = isFeeUnknown ? listedRegions(provider, model) : [full.region];
  const rows = regions.flatMap((region) =>
    book.schedule({ ...full, region }).cards.flatMap((dated) => {
      const source = dated.source ?? book.info.source;
      return rowsOf({ provider, model, tier: full.tier, region, dated, source });
    }),
  );
  return { match, rows };
}

function rowsOf(listed: ListedPrice): PriceRow[] {
  const { card } = listed.dated;
  return [
    rowOf(listed, null, card.rates),
    ...card.tiers.map((tier) => rowOf(listed, tier.aboveInputTokens, tier.rates)),
  ];
}

function rowOf(listed: ListedPrice, aboveInputTokens: number | null, rates: Rates): PriceRow {
  const { provider, model, tier, region, dated, source } = listed;
  const { webSearch, perRequest, assumed, factors } = dated.card;
  const ofFees = ratioOf(factors, 'fees');
  return {
    provider,
    model,
    tier,
    region,
    ...timesOf(dated),
    aboveInputTokens,
    ...usdRates(rates, ratioOf(factors, 'tokens')),
    webSearch: webSearch === null ? null : usdFee(webSearch, ofFees),
    perRequest: perRequest === 0n ? null : usdFee(perRequest, ofFees),
    assumed,
    factors,
    source,
  };
}

function timesOf({
  from,
  until,
  window,
}: DatedCard): Pick<PriceRow, 'from' | 'until' | 'timeOfDay'> {
  const day = (at: EpochMs | null): string | null => (at === null ? null : formatLimit(at));
  return {
    from: day(from),
    until: day(until),
    timeOfDay: window === null ? null : formatDayWindow(window),
  };
}

/** A limit of validity: a day if it is midnight in UTC, else the instant. */
export function formatLimit(at: EpochMs): string {
  return at % DAY_MS === 0 ? formatDay(at) : formatInstant(at);
}

function usdRates(rates: Rates, [numerator, denominator]: Ratio): Record<RateClass, string | null> {
  const scaled = scaleRates(rates, numerator, denominator);
  const usd = RATE_CLASSES.map((name) => {
    const rate = scaled[name];
    return [name, rate === undefined ? null : formatUsd(rate)];
  });
  return Object.fromEntries(usd) as Record<RateClass, string | null>;
}

function usdFee(fee: bigint, [numerator, denominator]: Ratio): string {
  return formatUsd(divideHalfEven(fee * numerator, denominator));
}

/** Whole days between the day a list was true and now; null if the list does not say. */
export function tableAgeDays({ asOf }: PriceTableInfo, nowMs: EpochMs): number | null {
  const asOfMs = Date.parse(asOf);
  return Number.isNaN(asOfMs) ? null : Math.max(0, Math.floor((nowMs - asOfMs) / DAY_MS));
}
