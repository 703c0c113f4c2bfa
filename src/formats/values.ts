/**
 * Single values: counts, amounts, instants, durations, flags.
 *
 * Takes values of the tree as loggers write them (numbers, numbers as text, `"1,200"`, `"$0.0038"`,
 * `"None"`), gives numbers in one unit or null for "not logged". Never guesses zero.
 */
import { parseDecimal } from '../domain/money.ts';
import type { Rejected } from '../domain/reject.ts';
import { DAY_MS, epochToMs } from '../domain/time.ts';
import { MAX_TOKENS } from '../domain/tokens.ts';
import { type Fields, type Json, Text } from './json.ts';
import { KEY_NAMES } from './keys.ts';
import { parseLogTime } from './times.ts';

const PICO_DIGITS = 12;
/** xAI's ticks: 10,000,000,000 are a dollar. */
export const TICK_DIGITS = 10;
/** The ledger's integers end here: $9.2 million for one call is no amount of a call. */
const MAX_PICO = 2n ** 63n - 1n;
const NOTHING = new Set(['', '-', 'none', 'null', 'nan', 'n/a', 'undefined']);

/** Thrown for a count that cannot be true; the line becomes a Rejected. */
export class BadValue extends Error {
  constructor(readonly rejected: Rejected) {
    super(rejected.detail);
  }
}

/** A string value of any kind, decoded; null if there is none or it is empty. */
export function stringOf(value: Json | undefined): string | null {
  if (value instanceof Text) return value.length === 0 ? null : value.toString();
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' ? String(value) : null;
}

/** A finite number from a number or its text; null if it is neither. */
export function numberOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const text = plainNumber(value);
  if (text === null) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

function plainNumber(value: Json | undefined): string | null {
  const text = typeof value === 'string' || value instanceof Text ? String(value).trim() : '';
  if (text.length > 40) return null;
  if (NOTHING.has(text.toLowerCase())) return null;
  const bare = /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(bare) ? bare : null;
}

/**
 * A token count in [0, MAX_TOKENS]; null if not logged.
 * Throws BadValue for a negative, fractional, huge or non-numeric count.
 */
export function countOf(value: Json | undefined, name: string): number | null {
  if (typeof value === 'number' && value >= 0 && value <= MAX_TOKENS && Number.isInteger(value))
    return value;
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' && NOTHING.has(String(value).trim().toLowerCase())) return null;
  const isAmbiguous = typeof value !== 'number' && THOUSANDS.test(String(value).trim());
  const number = typeof value === 'number' ? value : isAmbiguous ? null : numberOf(value);
  const seen = `${name} is ${shown(value)}`;
  if (number !== null && number < 0)
    throw new BadValue({ reason: 'negative_tokens', detail: seen });
  if (number === null || !Number.isInteger(number) || number > MAX_TOKENS) {
    throw new BadValue({
      reason: 'invalid_tokens',
      detail: `${seen}; a whole number up to ${MAX_TOKENS} was expected`,
    });
  }
  return number;
}

/** `1.000` is one in one country and a thousand in another; `1200.0` and `3.0` are plain. */
const THOUSANDS = /^[1-9]\d{0,2}(\.\d{3})+$/;

/** A value as a detail may show it: numbers in any spelling, but no text of the log. */
function shown(value: Json): string {
  if (typeof value === 'object' && !(value instanceof Text)) {
    return Array.isArray(value) ? 'a list' : 'an object';
  }
  const text = String(value);
  return /^[-+\d.,eE%_ ]{1,40}$|^(nan|-?infinity)$/i.test(text)
    ? text
    : `a text of ${text.length} characters`;
}

/** The count under the first of two names that is logged; null if none is. */
export function countUnder(
  fields: Fields | undefined,
  id: number,
  otherId?: number,
): number | null {
  if (fields === undefined) return null;
  const value = fields.get(id);
  const count = value === undefined ? null : countOf(value, KEY_NAMES[id]!);
  if (count !== null || otherId === undefined) return count;
  return countUnder(fields, otherId);
}

const DASH = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const T = 0x54;
const Z = 0x5a;

/** An instant in ms from a number (s, ms, µs, ns by size) or text; null if it is none. */
export function instantOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return epochToMs(value);
  if (value instanceof Text) return isoInstant(value) ?? parseLogTime(value.toString());
  return typeof value === 'string' ? parseLogTime(value) : null;
}

/** Reads `YYYY-MM-DDTHH:MM:SS.mmmZ` from bytes; null for any other form and for days after the 28th. */
function isoInstant({ bytes, start, length }: Text): number | null {
  const hasMarks =
    length === 24 &&
    bytes[start + 4] === DASH &&
    bytes[start + 7] === DASH &&
    bytes[start + 10] === T &&
    bytes[start + 13] === COLON &&
    bytes[start + 16] === COLON &&
    bytes[start + 19] === POINT &&
    bytes[start + 23] === Z;
  if (!hasMarks) return null;
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  const hour = digits(bytes, start + 11, 2);
  const minute = digits(bytes, start + 14, 2);
  const second = digits(bytes, start + 17, 2);
  const plain =
    month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60;
  if (!plain) return null;
  const year = digits(bytes, start, 4);
  if (!(year >= 2000 && year < 2100)) return null;
  const ms =
    dayOf(year, month, day) * DAY_MS +
    ((hour * 60 + minute) * 60 + second) * 1000 +
    digits(bytes, start + 20, 3);
  return Number.isNaN(ms) ? null : ms;
}

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
/** Days from 1970 to 2000. */
const DAYS_TO_2000 = 10_957;

/** The day since 1970 of a date from 2000 to 2099, when every fourth year is a leap year. */
function dayOf(year: number, month: number, day: number): number {
  const since = year - 2000;
  const leapDays = (since + 3) >> 2;
  const inThisYear = (since & 3) === 0 && month > 2 ? 1 : 0;
  const before = DAYS_BEFORE_MONTH[month - 1]!;
  return DAYS_TO_2000 + since * 365 + leapDays + before + inThisYear + day - 1;
}

/** The number that `count` ASCII digits spell; NaN if one is not a digit. */
function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** A duration in ms as a whole number; null if it is negative or longer than 100 days. */
export function durationMs(value: number | null): number | null {
  return value !== null && value >= 0 && value < 1e10 ? Math.round(value) : null;
}

/**
 * A duration of unknown unit in ms: fractions below 1,000 are seconds, whole numbers from 10⁷ on
 * nanoseconds, all else milliseconds.
 */
export function bareDurationMs(value: number | null): number | null {
  if (value === null) return null;
  if (!Number.isInteger(value) && value < 1000) return durationMs(value * 1000);
  return durationMs(Number.isInteger(value) && value >= 1e7 ? value / 1e6 : value);
}

/**
 * An amount in units of 10^-`shift` USD (0: dollars, 2: cents) as pico-USD; null if it is no
 * amount or negative.
 */
export function moneyOf(value: Json | undefined, shift = 0): bigint | null {
  if (value instanceof Text || typeof value === 'string') {
    const text = plainNumber(String(value).replace(/^\s*(US)?\$\s*/, ''));
    return text === null ? null : scaled(text, shift);
  }
  return typeof value === 'number' && Number.isFinite(value) ? scaled(String(value), shift) : null;
}

function scaled(text: string, shift: number): bigint | null {
  const pico = parseDecimal(text, PICO_DIGITS - shift);
  return pico === null || pico < 0n || pico > MAX_PICO ? null : pico;
}

/** True or false as loggers spell it; null if the value is neither. */
export function flagOf(value: Json | undefined): boolean | null {
  if (value === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value === 1 ? true : value === 0 ? false : null;
  const text = stringOf(value)?.toLowerCase();
  if (text === 'true' || text === 'yes' || text === '1' || text === 'hit') return true;
  return text === 'false' || text === 'no' || text === '0' || text === 'miss' ? false : null;
}
