/**
 * What repricing does to a bill: stored cost beside new cost, by model and in all.
 *
 * Takes calls one by one, gives exact sums. Never a difference from a call that had no price before
 * or has none now: those are counted beside it.
 */
import { PicoSum, type PicoUsd } from '../domain/money.ts';

/** A call with both costs, in pico-USD; null: no price. */
export interface TwoCosts {
  readonly provider: string;
  readonly model: string;
  readonly storedPico: number | null;
  readonly newPico: number | null;
}

/** Calls of one model, or all of them. */
export interface RepriceRow {
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  /** Calls whose cost is another one now, or has come or gone. */
  readonly changedCalls: number;
  /** Of the calls priced before and now. */
  readonly storedPico: PicoUsd;
  readonly newPico: PicoUsd;
  readonly newlyPriced: { readonly calls: number; readonly pico: PicoUsd };
  readonly noLongerPriced: { readonly calls: number; readonly pico: PicoUsd };
  readonly unpriced: number;
}

/** Adds calls up. */
export class RepriceTally {
  readonly #total = new Sums('', '');
  readonly #models = new Map<string, Sums>();

  /** Counts one call. */
  add(call: TwoCosts): void {
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
  get total(): RepriceRow {
    return this.#total.row();
  }

  /** By model, the largest difference first, either way. */
  get models(): RepriceRow[] {
    const size = ({ storedPico, newPico }: RepriceRow): bigint =>
      newPico > storedPico ? newPico - storedPico : storedPico - newPico;
    const rows = [...this.#models.values()].map((sums) => sums.row());
    return rows.sort((a, b) => {
      const difference = size(b) - size(a);
      if (difference !== 0n) return difference > 0n ? 1 : -1;
      return b.calls - a.calls || (a.model < b.model ? -1 : 1);
    });
  }
}

class Sums {
  readonly #stored = new PicoSum();
  readonly #new = new PicoSum();
  readonly #gained = new PicoSum();
  readonly #lost = new PicoSum();
  #calls = 0;
  #changed = 0;
  #newlyPriced = 0;
  #noLongerPriced = 0;
  #unpriced = 0;

  constructor(
    readonly provider: string,
    readonly model: string,
  ) {}

  add({ storedPico, newPico }: TwoCosts): void {
    this.#calls++;
    if (storedPico !== newPico) this.#changed++;
    if (storedPico === null && newPico === null) this.#unpriced++;
    else if (storedPico === null) {
      this.#newlyPriced++;
      this.#gained.add(newPico ?? 0);
    } else if (newPico === null) {
      this.#noLongerPriced++;
      this.#lost.add(storedPico);
    } else {
      this.#stored.add(storedPico);
      this.#new.add(newPico);
    }
  }

  row(): RepriceRow {
    return {
      provider: this.provider,
      model: this.model,
      calls: this.#calls,
      changedCalls: this.#changed,
      storedPico: this.#stored.total,
      newPico: this.#new.total,
      newlyPriced: { calls: this.#newlyPriced, pico: this.#gained.total },
      noLongerPriced: { calls: this.#noLongerPriced, pico: this.#lost.total },
      unpriced: this.#unpriced,
    };
  }
}
