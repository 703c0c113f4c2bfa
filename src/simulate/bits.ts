/**
 * Bits: a set of positions in the log, one bit a call.
 *
 * Takes whole numbers from 0 on, gives yes or no. Never holds more than a bit for each up to twice the
 * largest.
 */
export class Bits {
  #bytes = new Uint8Array(1024);

  add(position: number): void {
    const at = position >>> 3;
    if (at >= this.#bytes.length) {
      const larger = new Uint8Array(Math.max(at + 1, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[at]! |= 1 << (position & 7);
  }

  has(position: number): boolean {
    const byte = this.#bytes[position >>> 3];
    return byte !== undefined && (byte & (1 << (position & 7))) !== 0;
  }
}
