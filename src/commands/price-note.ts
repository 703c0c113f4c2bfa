/**
 * Which price table a figure comes from, and how old it is.
 *
 * Takes what a book says of itself and the present, gives a line for people and fields for JSON.
 */
import type { EpochMs } from '../domain/time.ts';
import { tableAgeDays } from '../pricing/list.ts';
import type { PriceTableInfo } from '../pricing/price.ts';
import { displayOf } from '../report/numbers.ts';

/** A price table in JSON. */
export interface PriceTableFields {
  readonly table: string;
  readonly version: string;
  /** The UTC day it was true; null if it does not say. */
  readonly as_of: string | null;
  /** Whole days from then to now. */
  readonly age_days: number | null;
  readonly source: string;
}

/** The fields of a table. */
export function tableFields(info: PriceTableInfo, nowMs: EpochMs): PriceTableFields {
  const { name, version, asOf, source } = info;
  const as_of = asOf === '' ? null : asOf;
  return { table: name, version, as_of, age_days: tableAgeDays(info, nowMs), source };
}

/** A table in one line: `catalogue 0.1.8, 3 days old, as of 2026-09-23: …`. */
export function tableLine(info: PriceTableInfo, nowMs: EpochMs): string {
  const { table, version, as_of, age_days, source } = tableFields(info, nowMs);
  const name = [table, version].filter((part) => part !== '').join(' ');
  if (as_of === null || age_days === null) return `${name}, of an unknown day: ${source}`;
  return `${name}, ${displayOf(age_days, 'day')} old, as of ${as_of}: ${source}`;
}
