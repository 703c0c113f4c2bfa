/**
 * How sure figures of a small sample are: intervals, and whether a change may be chance.
 *
 * Takes counts, gives shares of 0 to 1. Never an interval that pretends to be exact: 95 %, by the
 * formulas named.
 */
import { agreementOf } from './agreement.ts';

/** A figure and its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** Two-sided 95 % of a normal distribution. */
const Z = 1.959964;

/** A share by the score interval of Wilson (1927). */
export function shareEstimate(part: number, whole: number): Estimate {
  const value = part / whole;
  const scale = 1 + Z ** 2 / whole;
  const middle = (value + Z ** 2 / (2 * whole)) / scale;
  const half = (Z / scale) * Math.sqrt((value * (1 - value)) / whole + (Z / (2 * whole)) ** 2);
  return { value, from: Math.max(0, middle - half), to: Math.min(1, middle + half) };
}

/**
 * Cohen's κ of pairs of labels with its large-sample interval (Fleiss, Cohen and Everitt 1969); null
 * where chance alone makes everything equal.
 */
export function kappaEstimate(pairs: readonly (readonly [string, string])[]): Estimate | null {
  const { kappa, equal } = agreementOf(pairs);
  if (kappa === null) return null;
  const n = pairs.length;
  const observed = equal / n;
  // κ = (o − e) / (1 − e), so e = (o − κ) / (1 − κ); where all are equal, κ is 1 and has no spread.
  if (kappa === 1) return { value: 1, from: 1, to: 1 };
  const expected = (observed - kappa) / (1 - kappa);
  const [rows, columns] = [sharesOf(pairs, 0), sharesOf(pairs, 1)];
  let onDiagonal = 0;
  let beside = 0;
  for (const [one, other] of pairs) {
    const row = rows.get(other) ?? 0;
    const column = columns.get(one) ?? 0;
    if (one === other) {
      const margins = (rows.get(one) ?? 0) + (columns.get(one) ?? 0);
      onDiagonal += (1 - margins * (1 - kappa)) ** 2 / n;
    } else beside += (row + column) ** 2 / n;
  }
  const rest = (kappa - expected * (1 - kappa)) ** 2;
  const variance = (onDiagonal + (1 - kappa) ** 2 * beside - rest) / (n * (1 - expected) ** 2);
  const half = Z * Math.sqrt(Math.max(0, variance));
  return { value: kappa, from: Math.max(-1, kappa - half), to: Math.min(1, kappa + half) };
}

function sharesOf(
  pairs: readonly (readonly [string, string])[],
  which: 0 | 1,
): Map<string, number> {
  const shares = new Map<string, number>();
  for (const pair of pairs) {
    shares.set(pair[which], (shares.get(pair[which]) ?? 0) + 1 / pairs.length);
  }
  return shares;
}

/**
 * The chance of a change this lopsided if better and worse were equally likely: the exact two-sided
 * sign test (McNemar 1947) over what changed. Never 0.
 */
export function signTest(better: number, worse: number): number {
  const n = better + worse;
  const less = Math.min(better, worse);
  // In logarithms: of a thousand changes the first terms are too small for a number.
  let log = n * Math.log(0.5);
  let sum = 0;
  for (let k = 0; k <= less; k++) {
    sum += Math.exp(log);
    log += Math.log((n - k) / (k + 1));
  }
  return Math.max(Number.MIN_VALUE, Math.min(1, 2 * sum));
}
