/**
 * Gaps: what is not in the figures, and what the provider said instead.
 *
 * Takes priced calls one by one, gives the unpriced ones by reason and the billed amounts beside the
 * computed ones. Never hides a difference.
 */
import type { PricedCall, Target } from '../domain/call.ts';
import { formatUsd } from '../domain/money.ts';
import type { Billed, Gaps } from '../report/model.ts';

const MAX_MODELS = 10;
const MAX_DIFFERENCES = 5;
const MAX_EXAMPLES = 3;

interface Reason {
  calls: number;
  readonly models: Map<string, number>;
}

interface Pair {
  readonly provider: string;
  readonly model: string;
  calls: number;
  billed: bigint;
  computed: bigint;
  /** The calls whose two costs differ most, largest first. */
  readonly examples: Example[];
}

interface Example {
  readonly id: number;
  readonly billed: bigint;
  readonly computed: bigint;
}

/** Collects gaps; one per report. */
export class GapCounter {
  readonly #reasons = new Map<string, Reason>();
  readonly #billed = new Map<string, Pair>();

  /** Counts one call. */
  add(call: PricedCall): void {
    if (call.unpricedReason !== undefined) this.#unpriced(call.unpricedReason, call.target.model);
    if (call.billedPico !== undefined && call.costPico !== null) {
      const example = { id: call.id, billed: call.billedPico, computed: BigInt(call.costPico) };
      this.#pair(call.target, example);
    }
  }

  #unpriced(name: string, model: string): void {
    const reason = this.#reasons.get(name) ?? { calls: 0, models: new Map<string, number>() };
    reason.calls++;
    reason.models.set(model, (reason.models.get(model) ?? 0) + 1);
    this.#reasons.set(name, reason);
  }

  /** By provider too: two of them bill one model each in their own way. */
  #pair({ provider, model }: Target, call: Example): void {
    const key = `${provider}\n${model}`;
    let pair = this.#billed.get(key);
    if (pair === undefined) {
      pair = { provider, model, calls: 0, billed: 0n, computed: 0n, examples: [] };
      this.#billed.set(key, pair);
    }
    pair.calls++;
    pair.billed += call.billed;
    pair.computed += call.computed;
    offerExample(pair.examples, call);
  }

  /** Unpriced calls by reason, most first, each with its most frequent models. */
  unpricedByReason(): Gaps['unpriced_by_reason'] {
    return [...this.#reasons]
      .map(([reason, { calls, models }]) => ({ reason, calls, models: mostFrequent(models) }))
      .sort((a, b) => b.calls - a.calls || byName(a.reason, b.reason));
  }

  /**
   * Billed beside computed, over the calls that have both; null if none has. `placesOf` tells where
   * calls stand, by their ledger ids.
   */
  billed(placesOf: (ids: readonly number[]) => ReadonlyMap<number, string>): Billed | null {
    const rows = [...this.#billed.values()];
    if (rows.length === 0) return null;
    const all = { calls: 0, billed: 0n, computed: 0n };
    for (const { calls, billed, computed } of rows) {
      all.calls += calls;
      all.billed += billed;
      all.computed += computed;
    }
    // By their calls, not their sums: two mistakes of one model may cancel out.
    const largest = rows
      .filter(({ examples }) => examples.length > 0)
      .sort(
        (a, b) =>
          bySize(differenceOf(b), differenceOf(a)) ||
          bySize(worstOf(b), worstOf(a)) ||
          byName(a.model, b.model) ||
          byName(a.provider, b.provider),
      )
      .slice(0, MAX_DIFFERENCES);
    const places = placesOf(largest.flatMap(({ examples }) => examples.map(({ id }) => id)));
    return {
      calls: all.calls,
      ...amounts(all),
      largest: largest.map((row) => ({
        provider: row.provider,
        model: row.model,
        calls: row.calls,
        ...amounts(row),
        examples: row.examples.map((each) => ({
          place: places.get(each.id) ?? String(each.id),
          ...amounts(each),
        })),
      })),
    };
  }
}

type Costs = Pick<Example, 'billed' | 'computed'>;

/** Keeps the largest differences; of equally large ones the earlier. */
function offerExample(examples: Example[], call: Example): void {
  const own = differenceOf(call);
  if (own === 0n) return;
  const last = examples[MAX_EXAMPLES - 1];
  if (last !== undefined && bySize(own, differenceOf(last)) <= 0) return;
  const before = examples.findIndex((known) => bySize(own, differenceOf(known)) > 0);
  examples.splice(before === -1 ? examples.length : before, 0, call);
  if (examples.length > MAX_EXAMPLES) examples.pop();
}

function differenceOf({ billed, computed }: Costs): bigint {
  return billed - computed;
}

function worstOf({ examples: [worst] }: Pair): bigint {
  return worst === undefined ? 0n : differenceOf(worst);
}

/** Above 0 where the first amount is larger, whatever their signs. */
function bySize(a: bigint, b: bigint): number {
  const [one, two] = [size(a), size(b)];
  return one === two ? 0 : one > two ? 1 : -1;
}

/** The order of names, so that equal figures come in the same order whatever the log's. */
function byName(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function amounts(costs: Costs) {
  return {
    billed_usd: formatUsd(costs.billed),
    computed_usd: formatUsd(costs.computed),
    difference_usd: formatUsd(differenceOf(costs)),
  };
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

function mostFrequent(models: ReadonlyMap<string, number>): string[] {
  const sorted = [...models].sort(([nameA, a], [nameB, b]) => b - a || byName(nameA, nameB));
  return sorted.slice(0, MAX_MODELS).map(([model]) => model);
}
