/**
 * Finding `failed_calls`: calls that failed, what they cost, and the retries they caused.
 *
 * Takes calls in time order. Never counts an error without a bill as money: most errors cost
 * nothing, which is a known 0, and one without usage is unpriced. Memory: the last 4,096 failed
 * prompts, 0.3 MB.
 */
import { hasFailed, type PricedCall } from '../domain/call.ts';
import { KeyLru } from '../policy/key-lru.ts';
import { type Finder, type Finding, FindingTally } from './finding.ts';

const RETRY_WINDOW_MS = 300_000;
/** A retry this soon after the failure had no back-off. */
const BACK_OFF_MS = 1000;
/** HTTP 429 in a row, each at most the pause after the one before, that make a burst. */
const BURST_CALLS = 5;
const BURST_PAUSE_MS = 10_000;

const CAPACITY = 4096;

export class FailedCalls implements Finder {
  readonly #tally = new FindingTally();
  readonly #lru = new KeyLru(CAPACITY);
  readonly #failedMs = new Float64Array(CAPACITY);
  #lastFailedMs = Number.NEGATIVE_INFINITY;
  #billed = 0;
  #retries = 0;
  #hasty = 0;
  #rateLimited = 0;
  #bursts = 0;
  #inBurst = 0;
  #lastLimitMs = Number.NEGATIVE_INFINITY;

  add(call: PricedCall): void {
    const nowMs = call.startedAtMs;
    if (nowMs !== null && nowMs - this.#lastFailedMs <= RETRY_WINDOW_MS) {
      this.#countRetry(call, nowMs);
    }
    if (!hasFailed(call.outcome.status)) return;
    this.#tally.add(call, call.costPico);
    if (call.costPico !== null && call.costPico > 0) this.#billed += 1;
    if (call.outcome.httpStatus === 429) this.#countLimit(nowMs);
    if (nowMs !== null) this.#remember(call, nowMs + (call.latencyMs ?? 0));
  }

  /** Each failure accounts for one retry: the next call with the same prompt and parameters. */
  #countRetry(call: PricedCall, nowMs: number): void {
    if (call.promptHash === null) return;
    const slot = this.#lru.find(call.promptHash, call.paramsHash, 0, 0);
    if (slot === -1) return;
    const waitedMs = nowMs - this.#failedMs[slot]!;
    if (waitedMs < 0 || waitedMs > RETRY_WINDOW_MS) return;
    this.#failedMs[slot] = Number.NEGATIVE_INFINITY;
    this.#retries += 1;
    if (waitedMs < BACK_OFF_MS) this.#hasty += 1;
  }

  #remember(call: PricedCall, failedMs: number): void {
    if (failedMs > this.#lastFailedMs) this.#lastFailedMs = failedMs;
    if (call.promptHash === null) return;
    let slot = this.#lru.find(call.promptHash, call.paramsHash, 0, 0);
    if (slot === -1) slot = this.#lru.insert(call.promptHash, call.paramsHash, 0, 0);
    else this.#lru.touch(slot);
    this.#failedMs[slot] = failedMs;
  }

  #countLimit(nowMs: number | null): void {
    this.#rateLimited += 1;
    if (nowMs === null) return;
    this.#inBurst = nowMs - this.#lastLimitMs <= BURST_PAUSE_MS ? this.#inBurst + 1 : 1;
    if (this.#inBurst === BURST_CALLS) this.#bursts += 1;
    this.#lastLimitMs = nowMs;
  }

  result(spendPico: bigint): Finding {
    const method =
      'Calls that ended in an error, a time-out or a cancellation, at what they cost; those not ' +
      'billed cost nothing. A retry has the same prompt and parameters and starts within ' +
      `${RETRY_WINDOW_MS / 60_000} min of the failure, a hasty one within ${BACK_OFF_MS / 1000} s. ` +
      `Rate-limited is HTTP 429; a burst is ${BURST_CALLS} or more of these, each at most ` +
      `${BURST_PAUSE_MS / 1000} s after the one before.`;
    const counts = {
      billed_calls: this.#billed,
      retry_calls: this.#retries,
      hasty_retry_calls: this.#hasty,
      rate_limited_calls: this.#rateLimited,
      rate_limit_bursts: this.#bursts,
    };
    return this.#tally.result(
      { id: 'failed_calls', title: 'Failed calls', basis: 'measured', method, counts },
      spendPico,
    );
  }
}
