/**
 * Gaps: what is not in the figures, and what the provider said instead.
 *
 * Takes priced calls one by one, gives the unpriced ones by reason and the billed amounts beside the
 * computed ones. Never hides a difference.
 */
import type { PricedCall } from '../domain/call.ts';
import { formatUsd } from '../domain/money.ts';
import type { Billed, Gaps } from '../report/model.ts';

const MAX_MODELS = 10;
const MAX_DIFFERENCES = 5;

interface Reason {
  calls: number;
  readonly models: Map<string, number>;
}

interface Pair {
  calls: number;
  billed: bigint;
  computed: bigint;
}

/** Collects gaps; one per report. */
export class GapCounter {
  readonly #reasons = new Map<string, Reason>();
  readonly #billed = new Map<string, Pair>();

  /** Counts one call. */
  add(call: PricedCall): void {
    if (call.unpricedReason !== undefined) this.#unpriced(call.unpricedReason, call.target.model);
    if (call.billedPico !== undefined && call.costPico !== null) {
      this.#pair(call.target.model, call.billedPico, BigInt(call.costPico));
    }
  }

  #unpriced(name: string, model: string): void {
    const reason = this.#reasons.get(name) ?? { calls: 0, models: new Map<string, number>() };
    reason.calls++;
    reason.models.set(model, (reason.models.get(model) ?? 0) + 1);
    this.#reasons.set(name, reason);
  }

  #pair(model: string, billed: bigint, computed: bigint): void {
    const pair = this.#billed.get(model) ?? { calls: 0, billed: 0n, computed: 0n };
    pair.calls++;
    pair.billed += billed;
    pair.computed += computed;
    this.#billed.set(model, pair);
  }

  /** Unpriced calls by reason, most first, each with its most frequent models. */
  unpricedByReason(): Gaps['unpriced_by_reason'] {
    return [...this.#reasons]
      .map(([reason, { calls, models }]) => ({ reason, calls, models: mostFrequent(models) }))
      .sort((a, b) => b.calls - a.calls);
  }

  /** Billed beside computed, over the calls that have both; null if none has. */
  billed(): Billed | null {
    const rows = [...this.#billed].map(([model, pair]) => ({ model, ...pair }));
    if (rows.length === 0) return null;
    const all = { calls: 0, billed: 0n, computed: 0n };
    for (const { calls, billed, computed } of rows) {
      all.calls += calls;
      all.billed += billed;
      all.computed += computed;
    }
    const largest = rows
      .filter(({ billed, computed }) => billed !== computed)
      .sort((a, b) => Number(size(b.billed - b.computed) - size(a.billed - a.computed)))
      .slice(0, MAX_DIFFERENCES);
    return {
      ...amounts(all),
      largest: largest.map((row) => ({ model: row.model, ...amounts(row) })),
    };
  }
}

function amounts({ calls, billed, computed }: Pair) {
  return {
    calls,
    billed_usd: formatUsd(billed),
    computed_usd: formatUsd(computed),
    difference_usd: formatUsd(billed - computed),
  };
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function mostFrequent(models: ReadonlyMap<string, number>): string[] {
  const sorted = [...models].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, MAX_MODELS).map(([model]) => model);
}
