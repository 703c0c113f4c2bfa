/**
 * Replay: what a log would have cost with the levers in place, in one pass as calls come.
 *
 * Takes priced calls in time order, gives the baseline, each lever's saving and the rest. Never looks
 * ahead: the replay of a policy in `simulate.ts`, which does, holds the calls. Never reads the clock.
 */
import type { PricedCall } from '../domain/call.ts';
import type { Pricer } from '../policy/pricer.ts';
import type { RoutingPolicy } from '../policy/route.ts';
import { BatchTier } from './batch-tier.ts';
import type { BatchOptions } from './bulk-runs.ts';
import { type CacheOptions, ExactCache } from './exact-cache.ts';
import type { Lever } from './lever.ts';
import { Pipeline, type Savings } from './pipeline.ts';
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
  const pipeline = new Pipeline(levers);
  const standing = { position: 0, heldOut: false, counts: true };
  return {
    add(call) {
      pipeline.pass(call, standing);
      standing.position += 1;
    },
    result: () => pipeline.result(),
  };
}
