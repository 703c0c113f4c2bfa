/**
 * What attempts cost: the most before they are sent, and what they came to.
 *
 * Takes a price book and the sizes of models, gives pico-USD. Never 0 for what has no price: null.
 */
import { type Target, TIERS, type Tier } from '../domain/call.ts';
import { type Clock, DAY_MS, type EpochMs } from '../domain/time.ts';
import type { Usage } from '../domain/tokens.ts';
import type { RateCard } from '../pricing/card.ts';
import type { PriceBook, Schedule } from '../pricing/price.ts';
import type { Endpoint } from '../providers/provider.ts';
import type { Bound } from './bound.ts';
import { cardsAhead, dearestPico } from './dearest.ts';
import type { EndpointSpec } from './fleet.ts';
import { outputLimit } from './output-limits.ts';
import type { Costs } from './ports.ts';
import type { Answer, NoWorst, Row } from './row.ts';
import { servingEndpoint } from './serving.ts';

/** So long after its worst case is set aside an attempt begins at the latest. */
const BEGINS_WITHIN_MS = 15 * 60_000;
/** A file waits for others before it is sent, and is answered within a day. */
const FILE_MS = 2 * DAY_MS;
/** Cards ahead are looked for anew after so long. */
const LOOKED_FOR_MS = 60_000;

export interface CostOptions {
  readonly book: PriceBook;
  readonly clock: Clock;
  /** Tokens a model can take in and give out together; null if unknown. */
  readonly contextTokensOf: (provider: string, model: string) => number | null;
  /** Who would be asked: for what a row would have cost elsewhere. */
  readonly endpoints?: readonly EndpointSpec[];
  /** The tier rows are asked at; the standard one unless told. */
  readonly tier?: Tier;
  /** No live attempt takes longer. */
  readonly longestTryMs?: number;
}

/** Who is paid for an attempt, and the wire format that decides what is asked. */
export type Payee = Pick<Endpoint, 'provider'> & Partial<Pick<Endpoint, 'wire'>>;

type PricedTarget = Pick<Target, 'provider' | 'model' | 'modelRequested' | 'operation' | 'tier'>;

/** Prices the attempts of a run. */
export class BatchCosts implements Costs {
  readonly #options: CostOptions;
  readonly #schedules = new Map<string, Schedule>();
  #lastScheduled: { readonly target: PricedTarget; readonly schedule: Schedule } | null = null;
  #last: ModelPrices | null = null;
  readonly #known = new Map<string, ModelPrices>();

  constructor(options: CostOptions) {
    this.#options = options;
  }

  /** The most an attempt can cost: every byte a token, every token of its answers used. */
  worstPico(row: Row, model: string, payee: Payee): number | null {
    const worst = this.#worst(row, model, payee);
    return typeof worst === 'number' ? worst : null;
  }

  /** Why an attempt has no worst case. */
  whyNoWorst(row: Row, model: string, payee: Payee): NoWorst {
    const worst = this.#worst(row, model, payee);
    if (typeof worst === 'number') throw new Error('a worst case is known');
    return worst;
  }

  #worst(row: Row, model: string, payee: Payee): number | NoWorst {
    const { bound } = row;
    if ('unbounded' in bound) return unbounded(`what ${bound.unbounded} may add`);
    if (SEARCHING.test(model)) return unbounded(`how often ${model} searches`);
    const operation = askedAs(row, payee);
    const perAnswer = this.worstOutputTokens(row, model, payee);
    if (perAnswer === null) return this.#whyOpen(row, model, payee);
    const use = { ...bound, outputTokens: perAnswer * bound.answers };
    let worst = 0;
    for (const tier of this.#tiersOf(bound)) {
      const prices = this.#prices(payee.provider, model, operation, tier);
      const cards = this.#cardsOf(prices);
      const cost = cards === null ? null : dearestPico(cards, use);
      if (cost === null) return unpriced(model, tier);
      worst = Math.max(worst, cost);
    }
    return worst;
  }

  /** Nothing limits its answer; without a price, a limit would not help. */
  #whyOpen(row: Row, model: string, payee: Payee): NoWorst {
    const prices = this.#prices(payee.provider, model, askedAs(row, payee), this.#tier);
    if (this.#cardsOf(prices) === null) return unpriced(model, this.#tier);
    return unbounded(`the length of ${model}'s answer`, 'give --max-tokens N');
  }

  /** The tier of the run, and that which the request itself asks for: either may serve it. */
  #tiersOf({ tier }: Bound): readonly Tier[] {
    const own = this.#tier;
    return tier === null || tier === own ? [own] : [own, tier];
  }

  #cardsOf(prices: ModelPrices): readonly RateCard[] | null {
    const nowMs = this.#options.clock.now();
    const { ahead } = prices;
    if (ahead !== null && nowMs >= ahead.atMs && nowMs < ahead.atMs + LOOKED_FOR_MS)
      return ahead.cards;
    const toMs = nowMs + this.#aheadMs + LOOKED_FOR_MS;
    const cards = cardsAhead(prices.schedule, { fromMs: nowMs, toMs });
    prices.ahead = { atMs: nowMs, cards };
    return cards;
  }

  /** How long after now an attempt may be billed. */
  get #aheadMs(): number {
    const live = BEGINS_WITHIN_MS + (this.#options.longestTryMs ?? BEGINS_WITHIN_MS);
    return this.#tier === 'batch' ? FILE_MS : live;
  }

  /** What an answer cost at the tier that served it, when its attempt began. */
  actualPico(
    answer: Answer,
    model: string,
    { provider }: Pick<Endpoint, 'provider'>,
    startedAtMs: EpochMs,
  ): number | null {
    if (answer.usage === null) return null;
    const operation = answer.embedding === null ? 'chat' : 'embeddings';
    const served = answer.model === '' ? model : answer.model;
    const target = { provider, model: served, modelRequested: model, operation } as const;
    const schedule = this.#schedule({ ...target, tier: tierOf(answer.tier) });
    return costAt(schedule, answer.usage, startedAtMs);
  }

  /** What an answer would have cost on the model a policy moved its row away from. */
  baselinePico(row: Row, answer: Answer): number | null {
    const base = row.routed?.baseModel ?? null;
    if (base === null || answer.usage === null) return null;
    const endpoint = servingEndpoint(this.#options.endpoints ?? [], base);
    return this.usagePico(base, endpoint?.provider ?? '', answer.usage);
  }

  /** Tokens a model can take in and give out together; null if unknown. */
  windowOf(model: string, provider: string): number | null {
    return this.#prices(provider, model, 'chat', this.#tier).contextTokens;
  }

  /** The longest answer a row may get from a model; null if nothing limits it. */
  worstOutputTokens(row: Row, model: string, payee: Payee): number | null {
    const operation = askedAs(row, payee);
    if (operation === 'embeddings') return 0;
    const prices = this.#prices(payee.provider, model, operation, this.#tier);
    const { contextTokens, outputTokens } = prices;
    const limits = [row.prompt.maxTokens, outputTokens, contextTokens].filter(
      (one) => one !== null,
    );
    return limits.length === 0 ? null : Math.min(...limits);
  }

  /** What a usage costs on a model now; null without a price. */
  usagePico(model: string, provider: string, usage: Usage): number | null {
    const target = { provider, model, modelRequested: model, operation: 'chat' } as const;
    const schedule = this.#schedule({ ...target, tier: this.#tier });
    return costAt(schedule, usage, this.#options.clock.now());
  }

  get #tier(): Tier {
    return this.#options.tier ?? 'standard';
  }

  /** Rows in a row mostly have one target: it is not looked for again. */
  #schedule(target: PricedTarget): Schedule {
    const last = this.#lastScheduled;
    if (last !== null && isSame(last.target, target)) return last.schedule;
    const { provider, model, modelRequested, tier, operation } = target;
    const key = `${provider}\n${model}\n${modelRequested}\n${tier}\n${operation}`;
    let schedule = this.#schedules.get(key);
    if (schedule === undefined) {
      schedule = this.#options.book.schedule({ ...target, region: '' });
      this.#schedules.set(key, schedule);
    }
    this.#lastScheduled = { target, schedule };
    return schedule;
  }

  /** The schedule and window of a model as it is asked; remembered, since every row asks. */
  #prices(
    provider: string,
    model: string,
    operation: Target['operation'],
    tier: Tier,
  ): ModelPrices {
    const key = `${provider}\n${model}\n${operation}\n${tier}`;
    if (this.#last?.key === key) return this.#last;
    const target = { provider, model, modelRequested: model, operation, tier };
    const prices = this.#known.get(key) ?? this.#pricesOf(key, target);
    this.#known.set(key, prices);
    this.#last = prices;
    return prices;
  }

  #pricesOf(key: string, target: PricedTarget): ModelPrices {
    const schedule = this.#schedule(target);
    const { match } = schedule;
    // Catalogues know windows by their own names.
    const contextTokens =
      match.how === 'none' ? null : this.#options.contextTokensOf(match.provider, match.model);
    const outputTokens = outputLimit(target.model);
    return { key, schedule, contextTokens, outputTokens, ahead: null };
  }
}

/** Anthropic's wire format knows no embeddings: there, such a row is asked as any other. */
function askedAs({ prompt: { operation } }: Row, { wire }: Payee): Target['operation'] {
  return operation === 'embeddings' && wire === 'anthropic_messages' ? 'chat' : operation;
}

function costAt(schedule: Schedule, usage: Usage, atMs: EpochMs): number | null {
  const cost = schedule.cost(usage, atMs);
  return typeof cost === 'number' ? cost : null;
}

/** Models that search or run tools by themselves, which is billed beside the tokens. */
const SEARCHING = /-search-preview|-search-api|deep-research|:online$|(?:^|\/)compound\b/;

const NOT_COVERED = 'its worst case cannot be held against a budget';

function unbounded(what: string, hint = 'ask it without a budget'): NoWorst {
  return { code: 'unbounded', message: `nothing limits ${what}, so ${NOT_COVERED}`, hint };
}

function unpriced(model: string, tier: Tier): NoWorst {
  const what = tier === 'standard' ? 'price' : `price of the tier ${tier}`;
  const message = `the model ${model} has no ${what}, so ${NOT_COVERED}`;
  const isStandard = tier === 'standard';
  const hint = isStandard ? `give --price '${model}:input=…,output=…'` : 'ask it live: --via live';
  return { code: 'unpriced', message, hint };
}

function isSame(a: PricedTarget, b: PricedTarget): boolean {
  return (
    a.model === b.model &&
    a.modelRequested === b.modelRequested &&
    a.provider === b.provider &&
    a.tier === b.tier &&
    a.operation === b.operation
  );
}

interface ModelPrices {
  readonly key: string;
  readonly schedule: Schedule;
  readonly contextTokens: number | null;
  /** The longest answer its maker says it gives. */
  readonly outputTokens: number | null;
  /** The cards that may hold until an attempt of `atMs` is billed. */
  ahead: { readonly atMs: EpochMs; readonly cards: readonly RateCard[] | null } | null;
}

/** The tier an answer names; the standard one if it names none that is known. */
export function tierOf(name: string | null): Tier {
  return TIERS.find((tier) => tier === name) ?? 'standard';
}
