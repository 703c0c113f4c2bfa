/**
 * What attempts cost: the most before they are sent, and what they came to.
 *
 * Takes a price book and the sizes of models, gives pico-USD. Never 0 for what has no price: null.
 */
import { type Target, TIERS, type Tier } from '../domain/call.ts';
import type { Clock } from '../domain/time.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import { costOf } from '../pricing/card.ts';
import type { PriceBook, Schedule } from '../pricing/price.ts';
import type { Endpoint } from '../providers/provider.ts';
import type { EndpointSpec } from './fleet.ts';
import { outputLimit } from './output-limits.ts';
import type { Costs } from './ports.ts';
import type { Answer, Row } from './row.ts';
import type { PlannedRow } from './rows.ts';
import { servingEndpoint } from './serving.ts';

/** No attempt takes longer. */
const PRICE_AHEAD_MS = 15 * 60_000;

export interface CostOptions {
  readonly book: PriceBook;
  readonly clock: Clock;
  /** Tokens a model can take in and give out together; null if unknown. */
  readonly contextTokensOf: (provider: string, model: string) => number | null;
  /** Who would be asked: for what a row would have cost elsewhere. */
  readonly endpoints?: readonly EndpointSpec[];
  /** The tier rows are asked at; the standard one unless told. */
  readonly tier?: Tier;
}

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

  /** The most an attempt can cost: every byte a token, every token of the answer used. */
  worstPico(row: Row, model: string, { provider }: Pick<Endpoint, 'provider'>): number | null {
    const { operation } = row.prompt;
    const prices = this.#prices(provider, model, operation);
    const output = worstOutputTokens(row, prices);
    if (output === null) return null;
    const usage = emptyUsage();
    usage.output = output;
    const input = (row as PlannedRow).worstInputTokens;
    const { schedule } = prices;
    const nowMs = this.#options.clock.now();
    // A price may change while an attempt is under way.
    const isSteady = schedule.cards.length === 1;
    let worst = dearest(schedule, nowMs, { usage, input });
    if (!isSteady && worst !== null) {
      const later = dearest(schedule, nowMs + PRICE_AHEAD_MS, { usage, input });
      worst = later === null ? null : Math.max(worst, later);
    }
    return worst;
  }

  /** What an answer cost at the tier that served it. */
  actualPico(
    answer: Answer,
    model: string,
    { provider }: Pick<Endpoint, 'provider'>,
  ): number | null {
    if (answer.usage === null) return null;
    const operation = answer.embedding === null ? 'chat' : 'embeddings';
    const served = answer.model === '' ? model : answer.model;
    const target = { provider, model: served, modelRequested: model, operation } as const;
    return this.#cost({ ...target, tier: tierOf(answer.tier) }, answer.usage);
  }

  /** What an answer would have cost on the model a policy moved its row away from. */
  baselinePico(row: Row, answer: Answer): number | null {
    const base = (row as PlannedRow).routed?.baseModel ?? null;
    if (base === null || answer.usage === null) return null;
    const endpoint = servingEndpoint(this.#options.endpoints ?? [], base);
    return this.usagePico(base, endpoint?.provider ?? '', answer.usage);
  }

  /** Tokens a model can take in and give out together; null if unknown. */
  windowOf(model: string, provider: string): number | null {
    return this.#prices(provider, model, 'chat').contextTokens;
  }

  /** The longest answer a row may get from a model; null if nothing limits it. */
  worstOutputTokens(row: Row, model: string, provider: string): number | null {
    return worstOutputTokens(row, this.#prices(provider, model, row.prompt.operation));
  }

  /** What a usage costs on a model now; null without a price. */
  usagePico(model: string, provider: string, usage: Usage): number | null {
    const target = { provider, model, modelRequested: model, operation: 'chat' } as const;
    return this.#cost({ ...target, tier: this.#tier }, usage);
  }

  get #tier(): Tier {
    return this.#options.tier ?? 'standard';
  }

  #cost(target: PricedTarget, usage: Usage): number | null {
    const schedule = this.#schedule(target);
    const cost = schedule.cost(usage, this.#options.clock.now());
    return typeof cost === 'number' ? cost : null;
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
  #prices(provider: string, model: string, operation: Target['operation']): ModelPrices {
    const last = this.#last;
    if (last?.model === model && last.provider === provider && last.operation === operation) {
      return last;
    }
    const key = `${provider}\n${model}\n${operation}`;
    const prices = this.#known.get(key) ?? this.#pricesOf(provider, model, operation);
    this.#known.set(key, prices);
    this.#last = prices;
    return prices;
  }

  #pricesOf(provider: string, model: string, operation: Target['operation']): ModelPrices {
    const target = { provider, model, modelRequested: model, operation };
    const schedule = this.#schedule({ ...target, tier: this.#tier });
    const { match } = schedule;
    // Catalogues know windows by their own names.
    const contextTokens =
      match.how === 'none' ? null : this.#options.contextTokensOf(match.provider, match.model);
    const outputTokens = outputLimit(model);
    return { provider, model, operation, schedule, contextTokens, outputTokens };
  }
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
  readonly provider: string;
  readonly model: string;
  readonly operation: Target['operation'];
  readonly schedule: Schedule;
  readonly contextTokens: number | null;
  /** The longest answer its maker says it gives. */
  readonly outputTokens: number | null;
}

/** The longest answer a row may get; null if nothing limits it. */
function worstOutputTokens(
  { prompt }: Row,
  { contextTokens, outputTokens }: Pick<ModelPrices, 'contextTokens' | 'outputTokens'>,
): number | null {
  if (prompt.operation === 'embeddings') return 0;
  const limits = [prompt.maxTokens, outputTokens, contextTokens].filter((one) => one !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** The most a call may cost at a time: its whole input as fresh, or as written to a cache. */
function dearest(
  schedule: Schedule,
  atMs: number,
  { usage, input }: { readonly usage: Usage; readonly input: number },
): number | null {
  const card = schedule.cardAt(atMs);
  if (typeof card === 'string') return null;
  const fresh = costOf(card, { ...usage, input });
  if (typeof fresh !== 'number') return null;
  const mayWrite = card.plans.some(
    (plan) => plan.cacheWrite5m > plan.input || plan.cacheWrite1h > plan.input || !plan.whole,
  );
  if (!mayWrite) return fresh;
  let worst = fresh;
  for (const counter of ['cacheWrite5m', 'cacheWrite1h'] as const) {
    const cost = costOf(card, { ...usage, [counter]: input });
    // A model without a price for cache writes cannot bill them.
    if (typeof cost === 'number') worst = Math.max(worst, cost);
  }
  return worst;
}

/** The tier an answer names; the standard one if it names none that is known. */
export function tierOf(name: string | null): Tier {
  return TIERS.find((tier) => tier === name) ?? 'standard';
}
