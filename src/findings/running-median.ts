/**
 * RunningMedian: the median of all integers seen so far, within 6 %, in 1.8 KB.
 *
 * Takes integers ≥ 0, gives the upper edge of the median's bucket: sixteen buckets per doubling, so
 * the answer is never below the true (lower) median and at most a sixteenth above it.
 */

const BUCKETS = 448;
const MAX = 2 ** 31 - 1;

export class RunningMedian {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;
  #bucket = 0;
  /** Values in buckets below the current one. */
  #below = 0;

  /** Values seen. */
  get count(): number {
    return this.#total;
  }

  /** The median so far, rounded up to its bucket's edge; 0 before the first value. */
  get value(): number {
    return this.#total === 0 ? 0 : upperEdge(this.#bucket);
  }

  /** Adds a value; above 2^31 it counts as 2^31. */
  add(value: number): void {
    const counts = this.#counts;
    const bucket = bucketOf(Math.min(value, MAX));
    counts[bucket]! += 1;
    if (bucket < this.#bucket) this.#below += 1;
    const rank = this.#total >>> 1;
    this.#total += 1;
    while (this.#below > rank) {
      this.#bucket -= 1;
      this.#below -= counts[this.#bucket]!;
    }
    while (this.#below + counts[this.#bucket]! <= rank) {
      this.#below += counts[this.#bucket]!;
      this.#bucket += 1;
    }
  }
}

function bucketOf(value: number): number {
  if (value < 16) return value;
  const exponent = 31 - Math.clz32(value);
  return ((exponent - 3) << 4) + ((value >>> (exponent - 4)) & 15);
}

function upperEdge(bucket: number): number {
  if (bucket < 16) return bucket;
  const exponent = (bucket >>> 4) + 3;
  return (16 + (bucket & 15) + 1) * 2 ** (exponent - 4) - 1;
}
