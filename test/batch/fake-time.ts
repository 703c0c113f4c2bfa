/** Time that passes when a test says so. */
import type { Timers } from '../../src/batch/ports.ts';

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly call: () => void;
}

export class FakeTimers implements Timers {
  #nowMs = 0;
  #order = 0;
  #pending: Pending[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, call: () => void): () => void {
    const pending = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, call };
    let at = this.#pending.length;
    while (at > 0 && isAfter(this.#pending[at - 1] as Pending, pending)) at--;
    this.#pending.splice(at, 0, pending);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== pending);
    };
  }

  /** How many timers are set. */
  get size(): number {
    return this.#pending.length;
  }

  /** Goes to the next timer and fires it; false if there is none until then. */
  async next(untilMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    await quiet();
    const first = this.#pending[0];
    if (first === undefined || first.atMs > untilMs) return false;
    this.#pending.shift();
    this.#nowMs = Math.max(this.#nowMs, first.atMs);
    first.call();
    await quiet();
    return true;
  }

  /** Lets so much time pass. */
  async pass(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    while (await this.next(untilMs));
    this.#nowMs = untilMs;
    await quiet();
  }

  /** Fires timers until a promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    promise.then(
      () => {
        isSettled = true;
      },
      () => {
        isSettled = true;
      },
    );
    await quiet();
    while (!isSettled)
      if (!(await this.next()) && !isSettled) throw new Error('nothing is left to wait for');
    return promise;
  }
}

/** Lets all promises that can settle do so. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isAfter(a: Pending, b: Pending): boolean {
  return a.atMs > b.atMs || (a.atMs === b.atMs && a.order > b.order);
}

/** Equal numbers for equal seeds: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
