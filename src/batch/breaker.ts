/**
 * Breaker: whether an endpoint is worth asking, and how fast it has been.
 *
 * Takes how attempts ended and when; gives yes, no, or how long until one probe may find out. Never
 * counts a refusal for rate or a bad request: those are the endpoint at work.
 */
import type { FailureCode } from '../providers/provider.ts';

/** When to give up on an endpoint, and for how long. */
export interface BreakerPolicy {
  readonly failuresInARow: number;
  readonly openMs: number;
  /** After so many failed probes in a row nobody waits for another one. */
  readonly probes: number;
}

export const DEFAULT_BREAKER: BreakerPolicy = { failuresInARow: 5, openMs: 60_000, probes: 5 };

/** Weight of the newest latency in the mean: about the last 20 count. */
const NEWEST = 0.1;

const OUTAGES: ReadonlySet<FailureCode> = new Set([
  'server_error',
  'gateway_error',
  'unreachable',
  'connection_lost',
  'timed_out',
  'bad_answer',
]);

/** An attempt that was let in; a probe tells whether the endpoint works again. */
export interface Entry {
  readonly isProbe: boolean;
}

const IN_USE: Entry = { isProbe: false };
const PROBE: Entry = { isProbe: true };

export class Breaker {
  readonly #policy: BreakerPolicy;
  #failures = 0;
  /** Null: in use. */
  #probeFromMs: number | null = null;
  /** A probe is out. */
  #isProbed = false;
  #failedMs = Number.NEGATIVE_INFINITY;
  #latencyMs: number | null = null;
  #failedProbes = 0;
  #wasReached = false;

  constructor(policy: BreakerPolicy) {
    this.#policy = policy;
  }

  /** When it failed last. */
  get failedMs(): number {
    return this.#failedMs;
  }

  /** The mean of recent latencies; null before the first answer. */
  get latencyMs(): number | null {
    return this.#latencyMs;
  }

  /** Out of use, and not worth waiting for: it was never reached, or its probes keep failing. */
  get isHopeless(): boolean {
    if (this.#probeFromMs === null) return false;
    return !this.#wasReached || this.#failedProbes >= this.#policy.probes;
  }

  /** 0: may be asked; else how long until it may be probed; Infinity while a probe is out. */
  waitMs(nowMs: number): number {
    if (this.#probeFromMs === null) return 0;
    return this.#isProbed ? Number.POSITIVE_INFINITY : Math.max(0, this.#probeFromMs - nowMs);
  }

  /** Lets an attempt in; null: not now. While it is out of use only one goes, as a probe. */
  enter(nowMs: number): Entry | null {
    if (this.waitMs(nowMs) > 0) return null;
    if (this.#probeFromMs === null) return IN_USE;
    this.#isProbed = true;
    return PROBE;
  }

  /** Nothing was sent after all; a probe of another attempt stays out. */
  leave({ isProbe }: Entry): void {
    if (isProbe) this.#isProbed = false;
  }

  /** It answered, whatever it said. */
  worked(latencyMs: number | null): void {
    this.#wasReached = true;
    this.#failures = 0;
    this.#failedProbes = 0;
    this.#probeFromMs = null;
    this.#isProbed = false;
    if (latencyMs === null) return;
    const mean = this.#latencyMs;
    this.#latencyMs = mean === null ? latencyMs : mean + NEWEST * (latencyMs - mean);
  }

  /** It failed. */
  failed(code: FailureCode, nowMs: number, entry: Entry): void {
    if (code === 'aborted') this.leave(entry);
    else if (!OUTAGES.has(code)) this.worked(null);
    if (!OUTAGES.has(code)) return;
    this.#wasReached ||= code !== 'unreachable';
    this.#failures++;
    this.#failedMs = nowMs;
    if (entry.isProbe) this.#failedProbes++;
    this.leave(entry);
    if (this.#failures < this.#policy.failuresInARow) return;
    // Those that were out before it was taken out do not put its probe off.
    if (this.#probeFromMs === null || entry.isProbe)
      this.#probeFromMs = nowMs + this.#policy.openMs;
  }
}
