/**
 * What one answer costs: the calls it bills, each at its own model, and their sum.
 *
 * Takes calls and a book, gives costs with their arithmetic. Never a sum over a part of the calls:
 * if one has no price, the whole has none.
 */
import type { Call } from '../domain/call.ts';
import { emptyUsage, type Usage } from '../domain/tokens.ts';
import type { ModelMatch } from '../pricing/book.ts';
import { chargeCall } from '../pricing/charge.ts';
import { type CostExplanation, explainCost } from '../pricing/explain.ts';
import type { PriceBook, UnpricedReason } from '../pricing/price.ts';

/** What a price depends on. */
export type ChargedCall = Pick<Call, 'target' | 'outcome' | 'usage' | 'startedAtMs'>;

/** One call with its cost. */
export interface CostedCall {
  readonly call: ChargedCall;
  readonly match: ModelMatch;
  readonly cost: number | UnpricedReason;
  /** Null where nothing is charged by tokens: a call that was refused or answered from a cache. */
  readonly explanation: CostExplanation | null;
}

/** All calls of an answer. */
export interface CostOfCalls {
  readonly calls: readonly CostedCall[];
  /** Pico-USD of all, or the first reason why there is no price. */
  readonly cost: bigint | UnpricedReason;
  /** The counts of all. */
  readonly usage: Usage;
}

/** Prices the calls of one answer. */
export function costOfCalls(book: PriceBook, calls: readonly ChargedCall[]): CostOfCalls {
  const costed = calls.map((call) => costedCall(book, call));
  const usage = emptyUsage();
  for (const call of calls) {
    for (const name of Object.keys(usage) as (keyof Usage)[]) usage[name] += call.usage[name];
  }
  return { calls: costed, cost: sumOf(costed), usage };
}

function costedCall(book: PriceBook, call: ChargedCall): CostedCall {
  const schedule = book.schedule(call.target);
  const cost = chargeCall(schedule, call);
  const explanation = explainCost(schedule, call.usage, call.startedAtMs);
  const isByTokens = explanation.cost === cost;
  return { call, match: schedule.match, cost, explanation: isByTokens ? explanation : null };
}

function sumOf(calls: readonly CostedCall[]): bigint | UnpricedReason {
  let sum = 0n;
  for (const { cost } of calls) {
    if (typeof cost === 'string') return cost;
    sum += BigInt(cost);
  }
  return sum;
}
