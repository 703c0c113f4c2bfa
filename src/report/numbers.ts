/**
 * Amounts, counts, tokens and shares for people.
 *
 * Takes exact figures, gives short text. Never used where a machine reads: CSV and JSON carry the
 * exact values.
 */
import { displayUsd, type PicoUsd, parseUsd } from '../domain/money.ts';
import type { UsdText } from './model.ts';

/** An exact amount of the report, in pico-USD. Throws RangeError: a report holds nothing else. */
export function amountOf(text: UsdText): PicoUsd {
  const amount = parseUsd(text);
  if (amount === null) throw new RangeError(`not an amount of US dollars: ${text}`);
  return amount;
}

/** An exact amount of the report as people read it. */
export function displayAmount(text: UsdText, round: 'nearest' | 'down' = 'nearest'): string {
  return displayUsd(amountOf(text), round);
}

/** A count with thousands separators: `1,234,567`. */
export function displayCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** A token count in three significant digits: `950`, `12.3k`, `4.56M`. */
export function displayTokens(tokens: number): string {
  for (const [size, unit] of UNITS) {
    if (tokens >= size * 0.9995) return `${threeDigits(tokens / size)}${unit}`;
  }
  return String(tokens);
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}

/** A share 0–1 as a percentage with one decimal, rounded down, so that 99.99 % is never 100 %. */
export function displayShare(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1 %';
  return `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1)} %`;
}

/** A count with its noun: `1 call`, `2 calls`. */
export function displayOf(count: number, noun: string): string {
  return `${displayCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A model as a log names it, with its provider where the log has one: `azure/gpt-4o`. */
export function loggedName({
  provider,
  model,
}: {
  readonly provider: string;
  readonly model: string;
}): string {
  return provider === '' ? model : `${provider}/${model}`;
}
