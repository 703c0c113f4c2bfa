/**
 * Price lists for people: what a book charges, and how a name is resolved.
 *
 * Takes a book and a filter, gives rows of decimal strings (USD per million tokens; null: no price).
 */
import { formatUsd } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import { formatDay } from '../domain/time.ts';
import type {
  DatedCard,
  DayWindow,
  ListedPrice,
  ModelMatch,
  PriceBook,
  TargetPriceKey,
} from './book.ts';
import type { Assumption, RateClass, Rates } from './card.ts';
import { providerId } from './providers.ts';

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
  /** UTC days: from inclusive, until exclusive; null without limit. */
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
  readonly source: string;
}

/** One model's prices, and how its name was resolved. */
export interface ShownPrices {
  readonly match: ModelMatch;
  readonly rows: readonly PriceRow[];
}

/** Rows of a whole list, in its order; one per dated card and context tier. */
export function listPrices(book: PriceBook, filter: PriceFilter = {}): PriceRow[] {
  const text = filter.text?.toLowerCase() ?? '';
  const wanted = filter.provider ?? '';
  const id = providerId(wanted) || wanted.toLowerCase();
  const rows: PriceRow[] = [];
  for (const listed of book.listed()) {
    if (id !== '' && (providerId(listed.provider) || listed.provider.toLowerCase()) !== id)
      continue;
    if (listed.model.toLowerCase().includes(text)) rows.push(...rowsOf(listed));
  }
  return rows;
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
  const rows = cards.flatMap((dated) =>
    rowsOf({
      provider,
      model,
      tier: full.tier,
      region: full.region,
      dated,
      source: book.info.source,
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
  const { webSearch, perRequest, assumed } = dated.card;
  return {
    provider,
    model,
    tier,
    region,
    ...timesOf(dated),
    aboveInputTokens,
    ...usdRates(rates),
    webSearch: webSearch === null ? null : formatUsd(webSearch),
    perRequest: perRequest === 0n ? null : formatUsd(perRequest),
    assumed,
    source,
  };
}

function timesOf({
  from,
  until,
  window,
}: DatedCard): Pick<PriceRow, 'from' | 'until' | 'timeOfDay'> {
  const day = (at: EpochMs | null): string | null => (at === null ? null : formatDay(at));
  return {
    from: day(from),
    until: day(until),
    timeOfDay: window === null ? null : timeText(window),
  };
}

function timeText({ startMinute, endMinute, weekdaysFrom }: DayWindow): string {
  const clock = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const days = weekdaysFrom === null ? '' : `, Monday to Friday since ${formatDay(weekdaysFrom)}`;
  return `${clock(startMinute)}-${clock(endMinute)}${days}`;
}

function usdRates(rates: Rates): Record<RateClass, string | null> {
  const usd = (name: RateClass): string | null => {
    const rate = rates[name];
    return rate === undefined ? null : formatUsd(rate);
  };
  return {
    input: usd('input'),
    cacheRead: usd('cacheRead'),
    cacheWrite5m: usd('cacheWrite5m'),
    cacheWrite1h: usd('cacheWrite1h'),
    output: usd('output'),
    reasoning: usd('reasoning'),
    inputAudio: usd('inputAudio'),
    inputImage: usd('inputImage'),
    outputAudio: usd('outputAudio'),
    outputImage: usd('outputImage'),
  };
}
