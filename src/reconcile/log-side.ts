/**
 * The log's side: calls → what each day and model cost, and would have cost elsewhere.
 *
 * Takes calls in any order, gives sums for each day and model, exact to the pico-dollar. Never counts
 * a call without a price as free: it is counted beside the cost.
 */
import type { PricedCall, Target, Tier } from '../domain/call.ts';
import { PicoSum } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import { inputTotal, outputTotal, type Usage } from '../domain/tokens.ts';
import type { PriceSource, Rates } from './prices.ts';
import { usualRegion } from './regions.ts';

/** What a call must tell. */
export type LoggedCall = Pick<
  PricedCall,
  'startedAtMs' | 'target' | 'outcome' | 'usage' | 'costPico' | 'unpricedReason'
>;

/** Another way to have been served; null keeps the call's own. */
export interface Alternative {
  readonly tier: Tier | null;
  readonly region: string | null;
}

/** Cost and tokens of the calls of one tier or region. */
export class Share {
  readonly cost = new PicoSum();
  tokens = 0;
}

/** The calls of one day and model. */
export class LogCell {
  /** Priced calls; none where only fees of calls of other cells are booked. */
  calls = 0;
  unpriced = 0;
  unpricedTokens = 0;
  readonly reasons = new Map<string, number>();
  /** Time-outs, cancelled or cut-off streams and server errors whose tokens nobody logged. */
  uncertain = 0;
  readonly cost = new PicoSum();
  input = 0;
  output = 0;
  leastPico = Number.MAX_SAFE_INTEGER;
  mostPico = 0;
  readonly byTier = new Map<Tier, Share>();
  readonly byRegion = new Map<string, Share>();
  /** What the priced calls would have cost, in the order of the alternatives; null: no price. */
  readonly elsewhere: (PicoSum | null)[];
  /** The first target that was seen, to price further tokens with; null if models are mixed. */
  target: Target | null = null;

  constructor(alternatives: number) {
    this.elsewhere = Array.from({ length: alternatives }, () => new PicoSum());
  }
}

/** How calls are put into cells. */
export interface LogOptions {
  readonly prices: PriceSource;
  readonly alternatives: readonly Alternative[];
  /** The key of a call's cell besides its day. */
  keyOf(target: Target): string;
  dayOf(ms: EpochMs): string;
  /** The cell that web-search fees are booked on, where the invoice bills them apart. */
  readonly searchKey: string | null;
  /** A cell holds calls of any model. */
  readonly isMixed: boolean;
}

/** Sums calls by day and model. */
export class LogSide {
  /** Cells by `day\nkey`. */
  readonly cells = new Map<string, LogCell>();
  readonly #rates = new Map<Target, readonly Rates[]>();

  constructor(readonly options: LogOptions) {}

  /** Counts one call that has a time. */
  add(call: LoggedCall, atMs: EpochMs): void {
    const { target, outcome, usage } = call;
    if (outcome.status === 'cached') return;
    const day = this.options.dayOf(atMs);
    const cell = this.#cell(day, this.options.keyOf(target));
    if (!this.options.isMixed) cell.target ??= target;
    const kind = kindOf(call);
    if (kind === 'uncertain' || outcome.status === 'partial') cell.uncertain++;
    if (kind === 'unpriced') {
      cell.unpriced++;
      cell.unpricedTokens += inputTotal(usage) + outputTotal(usage);
      const reason = call.unpricedReason ?? 'no_price';
      cell.reasons.set(reason, (cell.reasons.get(reason) ?? 0) + 1);
    }
    if (kind === 'priced') this.#addPriced(cell, call, { day, atMs });
  }

  /** The dearest priced call of each key on any day, pico-USD. */
  dearest(): Map<string, number> {
    const most = new Map<string, number>();
    for (const [id, { mostPico }] of this.cells) {
      const key = id.slice(id.indexOf('\n') + 1);
      most.set(key, Math.max(most.get(key) ?? 0, mostPico));
    }
    return most;
  }

  #addPriced(cell: LogCell, call: LoggedCall, { day, atMs }: { day: string; atMs: EpochMs }): void {
    const { target } = call;
    const { searchKey } = this.options;
    const apart = searchKey === null ? null : this.#withoutSearches(call, atMs);
    const { usage, costPico } = apart ?? { usage: call.usage, costPico: call.costPico ?? 0 };
    if (searchKey !== null && apart !== null) {
      // The fee is no call: that is counted where its tokens are.
      this.#cell(day, searchKey).cost.add((call.costPico ?? 0) - costPico);
    }
    addTo(cell, costPico, inputTotal(usage), outputTotal(usage));
    addShare(cell.byTier, target.tier, costPico, usage);
    addShare(cell.byRegion, usualRegion(target.region), costPico, usage);
    const rates = this.#ratesOf(target);
    for (let i = 0; i < rates.length; i++) {
      const cost = cell.elsewhere[i] === null ? '' : rates[i]!.cost(usage, atMs);
      if (typeof cost === 'number') cell.elsewhere[i]!.add(cost);
      else cell.elsewhere[i] = null;
    }
  }

  /** A call that searched, less the fee; null without a fee, or where it cannot be told apart. */
  #withoutSearches(
    { target, usage: all, costPico: whole }: LoggedCall,
    atMs: EpochMs,
  ): { usage: Usage; costPico: number } | null {
    if (all.webSearches === 0 || whole === null) return null;
    const usage = { ...all, webSearches: 0 };
    const costPico = this.options.prices.schedule(target).cost(usage, atMs);
    return typeof costPico === 'number' ? { usage, costPico } : null;
  }

  #ratesOf(target: Target): readonly Rates[] {
    let rates = this.#rates.get(target);
    if (rates === undefined) {
      const { alternatives, prices } = this.options;
      rates = alternatives.map(({ tier, region }) =>
        prices.schedule({
          ...target,
          tier: tier ?? target.tier,
          region: region ?? target.region,
        }),
      );
      this.#rates.set(target, rates);
    }
    return rates;
  }

  #cell(day: string, key: string): LogCell {
    const id = `${day}\n${key}`;
    let cell = this.cells.get(id);
    if (cell === undefined) {
      cell = new LogCell(this.options.alternatives.length);
      this.cells.set(id, cell);
    }
    return cell;
  }
}

function addTo(cell: LogCell, costPico: number, input: number, output: number): void {
  cell.calls++;
  cell.cost.add(costPico);
  cell.input += input;
  cell.output += output;
  if (costPico < cell.leastPico) cell.leastPico = costPico;
  if (costPico > cell.mostPico) cell.mostPico = costPico;
}

function addShare<Key>(shares: Map<Key, Share>, key: Key, costPico: number, usage: Usage): void {
  let share = shares.get(key);
  if (share === undefined) {
    share = new Share();
    shares.set(key, share);
  }
  share.cost.add(costPico);
  share.tokens += inputTotal(usage) + outputTotal(usage);
}

/** A refusal is certain to cost nothing; a time-out may have been billed. */
function kindOf({ outcome, target, usage, costPico }: LoggedCall) {
  const { status, httpStatus } = outcome;
  const hasTokens = inputTotal(usage) + outputTotal(usage) > 0;
  if (status === 'error' && !hasTokens) {
    return httpStatus !== null && httpStatus < 500 ? 'refused' : 'uncertain';
  }
  const isOpen = status === 'timeout' || status === 'cancelled' || status === 'partial';
  if (isOpen && (!hasTokens || target.usageBasis === 'missing')) return 'uncertain';
  return costPico === null ? 'unpriced' : 'priced';
}
