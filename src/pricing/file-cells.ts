/**
 * Cells of a price table: text → a checked value.
 *
 * Takes the place of a cell, its column and its text; gives the value, or throws UserError naming
 * all three. Never a default for text that is not understood.
 */
import { TIERS, type Tier } from '../domain/call.ts';
import { parseDecimal } from '../domain/money.ts';
import { type EpochMs, parseInstant } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import type { DayWindow } from './book.ts';
import type { RateClass } from './card.ts';
import { parseDayWindow } from './day-window.ts';

/** The column of each rate class. */
export const COLUMN_OF_CLASS: Readonly<Record<RateClass, string>> = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache_read',
  cacheWrite5m: 'cache_write_5m',
  cacheWrite1h: 'cache_write_1h',
  reasoning: 'reasoning',
  inputAudio: 'input_audio',
  inputImage: 'input_image',
  outputAudio: 'output_audio',
  outputImage: 'output_image',
  cacheReadAudio: 'cache_read_audio',
  cacheReadImage: 'cache_read_image',
};

/** Every column a table may have, in the order in which one is written. */
export const COLUMNS: readonly string[] = [
  'model',
  'provider',
  'tier',
  'region',
  'from',
  'until',
  'time_of_day',
  'above_input_tokens',
  ...Object.values(COLUMN_OF_CLASS),
  'per_request',
  'web_search',
  'unit',
  'currency',
  'per_usd',
  'multiplier',
  'alias_of',
];

/** Digits to read so that a rate is in 1e-12 per million tokens. */
const DIGITS_OF_UNIT: Readonly<Record<string, number>> = {
  '': 12,
  mtok: 12,
  per_mtok: 12,
  '1m': 12,
  ktok: 15,
  per_ktok: 15,
  '1k': 15,
  token: 18,
  per_token: 18,
};

/** A mistake in the user's file. */
export function mistake(message: string, hint: string): UserError {
  return new UserError(EXIT.usage, message, hint);
}

/** Reads a unit: the digits to which its rates are read. */
export function parseUnit(where: string, text: string): number {
  const digits = DIGITS_OF_UNIT[text.toLowerCase().replaceAll(' ', '_')];
  if (digits !== undefined) return digits;
  throw mistake(
    `${where}: unit is '${text}'`,
    'known units: mtok (a million tokens, the default), ktok (a thousand), token',
  );
}

/** Reads a price of 0 or more, scaled by 10^digits. */
export function parsePrice(where: string, column: string, text: string, digits: number): bigint {
  const value = parseDecimal(text, digits);
  const isLost = value === 0n && /[1-9]/.test(text.replace(/e.*$/i, ''));
  if (value !== null && value >= 0n && !isLost) return value;
  const why = value === null ? 'not a decimal number' : isLost ? 'too small to hold' : 'negative';
  throw mistake(
    `${where}: ${column} is '${text}', which is ${why}`,
    'write USD per million tokens, such as 2.50',
  );
}

/** Reads a UTC day (its first instant) or an instant; empty is null. */
export function parseLimit(where: string, column: string, text: string): EpochMs | null {
  if (text === '') return null;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? parseInstant(text) : null;
  if (at !== null) return at;
  throw mistake(
    `${where}: ${column} is '${text}', which is not a date`,
    'write it as YYYY-MM-DD (UTC)',
  );
}

/** Reads a service tier; empty is standard. */
export function parseTier(where: string, text: string): Tier {
  const tier = TIERS.find((name) => name === (text.toLowerCase() || 'standard'));
  if (tier !== undefined) return tier;
  throw mistake(`${where}: tier is '${text}'`, `known tiers: ${TIERS.join(', ')}`);
}

/** Reads a context threshold; empty is null. */
export function parseThreshold(where: string, text: string): number | null {
  if (text === '') return null;
  if (/^\d{1,10}$/.test(text) && Number(text) > 0) return Number(text);
  throw mistake(
    `${where}: above_input_tokens is '${text}'`,
    'write a whole number above 0, such as 200000',
  );
}

/** Reads a time of day; empty is null. */
export function parseTimeOfDay(where: string, text: string): DayWindow | null {
  if (text === '') return null;
  const window = parseDayWindow(text);
  if (window !== null) return window;
  throw mistake(
    `${where}: time_of_day is '${text}'`,
    'write it in UTC as 00:30-16:30, then mon-fri and except 2026-10-01 where needed',
  );
}
