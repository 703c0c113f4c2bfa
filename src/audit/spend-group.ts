/**
 * Groups of calls: counting into them, putting them together, listing them.
 *
 * Takes counts and costs, gives rows of the report. Never a float sum of money.
 */
import { formatUsd, PicoSum, shareBp } from '../domain/money.ts';
import type { SpendFigures } from '../report/model.ts';

/** The sums of one group of calls. */
export class Group {
  calls = 0;
  unpriced = 0;
  input = 0;
  cached = 0;
  output = 0;
  readonly #costs = new PicoSum();
  #merged = 0n;

  /** Counts one call; `cost` is pico-USD, a safe integer, or null if unpriced. */
  add(input: number, cached: number, output: number, cost: number | null): void {
    this.calls++;
    this.input += input;
    this.cached += cached;
    this.output += output;
    if (cost === null) this.unpriced++;
    else this.#costs.add(cost);
  }

  /** Counts all calls of another group. */
  addGroup(other: Group): void {
    this.calls += other.calls;
    this.unpriced += other.unpriced;
    this.input += other.input;
    this.cached += other.cached;
    this.output += other.output;
    this.#merged += other.total;
  }

  /** The cost of the group in pico-USD. */
  get total(): bigint {
    return this.#merged + this.#costs.total;
  }
}

/** The group of a key, made at its first call. */
export function groupOf<Key>(groups: Map<Key, Group>, key: Key): Group {
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group = new Group();
  groups.set(key, group);
  return group;
}

/** Puts groups together that have the same name: two targets of one model, two ids of one user. */
export function mergeBy<Key, Name>(
  groups: ReadonlyMap<Key, Group>,
  name: (key: Key) => Name,
): Map<Name, Group> {
  const merged = new Map<Name, Group>();
  for (const [key, part] of groups) {
    groupOf(merged, name(key)).addGroup(part);
  }
  return merged;
}

/** A group as the report shows it; `whole` is the cost its share is of. */
export function figuresOf(group: Group, whole: bigint): SpendFigures {
  return {
    calls: group.calls,
    input_tokens: group.input,
    cached_input_tokens: group.cached,
    output_tokens: group.output,
    cost_usd: formatUsd(group.total),
    share: share(group.total, whole),
    unpriced_calls: group.unpriced,
  };
}

/** Largest cost first, then most calls, then by name: the same input gives the same order. */
export function rowsOf<Key extends string | null, Row>(
  groups: ReadonlyMap<Key, Group>,
  whole: bigint,
  row: (key: Key, figures: SpendFigures) => Row,
): Row[] {
  return [...groups]
    .sort(
      ([nameA, a], [nameB, b]) =>
        descending(a.total, b.total) ||
        b.calls - a.calls ||
        ((nameA ?? '') < (nameB ?? '') ? -1 : 1),
    )
    .map(([key, group]) => row(key, figuresOf(group, whole)));
}

function descending(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a > b ? -1 : 1;
}

/** A share 0–1, rounded down at the fourth decimal; 0 of nothing. */
export function share(part: bigint, whole: bigint): number {
  return shareBp(part, whole) / 10_000;
}
