/**
 * Lever `cascade`: the cheapest model first, the next one where its answer does not pass.
 *
 * Takes models and how many requests each answers, prices a call at what it would cost on average,
 * failed attempts included. The average is exact and rounded up, so a saving is rounded down. Never
 * more than an expectation: which request would be passed on is not known.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import type { Task } from '../domain/task.ts';
import type { Usage } from '../domain/tokens.ts';
import type { Pricer, PriceSchedule } from '../policy/pricer.ts';
import { type Certainty, type ModelRef, type RoutingRequest, targetOn } from '../policy/route.ts';
import type { CallState, Lever, LeverPlan, LeverWords } from './lever.ts';
import { cachedTokens, isTextOnly, UsageRecord } from './text-usage.ts';

/** One cascade. */
export interface CascadeChain {
  /** Which requests it is for; null: all. */
  readonly condition: { matches(request: RoutingRequest): boolean } | null;
  /** Cheap to dear; at least two. */
  readonly models: readonly ModelRef[];
  /**
   * Of 1,000,000 requests of a task, how many come to each model after the first. One entry less
   * than models, each no more than the one before.
   */
  readonly reachedPpm: ReadonlyMap<Task, readonly number[]>;
  /** For tasks that are not named; null: their calls stay where they are. */
  readonly otherwisePpm: readonly number[] | null;
}

export interface CascadeOptions {
  /** The first whose condition holds is a call's. */
  readonly chains: readonly CascadeChain[];
}

const ID = 'cascade';
const ALL_PPM = 1_000_000;
const ALL = BigInt(ALL_PPM);

/** The lever as a plan. Throws RangeError for shares that make no sense. */
export function cascadePlan(pricer: Pricer, options: CascadeOptions): LeverPlan {
  for (const chain of options.chains) checkChain(chain);
  return { id: ID, create: () => new Cascade(pricer, options) };
}

function checkChain({ models, reachedPpm, otherwisePpm }: CascadeChain): void {
  if (models.length < 2) throw new RangeError('a cascade has two models or more');
  const all = [...reachedPpm.values(), ...(otherwisePpm === null ? [] : [otherwisePpm])];
  for (const shares of all) {
    const falls = shares.every((share, index) => share <= (shares[index - 1] ?? ALL_PPM));
    const isWhole = shares.every((share) => Number.isInteger(share) && share >= 0);
    if (shares.length !== models.length - 1 || !falls || !isWhole) {
      throw new RangeError(`shares of a cascade: ${shares.join(', ')}`);
    }
  }
}

/** A chain for calls of one target. */
interface Steps {
  readonly schedules: readonly PriceSchedule[];
  /**
   * Stands for the chain: no chat and no name of a price list, so no lever takes it for one model.
   */
  readonly target: Target;
}

class Cascade implements Lever {
  readonly id = ID;
  readonly #chains: readonly CascadeChain[];
  readonly #pricer: Pricer;
  readonly #steps = new Map<CascadeChain, Map<Target, Steps>>();
  readonly #cold = new UsageRecord();

  constructor(pricer: Pricer, { chains }: CascadeOptions) {
    this.#chains = chains;
    this.#pricer = pricer;
  }

  apply(state: CallState): Certainty | null {
    const { call, target, costPico } = state;
    if (state.served || costPico === null || costPico === 0) return null;
    if (call.outcome.status !== 'ok' || target.operation !== 'chat') return null;
    const chain = this.#chainOf(call);
    if (chain === null) return null;
    const shares = chain.reachedPpm.get(call.task) ?? chain.otherwisePpm;
    if (shares === null) {
      state.skipped = 'no expectation for its task';
      return null;
    }
    if (!isTextOnly(state.usage) || call.outcome.stopReason === 'tool_calls') {
      state.skipped = 'audio, images, searches or tool calls';
      return null;
    }
    return this.#send(state, chain, shares);
  }

  #chainOf(call: PricedCall): CascadeChain | null {
    const fits = ({ condition }: CascadeChain) => condition === null || condition.matches(call);
    return this.#chains.find(fits) ?? null;
  }

  #send(state: CallState, chain: CascadeChain, shares: readonly number[]): Certainty | null {
    const steps = this.#stepsFor(chain, state.target);
    const usage = this.#coldUsage(state.usage);
    const cost = expectedCost(steps.schedules, shares, { usage, atMs: state.call.startedAtMs });
    if (cost === null) {
      state.skipped = 'a model of the cascade has no price';
      return null;
    }
    if (cost >= state.costPico!) return null;
    state.costPico = cost;
    state.usage = usage;
    state.target = steps.target;
    return 'needs_test';
  }

  #coldUsage(usage: Usage): Usage {
    const cold = this.#cold.copy(usage);
    cold.input += cachedTokens(usage);
    cold.cacheRead = 0;
    cold.cacheWrite5m = 0;
    cold.cacheWrite1h = 0;
    return cold;
  }

  #stepsFor(chain: CascadeChain, target: Target): Steps {
    let byTarget = this.#steps.get(chain);
    if (byTarget === undefined) {
      byTarget = new Map();
      this.#steps.set(chain, byTarget);
    }
    let steps = byTarget.get(target);
    if (steps === undefined) {
      const model = `cascade: ${chain.models.map((one) => one.model).join(' > ')}`;
      steps = {
        schedules: chain.models.map((one) => this.#pricer.schedule(targetOn(target, one))),
        target: {
          ...{ ...target, provider: '', model, modelRequested: model, region: '' },
          operation: 'other',
        },
      };
      byTarget.set(target, steps);
    }
    return steps;
  }

  words(): LeverWords {
    const list = this.#chains.map(({ models }) => models.map(({ model }) => model).join(' > '));
    return {
      method:
        `Models in turn (${list.join('; ') || 'none'}), priced at the stated share of requests ` +
        'that comes to each: every attempt is paid, with the tokens of the logged call and a cold ' +
        'prompt cache. Checks of the answers cost nothing here. Needs a test: the shares are ' +
        'expectations, not measured on this log.',
      note: 'a request that is passed on waits for every model before',
    };
  }
}

/** The exact average over the steps, rounded up; null without a price. */
function expectedCost(
  schedules: readonly PriceSchedule[],
  sharesPpm: readonly number[],
  { usage, atMs }: { usage: Usage; atMs: number | null },
): number | null {
  let sum = 0n;
  for (const [step, schedule] of schedules.entries()) {
    const share = step === 0 ? ALL_PPM : sharesPpm[step - 1]!;
    if (share === 0) continue;
    const cost = schedule.cost(usage, atMs);
    if (typeof cost === 'string') return null;
    sum += BigInt(cost) * BigInt(share);
  }
  return Number((sum + ALL - 1n) / ALL);
}
