/**
 * Latencies as observed: percentiles without keeping every call.
 *
 * Takes milliseconds, gives the nearest-rank percentile: whole milliseconds, from a second on rounded
 * to three significant digits. Never interpolated between two calls.
 */

/** Counts latencies of one model. */
export class LatencyCounts {
  readonly #counts = new Map<number, number>();
  #calls = 0;

  /** Counts one call. */
  add(latencyMs: number): void {
    const key = significant(latencyMs);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#calls++;
  }

  /** Calls with a latency. */
  get calls(): number {
    return this.#calls;
  }

  /** The latency that `percent` of the calls do not exceed; null without a call. */
  percentile(percent: number): number | null {
    const rank = Math.ceil((this.#calls * percent) / 100);
    let seen = 0;
    for (const [latencyMs, calls] of [...this.#counts].sort(([a], [b]) => a - b)) {
      seen += calls;
      if (seen >= rank) return latencyMs;
    }
    return null;
  }
}

/** Three digits: at most 900 different values from one power of ten to the next. */
function significant(latencyMs: number): number {
  const whole = Math.round(latencyMs);
  if (whole < 1000) return whole;
  const unit = 10 ** (Math.floor(Math.log10(whole)) - 2);
  return Math.round(whole / unit) * unit;
}
