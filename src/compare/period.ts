/**
 * The time a log covers, and amounts of it scaled to months and years.
 *
 * Takes whole UTC days, first and last included; gives amounts rounded once, half to even. Never a
 * scale from a log without times.
 */
import { divideHalfEven } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';

/** From the first call to the last. */
export interface Period {
  readonly firstMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
  /** UTC days, both ends counted; 0 without times. */
  readonly days: number;
}

const DAYS_OF_YEAR = 365n;
const MONTHS = 12n;

/** An amount of the period per month (a twelfth of 365 days) and per year; null without times. */
export function scaleTo(
  { days }: Period,
  pico: bigint,
): { readonly monthlyPico: bigint | null; readonly yearlyPico: bigint | null } {
  if (days === 0) return { monthlyPico: null, yearlyPico: null };
  const yearly = pico * DAYS_OF_YEAR;
  return {
    monthlyPico: divideHalfEven(yearly, BigInt(days) * MONTHS),
    yearlyPico: divideHalfEven(yearly, BigInt(days)),
  };
}
