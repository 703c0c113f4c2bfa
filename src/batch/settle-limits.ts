/**
 * Settling limits: what the end of an attempt tells its endpoint's limits, health and concurrency.
 *
 * Takes how it ended, gives nothing back. Never frees the slot before the rest is told: whoever gets
 * it next must know.
 */
import { inputTotal, outputTotal } from '../domain/tokens.ts';
import type { Attempt, AttemptAnswer, AttemptFailure } from '../providers/provider.ts';
import type { Entry } from './breaker.ts';
import { adaptConcurrency, type Lane, saysLimits } from './fleet.ts';
import type { Need, Slot } from './limiter.ts';
import type { Timers } from './ports.ts';
import { barsEndpoint, type RetryPolicy } from './retry.ts';

/** What limits are settled with. */
export interface LimitTools {
  readonly timers: Timers;
  readonly random: () => number;
  readonly retry: RetryPolicy;
}

/** Settles a slot, or gives it back, and tells the endpoint how it did. */
export function settleLimits(
  tools: LimitTools,
  { lane, slot, entry }: { readonly lane: Lane; readonly slot: Slot; readonly entry: Entry },
  attempt: Attempt,
): void {
  const { limiter, breaker } = lane;
  if (saysLimits(attempt.limits)) limiter.adapt(attempt.limits);
  if (attempt.kind === 'answer') {
    breaker.worked(attempt.latencyMs);
    adaptConcurrency(lane, false);
    limiter.settle(slot, usedOf(attempt, limiter.countsCacheReads));
    return;
  }
  breaker.failed(attempt.code, tools.timers.nowMs(), entry);
  lane.complaint = attempt.message;
  // Before the slot is free: whoever gets it must not ask there any more.
  const reason = barsEndpoint(attempt, tools.retry);
  if (reason !== null) lane.barred ??= { reason, message: attempt.message };
  if (isOverload(attempt)) adaptConcurrency(lane, true);
  pauseFor(tools, lane, attempt);
  if (isUncounted(attempt)) limiter.giveBack(slot);
  else limiter.settle(slot, null);
}

function usedOf({ usage }: AttemptAnswer, countsCacheReads: boolean): Need | null {
  if (usage === null) return null;
  const inputTokens = inputTotal(usage) - (countsCacheReads ? 0 : usage.cacheRead);
  return { inputTokens, outputTokens: outputTotal(usage) };
}

function isUncounted({ code }: AttemptFailure): boolean {
  return code === 'rate_limited' || code === 'quota_exhausted' || code === 'unreachable';
}

function isOverload({ code, httpStatus }: AttemptFailure): boolean {
  return (
    code === 'rate_limited' || code === 'timed_out' || httpStatus === 503 || httpStatus === 529
  );
}

/** A wait the provider asks for is everybody's; without one, those behind a 429 wait a little. */
function pauseFor(tools: LimitTools, lane: Lane, { code, limits }: AttemptFailure): void {
  const { retry, random } = tools;
  const askedMs = limits.retryAfterMs ?? (code === 'rate_limited' ? resetMs(limits) : 0);
  const waitMs = askedMs ?? retry.baseMs * (0.5 + random() / 2);
  if (waitMs > 0 && waitMs <= retry.longestWaitMs) lane.limiter.pause(waitMs);
}

/** When what ran out is there again; null if the headers do not say. */
function resetMs(limits: AttemptFailure['limits']): number | null {
  if (limits.remainingRequests === 0 && limits.requestsResetMs !== null)
    return limits.requestsResetMs;
  return limits.remainingTokens === 0 ? limits.tokensResetMs : null;
}
