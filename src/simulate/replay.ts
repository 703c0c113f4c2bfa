/**
 * Replay: what a log would have cost with the levers in place.
 *
 * Takes priced calls in time order, gives the baseline, each lever's saving and the rest; the
 * savings add up to the difference to the last digit. Never counts an unpriced call as free, never
 * reads the clock.
 */
import type { PricedCall } from '../domain/call.ts';
import { PicoSum, type PicoUsd, picoUsd } from '../domain/money.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { RoutingPolicy } from '../policy/route.ts';
import { type BatchOptions, BatchTier } from './batch-tier.ts';
import { type CacheOptions, ExactCache } from './exact-cache.ts';
import type { ByCertainty, CallState, Lever, LeverResult, Skipped } from './lever.ts';
import { Routing } from './routing.ts';

export interface ReplayOptions {
  readonly pricer: Pricer;
  /** Null leaves every call on its model. */
  readonly policy: RoutingPolicy | null;
  /** Null turns the cache off; what is left out has its default. */
  readonly cache?: Partial<CacheOptions> | null;
  /** Null turns batching off; what is left out has its default. */
  readonly batch?: Partial<BatchOptions> | null;
}

/** What the levers would have saved. */
export interface Savings {
  /** The known costs as paid. */
  readonly baselinePico: PicoUsd;
  /** `baselinePico - savedPico`. */
  readonly afterPico: PicoUsd;
  /** The sum of the levers' savings. */
  readonly savedPico: PicoUsd;
  readonly levers: readonly LeverResult[];
  readonly byCertainty: ByCertainty;
  readonly pricedCalls: number;
  /** In no figure above. */
  readonly unpricedCalls: number;
  readonly skipped: readonly Skipped[];
}

/** An accumulator over calls in time order. */
export interface Replay {
  add(call: PricedCall): void;
  /** The savings; ends the stream. */
  result(): Savings;
}

/** Replays a log through cache, routing and batch tier, in this order. */
export function replay(options: ReplayOptions): Replay {
  const { pricer, policy, cache, batch } = options;
  const levers: Lever[] = [];
  if (cache !== null) levers.push(new ExactCache(cache));
  if (policy !== null) levers.push(new Routing(policy, pricer));
  if (batch !== null) levers.push(new BatchTier(pricer, batch));
  return replayLevers(levers);
}

/** Replays a log through any levers, each seeing what those before it left. */
export function replayLevers(levers: readonly Lever[]): Replay {
  const baseline = new PicoSum();
  let pricedCalls = 0;
  let unpricedCalls = 0;
  let state: CallState | null = null;
  return {
    add(call) {
      state = stateOf(call, state);
      if (call.costPico === null) {
        unpricedCalls += 1;
      } else {
        pricedCalls += 1;
        baseline.add(call.costPico);
      }
      for (const lever of levers) lever.apply(state);
    },
    result() {
      const results = levers.map((lever) => lever.result());
      const byCertainty = sumByCertainty(results);
      const savedPico = picoUsd(results.reduce((sum, { savedPico }) => sum + savedPico, 0n));
      return {
        baselinePico: baseline.total,
        afterPico: picoUsd(baseline.total - savedPico),
        savedPico,
        levers: results,
        byCertainty,
        pricedCalls,
        unpricedCalls,
        skipped: levers.flatMap((lever) => lever.skipped()),
      };
    },
  };
}

/** The state of a call before any lever, in the record of the call before. */
function stateOf(call: PricedCall, reused: CallState | null): CallState {
  const { target, usage, costPico } = call;
  const served = call.outcome.status === 'cached';
  if (reused === null) return { call, target, usage, costPico, served };
  reused.call = call;
  reused.target = target;
  reused.usage = usage;
  reused.costPico = costPico;
  reused.served = served;
  return reused;
}

function sumByCertainty(results: readonly LeverResult[]): ByCertainty {
  const sum = { sure: 0n, likely: 0n, needs_test: 0n };
  for (const { byCertainty } of results) {
    sum.sure += byCertainty.sure;
    sum.likely += byCertainty.likely;
    sum.needs_test += byCertainty.needs_test;
  }
  return {
    sure: picoUsd(sum.sure),
    likely: picoUsd(sum.likely),
    needs_test: picoUsd(sum.needs_test),
  };
}
