/**
 * Block bootstrap: the 95 % interval of a saving, from whole sessions or days.
 *
 * Takes the paid and the saved amount of each block, gives the interval of the saved share (an
 * amount's is that of its share, times what was paid). Never resamples single calls: calls of a
 * session are alike, and an interval that takes them for independent is too narrow. Randomness is
 * passed in.
 *
 * Each bound is the wider of two. The studentised bootstrap (bootstrap-t; Davison and Hinkley 1997,
 * 5.2) divides each resample's error by its own standard error, and so follows the skew of the
 * blocks. Student's t, with the effective number of blocks (Kish) for its degrees of freedom, grows
 * wide where few blocks hold most of the money. The share is a ratio of two sums: its standard error
 * is that of the linearised ratio, with residuals corrected for the weight of their block (HC3).
 *
 * Measured over 4,000 simulated logs each: a nominal 95 % covers 94 to 96 % with 20 and 40 blocks of
 * lognormal cost up to a spread (sigma) of 1, but only 91 to 92 % at 1.5, where the largest of 20
 * sessions holds a third of the money.
 */
import { studentQuantile } from './distributions.ts';
import { type Interval, quantile } from './interval.ts';

/** The blocks that are resampled, one entry of each array per block. */
export interface Blocks {
  /** Amounts in any unit, the same for both; floats will do, these are no money to be paid. */
  readonly paid: Float64Array;
  readonly saved: Float64Array;
  readonly calls: number;
}

/** How to resample. */
export interface BootstrapOptions {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** 2,000 unless given. */
  readonly resamples?: number;
  /** 0.95 unless given. */
  readonly level?: number;
}

const RESAMPLES = 2000;
const LEVEL = 0.95;
/** With fewer blocks an interval says nothing. */
const LEAST_BLOCKS = 2;

/** The saved share with its interval, kept within 0 and 1 if no block's share is outside. */
export function shareInterval(blocks: Blocks, options: BootstrapOptions): Interval {
  const { paid, saved } = blocks;
  const estimate = sumOf(paid) === 0 ? 0 : sumOf(saved) / sumOf(paid);
  const interval = intervalOf(blocks, options, ratioOf);
  const isShare = paid.every((amount, block) => saved[block]! >= 0 && saved[block]! <= amount);
  const bound = (value: number | null) =>
    value === null || !isShare ? value : Math.min(Math.max(value, 0), 1);
  return { ...interval, estimate, low: bound(interval.low), high: bound(interval.high) };
}

/** A figure of the blocks that were drawn, and its standard error. */
type Statistic = (
  blocks: Blocks,
  drawn: Int32Array,
) => { readonly figure: number; readonly error: number };

/** A block that is nearly all there is still has a residual. */
const LEAST_REST = 0.05;

function ratioOf({ paid, saved }: Blocks, drawn: Int32Array) {
  const n = drawn.length;
  let p = 0;
  let s = 0;
  for (let i = 0; i < n; i++) {
    p += paid[drawn[i]!]!;
    s += saved[drawn[i]!]!;
  }
  if (p === 0) return { figure: 0, error: 0 };
  const figure = s / p;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const x = paid[drawn[i]!]!;
    const residual = (saved[drawn[i]!]! - figure * x) / Math.max(LEAST_REST, 1 - x / p);
    squares += residual * residual;
  }
  return { figure, error: Math.sqrt((squares * (n - 1)) / n) / p };
}

function intervalOf(
  blocks: Blocks,
  { random, resamples = RESAMPLES, level = LEVEL }: BootstrapOptions,
  statistic: Statistic,
): Interval {
  const n = blocks.paid.length;
  const { figure: estimate, error } = statistic(blocks, Int32Array.from(blocks.paid.keys()));
  const facts = { estimate, level, blocks: n, calls: blocks.calls };
  const method = `the wider of studentised bootstrap (${resamples} resamples of blocks) and Student's t`;
  if (n < LEAST_BLOCKS) return { ...facts, low: null, high: null, method };
  const scores = new Float64Array(resamples);
  const drawn = new Int32Array(n);
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < n; i++) drawn[i] = Math.floor(random() * n);
    const again = statistic(blocks, drawn);
    scores[resample] = scoreOf(again.figure - estimate, again.error, error);
  }
  scores.sort();
  const tail = (1 - level) / 2;
  const t = studentQuantile(1 - tail, Math.max(1, effectiveBlocks(blocks.paid) - 1));
  return {
    ...facts,
    // The upper tail of the errors is the lower bound: they are figure minus truth.
    low: estimate - Math.max(t, quantile(scores, 1 - tail)) * error,
    high: estimate + Math.max(t, -quantile(scores, tail)) * error,
    method,
  };
}

/** As many equal blocks would tell as much (Kish 1965): few, where few hold most of the money. */
function effectiveBlocks(paid: Float64Array): number {
  let squares = 0;
  for (const amount of paid) squares += amount * amount;
  return squares === 0 ? paid.length : sumOf(paid) ** 2 / squares;
}

/** A resample of equal blocks has no error of its own: a hundredth of the whole's stands in. */
function scoreOf(difference: number, own: number, whole: number): number {
  if (difference === 0 || whole === 0) return 0;
  return difference / Math.max(own, whole * 1e-2);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
