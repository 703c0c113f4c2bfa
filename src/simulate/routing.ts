/**
 * Lever `routing`: calls sent to the model the policy names.
 *
 * Takes a policy and a pricer, re-prices the same tokens on the other model at the call's own time
 * and tier. Never makes a call dearer, never prices a model it does not know, never assumes that
 * the prompt cache is warm on the other model.
 */
import type { Target } from '../domain/call.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import type { Pricer } from '../policy/pricer.ts';
import {
  cheapestOffer,
  type Offer,
  type Route,
  type RoutingPolicy,
  targetOn,
} from '../policy/route.ts';
import {
  type CallState,
  type Lever,
  type LeverResult,
  LeverTally,
  type Skipped,
  SkipTally,
} from './lever.ts';

const ID = 'routing';
const REASONS = {
  no_price: 'the model routed to has no price',
  does_not_fit: 'the call does not fit the context window of the model routed to',
  not_text: 'audio, images or web searches',
} as const;

export class Routing implements Lever {
  readonly #policy: RoutingPolicy;
  readonly #pricer: Pricer;
  readonly #offers = new Map<Target, Map<Route, readonly Offer[]>>();
  readonly #cold = emptyUsage();
  readonly #tally = new LeverTally();
  readonly #skips = new SkipTally();

  constructor(policy: RoutingPolicy, pricer: Pricer) {
    this.#policy = policy;
    this.#pricer = pricer;
  }

  apply(state: CallState): void {
    if (state.served || state.costPico === null || state.costPico === 0) return;
    const route = this.#policy.route(state.call);
    if (route === null) return;
    if (!isText(state.usage)) {
      this.#skips.add(REASONS.not_text);
      return;
    }
    const offers = this.#offersFor(state.target, route);
    const usage = withColdCache(state.usage, this.#cold);
    const best = cheapestOffer(offers, usage, state.call.startedAtMs);
    if (typeof best === 'string') {
      this.#skips.add(REASONS[best]);
      return;
    }
    if (best.costPico >= state.costPico) return;
    this.#tally.save(state.costPico - best.costPico, route.certainty);
    state.target = best.offer.target;
    state.usage = usage;
    state.costPico = best.costPico;
  }

  #offersFor(target: Target, route: Route): readonly Offer[] {
    let byRoute = this.#offers.get(target);
    if (byRoute === undefined) {
      byRoute = new Map();
      this.#offers.set(target, byRoute);
    }
    const known = byRoute.get(route);
    if (known !== undefined) return known;
    const offers = route.models.map((model) => {
      const routed = targetOn(target, model);
      const schedule = this.#pricer.schedule(routed);
      return { target: routed, schedule, contextTokens: model.contextTokens };
    });
    byRoute.set(route, offers);
    return offers;
  }

  result(): LeverResult {
    return this.#tally.result(
      ID,
      `Policy "${this.#policy.id}": the same tokens priced on the other model at the call's own ` +
        'time and tier, tokens read from or written to a prompt cache as plain input; a call whose ' +
        'price would not fall stays.',
    );
  }

  skipped(): Skipped[] {
    return this.#skips.result(ID);
  }
}

function isText(usage: Usage): boolean {
  return (
    usage.inputAudio === 0 &&
    usage.inputImage === 0 &&
    usage.outputAudio === 0 &&
    usage.outputImage === 0 &&
    usage.webSearches === 0
  );
}

/** The usage on a model that has none of the prompt in its cache, written into `cold`. */
function withColdCache(usage: Usage, cold: Usage): Usage {
  const cached = usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  if (cached === 0) return usage;
  cold.input = usage.input + cached;
  cold.output = usage.output;
  cold.reasoning = usage.reasoning;
  return cold;
}
