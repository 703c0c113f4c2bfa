/**
 * False hits of a semantic cache, from the log's own answers.
 *
 * Takes pairs of calls that would have been one hit and were both answered, with how alike their
 * prompts are and whether their answers agree; gives the rate of wrong answers at each threshold with
 * its upper 95 % bound (one-sided, Clopper and Pearson), and the threshold a bound allows. Never takes
 * no evidence for good evidence: without pairs the bound is 1.
 */
import { clopperPearsonUpper } from './distributions.ts';

/** Two answered calls that a cache would have taken for one. */
export interface AnsweredPair {
  /** Of the prompts, from 0 to 1. */
  readonly similarity: number;
  readonly answersAgree: boolean;
}

/** What a threshold would let through. */
export interface ThresholdRate {
  readonly threshold: number;
  /** Pairs at or above it. */
  readonly pairs: number;
  readonly falseHits: number;
  /** Null without pairs. */
  readonly rate: number | null;
  /** With 95 % confidence the rate is not above this. */
  readonly upperBound: number;
}

/** From the strictest down. */
export const THRESHOLDS = [1, 0.98, 0.95, 0.92, 0.9, 0.88, 0.85, 0.82, 0.8, 0.75, 0.7] as const;

/** The false-hit rate at each threshold, strictest first. Throws RangeError for one outside 0 to 1. */
export function falseHitRates(
  pairs: readonly AnsweredPair[],
  thresholds: readonly number[] = THRESHOLDS,
): ThresholdRate[] {
  return [...thresholds]
    .sort((a, b) => b - a)
    .map((threshold) => {
      if (!(threshold >= 0 && threshold <= 1)) throw new RangeError(`threshold: ${threshold}`);
      const hits = pairs.filter(({ similarity }) => similarity >= threshold);
      const falseHits = hits.filter(({ answersAgree }) => !answersAgree).length;
      return {
        threshold,
        pairs: hits.length,
        falseHits,
        rate: hits.length === 0 ? null : falseHits / hits.length,
        upperBound: clopperPearsonUpper(falseHits, hits.length),
      };
    });
}

/**
 * The lowest threshold that keeps false hits within a bound; null if none does.
 *
 * Thresholds are tested from the strictest down, and the first one with enough pairs to pass begins a
 * run that ends at the first failure. A stricter one without enough pairs to pass, were all of them
 * right, says nothing and is skipped: that depends on how many pairs there are, not on their answers,
 * so the 95 % hold for the threshold chosen (fixed-sequence testing).
 */
export function thresholdWithin(
  rates: readonly ThresholdRate[],
  maxFalseHits: number,
): ThresholdRate | null {
  if (!(maxFalseHits >= 0 && maxFalseHits <= 1)) throw new RangeError(`bound: ${maxFalseHits}`);
  let chosen: ThresholdRate | null = null;
  for (const rate of [...rates].sort((a, b) => b.threshold - a.threshold)) {
    if (clopperPearsonUpper(0, rate.pairs) > maxFalseHits) continue;
    if (rate.upperBound > maxFalseHits) break;
    chosen = rate;
  }
  return chosen;
}
