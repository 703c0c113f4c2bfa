/**
 * Two price tables on the same calls: what each says, by model and in all.
 *
 * Takes two books and calls one by one; gives sums and differences. Never a difference from a call
 * that only one of the books can price: those are counted beside it.
 */
import type { Outcome, Target } from '../domain/call.ts';
import { PicoSum, type PicoUsd } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Usage } from '../domain/tokens.ts';
import type { PriceBook, PriceTableInfo, Schedule, UnpricedReason } from './book.ts';
import { chargeCall } from './charge.ts';

/** What of a call matters for its price. */
export interface DiffCall {
  readonly target: Target;
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly startedAtMs: EpochMs | null;
}

/** Calls of one model, or all of them, under both books. */
export interface DiffRow {
  /** As logged; empty in the sum of all. */
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  /** Priced by both: the only ones in the amounts below. */
  readonly bothPriced: number;
  readonly beforePico: PicoUsd;
  readonly afterPico: PicoUsd;
  /** After − before. */
  readonly differencePico: PicoUsd;
  /** Priced by one book only, with what that book says. */
  readonly onlyBefore: { readonly calls: number; readonly pico: PicoUsd };
  readonly onlyAfter: { readonly calls: number; readonly pico: PicoUsd };
  readonly neither: number;
}

/** The comparison of two books. */
export interface PriceDiff {
  readonly before: PriceTableInfo;
  readonly after: PriceTableInfo;
  readonly total: DiffRow;
  /** Largest difference first, either way. */
  readonly models: readonly DiffRow[];
}

/** Compares two books, call by call. */
export interface PriceDiffer {
  /** Prices one call with both books. */
  add(call: DiffCall): void;
  /** The comparison so far. */
  result(): PriceDiff;
}

/** Starts a comparison. */
export function diffPrices(before: PriceBook, after: PriceBook): PriceDiffer {
  const total = new Tally('', '');
  const models = new Map<string, Tally>();
  return {
    add(call) {
      const { provider, model, modelRequested } = call.target;
      const name = model || modelRequested;
      const key = `${provider}\n${name}`;
      const tally = models.get(key) ?? new Tally(provider, name);
      models.set(key, tally);
      const old = chargeCall(before.schedule(call.target), call);
      const next = chargeCall(after.schedule(call.target), call);
      tally.add(old, next);
      total.add(old, next);
    },
    result: () => ({
      before: before.info,
      after: after.info,
      total: total.row(),
      models: [...models.values()].map((tally) => tally.row()).sort(bySize),
    }),
  };
}

function bySize(a: DiffRow, b: DiffRow): number {
  const size = ({ differencePico: value }: DiffRow): bigint => (value < 0n ? -value : value);
  const difference = size(b) - size(a);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}

type Charge = number | UnpricedReason;

class Tally {
  readonly #provider: string;
  readonly #model: string;
  readonly #before = new PicoSum();
  readonly #after = new PicoSum();
  readonly #onlyBefore = { calls: 0, sum: new PicoSum() };
  readonly #onlyAfter = { calls: 0, sum: new PicoSum() };
  #both = 0;
  #neither = 0;

  constructor(provider: string, model: string) {
    this.#provider = provider;
    this.#model = model;
  }

  add(before: Charge, after: Charge): void {
    if (typeof before === 'number' && typeof after === 'number') {
      this.#both++;
      this.#before.add(before);
      this.#after.add(after);
    } else if (typeof before === 'number') {
      this.#onlyBefore.calls++;
      this.#onlyBefore.sum.add(before);
    } else if (typeof after === 'number') {
      this.#onlyAfter.calls++;
      this.#onlyAfter.sum.add(after);
    } else this.#neither++;
  }

  row(): DiffRow {
    const before = this.#before.total;
    const after = this.#after.total;
    const onlyBefore = { calls: this.#onlyBefore.calls, pico: this.#onlyBefore.sum.total };
    const onlyAfter = { calls: this.#onlyAfter.calls, pico: this.#onlyAfter.sum.total };
    return {
      provider: this.#provider,
      model: this.#model,
      calls: this.#both + onlyBefore.calls + onlyAfter.calls + this.#neither,
      bothPriced: this.#both,
      beforePico: before,
      afterPico: after,
      differencePico: (after - before) as PicoUsd,
      onlyBefore,
      onlyAfter,
      neither: this.#neither,
    };
  }
}

/** The book as it stood at an instant: every call gets the card that was valid then. */
export function bookAsOf(book: PriceBook, atMs: EpochMs): PriceBook {
  const known = new Map<Schedule, Schedule>();
  return {
    ...book,
    schedule(target) {
      const schedule = book.schedule(target);
      let fixed = known.get(schedule);
      if (fixed === undefined) {
        fixed = fixedAt(schedule, atMs);
        known.set(schedule, fixed);
      }
      return fixed;
    },
  };
}

function fixedAt(schedule: Schedule, atMs: EpochMs): Schedule {
  return {
    ...schedule,
    cost: (usage) => schedule.cost(usage, atMs),
    cardAt: () => schedule.cardAt(atMs),
  };
}
