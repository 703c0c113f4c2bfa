/**
 * Names that look alike, for a message about an unknown one.
 *
 * Takes a book and a name; gives a few listed names within a few edits. Never for a price.
 */

import { modelKey } from '../domain/model-names.ts';
import type { PriceBook } from './book.ts';

const AT_MOST = 3;
/** An edit for every so many characters of the name, and at least two. */
const CHARACTERS_PER_EDIT = 4;

/** The listed names nearest to a name: fewest edits first, then the shortest. */
export function nearestNames(book: PriceBook, name: string): string[] {
  const asked = modelKey(name.replace(/^.*\//, ''));
  const limit = Math.max(2, Math.floor(asked.length / CHARACTERS_PER_EDIT));
  const models = new Set<string>();
  for (const { model } of book.listed()) models.add(model);
  return [...models]
    .map((model) => ({ model, edits: editsBetween(asked, modelKey(model.replace(/^.*\//, ''))) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || a.model.length - b.model.length)
    .slice(0, AT_MOST)
    .map(({ model }) => model);
}

/** Insertions, deletions and substitutions from one text to another. */
function editsBetween(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replace, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
