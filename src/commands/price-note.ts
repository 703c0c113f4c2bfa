/**
 * Which price table a figure comes from, and how old it is.
 *
 * Takes what a book says of itself and the present, gives a line for people and fields for JSON.
 */
import type { EpochMs } from '../domain/time.ts';
import { tableAgeDays } from '../pricing/list.ts';
import type { PriceTableInfo } from '../pricing/price.ts';
import type { PriceTableNote } from '../report/model.ts';
import { displayOf } from '../report/numbers.ts';

/** The fields of a table. */
export function tableFields(info: PriceTableInfo, nowMs: EpochMs): PriceTableNote {
  const { name, version, asOf, source } = info;
  const as_of = asOf === '' ? null : asOf;
  return { table: name, version, as_of, age_days: tableAgeDays(info, nowMs), source };
}

/** A table in one line: `catalogue 0.1.8, 3 days old, as of 2026-09-23: …`. */
export function tableLine(info: PriceTableInfo, nowMs: EpochMs): string {
  return lineOf(tableFields(info, nowMs));
}

/** The same of a table's fields. */
export function lineOf({ table, version, as_of, age_days, source }: PriceTableNote): string {
  const name = [table, version].filter((part) => part !== '').join(' ');
  if (as_of === null || age_days === null) return `${name}, of an unknown day: ${source}`;
  return `${name}, ${displayOf(age_days, 'day')} old, as of ${as_of}: ${source}`;
}
