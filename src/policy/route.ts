/**
 * Routing: which model a request may go to instead.
 *
 * Takes what is known of a request, gives candidate models and how sure that is. Never looks at
 * prices: among the candidates the cheapest with a known price is taken by `cheapestOffer`.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import type { EpochMs } from '../domain/time.ts';
import { inputTotal, outputTotal, type Usage } from '../domain/tokens.ts';
import type { PriceSchedule } from './pricer.ts';

/** How sure a saving is: proven by the log, likely without loss, or only after a test. */
export type Certainty = 'sure' | 'likely' | 'needs_test';

/** How much a request matters to its sender. */
export type Priority = 'low' | 'medium' | 'high' | 'critical';

/** A model to route to. */
export interface ModelRef {
  readonly provider: string;
  readonly model: string;
  /** Input and output together must fit; null if not stated. */
  readonly contextTokens: number | null;
  /** Mean latency as stated by the policy's source; null if not stated. */
  readonly latencyMs: number | null;
}

/** What a policy needs to know of a request; a PricedCall is one. */
export interface RoutingRequest
  extends Pick<PricedCall, 'task' | 'taskConfidence'>,
    Pick<PricedCall, 'complexityPercent' | 'hasTools' | 'hasSchema'>,
    Partial<Pick<PricedCall, 'usage'>>,
    Partial<RoutingHints> {
  readonly target: Pick<Target, 'provider' | 'model' | 'operation'>;
}

/** What only a caller who still has the text, or the user's wish, can tell. */
interface RoutingHints {
  readonly prompt: string;
  /** 0–1, by the caller's own measure; null: none. What a ledger keeps is `complexityPercent`. */
  readonly complexity: number | null;
  readonly priority: Priority;
  readonly maxLatencyMs: number;
  /** A label of the caller's own. */
  readonly tag: string;
  /** Where no usage is known yet. */
  readonly inputTokens: number;
  readonly hasImages: boolean;
}

/** Where a request may go. Policies give the same object for the same decision. */
export interface Route {
  /** The cheapest of these is taken. */
  readonly models: readonly ModelRef[];
  /** The most that may be claimed for the answers' quality. */
  readonly certainty: Certainty;
}

/** Rules from a request to a route. */
export interface RoutingPolicy {
  readonly id: string;
  /** The rule, as its source has it. */
  readonly note: string;
  /** How calls of a log are routed otherwise than by the source's rule; null if by the rule itself. */
  readonly differs: string | null;
  /** The best certainty any of its routes claims. */
  readonly certainty: Certainty;
  /** Where the request may go; null to leave it where it is. */
  route(request: RoutingRequest): Route | null;
  /**
   * What no model of the rule can do that the request needs, or may need; null: it is not for that
   * that it has no route. Left out: never.
   */
  lacking?(request: RoutingRequest): Lacking | null;
}

/** What models are said not to take; `isUnknown`: whether the request needs it is not known. */
export interface Lacking {
  readonly need: 'tools' | 'json' | 'images' | 'all';
  readonly isUnknown: boolean;
}

/** A candidate with its prices. */
export interface Offer {
  readonly target: Target;
  readonly schedule: PriceSchedule;
  readonly contextTokens: number | null;
}

/** The target of the same request on another model: same operation and tier, region if it stays. */
export function targetOn(target: Target, model: ModelRef): Target {
  const stays = target.provider === model.provider;
  return {
    ...target,
    provider: model.provider,
    model: model.model,
    modelRequested: model.model,
    region: stays ? target.region : '',
  };
}

/** Whether a request of this size fits a context window; an unstated window fits everything. */
function fitsContext(usage: Usage, contextTokens: number | null): boolean {
  return contextTokens === null || inputTotal(usage) + outputTotal(usage) <= contextTokens;
}

/** The cheapest offer that fits and has a price, with its cost in pico-USD; a reason if none has. */
export function cheapestOffer<One extends Offer>(
  offers: readonly One[],
  usage: Usage,
  atMs: EpochMs | null,
): { offer: One; costPico: number } | 'no_price' | 'does_not_fit' {
  let best: { offer: One; costPico: number } | null = null;
  let fits = false;
  for (const offer of offers) {
    if (!fitsContext(usage, offer.contextTokens)) continue;
    fits = true;
    const cost = offer.schedule.cost(usage, atMs);
    if (typeof cost === 'string' || (best !== null && best.costPico <= cost)) continue;
    best = { offer, costPico: cost };
  }
  return best ?? (fits ? 'no_price' : 'does_not_fit');
}

/** The candidates at or below a latency limit; one without a stated latency stays. */
export function withinLatency(models: readonly ModelRef[], maxLatencyMs: number): ModelRef[] {
  return models.filter((model) => model.latencyMs === null || model.latencyMs <= maxLatencyMs);
}
