/**
 * Agreement: how far two labellers give the same labels, chance apart.
 *
 * Takes pairs of labels, gives counts and Cohen's κ. Never a figure without pairs: null.
 */

/** How far two labellers agree. */
export interface Agreement {
  readonly pairs: number;
  readonly equal: number;
  /** From -1 to 1; null without pairs, or where chance alone makes everything equal. */
  readonly kappa: number | null;
}

/** κ = (observed − expected) / (1 − expected); expected from how often each gives each label. */
export function agreementOf(pairs: readonly (readonly [string, string])[]): Agreement {
  const equal = pairs.filter(([one, other]) => one === other).length;
  if (pairs.length === 0) return { pairs: 0, equal, kappa: null };
  const ones = countsOf(pairs.map(([one]) => one));
  const others = countsOf(pairs.map(([, other]) => other));
  let expected = 0;
  for (const [label, count] of ones) expected += count * (others.get(label) ?? 0);
  const chance = expected / pairs.length ** 2;
  const kappa = chance === 1 ? null : (equal / pairs.length - chance) / (1 - chance);
  return { pairs: pairs.length, equal, kappa };
}

function countsOf(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
