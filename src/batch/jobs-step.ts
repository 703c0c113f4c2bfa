/**
 * What a step of a file came to: gone on, to be waited for, to be tried again, or the end of all.
 *
 * Takes failures of requests that are not about rows, gives steps. Never retries anything.
 */
import type { AttemptFailure } from '../providers/provider.ts';
import type { StopReason } from './stop.ts';

/** `trouble`: it is tried again with the next look. */
export type Step =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait' | 'trouble'; readonly why: string }
  | { readonly kind: 'stop'; readonly reason: StopReason; readonly message: string };

/** What a failure of a whole request means. */
export function troubleOf({ code, message, isRetryable }: AttemptFailure): Step {
  if (code === 'unauthorized') return { kind: 'stop', reason: 'unauthorized', message };
  if (code === 'quota_exhausted') return { kind: 'stop', reason: 'quota', message };
  // A certificate that is not trusted is as bad with the next look.
  if (code === 'unreachable' && !isRetryable) return { kind: 'stop', reason: 'outage', message };
  return { kind: 'trouble', why: message };
}
