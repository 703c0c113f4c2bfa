/**
 * Distinct: about how many different hashes were seen, in the space of a few.
 *
 * Takes 53-bit hashes one at a time, keeps the smallest ones in order (k minimum values, Bar-Yossef and
 * others 2002). Exact for few of them, within a fifth mostly for many. Never counts one twice.
 */

const KEPT = 32;
const HASHES = 2 ** 53;

/** Adds a hash to those that are kept. */
export function addDistinct(kept: number[], hash: number): void {
  let at = kept.length;
  while (at > 0 && kept[at - 1]! > hash) at--;
  if (at === KEPT || (at > 0 && kept[at - 1] === hash)) return;
  kept.splice(at, 0, hash);
  if (kept.length > KEPT) kept.length = KEPT;
}

/** How many different hashes were added, about. */
export function distinctOf(kept: readonly number[]): number {
  if (kept.length < KEPT) return kept.length;
  return Math.max(KEPT, Math.round((KEPT - 1) / (kept[KEPT - 1]! / HASHES)));
}
