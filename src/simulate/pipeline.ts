/**
 * The pipeline: one call through the levers, each counted on what it did.
 *
 * Takes calls in time order, gives the baseline, each lever's saving and the rest; the savings add up
 * to the difference to the last digit. Never counts an unpriced call as free.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import { PicoSum, type PicoUsd, picoUsd } from '../domain/money.ts';
import type { Certainty } from '../policy/route.ts';
import type { ByCertainty, CallState, Lever, LeverResult, Skipped } from './lever.ts';
import { LeverTally, type TaskMove } from './lever-tally.ts';

/** What the levers would have saved. */
export interface Savings {
  /** The known costs as paid. */
  readonly baselinePico: PicoUsd;
  /** `baselinePico - savedPico`. */
  readonly afterPico: PicoUsd;
  /** The sum of the levers' savings. */
  readonly savedPico: PicoUsd;
  readonly levers: readonly LeverResult[];
  readonly byCertainty: ByCertainty;
  readonly pricedCalls: number;
  /** In no figure above. */
  readonly unpricedCalls: number;
  readonly skipped: readonly Skipped[];
}

/** Where a call stands in the log, and whether its figures count. */
export interface Standing {
  readonly position: number;
  readonly heldOut: boolean;
  /** False: it only sets the scene, such as what is in a cache. */
  readonly counts: boolean;
}

/** Told of each saving that counts: which lever, how much, in pico-USD, and how sure. */
export type OnSaved = (lever: number, savedPico: number, certainty: Certainty) => void;

/** Levers in their order. */
export class Pipeline {
  readonly #levers: readonly Lever[];
  readonly #tallies: readonly LeverTally[];
  readonly #onSaved: OnSaved | null;
  readonly #baseline = new PicoSum();
  #pricedCalls = 0;
  #unpricedCalls = 0;
  #state: CallState | null = null;

  constructor(levers: readonly Lever[], onSaved: OnSaved | null = null) {
    this.#levers = levers;
    this.#tallies = levers.map((lever) => new LeverTally(lever));
    this.#onSaved = onSaved;
  }

  /** Sends a call through; gives its state behind the last lever, valid until the next call. */
  pass(call: PricedCall, { position, heldOut, counts }: Standing): CallState {
    const state = stateOf(call, this.#state);
    this.#state = state;
    state.position = position;
    state.heldOut = heldOut;
    if (counts) this.#count(call);
    const isTallied = counts && call.costPico !== null;
    for (let lever = 0; lever < this.#levers.length; lever++) this.#step(lever, state, isTallied);
    return state;
  }

  #count({ costPico }: PricedCall): void {
    if (costPico === null) {
      this.#unpricedCalls += 1;
      return;
    }
    this.#pricedCalls += 1;
    this.#baseline.add(costPico);
  }

  #step(index: number, state: CallState, isTallied: boolean): void {
    const lever = this.#levers[index]!;
    const { costPico: before, ownPico, target } = state;
    const certainty = lever.apply(state);
    if (state.skipped !== null) {
      if (isTallied) this.#tallies[index]!.skip(state.skipped);
      state.skipped = null;
    }
    if (certainty === null) {
      if (state.costPico !== before || state.ownPico !== ownPico)
        throw new RangeError(`${lever.id} hides a change of cost`);

      return;
    }
    if (!isTallied || before === null) return;
    const savedPico = before - costAfter(state, lever) + ownPico - state.ownPico;
    const tally = this.#tallies[index]!;
    tally.save(savedPico, certainty);
    if (hasMoved(target, state.target)) {
      tally.move(target, state.target, { task: state.call.task, savedPico });
    }
    this.#onSaved?.(index, savedPico, certainty);
  }

  /** The savings; ends the stream. */
  result(): Savings {
    const results = this.#tallies.map((tally) => tally.result());
    const savedPico = picoUsd(results.reduce((sum, { savedPico }) => sum + savedPico, 0n));
    return {
      baselinePico: this.#baseline.total,
      afterPico: picoUsd(this.#baseline.total - savedPico),
      savedPico,
      levers: results,
      byCertainty: sumByCertainty(results),
      pricedCalls: this.#pricedCalls,
      unpricedCalls: this.#unpricedCalls,
      skipped: this.#tallies.flatMap((tally) => tally.skipped()),
    };
  }

  /** The moves of each lever by task, lever by lever. */
  taskMoves(): { readonly lever: string; readonly moves: readonly TaskMove[] }[] {
    return this.#levers.map(({ id }, index) => ({
      lever: id,
      moves: this.#tallies[index]!.taskMoves(),
    }));
  }
}

function costAfter({ costPico, ownPico }: CallState, lever: Lever): number {
  const isExact = Number.isSafeInteger(costPico) && Number.isSafeInteger(ownPico);
  if (costPico !== null && isExact) return costPico;
  throw new RangeError(`${lever.id} left a cost that is no safe integer: ${costPico}, ${ownPico}`);
}

function hasMoved(from: Target, to: Target): boolean {
  return from !== to && (from.model !== to.model || from.provider !== to.provider);
}

/** The state of a call before any lever, in the record of the call before. */
function stateOf(call: PricedCall, reused: CallState | null): CallState {
  const { target, usage, costPico } = call;
  const served = call.outcome.status === 'cached';
  if (reused === null) {
    const place = { position: 0, heldOut: false, ownPico: 0, skipped: null };
    return { call, ...place, target, usage, costPico, served };
  }
  reused.call = call;
  reused.target = target;
  reused.usage = usage;
  reused.costPico = costPico;
  reused.ownPico = 0;
  reused.served = served;
  reused.skipped = null;
  return reused;
}

function sumByCertainty(results: readonly LeverResult[]): ByCertainty {
  const sum = { sure: 0n, likely: 0n, needs_test: 0n };
  for (const { byCertainty } of results) {
    sum.sure += byCertainty.sure;
    sum.likely += byCertainty.likely;
    sum.needs_test += byCertainty.needs_test;
  }
  return {
    sure: picoUsd(sum.sure),
    likely: picoUsd(sum.likely),
    needs_test: picoUsd(sum.needs_test),
  };
}
