/**
 * The arithmetic of sketches: hashes that look random, and how many bits of two may differ.
 *
 * Takes numbers, gives numbers, always the same. Never decides what is alike: `near-duplicates.ts` does.
 */

const SKETCH_BITS = 64;

/**
 * In how many bits two sketches may differ: each bit agrees with a chance of (1 + similarity) / 2, and
 * three standard deviations are left for chance.
 */
export function mostApart(minSimilarity: number): number {
  const share = (1 - minSimilarity) / 2;
  const deviation = Math.sqrt(SKETCH_BITS * share * (1 - share));
  return Math.ceil(SKETCH_BITS * share + 3 * deviation);
}

/** The bits of a word that are set. */
export function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Full bins that an empty one tries, in order. */
export const TRIES = 32;

/** For each bin the bins it copies from, the same for all texts: random, but always the same. */
export function densification(bins: number): Int32Array {
  return Int32Array.from({ length: bins * TRIES }, (_, at) => (mixed(at + 1) >>> 1) % bins);
}

/** A permutation of 32-bit integers that looks random (Ellis's triple). */
export function mixed(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

/** A column's values at the start of a longer one. */
export function grown<Column extends Int32Array | Float64Array>(
  from: Column,
  into: Column,
): Column {
  into.set(from);
  return into;
}
