/**
 * Findings: the waste in a log, as it happened.
 *
 * Takes priced calls in time order, gives one finding for each kind of waste looked for, with 0
 * calls where there is none. Never adds findings up: they overlap.
 */
import type { PricedCall } from '../domain/call.ts';
import { conservativePolicy } from '../policy/conservative.ts';
import type { Pricer } from '../policy/pricer.ts';
import { CutAnswers } from './cut-answers.ts';
import { DearModelOnCommodity } from './dear-model.ts';
import { FailedCalls } from './failed-calls.ts';
import type { Finder, Finding } from './finding.ts';
import { OversizedContext } from './oversized-context.ts';
import { REPEAT_DEFAULTS, RepeatedCalls } from './repeated-calls.ts';

export interface FindOptions {
  readonly pricer: Pricer;
  /** Default 24 h. */
  readonly repeatWindowMs?: number;
  /** Distinct requests remembered for repeats, 68 bytes each, at most 1,048,575; default 500,000. */
  readonly repeatCapacity?: number;
}

/** An accumulator over calls in time order. */
export interface WasteFinder {
  add(call: PricedCall): void;
  /** The findings so far; `spendPico` is the known cost of the whole log. */
  result(spendPico: bigint): Finding[];
}

/** Starts looking for every kind of waste. */
export function findWaste(options: FindOptions): WasteFinder {
  const {
    pricer,
    repeatWindowMs = REPEAT_DEFAULTS.repeatWindowMs,
    repeatCapacity: capacity = REPEAT_DEFAULTS.capacity,
  } = options;
  const repeated = new RepeatedCalls({ repeatWindowMs, capacity });
  const failed = new FailedCalls();
  const oversized = new OversizedContext(pricer);
  const cut = new CutAnswers();
  const dear = new DearModelOnCommodity(conservativePolicy());
  const finders: readonly Finder[] = [repeated, failed, oversized, cut, dear];
  return {
    // One by one: a loop over five classes hides from the compiler which `add` it calls.
    add(call) {
      repeated.add(call);
      failed.add(call);
      oversized.add(call);
      cut.add(call);
      dear.add(call);
    },
    result: (spendPico) => finders.map((finder) => finder.result(spendPico)),
  };
}
