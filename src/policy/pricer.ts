/**
 * Pricer: the one question policies, findings and simulations ask about prices.
 *
 * Takes a target, gives its schedule; the price book of `pricing/` fits it as it is. Never knows
 * where prices come from.
 */
import type { Target } from '../domain/call.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Usage } from '../domain/tokens.ts';

/** What a price depends on besides tokens and time. */
export type PriceTarget = Pick<
  Target,
  'provider' | 'model' | 'modelRequested' | 'operation' | 'tier' | 'region'
>;

/** The prices of one target over time. */
export interface PriceSchedule {
  /** Pico-USD as a safe integer, or the reason why there is no price. */
  cost(usage: Usage, atMs: EpochMs | null): number | string;
}

/** Where schedules come from. */
export interface Pricer {
  schedule(target: PriceTarget): PriceSchedule;
}
