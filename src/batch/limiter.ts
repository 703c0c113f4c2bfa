/**
 * Limiter: one endpoint's limits on requests, tokens and what is in flight.
 *
 * Takes what a request needs, gives a slot once all limits allow it, in order. Never admits more
 * than the limits known at that time; never loses a slot: each is settled or given back once.
 */
import type { Priority } from '../policy/route.ts';
import type { LimitHeaders } from '../providers/provider.ts';
import { Meter } from './meter.ts';
import type { Timers } from './ports.ts';
import { Waiting } from './waiting.ts';

/** Limits of an endpoint as the user knows them. */
export interface Limits {
  /** Null: not limited, until an answer's headers say otherwise. */
  readonly requestsPerMinute: number | null;
  /** Input and output together. */
  readonly tokensPerMinute: number | null;
  readonly inputTokensPerMinute: number | null;
  readonly outputTokensPerMinute: number | null;
  /** The most requests in flight; 1 or more. */
  readonly concurrency: number;
  /** How much of a minute's allowance may be used at once, as time; 250 to 500 loses nothing. */
  readonly burstMs: number;
  /** Whether the provider counts what was asked for (max_tokens) or what was used. */
  readonly tokensCounted: 'as_asked' | 'as_used';
}

/** Tokens a request needs, or used. */
export interface Need {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Leave to send one request. */
export interface Slot {
  readonly need: Need;
  /** How many of the limiter's meters it was taken from: headers may have added some since. */
  readonly metered: number;
}

interface Waiter {
  readonly need: Need;
  readonly grant: (slot: Slot | null) => void;
}

/** What is metered, and how it is named in the limits. */
const KINDS = [
  'requestsPerMinute',
  'tokensPerMinute',
  'inputTokensPerMinute',
  'outputTokensPerMinute',
] as const;
type Kind = (typeof KINDS)[number];

/** A timer may fire this much later than the next one needs without being set anew. */
const TIMER_SLACK_MS = 0.5;

export class Limiter {
  readonly #limits: Limits;
  readonly #timers: Timers;
  readonly #meters = new Map<Kind, Meter>();
  readonly #waiting = new Waiting<Waiter>();
  #concurrency: number;
  #inFlight = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  #closed = false;
  #wakeMs = Number.POSITIVE_INFINITY;
  #cancelWake: (() => void) | null = null;

  constructor(limits: Limits, timers: Timers) {
    this.#limits = limits;
    this.#timers = timers;
    this.#concurrency = limits.concurrency;
    for (const kind of KINDS) this.#setLimit(kind, limits[kind]);
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Requests that wait for a slot. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether tokens read from a provider's cache count. */
  get countsCacheReads(): boolean {
    return this.#limits.tokensCounted === 'as_asked';
  }

  /** A slot at once if one is free and nobody waits, else when it is this one's turn; null: closed. */
  acquire(need: Need, priority: Priority): Slot | null | Promise<Slot | null> {
    if (this.#closed) return null;
    if (this.isFree(need)) return this.#take(need);
    return new Promise((grant) => {
      this.#waiting.push({ need, grant }, priority);
      this.#admit();
    });
  }

  /** Whether such a request would get its slot at once. */
  isFree(need: Need): boolean {
    return this.#waiting.size === 0 && this.#waitMs(need) <= 0;
  }

  /** The server counted the request, with the tokens it says, or as asked for if it does not say. */
  settle(slot: Slot, used: Need | null): void {
    const nowMs = this.#meters.size === 0 ? 0 : this.#timers.nowMs();
    let metered = slot.metered;
    for (const [kind, meter] of this.#meters) {
      const asked = amountOf(kind, slot.need);
      if (metered-- <= 0) meter.take(asked);
      const actual = used === null ? asked : amountOf(kind, used);
      const counted = this.#limits.tokensCounted === 'as_used' ? actual : Math.max(asked, actual);
      meter.settle(asked, counted, nowMs);
    }
    this.#end();
  }

  /** The server did not count the request: a 429, or it was never reached. */
  giveBack(slot: Slot): void {
    let metered = slot.metered;
    for (const [kind, meter] of this.#meters)
      if (metered-- > 0) meter.giveBack(amountOf(kind, slot.need));
    this.#end();
  }

  /** Nothing is sent for so long, and no burst follows. */
  pause(durationMs: number): void {
    const untilMs = this.#timers.nowMs() + durationMs;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
    for (const meter of this.#meters.values()) meter.emptyUntil(untilMs);
  }

  /** Takes over limits an answer's headers tell; the user's own stay the most. */
  adapt(headers: LimitHeaders): void {
    for (const kind of KINDS) {
      const told = headers[kind];
      if (told !== null && told > 0)
        this.#setLimit(kind, Math.min(told, this.#limits[kind] ?? told));
    }
    if (headers.remainingRequests !== null)
      this.#meters.get('requestsPerMinute')?.cap(headers.remainingRequests);
    if (headers.remainingTokens !== null)
      this.#meters.get('tokensPerMinute')?.cap(headers.remainingTokens);
  }

  /** Changes how much may be in flight. */
  setConcurrency(concurrency: number): void {
    this.#concurrency = Math.max(1, Math.min(concurrency, this.#limits.concurrency));
    this.#admit();
  }

  /** Gives everybody who waits, or comes, null. */
  close(): void {
    this.#closed = true;
    this.#cancelWake?.();
    this.#cancelWake = null;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift())
      next.grant(null);
  }

  #setLimit(kind: Kind, perMinute: number | null): void {
    if (perMinute === null) return;
    const meter = this.#meters.get(kind);
    const nowMs = this.#timers.nowMs();
    if (meter !== undefined) {
      if (meter.perMinute !== perMinute) meter.setLimit(perMinute, nowMs);
      return;
    }
    this.#meters.set(kind, new Meter(perMinute, this.#limits.burstMs, nowMs));
  }

  #waitMs(need: Need): number {
    if (this.#inFlight >= this.#concurrency) return Number.POSITIVE_INFINITY;
    if (this.#meters.size === 0 && this.#pausedUntilMs === Number.NEGATIVE_INFINITY) return 0;
    const nowMs = this.#timers.nowMs();
    let waitMs = Math.max(0, this.#pausedUntilMs - nowMs);
    for (const [kind, meter] of this.#meters)
      waitMs = Math.max(waitMs, meter.waitMs(amountOf(kind, need), nowMs));
    return waitMs;
  }

  #take(need: Need): Slot {
    for (const [kind, meter] of this.#meters) meter.take(amountOf(kind, need));
    this.#inFlight++;
    return { need, metered: this.#meters.size };
  }

  #end(): void {
    this.#inFlight--;
    if (this.#waiting.size > 0) this.#admit();
  }

  /** Lets in whose turn it is; if the first has to wait for time to pass, all wait with it. */
  #admit(): void {
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      const waitMs = this.#waitMs(next.need);
      if (waitMs > 0) {
        if (waitMs !== Number.POSITIVE_INFINITY) this.#wakeIn(waitMs);
        return;
      }
      this.#waiting.shift();
      next.grant(this.#take(next.need));
    }
  }

  #wakeIn(waitMs: number): void {
    const wakeMs = this.#timers.nowMs() + waitMs;
    if (this.#wakeMs <= wakeMs + TIMER_SLACK_MS) return;
    this.#cancelWake?.();
    this.#wakeMs = wakeMs;
    this.#cancelWake = this.#timers.after(waitMs, () => {
      this.#wakeMs = Number.POSITIVE_INFINITY;
      this.#cancelWake = null;
      this.#admit();
    });
  }
}

function amountOf(kind: Kind, need: Need): number {
  switch (kind) {
    case 'requestsPerMinute':
      return 1;
    case 'tokensPerMinute':
      return need.inputTokens + need.outputTokens;
    case 'inputTokensPerMinute':
      return need.inputTokens;
    case 'outputTokensPerMinute':
      return need.outputTokens;
  }
}
