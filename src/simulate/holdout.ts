/**
 * Holdout: the later part of the calls, kept from whatever is fitted.
 *
 * Takes times and sessions, gives which calls are for training and which are held out. Never splits a
 * session, never puts a later session's start into training: what is fitted has not seen what it is
 * judged by.
 */
import type { EpochMs } from '../domain/time.ts';

/** Where the two parts meet. */
export interface Holdout {
  /** Sessions and calls that start at or after this time are held out; null: none are. */
  readonly fromMs: EpochMs | null;
  readonly trainingCalls: number;
  readonly heldOutCalls: number;
}

/**
 * Finds the time from which on `share` of the calls (0 to 1) are held out, as nearly as equal times
 * allow: calls of the same instant stay together. `startedAtMs` is in time order; calls without a time
 * belong to the training.
 */
export function holdoutFrom(startedAtMs: Float64Array, share: number): Holdout {
  if (!(share >= 0 && share < 1)) throw new RangeError(`share must be from 0 to below 1: ${share}`);
  const calls = startedAtMs.length;
  let first = calls - Math.round(calls * share);
  while (first > 0 && first < calls && startedAtMs[first - 1] === startedAtMs[first]) first -= 1;
  // All at one instant: nothing can be told apart by time.
  if (first === 0) first = calls;
  const fromMs = first === calls ? null : startedAtMs[first]!;
  return { fromMs, trainingCalls: first, heldOutCalls: calls - first };
}

/**
 * Tells the parts apart, call by call in time order: a call belongs where its session began, so a
 * session under way at the split stays in the training to its end. Memory grows with the sessions of
 * the training.
 */
export function isHeldOut(
  fromMs: EpochMs | null,
): (startedAtMs: EpochMs | null, sessionKey: number | null) => boolean {
  const inTraining = new Set<number>();
  return (startedAtMs, sessionKey) => {
    const isLate = fromMs !== null && startedAtMs !== null && startedAtMs >= fromMs;
    if (sessionKey === null) return isLate;
    if (!isLate) inTraining.add(sessionKey);
    return isLate && !inTraining.has(sessionKey);
  };
}
