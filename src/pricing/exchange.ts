/**
 * Currencies and multipliers: from a listed price to US dollars, as exact ratios.
 *
 * Takes rates the user stated, with the days they hold; gives factors and the times to which they
 * apply. Never a rate of its own: prices in a currency without a rate are refused.
 */
import { parseDecimal } from '../domain/money.ts';
import { DAY_MS, type EpochMs, formatDay, parseInstant } from '../domain/time.ts';
import { usageError } from '../errors.ts';
import type { Factor, Ratio } from './card.ts';

/** A stated rate and the UTC days it holds: from inclusive, until exclusive. */
export interface ExchangeRate {
  /** Units of the currency for one US dollar, as decimal text: `7.3`. */
  readonly perUsd: string;
  readonly from?: string | null;
  readonly until?: string | null;
}

/** Rates by currency code; text alone holds for all time. */
export type ExchangeRates = Readonly<Record<string, string | readonly ExchangeRate[]>>;

/** A stretch of time with the factor that leads to US dollars there; none: already US dollars. */
export interface CurrencyTime {
  readonly from: EpochMs | null;
  readonly until: EpochMs | null;
  readonly factor: Factor | null;
}

/** A decimal above 0 as a reduced ratio; null if it is none. */
export function decimalRatio(text: string): Ratio | null {
  const value = parseDecimal(text, 12);
  if (value === null || value <= 0n) return null;
  const one = 10n ** 12n;
  const shared = gcd(value, one);
  return [value / shared, one / shared];
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** A discount or markup on everything that is listed; null if the text is no decimal above 0. */
export function multiplierFactor(text: string): Factor | null {
  const ratio = decimalRatio(text);
  const source = `multiplier ${text}`;
  return ratio && { kind: 'multiplier', ratio, appliesTo: 'tokens and fees', source };
}

/** The times within [from, until) by the rate of a currency. Throws UserError without one. */
export function currencyTimes(
  where: string,
  currency: string,
  row: { readonly from: EpochMs | null; readonly until: EpochMs | null },
  rates: ExchangeRates,
): CurrencyTime[] {
  const code = currency.toUpperCase();
  if (code === 'USD') return [{ ...row, factor: null }];
  const stated = rates[code];
  const list = typeof stated === 'string' ? [{ perUsd: stated }] : (stated ?? []);
  const times = list
    .map((rate) => cut(timeOf(where, code, rate), row))
    .filter((time) => time !== null)
    .sort((a, b) => (a.from ?? -Infinity) - (b.from ?? -Infinity));
  checkCover(where, currency, row, times);
  return times;
}

function timeOf(where: string, code: string, rate: ExchangeRate): CurrencyTime {
  const ratio = decimalRatio(rate.perUsd);
  if (ratio === null) {
    throw usageError(
      `${where}: the rate of ${code} is '${rate.perUsd}'`,
      'write a decimal above 0',
    );
  }
  const factor: Factor = {
    kind: 'currency',
    ratio: [ratio[1], ratio[0]],
    appliesTo: 'tokens and fees',
    source: `1 USD = ${rate.perUsd} ${code}`,
  };
  return { from: limit(where, code, rate.from), until: limit(where, code, rate.until), factor };
}

function limit(where: string, code: string, text: string | null | undefined): EpochMs | null {
  if (text === undefined || text === null || text === '') return null;
  const at = parseInstant(text);
  if (at === null) {
    throw usageError(
      `${where}: a day of the rate of ${code} is '${text}'`,
      'write it as YYYY-MM-DD',
    );
  }
  return at;
}

function cut(time: CurrencyTime, row: Omit<CurrencyTime, 'factor'>): CurrencyTime | null {
  const from = later(time.from, row.from);
  const until = earlier(time.until, row.until);
  return from !== null && until !== null && from >= until ? null : { ...time, from, until };
}

function later(a: EpochMs | null, b: EpochMs | null): EpochMs | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function earlier(a: EpochMs | null, b: EpochMs | null): EpochMs | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

/** Every instant of the row needs exactly one rate. */
function checkCover(
  where: string,
  currency: string,
  row: Omit<CurrencyTime, 'factor'>,
  times: readonly CurrencyTime[],
): void {
  const code = currency.toUpperCase();
  const state = `state how many ${code} one US dollar is`;
  if (times.length === 0) throw usageError(`${where}: prices in ${currency} without a rate`, state);
  let next: EpochMs | null = row.from;
  for (const [i, time] of times.entries()) {
    if (i > 0 && (next === null || (time.from ?? -Infinity) < next)) {
      throw usageError(`${where}: two rates of ${code} on ${day(time.from)}`, 'keep one');
    }
    if ((time.from ?? -Infinity) > (next ?? -Infinity)) {
      throw usageError(`${where}: no rate of ${code} ${gap(next, time.from)}`, state);
    }
    next = time.until;
  }
  if (next === null || next === row.until) return;
  throw usageError(`${where}: no rate of ${code} from ${formatDay(next)} on`, state);
}

function gap(next: EpochMs | null, from: EpochMs | null): string {
  return next === null ? `before ${day(from)}` : `on ${formatDay(next)}`;
}

function day(at: EpochMs | null): string {
  return at === null ? 'all days' : formatDay(at - (at % DAY_MS));
}
