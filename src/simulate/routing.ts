/**
 * Lever `routing`: calls sent to the model the policy names.
 *
 * Takes a policy and a pricer, re-prices the same text on the other model at the call's own time
 * and tier, among the candidates that can take the call. Never makes a call dearer, never prices a
 * model it does not know, never assumes that the prompt cache is warm on the other model.
 */
import type { Outcome, Target } from '../domain/call.ts';
import type { Task } from '../domain/task.ts';
import type { Pricer } from '../policy/pricer.ts';
import {
  type Certainty,
  cheapestOffer,
  type Lacking,
  type ModelRef,
  type Route,
  type RoutingPolicy,
} from '../policy/route.ts';
import { Candidate, type RecountPermille } from './candidate.ts';
import type { CallState, Lever, LeverWords } from './lever.ts';
import { isTextOnly } from './text-usage.ts';

const ID = 'routing';
const REASONS = {
  no_price: 'the model routed to has no price',
  does_not_fit: 'the call does not fit the context window of the model routed to',
  not_text: 'audio, images or web searches',
  no_tools: 'no model of the route takes tools',
  no_json: 'no model of the route answers in JSON',
  no_images: 'no model of the route takes images',
  not_all: 'no model of the route takes all that the call needs',
  tools_unknown: 'whether the call has tools is not known, and no model of the route takes them',
  json_unknown:
    'whether the call asks for JSON is not known, and no model of the route answers in it',
  not_all_unknown: 'what the call needs is not known, and no model of the route takes all of it',
  too_slow: 'no model of the route is known to be within the latency limit',
} as const;

/** Whether calls of a task may go from one model to another. */
export type MayMove = (task: Task, from: string, to: string) => boolean;

/** What is known of a model besides its price; null: not known, which rules nothing out. */
export interface ModelAbilities {
  readonly contextTokens: number | null;
  readonly latencyMs: number | null;
  readonly tools: boolean | null;
}

/** What decides among the candidates of a route besides price; what is left out decides nothing. */
export interface RoutingLimits {
  /** For what the policy does not state itself. */
  readonly abilitiesOf?: (model: ModelRef) => ModelAbilities;
  /** Candidates that are slower are left out, and so are those whose latency is not known. */
  readonly maxLatencyMs?: number;
  /** Left out: what the policy or `abilitiesOf` states. */
  readonly latencyOf?: (model: ModelRef) => number | null;
  /** Left out: as many tokens as on the model of the call. */
  readonly recount?: RecountPermille;
}

/** The candidates of a route for one target, or why there are none. */
interface Candidates {
  readonly all: readonly Candidate[];
  readonly withTools: readonly Candidate[];
  readonly isTooSlow: boolean;
}

export class Routing implements Lever {
  readonly id = ID;
  readonly #policy: RoutingPolicy;
  readonly #pricer: Pricer;
  readonly #mayMove: MayMove | null;
  readonly #limits: RoutingLimits;
  readonly #candidates = new Map<Target, Map<Route, Candidates>>();

  /** `mayMove` keeps calls where they are for another reason than the policy, such as quality. */
  constructor(
    policy: RoutingPolicy,
    pricer: Pricer,
    mayMove: MayMove | null = null,
    limits: RoutingLimits = {},
  ) {
    this.#policy = policy;
    this.#pricer = pricer;
    this.#mayMove = mayMove;
    this.#limits = limits;
  }

  apply(state: CallState): Certainty | null {
    if (state.served || state.costPico === null || state.costPico === 0) return null;
    const route = this.#policy.route(state.call);
    if (route === null) {
      const lacking = this.#policy.lacking?.(state.call) ?? null;
      if (lacking !== null) state.skipped = reasonOf(lacking, state.call.outcome);
      return null;
    }
    if (!isTextOnly(state.usage)) {
      state.skipped = REASONS.not_text;
      return null;
    }
    const { all, withTools, isTooSlow } = this.#candidatesFor(state.target, route);
    const { hasTools, outcome } = state.call;
    const needsTools = hasTools === true || outcome.stopReason === 'tool_calls';
    const mayNeedTools = needsTools || hasTools == null;
    const candidates = mayNeedTools ? withTools : all;
    if (candidates.length === 0) {
      const noTools = needsTools ? REASONS.no_tools : REASONS.tools_unknown;
      state.skipped = isTooSlow ? REASONS.too_slow : noTools;
      return null;
    }
    return this.#send(state, candidates, route.certainty);
  }

  #send(
    state: CallState,
    candidates: readonly Candidate[],
    certainty: Certainty,
  ): Certainty | null {
    const best = cheapestOffer(candidates, state.usage, state.call.startedAtMs);
    if (typeof best === 'string') {
      state.skipped = REASONS[best];
      return null;
    }
    const { offer, costPico } = best;
    if (costPico >= state.costPico!) return null;
    const { model } = offer.target;
    if (this.#mayMove?.(state.call.task, state.target.model, model) === false) return null;
    state.target = offer.target;
    state.usage = offer.usageOf(state.usage);
    state.costPico = costPico;
    return certainty;
  }

  #candidatesFor(target: Target, route: Route): Candidates {
    let byRoute = this.#candidates.get(target);
    if (byRoute === undefined) {
      byRoute = new Map();
      this.#candidates.set(target, byRoute);
    }
    let candidates = byRoute.get(route);
    if (candidates === undefined) {
      candidates = this.#select(target, route.models);
      byRoute.set(route, candidates);
    }
    return candidates;
  }

  #select(target: Target, models: readonly ModelRef[]): Candidates {
    const { abilitiesOf, maxLatencyMs, latencyOf, recount = null } = this.#limits;
    const takesTools = (model: ModelRef) => abilitiesOf?.(model).tools !== false;
    const known = models.map((model) => {
      const facts = abilitiesOf?.(model);
      return {
        ref: {
          ...model,
          contextTokens: model.contextTokens ?? facts?.contextTokens ?? null,
          latencyMs:
            latencyOf === undefined
              ? (model.latencyMs ?? facts?.latencyMs ?? null)
              : latencyOf(model),
        },
        hasTools: takesTools(model),
      };
    });
    const isQuick = ({ latencyMs }: ModelRef) =>
      maxLatencyMs === undefined || (latencyMs !== null && latencyMs <= maxLatencyMs);
    const quick = known.filter(({ ref }) => isQuick(ref));
    const all = quick.map(({ ref, hasTools }) => {
      const candidate = new Candidate(target, ref, { pricer: this.#pricer, recount });
      return { candidate, hasTools };
    });
    return {
      all: all.map(({ candidate }) => candidate),
      withTools: all.filter(({ hasTools }) => hasTools).map(({ candidate }) => candidate),
      isTooSlow: all.length === 0,
    };
  }

  words(): LeverWords {
    const { id, note, differs } = this.#policy;
    const recounted = this.#limits.recount === undefined ? '' : ', counted for its tokenizer,';
    const method =
      `Policy "${id}": the same tokens${recounted} priced on the other model at the call's own ` +
      'time and tier, tokens read from or written to a prompt cache as plain input, or as written ' +
      'anew where the provider charges for that; a call whose price would not fall stays. ' +
      `${note}${differs === null ? '' : ` ${differs}`}`;
    return { method, note: null };
  }
}

function reasonOf({ need, isUnknown }: Lacking, { stopReason }: Outcome): string {
  switch (need) {
    case 'tools':
      return isUnknown && stopReason !== 'tool_calls' ? REASONS.tools_unknown : REASONS.no_tools;
    case 'json':
      return isUnknown ? REASONS.json_unknown : REASONS.no_json;
    case 'images':
      return REASONS.no_images;
    case 'all':
      return isUnknown ? REASONS.not_all_unknown : REASONS.not_all;
  }
}
