/**
 * Rejected: a piece of a log that could not become a call.
 *
 * It is data, not an error: stored with where and why, counted beside every total.
 */

export const REJECT_REASONS = [
  'invalid_json',
  'invalid_csv',
  'not_an_object',
  'no_model',
  'invalid_tokens',
  'negative_tokens',
  'inconsistent_tokens',
  'aggregate_row',
  'request_only',
  'not_a_call',
  'unknown_shape',
  'incomplete_line',
  'line_too_long',
  'corrupt_input',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** Why a line is not a call; `detail` names the value seen. */
export interface Rejected {
  readonly reason: RejectReason;
  readonly detail: string;
}

/** Whether a parse result is a Rejected. */
export function isRejected(value: object): value is Rejected {
  return 'reason' in value && 'detail' in value;
}
