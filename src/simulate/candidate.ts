/**
 * A candidate of a routing: another model for the calls of one target, with what a call would use
 * there.
 *
 * Takes a target, a model and what is known of it, gives an offer that prices a call's own tokens
 * as the other model would count them. Never assumes that any of the prompt is in the other model's
 * cache, and charges for writing it where the provider does.
 */
import type { Target } from '../domain/call.ts';
import type { Usage } from '../domain/tokens.ts';
import type { Pricer, PriceSchedule } from '../policy/pricer.ts';
import { type ModelRef, type Offer, targetOn } from '../policy/route.ts';
import { cacheKindOf, providerCache } from './prompt-cache-rules.ts';
import { cachedTokens, UsageRecord } from './text-usage.ts';

/** Tokens of the same text on another model for 1,000 on this one. */
export type RecountPermille = (from: Target, to: Target) => number;

const SAME_PERMILLE = 1000;

export class Candidate implements Offer {
  readonly target: Target;
  readonly schedule: PriceSchedule;
  /** In tokens of the model a call comes from. */
  readonly contextTokens: number | null;
  readonly #permille: number;
  /** Whether what a call had in a cache is written anew, and paid as such. */
  readonly #writes: boolean;
  readonly #usage = new UsageRecord();

  constructor(
    from: Target,
    model: ModelRef,
    { pricer, recount }: { readonly pricer: Pricer; readonly recount: RecountPermille | null },
  ) {
    this.target = targetOn(from, model);
    this.#permille = recount?.(from, this.target) ?? SAME_PERMILLE;
    this.#writes = writesAnew(from, this.target);
    const { contextTokens } = model;
    this.contextTokens =
      contextTokens === null ? null : Math.floor((contextTokens * SAME_PERMILLE) / this.#permille);
    const inner = pricer.schedule(this.target);
    this.schedule = { cost: (usage, atMs) => inner.cost(this.usageOf(usage), atMs) };
  }

  /** What a call would use here; valid until the next. */
  usageOf(usage: Usage): Usage {
    const cached = cachedTokens(usage);
    if (cached === 0 && this.#permille === SAME_PERMILLE) return usage;
    const here = this.#usage.copy(usage);
    here.cacheRead = 0;
    here.cacheWrite5m = 0;
    here.cacheWrite1h = 0;
    const counter = usage.cacheWrite1h > 0 ? 'cacheWrite1h' : 'cacheWrite5m';
    const written = this.#writes ? this.#recounted(cached) : 0;
    here.input = this.#recounted(usage.input + cached) - written;
    here[counter] = written;
    here.output = this.#recounted(usage.output);
    here.reasoning = Math.min(here.output, this.#recounted(usage.reasoning));
    return here;
  }

  #recounted(tokens: number): number {
    return Math.round((tokens * this.#permille) / SAME_PERMILLE);
  }
}

/** Where marks are the caller's, calls that had none write nothing. */
function writesAnew(from: Target, to: Target): boolean {
  const kind = cacheKindOf(to.provider, to.model);
  if (kind === null || providerCache(kind, to.model, 'neutral').writeCounter === null) return false;
  return kind !== 'anthropic-5m' || cacheKindOf(from.provider, from.model) === 'anthropic-5m';
}
