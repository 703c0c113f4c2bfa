/**
 * Rows of the user's table: cells of text → checked prices.
 *
 * Takes cells with their place in the file; gives rows, or throws UserError naming place and value.
 */
import { TIERS, type Tier } from '../domain/call.ts';
import { divideHalfEven, parseDecimal } from '../domain/money.ts';
import { DAY_MS, type EpochMs, formatDay, parseInstant } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import type { ContextTier, RateClass, Rates } from './card.ts';
import { providerId } from './providers.ts';
import type { TableRow } from './tables.ts';

/** One row before it is checked. */
export interface RawRow {
  /** File and line, for messages. */
  readonly where: string;
  readonly cells: ReadonlyMap<string, string>;
}

/** What turns a printed price into US dollars: × multiplier ÷ units of the currency per dollar. */
export interface FileScale {
  readonly perUsd: Readonly<Record<string, string>>;
  readonly currency: string;
  readonly multiplier: string;
}

const CLASSES: Readonly<Record<string, RateClass>> = {
  input: 'input',
  output: 'output',
  cache_read: 'cacheRead',
  cache_write_5m: 'cacheWrite5m',
  cache_write_1h: 'cacheWrite1h',
  input_audio: 'inputAudio',
  input_image: 'inputImage',
  output_audio: 'outputAudio',
  output_image: 'outputImage',
};

/** Every column a table may have. */
export const COLUMNS: readonly string[] = [
  'model',
  ...Object.keys(CLASSES),
  'per_request',
  'web_search',
  'provider',
  'from',
  'until',
  'tier',
  'above_input_tokens',
  'region',
  'currency',
];

type Parsed = Omit<TableRow, 'tiers'> & { readonly where: string; readonly above: number | null };

/** Checks rows and joins those with `above_input_tokens` to their base rows. Throws UserError. */
export function tableRows(raw: readonly RawRow[], scale: FileScale): TableRow[] {
  const parsed = raw.map((row) => parseRow(row, scale));
  checkOverlaps(parsed);
  const above = parsed.filter((row) => row.above !== null);
  const bases = parsed.filter((row) => row.above === null);
  for (const row of above) {
    if (bases.some((base) => isTierOf(row, base))) continue;
    throw fail(
      `${row.where}: '${row.model}' above ${row.above} tokens has no row without above_input_tokens`,
      'add the row for shorter inputs with the same provider, region, tier and dates',
    );
  }
  return bases.map(({ where: _where, above: _above, ...base }) => ({
    ...base,
    tiers: above.filter((row) => isTierOf(row, base)).map(asTier),
  }));
}

function asTier(row: Parsed): ContextTier {
  return { aboveInputTokens: row.above!, rates: row.rates };
}

function fail(message: string, hint: string): UserError {
  return new UserError(EXIT.usage, message, hint);
}

function parseRow({ where, cells }: RawRow, scale: FileScale): Parsed {
  const cell = (column: string): string => cells.get(column) ?? '';
  const model = cell('model');
  if (model === '') throw fail(`${where} has no model`, 'every row names a model');
  const toUsd = converter(where, cell('currency') || scale.currency, scale);
  const price = (column: string): bigint | null =>
    cell(column) === '' ? null : toUsd(decimal(where, column, cell(column)));
  const rates: { [K in RateClass]?: bigint } = {};
  for (const [column, rateClass] of Object.entries(CLASSES)) {
    const rate = price(column);
    if (rate !== null) rates[rateClass] = rate;
  }
  const from = instant(where, 'from', cell('from'), 0);
  const until = instant(where, 'until', cell('until'), DAY_MS);
  if (from !== null && until !== null && from >= until) {
    throw fail(`${where}: until '${cell('until')}' is before from '${cell('from')}'`, 'swap them');
  }
  return {
    where,
    model,
    provider: cell('provider'),
    region: cell('region'),
    tier: tierOf(where, cell('tier')),
    from,
    until,
    rates: rates as Rates,
    webSearch: price('web_search'),
    perRequest: price('per_request') ?? 0n,
    above: threshold(where, cell('above_input_tokens')),
  };
}

function decimal(where: string, column: string, text: string): bigint {
  const value = parseDecimal(text, 12);
  if (value !== null && value >= 0n) return value;
  const why = value === null ? 'not a decimal number' : 'negative';
  throw fail(
    `${where}: ${column} is '${text}', which is ${why}`,
    'write USD per million tokens, such as 2.50',
  );
}

/** From printed money to US dollars; both are integers of 1e-12. */
function converter(where: string, currency: string, scale: FileScale): (amount: bigint) => bigint {
  const multiplier = parseDecimal(scale.multiplier, 12);
  if (multiplier === null || multiplier <= 0n) {
    throw fail(
      `${where}: multiplier is '${scale.multiplier}'`,
      'write a decimal above 0, such as 0.8',
    );
  }
  const code = currency.toUpperCase();
  const text = code === 'USD' ? '1' : (scale.perUsd[code] ?? '');
  const perUsd = parseDecimal(text, 12);
  if (perUsd === null || perUsd <= 0n) {
    throw fail(
      `${where}: prices in ${currency} without a rate`,
      `state how many ${code} one US dollar is`,
    );
  }
  return (amount) => divideHalfEven(amount * multiplier, perUsd);
}

/** A day, or an instant with a time; `dayLength` is added to a bare day, which counts to its end. */
function instant(where: string, column: string, text: string, dayLength: number): EpochMs | null {
  if (text === '') return null;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? parseInstant(text) : null;
  if (at === null) {
    throw fail(
      `${where}: ${column} is '${text}', which is not a date`,
      'write it as YYYY-MM-DD (UTC)',
    );
  }
  return text.length === 10 ? at + dayLength : at;
}

function tierOf(where: string, text: string): Tier {
  const tier = TIERS.find((name) => name === (text.toLowerCase() || 'standard'));
  if (tier === undefined)
    throw fail(`${where}: tier is '${text}'`, `known tiers: ${TIERS.join(', ')}`);
  return tier;
}

function threshold(where: string, text: string): number | null {
  if (text === '') return null;
  if (/^\d{1,10}$/.test(text) && Number(text) > 0) return Number(text);
  throw fail(
    `${where}: above_input_tokens is '${text}'`,
    'write a whole number above 0, such as 200000',
  );
}

function sameTarget(a: Parsed | Omit<TableRow, 'tiers'>, b: Omit<TableRow, 'tiers'>): boolean {
  const payer = (row: Omit<TableRow, 'tiers'>): string =>
    providerId(row.provider) || row.provider.toLowerCase();
  return (
    a.model.toLowerCase() === b.model.toLowerCase() &&
    payer(a) === payer(b) &&
    a.region.toLowerCase() === b.region.toLowerCase() &&
    a.tier === b.tier
  );
}

function isTierOf(row: Parsed, base: Omit<TableRow, 'tiers'>): boolean {
  return sameTarget(row, base) && row.from === base.from && row.until === base.until;
}

function checkOverlaps(rows: readonly Parsed[]): void {
  for (const [i, row] of rows.entries()) {
    const other = rows
      .slice(0, i)
      .find(
        (earlier) =>
          earlier.above === row.above &&
          sameTarget(earlier, row) &&
          (earlier.until ?? Infinity) > (row.from ?? -Infinity) &&
          (row.until ?? Infinity) > (earlier.from ?? -Infinity),
      );
    if (other === undefined) continue;
    const start = Math.max(row.from ?? -Infinity, other.from ?? -Infinity);
    const day = Number.isFinite(start) ? `on ${formatDay(start)}` : 'for the same days';
    throw fail(
      `${row.where}: a second price for '${row.model}' ${day} (the first: ${other.where})`,
      'give them dates that do not overlap (from, until), or remove one',
    );
  }
}
