/**
 * KeyTable: finds the slot of a key of four numbers.
 *
 * Takes keys, gives the slots (0 … capacity - 1) their owner put them in; the owner keeps its own
 * data under the same slot. Never evicts by itself, never compares hashes only. Memory: 36 bytes a
 * slot and 8 to 16 for the index, committed as slots are used.
 *
 * Linear probing over packed words, 12 bits of the hash and 20 of slot + 1: what costs time here is
 * cache misses, and a key that is not held takes one.
 */

const SLOT_BITS = 20;
const SLOT_MASK = 2 ** SLOT_BITS - 1;

/** Four numbers that name a thing; each a safe integer. */
export type Key = readonly [number, number, number, number];

export class KeyTable {
  readonly capacity: number;
  readonly #keys: Float64Array;
  readonly #hashes: Int32Array;
  readonly #index: Int32Array;
  readonly #mask: number;

  /** Throws a RangeError unless the capacity is an integer from 0 to 1,048,575. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 0 || capacity > SLOT_MASK) {
      throw new RangeError(`capacity must be an integer from 0 to ${SLOT_MASK}: ${capacity}`);
    }
    const places = 2 ** Math.ceil(Math.log2(capacity * 2 + 1));
    this.capacity = capacity;
    this.#keys = new Float64Array(capacity * 4);
    this.#hashes = new Int32Array(capacity);
    this.#index = new Int32Array(places);
    this.#mask = places - 1;
  }

  /** The slot of a key, or -1. */
  find(a: number, b: number, c: number, d: number): number {
    const index = this.#index;
    const mask = this.#mask;
    const keys = this.#keys;
    const hash = hashOf(a, b, c, d);
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const word = index[place]!;
      if (word === 0) return -1;
      if ((word ^ hash) >>> SLOT_BITS !== 0) continue;
      const slot = (word & SLOT_MASK) - 1;
      const at = slot * 4;
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) {
        return slot;
      }
    }
  }

  /** Puts a key that is not in the table into a slot that is free. */
  put(slot: number, key: Key): void {
    const keys = this.#keys;
    const index = this.#index;
    const mask = this.#mask;
    const at = slot * 4;
    keys[at] = key[0];
    keys[at + 1] = key[1];
    keys[at + 2] = key[2];
    keys[at + 3] = key[3];
    const hash = hashOf(key[0], key[1], key[2], key[3]);
    this.#hashes[slot] = hash;
    let place = hash & mask;
    while (index[place] !== 0) place = (place + 1) & mask;
    index[place] = (hash & ~SLOT_MASK) | (slot + 1);
  }

  /** Frees a slot that holds a key; keys that had to make way for it move up. */
  remove(slot: number): void {
    const index = this.#index;
    const mask = this.#mask;
    const hashes = this.#hashes;
    let hole = hashes[slot]! & mask;
    while ((index[hole]! & SLOT_MASK) !== slot + 1) hole = (hole + 1) & mask;
    for (let place = (hole + 1) & mask; index[place] !== 0; place = (place + 1) & mask) {
      const home = hashes[(index[place]! & SLOT_MASK) - 1]! & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      index[hole] = index[place]!;
      hole = place;
    }
    index[hole] = 0;
  }
}

/** `x | 0` keeps the low 32 bits, which are as random as the rest of a hash. */
function hashOf(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a | 0, 0x9e3779b1) ^ Math.imul(b | 0, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 15)) + (c | 0), 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 13)) + (d | 0), 0x27d4eb2f);
  return h ^ (h >>> 16);
}
