/**
 * Interval: how sure a figure is, with what it rests on.
 *
 * Takes resampled figures, gives bounds. Never a bound from one block: with fewer than two there is
 * none.
 */

/** A figure with its bounds. */
export interface Interval {
  readonly estimate: number;
  /** Null where there are too few blocks to tell. */
  readonly low: number | null;
  readonly high: number | null;
  /** The share of such intervals that hold the truth: 0.95. */
  readonly level: number;
  /** What was resampled: sessions or days. */
  readonly blocks: number;
  /** The calls in them. */
  readonly calls: number;
  readonly method: string;
}

/** The value below which a share of sorted values lies, between neighbours in proportion. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = Math.min(Math.max(share, 0), 1) * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low;
  return low + (high - low) * (at - below);
}

/** The interval as people read it: `62.1 % (58.0 to 66.4 %)` without the unit. */
export function displayInterval(
  { estimate, low, high }: Interval,
  display: (value: number) => string,
): string {
  if (low === null || high === null) return display(estimate);
  return `${display(estimate)} (${display(low)} to ${display(high)})`;
}
