/**
 * Adaptive concurrency: how much may be in flight when nobody says so.
 *
 * Takes how requests ended, gives a limit: one more for each answer until the first overload, then
 * one more for each round of answers, and half after an overload (AIMD, as TCP does). Never reads a
 * clock; never leaves 1 to the most.
 */

const START = 4;

export class Aimd {
  readonly #most: number;
  #limit: number;
  #isProbing = true;
  #answers = 0;
  /** Overloads of requests that were sent before the last decrease tell nothing new. */
  #deafFor = 0;

  constructor(most: number) {
    this.#most = most;
    this.#limit = Math.min(START, most);
  }

  /** How much may be in flight. */
  get limit(): number {
    return this.#limit;
  }

  /** An answer came; `wasFull`: as much was in flight as allowed, so more is worth a try. */
  answered(wasFull: boolean): void {
    if (this.#deafFor > 0) this.#deafFor--;
    if (!wasFull || this.#limit >= this.#most) return;
    this.#answers++;
    if (!this.#isProbing && this.#answers < this.#limit) return;
    this.#answers = 0;
    this.#limit++;
  }

  /** The server was overloaded: 429, 503, 529, a time-out; `inFlight` were still out. */
  overloaded(inFlight: number): void {
    this.#isProbing = false;
    this.#answers = 0;
    if (this.#deafFor > 0) {
      this.#deafFor--;
      return;
    }
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#deafFor = inFlight;
  }
}
