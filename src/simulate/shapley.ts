/**
 * Shapley: what each lever is worth, whatever the order.
 *
 * Takes the saving of every set of levers, gives shares that add up to the saving of all, to the last
 * digit: each lever's mean over all orders of what it adds to those before it. Exact for up to 8
 * levers (256 replays at most), sampled and marked so above. Never replays a set twice.
 */
import { divideHalfEven } from '../domain/money.ts';

/** What the levers are worth. */
export interface ShapleyResult {
  /** In the order of the levers; together the saving of all less that of none. */
  readonly shares: readonly bigint[];
  /** Whether all orders were taken into account. */
  readonly isExact: boolean;
  /** Orders that were sampled; 0 if exact. */
  readonly orders: number;
  /** Standard error of each share in the unit of the shares; 0 if exact. */
  readonly standardErrors: readonly number[];
  /** Sets that were replayed. */
  readonly replays: number;
}

/** The saving of a set of levers: lever i is in it if bit i is set. */
export type SavingOf = (levers: number) => bigint;

const MOST_EXACT = 8;
const MOST_LEVERS = 30;
const ORDERS = 200;

/** Shares out the saving of all levers; `random` and `orders` are for more than 8. */
export function shapley(
  levers: number,
  savingOf: SavingOf,
  { random, orders = ORDERS }: { readonly random: () => number; readonly orders?: number },
): ShapleyResult {
  if (!(Number.isInteger(levers) && levers >= 0 && levers <= MOST_LEVERS)) {
    throw new RangeError(`levers must be a whole number up to ${MOST_LEVERS}: ${levers}`);
  }
  const known = new Map<number, bigint>();
  const saving = (set: number): bigint => {
    const before = known.get(set);
    if (before !== undefined) return before;
    const value = savingOf(set);
    known.set(set, value);
    return value;
  };
  const found =
    levers <= MOST_EXACT
      ? { ...exact(levers, saving), isExact: true, orders: 0 }
      : { ...sampled(levers, saving, { random, orders }), isExact: false, orders };
  return { ...found, replays: known.size };
}

type Shares = Pick<ShapleyResult, 'shares' | 'standardErrors'>;

function exact(levers: number, saving: SavingOf): Shares {
  const whole = factorial(levers);
  const sums = Array.from({ length: levers }, (_, lever) => {
    let sum = 0n;
    for (let set = 0; set < 1 << levers; set++) {
      if ((set & (1 << lever)) !== 0) continue;
      const size = bitsOf(set);
      const weight = factorial(size) * factorial(levers - size - 1);
      sum += weight * (saving(set | (1 << lever)) - saving(set));
    }
    return sum;
  });
  const total = saving((1 << levers) - 1) - saving(0);
  return { shares: addUp(sums, whole, total), standardErrors: sums.map(() => 0) };
}

function sampled(
  levers: number,
  saving: SavingOf,
  { random, orders }: { readonly random: () => number; readonly orders: number },
): Shares {
  const sums = Array.from({ length: levers }, () => 0n);
  const squares = new Float64Array(levers);
  const order = Int32Array.from({ length: levers }, (_, lever) => lever);
  for (let round = 0; round < orders; round++) {
    // Every second order is the one before, reversed: what came late comes early.
    if (round % 2 === 0) shuffle(order, random);
    else order.reverse();
    let set = 0;
    for (const lever of order) {
      const added = saving(set | (1 << lever)) - saving(set);
      sums[lever]! += added;
      squares[lever]! += Number(added) ** 2;
      set |= 1 << lever;
    }
  }
  const total = saving(2 ** levers - 1) - saving(0);
  const standardErrors = sums.map((sum, lever) => {
    const mean = Number(sum) / orders;
    const variance = Math.max(0, squares[lever]! / orders - mean * mean);
    return orders < 2 ? 0 : Math.sqrt(variance / (orders - 1));
  });
  return { shares: addUp(sums, BigInt(orders), total), standardErrors };
}

/** Divides the sums, half to even; what rounding leaves goes to the largest, so that they add up. */
function addUp(sums: readonly bigint[], divisor: bigint, total: bigint): bigint[] {
  const shares = sums.map((sum) => divideHalfEven(sum, divisor));
  if (shares.length === 0) return shares;
  const rest = total - shares.reduce((sum, share) => sum + share, 0n);
  const largest = shares.reduce((best, share, at) => (share > shares[best]! ? at : best), 0);
  shares[largest]! += rest;
  return shares;
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1));
    const kept = order[last]!;
    order[last] = order[at]!;
    order[at] = kept;
  }
}

function factorial(n: number): bigint {
  let product = 1n;
  for (let factor = 2; factor <= n; factor++) product *= BigInt(factor);
  return product;
}

function bitsOf(set: number): number {
  let count = 0;
  for (let rest = set; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
