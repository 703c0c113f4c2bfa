/**
 * Columns of a CSV header that stand for the same: which, and whether a row's cells differ.
 *
 * Takes the names of a header, gives pairs of places. Never minds columns without meaning here.
 */
import { lookupKey } from '../formats/keys.ts';

/** Two columns of one name. */
export interface Twice {
  readonly name: string;
  readonly first: number;
  readonly second: number;
}

/** The columns that have the name of an earlier one, in whatever spelling. */
export function columnsTwice(columns: readonly string[]): Twice[] {
  const places = new Map<number, number>();
  const found: Twice[] = [];
  columns.forEach((column, second) => {
    const id = lookupKey(column)?.id;
    if (id === undefined) return;
    const first = places.get(id);
    if (first === undefined) places.set(id, second);
    else found.push({ name: columns[first] ?? column, first, second });
  });
  return found;
}

/** What a row with two different values for one column is no row for; null if it has none. */
export function clashIn(cells: readonly string[], twice: readonly Twice[]): string | null {
  const clash = twice.find(({ first, second }) => cells[first] !== cells[second]);
  return clash === undefined ? null : `two columns are "${clash.name}", and differ`;
}
