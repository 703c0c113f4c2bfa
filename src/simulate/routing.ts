/**
 * Lever `routing`: calls sent to the model the policy names.
 *
 * Takes a policy and a pricer, re-prices the same tokens on the other model at the call's own time
 * and tier. Never makes a call dearer, never prices a model it does not know, never assumes that
 * the prompt cache is warm on the other model.
 */
import type { Target } from '../domain/call.ts';
import { PicoSum, picoUsd } from '../domain/money.ts';
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
  type Move,
  type Skipped,
  SkipTally,
} from './lever.ts';

const ID = 'routing';
const REASONS = {
  no_price: 'the model routed to has no price',
  does_not_fit: 'the call does not fit the context window of the model routed to',
  not_text: 'audio, images or web searches',
} as const;

/** The calls of one target that went to one offer. */
interface Stream {
  readonly from: string;
  readonly to: string;
  calls: number;
  readonly saved: PicoSum;
}

export class Routing implements Lever {
  readonly #policy: RoutingPolicy;
  readonly #pricer: Pricer;
  readonly #offers = new Map<Target, Map<Route, readonly Offer[]>>();
  readonly #streams = new Map<Offer, Stream>();
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
    const saved = state.costPico - best.costPico;
    this.#tally.save(saved, route.certainty);
    const stream = this.#streamTo(best.offer, state.target);
    stream.calls += 1;
    stream.saved.add(saved);
    state.target = best.offer.target;
    state.usage = usage;
    state.costPico = best.costPico;
  }

  /** An offer belongs to one target, so it stands for the pair. */
  #streamTo(offer: Offer, from: Target): Stream {
    let stream = this.#streams.get(offer);
    if (stream === undefined) {
      stream = { from: from.model, to: offer.target.model, calls: 0, saved: new PicoSum() };
      this.#streams.set(offer, stream);
    }
    return stream;
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
    const method =
      `Policy "${this.#policy.id}": the same tokens priced on the other model at the call's own ` +
      'time and tier, tokens read from or written to a prompt cache as plain input; a call whose ' +
      `price would not fall stays. ${this.#policy.note}` +
      `${this.#policy.differs === null ? '' : ` ${this.#policy.differs}`}`;
    return { ...this.#tally.result(ID, method), moves: movesOf(this.#streams.values()) };
  }

  skipped(): Skipped[] {
    return this.#skips.result(ID);
  }
}

/** Streams between the same two models put together, largest saving first. */
function movesOf(streams: Iterable<Stream>): Move[] {
  const moves = new Map<string, Move>();
  for (const { from, to, calls, saved } of streams) {
    const pair = JSON.stringify([from, to]);
    const known = moves.get(pair);
    moves.set(pair, {
      from,
      to,
      calls: calls + (known?.calls ?? 0),
      savedPico: picoUsd(saved.total + (known?.savedPico ?? 0n)),
    });
  }
  return [...moves].sort(byPriority).map(([, move]) => move);
}

/** Then most calls, then by name: the same calls give the same order. */
function byPriority([pairA, a]: [string, Move], [pairB, b]: [string, Move]): number {
  if (a.savedPico !== b.savedPico) return a.savedPico > b.savedPico ? -1 : 1;
  return b.calls - a.calls || (pairA < pairB ? -1 : 1);
}

function isText(usage: Usage): boolean {
  return (
    usage.inputAudio === 0 &&
    usage.inputImage === 0 &&
    usage.cacheReadAudio === 0 &&
    usage.cacheReadImage === 0 &&
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
