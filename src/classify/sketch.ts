/**
 * Sketch: some bits that stand for a set of words, for finding texts that are alike.
 *
 * Takes word hashes, gives a one-permutation MinHash in a safe integer (Li, Owen and Zhang 2012; empty
 * bins borrow as in Shrivastava and Li 2014). Never depends on the order or number of the words.
 */
import { isMark, type WordBuffer } from './words.ts';

/** How much of a sketch stands for what: so many bins, of each so many bits. */
export interface SketchShape {
  readonly bins: number;
  readonly bits: number;
  /** Fewer words tell nothing. */
  readonly leastWords: number;
}

const NONE = 0x7fffffff;
const MOST_BINS = 6;
const minima = new Int32Array(MOST_BINS);

/**
 * Sketches the words of a buffer from `from` to `to`: an integer from 1 to 2^(bins × bits) - 1, or 0 of
 * too few words. Two unrelated sketches agree in a bin once in 2^bits.
 */
export function sketchWords(
  { words: all }: WordBuffer,
  [from, to]: readonly [number, number],
  { bins, bits, leastWords }: SketchShape,
): number {
  minima.fill(NONE);
  let seen = 0;
  for (let i = from; i < to; i++) {
    const word = all[i]!;
    if (isMark(word)) continue;
    seen++;
    const mixed = scramble(word);
    const bin = ((mixed & 0xffff) * bins) >>> 16;
    minima[bin] = Math.min(minima[bin]!, mixed >>> 16);
  }
  if (seen < leastWords) return 0;
  let packed = 0;
  for (let bin = 0; bin < bins; bin++) {
    let distance = 0;
    // An empty bin borrows from the next full one.
    while (minima[(bin + distance) % bins] === NONE) distance++;
    const value = scramble(minima[(bin + distance) % bins]! + (distance << 20));
    packed = packed * 2 ** bits + (value & (2 ** bits - 1));
  }
  return packed === 0 ? 1 : packed;
}

function scramble(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  return Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b) ^ (mixed >>> 13);
}
