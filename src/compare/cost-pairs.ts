/**
 * Two costs of the same calls side by side, by model and in all: stored and new, or under two books.
 *
 * Takes calls one by one, gives exact sums. Never a difference from a call that has only one of the
 * costs: those are counted beside it.
 */
import { PicoSum, type PicoUsd } from '../domain/money.ts';

/** A call with both costs, in pico-USD; null: no price. */
export interface CostPair {
  readonly provider: string;
  readonly model: string;
  readonly beforePico: number | null;
  readonly afterPico: number | null;
}

/** Calls of one model, or all of them. */
export interface CostPairRow {
  /** As logged; empty in the sum of all. */
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  /** Calls with both costs: the only ones in the amounts below. */
  readonly bothPriced: number;
  /** Calls whose two costs differ, or that have only one. */
  readonly changedCalls: number;
  readonly beforePico: PicoUsd;
  readonly afterPico: PicoUsd;
  /** After − before. */
  readonly differencePico: PicoUsd;
  /** Calls with one cost only, and what it comes to. */
  readonly onlyBefore: { readonly calls: number; readonly pico: PicoUsd };
  readonly onlyAfter: { readonly calls: number; readonly pico: PicoUsd };
  readonly neither: number;
}

/** Adds pairs of costs up. */
export class CostPairTally {
  readonly #total = new Sums('', '');
  readonly #models = new Map<string, Sums>();

  /** Counts one call. */
  add(call: CostPair): void {
    const key = `${call.provider}\n${call.model}`;
    let sums = this.#models.get(key);
    if (sums === undefined) {
      sums = new Sums(call.provider, call.model);
      this.#models.set(key, sums);
    }
    sums.add(call);
    this.#total.add(call);
  }

  /** All calls together. */
  get total(): CostPairRow {
    return this.#total.row();
  }

  /** By model, the largest difference first, either way; then most calls, then by name. */
  get models(): CostPairRow[] {
    return [...this.#models.values()].map((sums) => sums.row()).sort(bySize);
  }
}

function bySize(a: CostPairRow, b: CostPairRow): number {
  const size = ({ differencePico: value }: CostPairRow): bigint => (value < 0n ? -value : value);
  const difference = size(b) - size(a);
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return b.calls - a.calls || byName(a.model, b.model) || byName(a.provider, b.provider);
}

function byName(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

class Sums {
  readonly #before = new PicoSum();
  readonly #after = new PicoSum();
  readonly #onlyBefore = { calls: 0, sum: new PicoSum() };
  readonly #onlyAfter = { calls: 0, sum: new PicoSum() };
  #changed = 0;
  #both = 0;
  #neither = 0;

  constructor(
    readonly provider: string,
    readonly model: string,
  ) {}

  add({ beforePico, afterPico }: CostPair): void {
    if (beforePico !== afterPico) this.#changed++;
    if (beforePico !== null && afterPico !== null) {
      this.#both++;
      this.#before.add(beforePico);
      this.#after.add(afterPico);
    } else if (beforePico !== null) {
      this.#onlyBefore.calls++;
      this.#onlyBefore.sum.add(beforePico);
    } else if (afterPico !== null) {
      this.#onlyAfter.calls++;
      this.#onlyAfter.sum.add(afterPico);
    } else this.#neither++;
  }

  row(): CostPairRow {
    const before = this.#before.total;
    const after = this.#after.total;
    const onlyBefore = { calls: this.#onlyBefore.calls, pico: this.#onlyBefore.sum.total };
    const onlyAfter = { calls: this.#onlyAfter.calls, pico: this.#onlyAfter.sum.total };
    return {
      provider: this.provider,
      model: this.model,
      calls: this.#both + onlyBefore.calls + onlyAfter.calls + this.#neither,
      bothPriced: this.#both,
      changedCalls: this.#changed,
      beforePico: before,
      afterPico: after,
      differencePico: (after - before) as PicoUsd,
      onlyBefore,
      onlyAfter,
      neither: this.#neither,
    };
  }
}
