/**
 * Lever: one way of saving, as a step that every call passes.
 *
 * Takes the state the levers before it left, changes what would be sent and paid, keeps its own
 * tally. Never sees a later lever, so savings compose without counting a cent twice.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import { PicoSum, type PicoUsd, picoUsd } from '../domain/money.ts';
import type { Usage } from '../domain/tokens.ts';
import type { Certainty } from '../policy/route.ts';

/** What would happen to one call now; one record is reused for all calls. */
export interface CallState {
  /** As logged. */
  call: PricedCall;
  /** What would be called. */
  target: Target;
  /** What it would use; valid until the next call. */
  usage: Usage;
  /** What it would cost, a safe integer; null if unpriced. */
  costPico: number | null;
  /** Nothing is sent: a cache answers. */
  served: boolean;
}

export type ByCertainty = Readonly<Record<Certainty, PicoUsd>>;

/** Calls that a lever sent to another model. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly savedPico: PicoUsd;
}

/** What a lever saved on priced calls. */
export interface LeverResult {
  readonly lever: string;
  /** Priced calls it changed. */
  readonly calls: number;
  /** The sum of `byCertainty`. */
  readonly savedPico: PicoUsd;
  readonly byCertainty: ByCertainty;
  /** From which model to which, largest saving first; together the calls and the saving above. */
  readonly moves: readonly Move[];
  /** How it was counted, with the limits used. */
  readonly method: string;
  /** Why its saving is not that of the finding it looks like; null if there is none. */
  readonly note: string | null;
}

/** Priced calls a lever had to leave out, and why. */
export interface Skipped {
  readonly lever: string;
  readonly calls: number;
  readonly reason: string;
}

/** A step of the replay. */
export interface Lever {
  /** Sees one call, in time order; lowers `costPico` by exactly what it adds to its own saving. */
  apply(state: CallState): void;
  /** The saving; ends the stream. */
  result(): LeverResult;
  skipped(): Skipped[];
}

/** Adds up what a lever saved, by certainty. */
export class LeverTally {
  #calls = 0;
  readonly #sums = { sure: new PicoSum(), likely: new PicoSum(), needs_test: new PicoSum() };
  readonly #bulk = { sure: 0n, likely: 0n, needs_test: 0n };

  /** Counts one call with its saving, a safe integer of pico-USD ≥ 0. */
  save(amount: number, certainty: Certainty): void {
    this.#calls += 1;
    this.#sums[certainty].add(amount);
  }

  /** Counts many calls with their total saving. */
  saveAll(calls: number, amount: bigint, certainty: Certainty): void {
    this.#calls += calls;
    this.#bulk[certainty] += amount;
  }

  /** The result of a lever. */
  result(lever: string, method: string): LeverResult {
    const byCertainty = {
      sure: this.#total('sure'),
      likely: this.#total('likely'),
      needs_test: this.#total('needs_test'),
    };
    const savedPico = picoUsd(byCertainty.sure + byCertainty.likely + byCertainty.needs_test);
    return { lever, calls: this.#calls, savedPico, byCertainty, moves: [], method, note: null };
  }

  #total(certainty: Certainty): PicoUsd {
    return picoUsd(this.#sums[certainty].total + this.#bulk[certainty]);
  }
}

/** Skipped calls by reason. */
export class SkipTally {
  readonly #counts = new Map<string, number>();

  /** Counts calls; none is no entry. */
  add(reason: string, calls = 1): void {
    if (calls > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + calls);
  }

  /** One entry per reason, in the order they first came up. */
  result(lever: string): Skipped[] {
    return [...this.#counts].map(([reason, calls]) => ({ lever, calls, reason }));
  }
}
