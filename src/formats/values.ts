/**
 * Reading single values: counts, amounts, instants, durations, flags.
 *
 * Takes values of the tree as loggers write them (numbers, numbers as text, `"1,200"`, `"$0.0038"`,
 * `"None"`), gives numbers in one unit or null for "not logged". Never guesses zero.
 */
import { parseDecimal } from '../domain/money.ts';
import type { Rejected } from '../domain/reject.ts';
import { epochToMs, parseInstant } from '../domain/time.ts';
import { MAX_TOKENS } from '../domain/tokens.ts';
import { type Fields, type Json, Text } from './json.ts';

const PICO_DIGITS = 12;
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
  if (value === undefined || value === null || typeof value === 'object') {
    if (!(value instanceof Text)) return null;
  }
  if (typeof value !== 'number' && NOTHING.has(String(value).trim().toLowerCase())) return null;
  const number = typeof value === 'number' ? value : numberOf(value);
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

/** A value as a detail may show it: numbers in any spelling, but no text of the log. */
function shown(value: Json): string {
  const text = String(value);
  return /^[-+\d.,eE%_ ]{1,40}$|^(nan|-?infinity)$/i.test(text)
    ? text
    : `a text of ${text.length} characters`;
}

/** The count under the first of two names that is logged; null if none is. */
export function countUnder(
  fields: Fields | undefined,
  name: string,
  otherName?: string,
): number | null {
  if (fields === undefined) return null;
  const value = fields.get(name);
  const count = value === undefined ? null : countOf(value, name);
  if (count !== null || otherName === undefined) return count;
  return countUnder(fields, otherName);
}

/** An instant in ms from a number (s, ms, µs, ns by size) or text; null if it is none. */
export function instantOf(value: Json | undefined): number | null {
  if (typeof value === 'number') return epochToMs(value);
  if (value instanceof Text) return isoInstant(value) ?? parseInstant(value.toString());
  return typeof value === 'string' ? parseInstant(value) : null;
}

const ISO_MARKS = '    -  -  T  :  :  .   Z';
const BLANK = 0x20;

/** Reads `YYYY-MM-DDTHH:MM:SS.mmmZ` from bytes; null for any other form and for days after the 28th. */
function isoInstant({ bytes, start, length }: Text): number | null {
  if (length !== 24) return null;
  for (let i = 4; i < 24; i++) {
    const mark = ISO_MARKS.charCodeAt(i);
    if (mark !== BLANK && bytes[start + i] !== mark) return null;
  }
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
    dayMsOf(year, month, day) +
    ((hour * 60 + minute) * 60 + second) * 1000 +
    digits(bytes, start + 20, 3);
  return Number.isNaN(ms) ? null : ms;
}

/** The day asked for last: the lines of a log mostly share it. */
const lastDay = { year: 0, month: 0, day: 0, ms: 0 };

function dayMsOf(year: number, month: number, day: number): number {
  if (lastDay.day !== day || lastDay.month !== month || lastDay.year !== year) {
    lastDay.year = year;
    lastDay.month = month;
    lastDay.day = day;
    lastDay.ms = Date.UTC(year, month - 1, day);
  }
  return lastDay.ms;
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
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value === 1 ? true : value === 0 ? false : null;
  const text = stringOf(value)?.toLowerCase();
  if (text === 'true' || text === 'yes' || text === '1' || text === 'hit') return true;
  return text === 'false' || text === 'no' || text === '0' || text === 'miss' ? false : null;
}
