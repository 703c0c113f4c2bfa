/**
 * Columns that many answers have: money, counts and tokens, exact for machines and short for people.
 *
 * Takes a key, a title and how to get the figure of a row; gives a column. What is unknown is an empty
 * cell, and a dash on a terminal: never 0.
 */
import { displayUsd, formatUsd } from '../domain/money.ts';
import { displayCount, displayTokens, loggedName } from './numbers.ts';
import type { SectionColumn } from './sections.ts';

const UNKNOWN = '–';

/** An amount in pico-USD. */
export function moneyColumn<Row>(
  key: string,
  title: string,
  amount: (row: Row) => bigint | null,
): SectionColumn<Row> {
  return {
    key,
    title,
    align: 'right',
    value: (row) => usdOrNull(amount(row)),
    display: (row) => {
      const pico = amount(row);
      return pico === null ? UNKNOWN : displayUsd(pico);
    },
  };
}

/** A count, with thousands separators on a terminal. */
export function countColumn<Row>(
  key: string,
  title: string,
  value: (row: Row) => number | null,
): SectionColumn<Row> {
  return { key, title, align: 'right', value, display: (row) => shown(value(row), displayCount) };
}

/** A number of tokens, in three digits on a terminal. */
export function tokenColumn<Row>(
  key: string,
  title: string,
  value: (row: Row) => number | null,
): SectionColumn<Row> {
  return { key, title, align: 'right', value, display: (row) => shown(value(row), displayTokens) };
}

/** The model as logged, its provider in a column that a terminal does not need. */
export function loggedColumns<
  Row extends { readonly provider: string; readonly model: string },
>(): SectionColumn<Row>[] {
  return [
    { key: 'provider', title: '', value: (row) => row.provider, isFurther: true },
    { key: 'model', title: 'Model', isName: true, value: (row) => row.model, display: loggedName },
  ];
}

/** An exact amount as text; null where it is not known. */
export function usdOrNull(amount: bigint | null): string | null {
  return amount === null ? null : formatUsd(amount);
}

function shown(count: number | null, display: (count: number) => string): string {
  return count === null ? UNKNOWN : display(count);
}
