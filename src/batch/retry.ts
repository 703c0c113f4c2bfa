/**
 * Retry: whether a failed attempt is made again, and after how long.
 *
 * Takes a failure, what was tried and a random number; gives a decision. Never retries what the
 * provider refused, and never waits for hours: such a wait is a quota.
 */
import type { AttemptFailure } from '../providers/provider.ts';

/** How often and how patiently. */
export interface RetryPolicy {
  /** Of one model, the first included. Refusals for rate do not count where no other model is left. */
  readonly maxAttempts: number;
  /** The first back-off is at most this long, each further one twice as long. */
  readonly baseMs: number;
  readonly maxBackoffMs: number;
  /** For one attempt. */
  readonly tryTimeoutMs: number;
  /** From a row's first send to its last, waits included. */
  readonly rowTimeoutMs: number;
  /** A provider that asks for a longer wait means a quota: the run stops. */
  readonly longestWaitMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 5,
  baseMs: 1000,
  maxBackoffMs: 60_000,
  tryTimeoutMs: 120_000,
  rowTimeoutMs: 1_800_000,
  longestWaitMs: 600_000,
};

/** What was done for a row on this model. */
export interface Tries {
  /** Made, this failure included. */
  readonly attempts: number;
  /** Of these, how many a rate limit refused. */
  readonly refusedForRate: number;
  /** Since the row's first send, all models together. */
  readonly elapsedMs: number;
  /** Another model can take over, so patience is shorter. */
  readonly hasNextModel: boolean;
}

/** Why an endpoint is out for the rest of a run. */
export type BarReason = 'quota' | 'unauthorized' | 'outage';

/** `stop`: no row will fare better on this endpoint. */
export type RetryDecision =
  | { readonly kind: 'retry'; readonly waitMs: number }
  | { readonly kind: 'give_up' }
  | { readonly kind: 'stop'; readonly reason: BarReason };

/** Full jitter: anything from 0 to the doubled base, so that those who failed together part. */
export function backoffMs(attempt: number, policy: RetryPolicy, random: () => number): number {
  return random() * Math.min(policy.maxBackoffMs, policy.baseMs * 2 ** Math.min(attempt - 1, 30));
}

/** Whether a failure takes its endpoint out for the rest of the run. */
export function barsEndpoint(
  { code, limits, isRetryable }: AttemptFailure,
  { longestWaitMs }: RetryPolicy,
): BarReason | null {
  if (code === 'unauthorized') return 'unauthorized';
  // Its certificate is not trusted: that is no row's fault, and no row will fare better.
  if (code === 'unreachable' && !isRetryable) return 'outage';
  if (code === 'quota_exhausted') return 'quota';
  return code === 'rate_limited' && (limits.retryAfterMs ?? 0) > longestWaitMs ? 'quota' : null;
}

/** Decides by the failure's code; a provider's own wait is never cut short. */
export function decideRetry(
  failure: AttemptFailure,
  tries: Tries,
  policy: RetryPolicy,
  random: () => number,
): RetryDecision {
  const reason = barsEndpoint(failure, policy);
  if (reason !== null) return { kind: 'stop', reason };
  const askedMs = failure.limits.retryAfterMs;
  const isForRate = failure.code === 'rate_limited';
  const isFree = isForRate && !tries.hasNextModel;
  const counted = tries.attempts - (tries.hasNextModel ? 0 : tries.refusedForRate);
  if (!failure.isRetryable || (!isFree && counted >= policy.maxAttempts))
    return { kind: 'give_up' };
  const jitterMs = backoffMs(isFree ? tries.refusedForRate : counted, policy, random);
  // Behind a retry-after the jitter only spreads those who were told the same.
  const waitMs = askedMs === null ? jitterMs : askedMs + Math.min(jitterMs, askedMs / 10);
  if (tries.elapsedMs + waitMs >= policy.rowTimeoutMs) return { kind: 'give_up' };
  return { kind: 'retry', waitMs };
}
