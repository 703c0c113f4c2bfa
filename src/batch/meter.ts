/**
 * Meter: one limit per minute (requests, or tokens of a kind), kept both ways a server may count it.
 *
 * Takes amounts and instants, gives how long to wait. A token bucket spreads what is sent, with a
 * short burst so that late timers lose nothing; a sliding window of a minute counts from the
 * *response*, because the server counted somewhere between sending and answering. Never reads a
 * clock, and never lets more through than either allows.
 */

const WINDOW_MS = 60_000;
/** What ended within this time leaves the window together, at the latest of its times. */
const MERGED_MS = 5;
/** What a server reports as remaining never pushes the bucket below this much time's refill. */
const FLOOR_MS = 50;
/** Rounding of refills; far below one request or token. */
const TINY = 1e-6;

/** Amounts that count until `untilMs`. */
interface Counted {
  readonly sinceMs: number;
  untilMs: number;
  amount: number;
}

export class Meter {
  readonly #burstMs: number;
  #perMinute: number;
  /** May be negative: an amount above the capacity is let through and paid off. */
  #level: number;
  #filledMs: number;
  /** In flight and in the window. */
  #held = 0;
  #counted: Counted[] = [];
  #head = 0;

  constructor(perMinute: number, burstMs: number, nowMs: number) {
    this.#perMinute = perMinute;
    this.#burstMs = burstMs;
    this.#level = this.#capacity;
    this.#filledMs = nowMs;
  }

  /** What a minute allows. */
  get perMinute(): number {
    return this.#perMinute;
  }

  /** Changes the limit; what is counted stays counted. */
  setLimit(perMinute: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#perMinute = perMinute;
    this.#level = Math.min(this.#level, this.#capacity);
  }

  /** 0 if the amount may be sent now, else a time after which to ask again; Infinity: once something ends. */
  waitMs(amount: number, nowMs: number): number {
    this.#fill(nowMs);
    this.#forget(nowMs);
    return Math.max(this.#bucketWaitMs(amount, nowMs), this.#windowWaitMs(amount, nowMs));
  }

  /** Takes an amount that is being sent; ask `waitMs` before. */
  take(amount: number): void {
    this.#level -= amount;
    this.#held += amount;
  }

  /** What was taken came to `actual`, and counts for a minute from now. */
  settle(taken: number, actual: number, nowMs: number): void {
    this.#level = Math.min(this.#level + taken - actual, this.#capacity);
    this.#held += actual - taken;
    const last = this.#counted.at(-1);
    if (
      last !== undefined &&
      this.#head < this.#counted.length &&
      nowMs - last.sinceMs <= MERGED_MS
    ) {
      last.untilMs = nowMs + WINDOW_MS;
      last.amount += actual;
    } else {
      this.#counted.push({ sinceMs: nowMs, untilMs: nowMs + WINDOW_MS, amount: actual });
    }
  }

  /** What was taken was not counted by the server. */
  giveBack(taken: number): void {
    this.#level = Math.min(this.#level + taken, this.#capacity);
    this.#held -= taken;
  }

  /** Nothing until then, and no burst afterwards. */
  emptyUntil(untilMs: number): void {
    this.#level = Math.min(this.#level, 0);
    this.#filledMs = Math.max(this.#filledMs, untilMs);
  }

  /** The server says how much is left, others with the same key included. */
  cap(remaining: number): void {
    const floor = Math.max(1, (this.#perMinute * FLOOR_MS) / WINDOW_MS);
    this.#level = Math.min(this.#level, Math.max(remaining, floor));
  }

  get #capacity(): number {
    return Math.max(1, (this.#perMinute * this.#burstMs) / WINDOW_MS);
  }

  #fill(nowMs: number): void {
    if (nowMs <= this.#filledMs) return;
    const refill = ((nowMs - this.#filledMs) * this.#perMinute) / WINDOW_MS;
    this.#level = Math.min(this.#level + refill, this.#capacity);
    this.#filledMs = nowMs;
  }

  #forget(nowMs: number): void {
    while (this.#head < this.#counted.length) {
      const oldest = this.#counted[this.#head] as Counted;
      if (oldest.untilMs > nowMs) break;
      this.#held -= oldest.amount;
      this.#head++;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#counted.length) {
      this.#counted = this.#counted.slice(this.#head);
      this.#head = 0;
    }
  }

  #bucketWaitMs(amount: number, nowMs: number): number {
    const missing = Math.min(amount, this.#capacity) - this.#level;
    if (missing <= TINY) return 0;
    return this.#filledMs - nowMs + (missing * WINDOW_MS) / this.#perMinute;
  }

  /** An amount above the whole limit goes when nothing else counts: the server decides. */
  #windowWaitMs(amount: number, nowMs: number): number {
    if (this.#held + amount <= this.#perMinute || this.#held <= 0) return 0;
    const oldest = this.#counted[this.#head];
    return oldest === undefined ? Number.POSITIVE_INFINITY : oldest.untilMs - nowMs;
  }
}
