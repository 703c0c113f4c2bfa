/**
 * Seen keys: a Bloom filter over the ids of calls.
 *
 * Takes 53-bit keys, says whether one may have been added before. Memory is fixed (16 MiB); a wrong
 * "maybe" only costs a look into the ledger, a wrong "no" never comes.
 */

const BITS = 27;
const MASK = 2 ** BITS - 1;
const HASHES = 4;
const TWO_32 = 4294967296;

/** Which keys may have come before. */
export class SeenKeys {
  readonly #words = new Uint32Array(2 ** (BITS - 5));

  /** Adds a key; true when it may have been added before. */
  add(key: number): boolean {
    let first = key | 0;
    const step = Math.imul(Math.floor(key / TWO_32) + 1, 0x9e3779b1) | 1;
    let seen = true;
    for (let i = 0; i < HASHES; i++) {
      const bit = (first ^ (first >>> 15)) & MASK;
      const word = bit >>> 5;
      const flag = 1 << (bit & 31);
      if ((this.#words[word]! & flag) === 0) {
        seen = false;
        this.#words[word]! |= flag;
      }
      first = (first + step) | 0;
    }
    return seen;
  }
}
