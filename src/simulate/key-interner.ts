/**
 * KeyInterner: a dense number for each distinct key of four numbers.
 *
 * Takes keys, gives 0, 1, 2 … in the order they first came. Never compares hashes only, never forgets.
 * Memory: 32 bytes a distinct key, in pages, and 8 to 16 for the index.
 *
 * Beside `policy/key-table.ts`, which finds slots of a fixed capacity: this one grows, and goes
 * beyond a million keys.
 */

const PAGE_BITS = 14;
const PAGE = 2 ** PAGE_BITS;

export class KeyInterner {
  readonly #pages: Float64Array[] = [];
  /** Id + 1 of the key at a place; 0: free. */
  #index = new Int32Array(1 << 12);
  #size = 0;

  /** Distinct keys so far. */
  get size(): number {
    return this.#size;
  }

  /** The number of a key, a new one if it is new. */
  idOf(a: number, b: number, c: number, d: number): number {
    const mask = this.#index.length - 1;
    for (let place = hashOf(a, b, c, d) & mask; ; place = (place + 1) & mask) {
      const word = this.#index[place]!;
      if (word === 0) return this.#add(place, a, b, c, d);
      const page = this.#pages[(word - 1) >>> PAGE_BITS]!;
      const at = ((word - 1) & (PAGE - 1)) * 4;
      if (page[at] === a && page[at + 1] === b && page[at + 2] === c && page[at + 3] === d) {
        return word - 1;
      }
    }
  }

  #add(place: number, a: number, b: number, c: number, d: number): number {
    const id = this.#size++;
    if (id >>> PAGE_BITS === this.#pages.length) this.#pages.push(new Float64Array(PAGE * 4));
    const page = this.#pages[id >>> PAGE_BITS]!;
    const at = (id & (PAGE - 1)) * 4;
    page[at] = a;
    page[at + 1] = b;
    page[at + 2] = c;
    page[at + 3] = d;
    this.#index[place] = id + 1;
    if (this.#size * 2 > this.#index.length) this.#grow();
    return id;
  }

  #grow(): void {
    const index = new Int32Array(this.#index.length * 2);
    const mask = index.length - 1;
    for (let id = 0; id < this.#size; id++) {
      const page = this.#pages[id >>> PAGE_BITS]!;
      const at = (id & (PAGE - 1)) * 4;
      let place = hashOf(page[at]!, page[at + 1]!, page[at + 2]!, page[at + 3]!) & mask;
      while (index[place] !== 0) place = (place + 1) & mask;
      index[place] = id + 1;
    }
    this.#index = index;
  }
}

/** The low 32 bits of a hash are as random as the rest of it. */
function hashOf(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + (c | 0), 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 13)) + (d | 0), 0x27d4eb2f);
  return h ^ (h >>> 16);
}
