/**
 * KeyLru: which keys were used last, exactly, within a fixed capacity.
 *
 * Takes keys of four numbers, gives slots (0 … capacity - 1) in which the owner keeps its own data.
 * Never holds more than `capacity` keys: up to 60 bytes each, committed as slots are used.
 *
 * A JS Map in insertion order would be shorter, but 1M evictions through `keys().next()` take 16 s;
 * linked lists in typed arrays take 0.2 s. Links hold slot + 1: the zeroes of a new array mean none.
 */
import { KeyTable } from './key-table.ts';

export class KeyLru {
  readonly capacity: number;
  readonly #table: KeyTable;
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  #newest = 0;
  #oldest = 0;
  #size = 0;

  /** Throws a RangeError unless the capacity is an integer from 0 to 1,048,575. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#table = new KeyTable(capacity);
    this.#newer = new Int32Array(capacity);
    this.#older = new Int32Array(capacity);
  }

  /** Keys held now. */
  get size(): number {
    return this.#size;
  }

  /** The slot of the least recently used key, which goes first; -1 if there is none. */
  get oldest(): number {
    return this.#oldest - 1;
  }

  /** The slot of a key, or -1; does not count as a use. */
  find(a: number, b: number, c: number, d: number): number {
    return this.#table.find(a, b, c, d);
  }

  /** Adds a key that is not held and gives its slot; evicts `oldest` when full. -1 at capacity 0. */
  insert(a: number, b: number, c: number, d: number): number {
    if (this.capacity === 0) return -1;
    const slot = this.#size < this.capacity ? this.#size++ : this.#evict();
    this.#table.put(slot, [a, b, c, d]);
    this.#pushNewest(slot);
    return slot;
  }

  /** Makes a slot the most recently used one. */
  touch(slot: number): void {
    if (this.#newest === slot + 1) return;
    this.#unlink(slot);
    this.#pushNewest(slot);
  }

  #evict(): number {
    const slot = this.#oldest - 1;
    this.#table.remove(slot);
    this.#unlink(slot);
    return slot;
  }

  #unlink(slot: number): void {
    const newer = this.#newer[slot]!;
    const older = this.#older[slot]!;
    if (newer === 0) this.#newest = older;
    else this.#older[newer - 1] = older;
    if (older === 0) this.#oldest = newer;
    else this.#newer[older - 1] = newer;
  }

  #pushNewest(slot: number): void {
    this.#older[slot] = this.#newest;
    this.#newer[slot] = 0;
    if (this.#newest === 0) this.#oldest = slot + 1;
    else this.#newer[this.#newest - 1] = slot + 1;
    this.#newest = slot + 1;
  }
}
