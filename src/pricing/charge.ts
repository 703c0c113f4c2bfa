/**
 * Charging: what a call was billed, given how it ended.
 *
 * Takes a schedule, an outcome and a usage; gives pico-USD or why there is no price. A call that was
 * answered by a cache, or refused by the server, cost nothing: that is known, not assumed.
 */
import type { Outcome, Target } from '../domain/call.ts';
import { outputTotal, type Usage } from '../domain/tokens.ts';
import type { Schedule, UnpricedReason } from './price.ts';

/** What a call cost; unknown usage and unknown prices are reasons, never zero. */
export function chargeCall(
  schedule: Schedule,
  call: { outcome: Outcome; target: Target; usage: Usage; startedAtMs: number | null },
): number | UnpricedReason {
  const { outcome, usage } = call;
  if (outcome.status === 'cached' || wasRefused(outcome, usage)) return 0;
  if (call.target.usageBasis === 'missing') return 'no_usage';
  return schedule.cost(usage, call.startedAtMs);
}

/** Whether the server turned the request down: providers do not bill those. */
function wasRefused(outcome: Outcome, usage: Usage): boolean {
  if (outcome.status !== 'error') return false;
  const status = outcome.httpStatus ?? 0;
  return status >= 400 || (usage.input + usage.cacheRead === 0 && outputTotal(usage) === 0);
}
