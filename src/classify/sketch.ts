/**
 * Sketch: 48 bits that stand for a set of words, for finding near-duplicate prompts.
 *
 * Takes word hashes, gives a one-permutation MinHash of 6 bins × 8 bits in a safe integer.
 * Never depends on the order or the number of occurrences of the words.
 */
import { isMark, type WordBuffer } from './words.ts';

const BINS = 6;
const NONE = 0x7fffffff;
/** Two unrelated bins agree this often, since only 8 bits are kept. */
const CHANCE = 1 / 256;

const minima = new Int32Array(BINS);

/**
 * Sketches the words of a buffer; 0 if there are none, otherwise an integer
 * from 1 to 2^48 - 1.
 */
export function sketchPrompt(words: WordBuffer): number {
  minima.fill(NONE);
  const hashes = words.words;
  let any = false;
  for (let i = 0; i < words.count; i++) {
    const word = hashes[i]!;
    if (isMark(word)) continue;
    any = true;
    const mixed = scramble(word);
    const bin = ((mixed & 0xffff) * BINS) >>> 16;
    const rest = mixed >>> 16;
    if (rest < minima[bin]!) minima[bin] = rest;
  }
  return any ? packBins() : 0;
}

/**
 * Estimates the Jaccard similarity of two sketched word sets, 0 to 1 in steps of 1/6 (less
 * chance); 0 if either has no words.
 */
export function sketchSimilarity(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  const high = Math.floor(a / 0x1000000) ^ Math.floor(b / 0x1000000);
  const low = (a % 0x1000000) ^ (b % 0x1000000);
  let equal = 0;
  for (let shift = 0; shift < 24; shift += 8) {
    if (((high >>> shift) & 0xff) === 0) equal++;
    if (((low >>> shift) & 0xff) === 0) equal++;
  }
  return Math.max(0, (equal / BINS - CHANCE) / (1 - CHANCE));
}

/** An empty bin borrows from the next full one, with its distance mixed in. */
function packBins(): number {
  let packed = 0;
  for (let bin = 0; bin < BINS; bin++) {
    let distance = 0;
    while (minima[(bin + distance) % BINS] === NONE) distance++;
    const value = scramble(minima[(bin + distance) % BINS]! + distance) & 0xff;
    packed = packed * 256 + value;
  }
  return packed === 0 ? 1 : packed;
}

function scramble(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  return Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b) ^ (mixed >>> 11);
}
