/**
 * Fleet: the endpoints of a run, each with its limits and its health.
 *
 * Takes a model, gives the endpoint to ask: a healthy one that is free, at random, weighted by how
 * fast it has been. Never an endpoint whose key was refused or whose quota is used up.
 */
import type { Endpoint, LimitHeaders } from '../providers/provider.ts';
import { Aimd } from './adaptive.ts';
import { Breaker, type BreakerPolicy } from './breaker.ts';
import { Limiter, type Limits, type Need } from './limiter.ts';
import type { Timers } from './ports.ts';
import type { BarReason } from './retry.ts';

/** Models by name; a list is one, and so is a rule. */
export interface ModelSet {
  includes(model: string): boolean;
}

/** An endpoint and what is known of it. */
export interface EndpointSpec {
  readonly endpoint: Endpoint;
  /** The models it serves; null: all. */
  readonly models: ModelSet | null;
  readonly limits: Limits;
}

/** Whether an endpoint serves a model. */
export function serves({ models }: Pick<EndpointSpec, 'models'>, model: string): boolean {
  return models === null || models.includes(model);
}

/** Why an endpoint is out for the rest of the run. */
export interface Barred {
  readonly reason: BarReason;
  readonly message: string;
}

/** An endpoint at work. */
export interface Lane {
  readonly endpoint: Endpoint;
  readonly models: ModelSet | null;
  readonly limiter: Limiter;
  readonly breaker: Breaker;
  /** Null: concurrency is fixed. */
  readonly aimd: Aimd | null;
  /** Set once, for the rest of the run. */
  barred: Barred | null;
  /** What its last failed attempt said; empty before one. */
  complaint: string;
}

interface WaitChoice {
  readonly kind: 'wait';
  readonly waitMs: number;
  /** Waiting is not worth it. */
  readonly isHopeless: boolean;
  /** What one of them said when it failed. */
  readonly complaint: string;
}

/** Where a model may be asked: there; after a wait; not in this run; nowhere ever. */
export type Choice =
  | { readonly kind: 'lane'; readonly lane: Lane }
  | WaitChoice
  | { readonly kind: 'barred'; readonly barred: Barred }
  | { readonly kind: 'none' };

export interface FleetOptions {
  readonly timers: Timers;
  readonly random: () => number;
  readonly breaker: BreakerPolicy;
  readonly adaptive: boolean;
}

/** Asked again so soon while another row's probe is out. */
const PROBE_POLL_MS = 250;

export class Fleet {
  readonly lanes: readonly Lane[];
  readonly #random: () => number;
  readonly #timers: Timers;
  readonly #byModel = new Map<string, readonly Lane[]>();

  constructor(specs: readonly EndpointSpec[], options: FleetOptions) {
    this.#random = options.random;
    this.#timers = options.timers;
    this.lanes = specs.map(({ endpoint, models, limits }) => {
      const limiter = new Limiter(limits, options.timers);
      const aimd = options.adaptive ? new Aimd(limits.concurrency) : null;
      if (aimd !== null) limiter.setConcurrency(aimd.limit);
      return {
        endpoint,
        models,
        limiter,
        breaker: new Breaker(options.breaker),
        aimd,
        barred: null,
        complaint: '',
      };
    });
  }

  /** Chooses where to ask a model. */
  choose(model: string, need: Need): Choice {
    const serving = this.#serving(model);
    const only = serving.length === 1 ? serving[0] : undefined;
    const nowMs = this.#timers.nowMs();
    if (only !== undefined && only.barred === null && only.breaker.waitMs(nowMs) === 0)
      return { kind: 'lane', lane: only };
    const usable = serving.filter((lane) => lane.barred === null);
    if (usable.length === 0) {
      const barred = serving[0]?.barred;
      return barred == null ? { kind: 'none' } : { kind: 'barred', barred };
    }
    const healthy = usable.filter((lane) => lane.breaker.waitMs(nowMs) === 0);
    if (healthy.length === 0) {
      const isHopeless = usable.every(({ breaker }) => breaker.isHopeless);
      const complaint = usable.find((lane) => lane.complaint !== '')?.complaint ?? '';
      return { kind: 'wait', waitMs: probeWaitMs(usable, nowMs), isHopeless, complaint };
    }
    return { kind: 'lane', lane: this.#pick(healthy, need) };
  }

  /** Whether a model may be asked elsewhere too. */
  hasOther(lane: Lane, model: string): boolean {
    return this.#serving(model).some((other) => other !== lane && other.barred === null);
  }

  /** Ends all waiting. */
  close(): void {
    for (const lane of this.lanes) lane.limiter.close();
  }

  #serving(model: string): readonly Lane[] {
    let serving = this.#byModel.get(model);
    if (serving === undefined) {
      serving = this.lanes.filter((lane) => serves(lane, model));
      this.#byModel.set(model, serving);
    }
    return serving;
  }

  #pick(healthy: readonly Lane[], need: Need): Lane {
    const free = healthy.filter((lane) => lane.limiter.isFree(need));
    if (free.length === 0) return leastBusy(healthy);
    const known = free.flatMap(({ breaker }) => breaker.latencyMs ?? []);
    const fastestMs = known.length === 0 ? 1 : Math.min(...known);
    // One without a latency yet is taken to be as fast as the fastest, so that it gets one.
    const weights = free.map(({ breaker }) => 1 / Math.max(1, breaker.latencyMs ?? fastestMs));
    let left = this.#random() * weights.reduce((sum, weight) => sum + weight, 0);
    const index = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return free[index] ?? (free[0] as Lane);
  }
}

/** The shortest line; among equals the one that failed longest ago. */
function leastBusy(lanes: readonly Lane[]): Lane {
  return lanes.reduce((best, lane) => {
    const shorter = lane.limiter.waiting - best.limiter.waiting;
    return shorter < 0 || (shorter === 0 && lane.breaker.failedMs < best.breaker.failedMs)
      ? lane
      : best;
  });
}

function probeWaitMs(lanes: readonly Lane[], nowMs: number): number {
  const soonest = Math.min(...lanes.map(({ breaker }) => breaker.waitMs(nowMs)));
  return soonest === Number.POSITIVE_INFINITY ? PROBE_POLL_MS : soonest;
}

/** Tells an endpoint's concurrency how an attempt ended. */
export function adaptConcurrency(lane: Lane, isOverload: boolean): void {
  const { aimd, limiter } = lane;
  if (aimd === null) return;
  // Called before the slot ends: this attempt is still among those in flight.
  if (isOverload) aimd.overloaded(limiter.inFlight - 1);
  else aimd.answered(limiter.inFlight >= aimd.limit);
  limiter.setConcurrency(aimd.limit);
}

/** Whether headers say anything of limits: most answers of local servers do not. */
export function saysLimits(headers: LimitHeaders): boolean {
  return (
    headers.requestsPerMinute !== null ||
    headers.tokensPerMinute !== null ||
    headers.inputTokensPerMinute !== null ||
    headers.outputTokensPerMinute !== null ||
    headers.remainingRequests !== null ||
    headers.remainingTokens !== null
  );
}
