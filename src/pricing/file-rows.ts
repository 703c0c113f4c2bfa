/**
 * Rows of the user's table: cells of text → checked prices.
 *
 * Takes cells with their place in the file; gives rows, or throws UserError naming place and value.
 * Never converts money: currency and multiplier stay beside the listed rates, as ratios.
 */

import { providerId } from '../domain/providers.ts';
import { type EpochMs, formatDay } from '../domain/time.ts';
import type { DayWindow } from './book.ts';
import type { ContextTier, Factor, RateClass, Rates } from './card.ts';
import { formatDayWindow, windowsMeet } from './day-window.ts';
import {
  type CurrencyTime,
  currencyTimes,
  type ExchangeRates,
  multiplierFactor,
} from './exchange.ts';
import {
  COLUMN_OF_CLASS,
  mistake,
  parseLimit,
  parsePrice,
  parseThreshold,
  parseTier,
  parseTimeOfDay,
  parseUnit,
} from './file-cells.ts';
import type { TableRow } from './tables.ts';

/** One row before it is checked. */
export interface RawRow {
  /** File and line, for messages. */
  readonly where: string;
  readonly cells: ReadonlyMap<string, string>;
}

/** What turns a printed price into US dollars, where the row itself does not say. */
export interface FileScale {
  readonly perUsd: ExchangeRates;
  readonly currency: string;
  readonly multiplier: string;
}

interface Parsed extends Omit<TableRow, 'tiers' | 'window'> {
  readonly where: string;
  readonly above: number | null;
  readonly timeOfDay: DayWindow | null;
}

/** Checks rows and joins those with `above_input_tokens` to their base rows. Throws UserError. */
export function tableRows(raw: readonly RawRow[], scale: FileScale): TableRow[] {
  const parsed = raw.flatMap((row) => parseRow(row, scale));
  const groups = [...groupByTarget(parsed).values()];
  for (const group of groups) checkOverlaps(group);
  return groups.flatMap(joinTiers);
}

function groupByTarget(rows: readonly Parsed[]): Map<string, Parsed[]> {
  const groups = new Map<string, Parsed[]>();
  for (const row of rows) {
    const key = targetKey(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

function joinTiers(group: readonly Parsed[]): TableRow[] {
  const above = group.filter((row) => row.above !== null);
  const bases = group.filter((row) => row.above === null);
  for (const row of above) {
    if (bases.some((base) => isTierOf(row, base))) continue;
    throw mistake(
      `${row.where}: '${row.model}' above ${row.above} tokens has no row without above_input_tokens`,
      'add the row for shorter inputs with the same provider, region, tier and dates',
    );
  }
  return bases.map(({ where: _where, above: _above, timeOfDay, ...base }) => ({
    ...base,
    ...(timeOfDay === null ? {} : { window: timeOfDay }),
    tiers: above
      .filter((row) => isTierOf(row, { ...base, timeOfDay }))
      .map((row): ContextTier => ({ aboveInputTokens: row.above!, rates: row.rates })),
  }));
}

/** One row, or several where the exchange rate changes within its dates. */
function parseRow({ where, cells }: RawRow, scale: FileScale): Parsed[] {
  const cell = (column: string): string => cells.get(column) ?? '';
  const model = cell('model');
  if (model === '') throw mistake(`${where} has no model`, 'every row names a model');
  const limits = parseLimits(where, cell);
  const fee = (column: string): bigint | null =>
    cell(column) === '' ? null : parsePrice(where, column, cell(column), 12);
  const row = {
    where,
    model,
    provider: cell('provider'),
    region: cell('region'),
    tier: parseTier(where, cell('tier')),
    timeOfDay: parseTimeOfDay(where, cell('time_of_day')),
    rates: parseRates(where, cell),
    webSearch: fee('web_search'),
    perRequest: fee('per_request') ?? 0n,
    above: parseThreshold(where, cell('above_input_tokens')),
  };
  const multiplier = parseMultiplier(where, cell('multiplier') || scale.multiplier);
  return timesOf({ where, cell, limits, scale }).map(({ from, until, factor }) => {
    const factors = [...multiplier, ...(factor === null ? [] : [factor])];
    return { ...row, from, until, ...(factors.length === 0 ? {} : { factors }) };
  });
}

type Cell = (column: string) => string;
type Limits = { readonly from: EpochMs | null; readonly until: EpochMs | null };

function parseLimits(where: string, cell: Cell): Limits {
  const from = parseLimit(where, 'from', cell('from'));
  const until = parseLimit(where, 'until', cell('until'));
  if (from === null || until === null || from < until) return { from, until };
  throw mistake(
    `${where}: until '${cell('until')}' is not after from '${cell('from')}'`,
    'until is the first day on which the price no longer holds',
  );
}

function parseRates(where: string, cell: Cell): Rates {
  const digits = parseUnit(where, cell('unit'));
  const rates: { [K in RateClass]?: bigint } = {};
  for (const [rateClass, column] of Object.entries(COLUMN_OF_CLASS)) {
    const text = cell(column);
    if (text !== '') rates[rateClass as RateClass] = parsePrice(where, column, text, digits);
  }
  return rates;
}

function parseMultiplier(where: string, text: string): Factor[] {
  if (text === '1') return [];
  const factor = multiplierFactor(text);
  if (factor !== null) return [factor];
  throw mistake(`${where}: multiplier is '${text}'`, 'write a decimal above 0, such as 0.8');
}

function timesOf(row: {
  where: string;
  cell: Cell;
  limits: Limits;
  scale: FileScale;
}): CurrencyTime[] {
  const currency = row.cell('currency') || row.scale.currency;
  const own = row.cell('per_usd');
  if (own !== '' && currency.toUpperCase() === 'USD') {
    throw mistake(
      `${row.where}: per_usd is '${own}', and the prices are in USD`,
      'name the currency of the prices, or empty per_usd',
    );
  }
  const rates = own === '' ? row.scale.perUsd : { [currency.toUpperCase()]: own };
  return currencyTimes(row.where, currency, row.limits, rates);
}

/** Rows with the same key are prices of the same thing, at different times or input lengths. */
function targetKey({ model, provider, region, tier }: Parsed): string {
  const payer = providerId(provider) || provider.toLowerCase();
  return [model.toLowerCase(), payer, region.toLowerCase(), tier].join('\n');
}

function isTierOf(row: Parsed, base: Limits & { readonly timeOfDay: DayWindow | null }): boolean {
  return (
    row.from === base.from &&
    row.until === base.until &&
    windowKey(row.timeOfDay) === windowKey(base.timeOfDay)
  );
}

function windowKey(window: DayWindow | null): string {
  return window === null ? '' : formatDayWindow(window);
}

function checkOverlaps(rows: readonly Parsed[]): void {
  for (const [i, row] of rows.entries()) {
    const other = rows.slice(0, i).find((earlier) => meet(earlier, row));
    if (other === undefined) continue;
    const start = Math.max(row.from ?? -Infinity, other.from ?? -Infinity);
    const day = Number.isFinite(start) ? `on ${formatDay(start)}` : 'for the same days';
    throw mistake(
      `${row.where}: a second price for '${row.model}' ${day} (the first: ${other.where})`,
      'give them dates that do not overlap (from, until), or remove one',
    );
  }
}

/** Whether two rows price the same call; a time of day goes before a whole day. */
function meet(a: Parsed, b: Parsed): boolean {
  if (a.above !== b.above || (a.timeOfDay === null) !== (b.timeOfDay === null)) return false;
  if (a.timeOfDay !== null && !windowsMeet(a.timeOfDay, b.timeOfDay!)) return false;
  return (
    (a.until ?? Infinity) > (b.from ?? -Infinity) && (b.until ?? Infinity) > (a.from ?? -Infinity)
  );
}
