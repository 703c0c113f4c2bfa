/**
 * Two price tables on the same calls: what each says, by model and in all.
 *
 * Takes two books and calls one by one; gives sums and differences. Never a difference from a call
 * that only one of the books can price: those are counted beside it.
 */
import type { Call } from '../domain/call.ts';
import { chargeCall } from '../pricing/charge.ts';
import type { PriceBook, PriceTableInfo, UnpricedReason } from '../pricing/price.ts';
import { type CostPairRow, CostPairTally } from './cost-pairs.ts';

/** What of a call matters for its price. */
export type DiffCall = Pick<Call, 'target' | 'outcome' | 'usage' | 'startedAtMs'>;

/** The comparison of two books. */
export interface PriceDiff {
  readonly before: PriceTableInfo;
  readonly after: PriceTableInfo;
  readonly total: CostPairRow;
  /** Largest difference first, either way. */
  readonly models: readonly CostPairRow[];
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
  const tally = new CostPairTally();
  return {
    add(call) {
      const { provider, model, modelRequested } = call.target;
      tally.add({
        provider,
        model: model || modelRequested,
        beforePico: orNull(chargeCall(before.schedule(call.target), call)),
        afterPico: orNull(chargeCall(after.schedule(call.target), call)),
      });
    },
    result: () => ({
      before: before.info,
      after: after.info,
      total: tally.total,
      models: tally.models,
    }),
  };
}

function orNull(cost: number | UnpricedReason): number | null {
  return typeof cost === 'string' ? null : cost;
}
