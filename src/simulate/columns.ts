/**
 * Columns: typed arrays that grow, for millions of calls.
 *
 * Takes one number at a time, gives a view of exactly what was added. Never holds more than twice
 * what was added, never boxes a number.
 */

const FIRST = 1024;

/** Whole numbers from -2^31 to 2^31 - 1. */
export class IntColumn {
  #values: Int32Array;
  #length = 0;

  constructor(expected = FIRST) {
    this.#values = new Int32Array(Math.max(1, expected));
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** What was added; valid until the next `push`. */
  view(): Int32Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** Any numbers, instants and costs among them. */
export class FloatColumn {
  #values: Float64Array;
  #length = 0;

  constructor(expected = FIRST) {
    this.#values = new Float64Array(Math.max(1, expected));
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** What was added; valid until the next `push`. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
