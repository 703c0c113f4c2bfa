/**
 * The parts of a difference: what each is called, and how they are taken until nothing is left.
 *
 * Takes amounts in pico-USD. Never a part that is larger than what was left, or of the other sign:
 * the parts and the rest always add up to the difference.
 */

import type { ReconcilePart } from '../report/reconcile-model.ts';

/** Whether a part follows from both sides, or rests on a price or a share that was assumed. */
export type PartBasis = 'measured' | 'estimated';

/** One explained part; `low` ≤ `amount` ≤ `high`. */
export interface Part {
  readonly name: ReconcilePart;
  readonly amount: bigint;
  readonly low: bigint;
  readonly high: bigint;
  readonly basis: PartBasis;
  /** The calls it is about; null if it is not about calls. */
  readonly calls: number | null;
}

/** A difference that is being explained. */
export class Remainder {
  readonly parts: Part[] = [];
  #left: bigint;

  constructor(difference: bigint) {
    this.#left = difference;
  }

  /** What is not explained yet. */
  get left(): bigint {
    return this.#left;
  }

  /** Takes a part that is known: all of it, whatever is left. */
  takeKnown(name: ReconcilePart, amount: bigint, calls: number | null = null): void {
    if (amount === 0n) return;
    this.#push({ name, amount, low: amount, high: amount, basis: 'measured', calls });
  }

  /** Takes as much of a part as is left in its direction; the bounds are kept either way. */
  take(part: Omit<Part, 'low' | 'high'> & { readonly low?: bigint; readonly high?: bigint }): void {
    const amount = within(part.amount, this.#left);
    const low = least(part.low ?? amount, amount);
    const high = least(-(part.high ?? amount), -amount);
    if (amount === 0n && low === 0n && high === 0n) return;
    this.#push({ ...part, amount, low, high: -high });
  }

  #push(part: Part): void {
    this.parts.push(part);
    this.#left -= part.amount;
  }
}

function within(wanted: bigint, left: bigint): bigint {
  if (left > 0n) return wanted <= 0n ? 0n : least(wanted, left);
  return wanted >= 0n ? 0n : -least(-wanted, -left);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The size of an amount. */
export function sizeOf(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}
