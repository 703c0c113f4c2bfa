/**
 * Near-duplicates: which of many texts are alike, without comparing all with all.
 *
 * Takes the features of one text after the other (hashes of words, characters or runs of them), gives
 * the earlier texts whose sets of features are alike, by Jaccard's index. Every pair it names has been
 * compared feature by feature; what it misses are pairs whose samples never met, and the older ones of
 * a crowd of more than `maxPerBucket` that all look the same.
 *
 * One-permutation MinHash (Li, Owen, Zhang 2012) with Shrivastava's densification (2017): each feature
 * is hashed once and falls into one of the bins; an empty bin copies a full one, the same in every
 * text. Bins are grouped into bands; texts that agree in a whole band are compared. Memory: 4 bytes a
 * feature (at most 512 of a text, the smallest hashes; longer texts are compared by these) and 8 for
 * each band: 100,000 texts of 20 words take 35 MB.
 */
import { bitsOf, densification, grown, mixed, mostApart, TRIES } from './min-hash.ts';

/** How alike, and how hard to look. */
export interface NearDuplicateOptions {
  /** Pairs below are not named; 0.5 to 1. */
  readonly minSimilarity: number;
  /** About how many texts there will be. */
  readonly expected?: number;
  /** Texts of one band that a new one is compared with, the latest first. */
  readonly maxPerBucket?: number;
}

const MAX_PER_BUCKET = 64;
/** Features kept of a text. */
const MAX_FEATURES = 512;
const MOST_INSERTED = 48;
/** Numbers kept of a text to tell it from others at a glance. */
const MARKS = 3;
/** A pair at the least similarity is to meet with this probability. */
const RECALL = 0.96;
const MOST_BANDS = 25;
const EMPTY = 0x7fffffff;

/** Rows of a band and number of bands: as many rows as the recall allows. */
export function bandsFor(minSimilarity: number): { readonly rows: number; readonly bands: number } {
  for (let rows = 8; rows > 2; rows--) {
    const bands = Math.ceil(Math.log(1 - RECALL) / Math.log(1 - minSimilarity ** rows));
    if (bands <= MOST_BANDS) return { rows, bands };
  }
  return { rows: 2, bands: MOST_BANDS };
}

export class NearDuplicates {
  readonly #minSimilarity: number;
  readonly #maxPerBucket: number;
  readonly #rows: number;
  readonly #bands: number;
  readonly #bins: Int32Array;
  /** The bins before the empty ones are filled. */
  readonly #filled: Int32Array;
  readonly #few = new Int32Array(MOST_INSERTED);
  readonly #sources: Int32Array;
  /** Of each band: the latest text in each bucket, its number + 1. */
  #heads: Int32Array[];
  #bucketMask: number;
  /** Texts whose sketches differ in more bits are not compared. */
  readonly #mostApart: number;
  /** Of each text and band, in turns: its key, and the text before it in the bucket, its number + 1. */
  #chains: Int32Array;
  /** Of each text, in turns: two words of its sketch, and the text for which it was met last. */
  #marks: Int32Array;
  /** Features of text i: `features[starts[i]]` to before `features[starts[i + 1]]`, ascending. */
  #features: Int32Array;
  #starts: Int32Array;
  #size = 0;
  /** Earlier texts like the one added last, and how alike; valid below `found`. */
  others = new Int32Array(64);
  similarities = new Float64Array(64);
  found = 0;

  constructor(options: NearDuplicateOptions) {
    const { minSimilarity, expected = 1024, maxPerBucket = MAX_PER_BUCKET } = options;
    if (!(minSimilarity >= 0.5 && minSimilarity <= 1)) {
      throw new RangeError(`minSimilarity must be from 0.5 to 1: ${minSimilarity}`);
    }
    const { rows, bands } = bandsFor(minSimilarity);
    this.#minSimilarity = minSimilarity;
    this.#maxPerBucket = maxPerBucket;
    this.#rows = rows;
    this.#bands = bands;
    this.#bins = new Int32Array(rows * bands);
    this.#filled = new Int32Array(rows * bands);
    this.#sources = densification(rows * bands);
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(1024, expected)));
    this.#bucketMask = buckets - 1;
    this.#heads = Array.from({ length: bands }, () => new Int32Array(buckets));
    this.#mostApart = mostApart(minSimilarity);
    this.#chains = new Int32Array(expected * bands * 2);
    this.#marks = new Int32Array(expected * MARKS);
    this.#starts = new Int32Array(expected + 1);
    this.#features = new Int32Array(expected * 16);
  }

  /** Texts so far. */
  get size(): number {
    return this.#size;
  }

  /** Places of a band: as many as texts, or a look meets texts of other keys. */
  get buckets(): number {
    return this.#bucketMask + 1;
  }

  /**
   * Adds a text by its features (any order, repeats do not matter); gives its number. What it is like
   * stands in `others` and `similarities` then. A text without features is like none.
   */
  add(features: Int32Array): number {
    const text = this.#size++;
    this.#makeRoom(text, features.length);
    if (text > this.#bucketMask) this.#growBuckets();
    this.#keep(text, features);
    this.found = 0;
    if (this.#starts[text] === this.#starts[text + 1]) return text;
    this.#sign(text);
    this.#sketch(text);
    for (let band = 0; band < this.#bands; band++) this.#look(text, band);
    return text;
  }

  /** Stores the distinct features of a text, ascending: the smallest of many are a fair sample. */
  #keep(text: number, features: Int32Array): void {
    const start = this.#starts[text]!;
    const sorted = this.#sorted(features);
    let end = start;
    for (let i = 0; i < features.length && end - start < MAX_FEATURES; i++) {
      if (i === 0 || sorted[i] !== sorted[i - 1]) this.#features[end++] = sorted[i]!;
    }
    this.#starts[text + 1] = end;
  }

  /** The features, mixed, ascending; few are sorted by insertion. */
  #sorted(features: Int32Array): Int32Array {
    if (features.length > MOST_INSERTED) return features.map(mixed).sort();
    const sorted = this.#few;
    for (let count = 0; count < features.length; count++) {
      const feature = mixed(features[count]!);
      let at = count;
      for (; at > 0 && sorted[at - 1]! > feature; at--) sorted[at] = sorted[at - 1]!;
      sorted[at] = feature;
    }
    return sorted;
  }

  /** Puts the least hash of each bin into `bins`, and copies full bins into empty ones. */
  #sign(text: number): void {
    const bins = this.#bins;
    const count = bins.length;
    bins.fill(EMPTY);
    const end = this.#starts[text + 1]!;
    for (let at = this.#starts[text]!; at < end; at++) {
      // The kept features are the smallest: a second hash spreads them over all bins.
      const hash = mixed(this.#features[at]! ^ 0x5bd1e995);
      const bin = Math.floor(((hash >>> 16) * count) / 65536);
      const rest = ((hash & 0xffff) << 15) ^ (hash >>> 17);
      if (rest < bins[bin]!) bins[bin] = rest;
    }
    this.#fillEmpty(count);
  }

  /** A bit of each bin, 64 in all: texts that share half of their features agree in 48 of them. */
  #sketch(text: number): void {
    const bins = this.#bins;
    const count = bins.length;
    for (let word = 0; word < 2; word++) {
      let bits = 0;
      for (let bit = 0; bit < 32; bit++) {
        const bin = (word * 32 + bit) % count;
        // Where there are fewer bins, another bit of the same one.
        const from = Math.floor((word * 32 + bit) / count);
        bits = (bits << 1) | ((bins[bin]! >>> (3 + from)) & 1);
      }
      this.#marks[text * MARKS + word] = bits;
    }
  }

  #fillEmpty(count: number): void {
    const bins = this.#bins;
    const filled = this.#filled;
    filled.set(bins);
    for (let bin = 0; bin < count; bin++) {
      if (filled[bin] !== EMPTY) continue;
      let at = bin * TRIES;
      while (at < (bin + 1) * TRIES && filled[this.#sources[at]!] === EMPTY) at++;
      let from = at < (bin + 1) * TRIES ? this.#sources[at]! : bin;
      while (filled[from] === EMPTY) from = from + 1 === count ? 0 : from + 1;
      bins[bin] = filled[from]!;
    }
  }

  /** Compares a text with those of its bucket in a band, and joins them. */
  #look(text: number, band: number): void {
    const key = this.#keyOf(band);
    const chains = this.#chains;
    const bands = this.#bands;
    let other = this.#heads[band]![key & this.#bucketMask]! - 1;
    for (let seen = 0; other >= 0 && seen < this.#maxPerBucket; ) {
      const at = (other * bands + band) * 2;
      if (chains[at] === key) {
        seen += 1;
        if (this.#isNear(text, other)) this.#compare(text, other);
      }
      other = chains[at + 1]! - 1;
    }
    chains[(text * bands + band) * 2] = key;
    this.#join(text, band);
  }

  /** Puts a text first in the bucket of its key. */
  #join(text: number, band: number): void {
    const heads = this.#heads[band]!;
    const at = (text * this.#bands + band) * 2;
    const bucket = this.#chains[at]! & this.#bucketMask;
    this.#chains[at + 1] = heads[bucket]!;
    heads[bucket] = text + 1;
  }

  /** Twice the buckets, where there are more texts than expected: full ones make each look slow. */
  #growBuckets(): void {
    const buckets = (this.#bucketMask + 1) * 2;
    this.#bucketMask = buckets - 1;
    this.#heads = this.#heads.map(() => new Int32Array(buckets));
    for (let text = 0; text < this.#size - 1; text++) {
      const isEmpty = this.#starts[text] === this.#starts[text + 1];
      for (let band = 0; band < this.#bands && !isEmpty; band++) this.#join(text, band);
    }
  }

  /** Whether a text is met for the first time, and its sketch does not tell them apart. */
  #isNear(text: number, other: number): boolean {
    const marks = this.#marks;
    const own = text * MARKS;
    const at = other * MARKS;
    if (marks[at + 2] === text) return false;
    marks[at + 2] = text;
    const apart = bitsOf(marks[own]! ^ marks[at]!) + bitsOf(marks[own + 1]! ^ marks[at + 1]!);
    return apart <= this.#mostApart;
  }

  #keyOf(band: number): number {
    let key = band;
    const end = (band + 1) * this.#rows;
    for (let row = band * this.#rows; row < end; row++) key = mixed(key ^ this.#bins[row]!);
    return key;
  }

  #compare(text: number, other: number): void {
    const similarity = this.#similarity(text, other);
    if (similarity < this.#minSimilarity) return;
    if (this.found === this.others.length) {
      this.others = grown(this.others, new Int32Array(this.found * 2));
      this.similarities = grown(this.similarities, new Float64Array(this.found * 2));
    }
    this.others[this.found] = other;
    this.similarities[this.found++] = similarity;
  }

  /** Jaccard's index; of long texts its estimate from the smallest hashes of both together. */
  #similarity(text: number, other: number): number {
    const features = this.#features;
    const endA = this.#starts[text + 1]!;
    const endB = this.#starts[other + 1]!;
    let a = this.#starts[text]!;
    let b = this.#starts[other]!;
    const [sizeA, sizeB] = [endA - a, endB - b];
    const isSample = sizeA === MAX_FEATURES || sizeB === MAX_FEATURES;
    if (!isSample && Math.min(sizeA, sizeB) < this.#minSimilarity * Math.max(sizeA, sizeB))
      return 0;
    const most = isSample ? Math.max(sizeA, sizeB) : sizeA + sizeB;
    let shared = 0;
    let union = 0;
    while (a < endA && b < endB && union < most) {
      const [left, right] = [features[a]!, features[b]!];
      union += 1;
      if (left === right) shared += 1;
      if (left <= right) a += 1;
      if (right <= left) b += 1;
    }
    union = Math.min(most, union + (endA - a) + (endB - b));
    return shared / union;
  }

  #makeRoom(text: number, features: number): void {
    if ((text + 1) * MARKS > this.#marks.length) {
      const room = Math.max(64, text * 2);
      this.#marks = grown(this.#marks, new Int32Array(room * MARKS));
      this.#starts = grown(this.#starts, new Int32Array(room + 1));
      this.#chains = grown(this.#chains, new Int32Array(room * this.#bands * 2));
    }
    const needed = this.#starts[text]! + Math.min(features, MAX_FEATURES);
    if (needed > this.#features.length)
      this.#features = grown(this.#features, new Int32Array(needed * 2));
    // Text 0 is not met by itself.
    this.#marks[text * MARKS + 2] = text;
  }
}
