/**
 * Chain: the models of a row in the order they are tried, and what makes the next one's turn come.
 *
 * Takes a failure, gives yes or no. Never retries: that is `retry.ts`, within one model.
 */
import type { FailureCode } from '../providers/provider.ts';
import type { Check } from './checks.ts';
import type { Row } from './row.ts';

/** One model of a chain and what its answers must pass; without checks every answer does. */
export interface Step {
  readonly model: string;
  readonly checks: readonly Check[];
}

/** The models of a row. The first is asked first; what fails or does not pass goes to the next. */
export interface Chain {
  /** Rows with equal cache keys and chain ids share one answer. */
  readonly id: string;
  readonly steps: readonly Step[];
  /** The most one row may cost, all models together; null: no limit. Needs prices. */
  readonly maxRowPico: number | null;
}

/** Limits, quota, outages, time-outs: not what a model refuses. */
const UNAVAILABLE: ReadonlySet<FailureCode> = new Set([
  'rate_limited',
  'quota_exhausted',
  'server_error',
  'gateway_error',
  'unreachable',
  'connection_lost',
  'timed_out',
  'bad_answer',
]);

/** The chain of a row that names no other model: its own, unchecked. */
export function ownModel(row: Row): Chain {
  const { model } = row.prompt;
  return { id: model, steps: [{ model, checks: [] }], maxRowPico: null };
}

/** Whether a failure hands the row to the next model. */
export function fallsBack(code: FailureCode): boolean {
  return UNAVAILABLE.has(code);
}
