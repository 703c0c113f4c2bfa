/**
 * LastUses: how many other keys were used since a key was used last.
 *
 * Takes uses in order, gives stack distances. Never more than two walks through a tree for a use: a bit
 * for each use that is still the last of its key, and a Fenwick tree of the numbers of bits in each
 * word. Memory: two bits a use.
 */

const NONE = -1;

export class LastUses {
  readonly #bits: Int32Array;
  /** Fenwick tree over the words, from 1. */
  readonly #tree: Int32Array;
  #marked = 0;
  /** The word of the latest use. */
  #current = 0;

  /** For as many uses as are to come. */
  constructor(uses: number) {
    const words = Math.ceil(uses / 32) + 1;
    this.#bits = new Int32Array(words);
    this.#tree = new Int32Array(words + 1);
  }

  /**
   * Moves a key's last use from `last` (-1: none) to `now`, one on from the use before; gives the keys
   * used in between.
   */
  move(last: number, now: number): number {
    const to = now >>> 5;
    if (to !== this.#current) this.#finish(to);
    let distance = 0;
    if (last === NONE) {
      this.#marked += 1;
    } else {
      const word = last >>> 5;
      distance = this.#marked - this.#countUpTo(word, last & 31);
      this.#bits[word]! &= ~(1 << (last & 31));
      if (word !== to) this.#add(word, -1);
    }
    this.#bits[to]! |= 1 << (now & 31);
    return distance;
  }

  /** Puts a word into the tree when it is full: no prefix ends behind the word of the latest use. */
  #finish(next: number): void {
    const count = bitsOf(this.#bits[this.#current]!);
    if (count > 0) this.#add(this.#current, count);
    this.#current = next;
  }

  /** The bits before a word, and in it up to a bit. */
  #countUpTo(word: number, bit: number): number {
    let count = bitsOf(this.#bits[word]! & (0xffffffff >>> (31 - bit)));
    const tree = this.#tree;
    for (let at = word; at > 0; at &= at - 1) count += tree[at]!;
    return count;
  }

  #add(word: number, change: number): void {
    const tree = this.#tree;
    for (let at = word + 1; at < tree.length; at += at & -at) tree[at]! += change;
  }
}

/** The number of ones in 32 bits. */
function bitsOf(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
