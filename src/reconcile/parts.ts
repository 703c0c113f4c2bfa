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
  /** The part of `amount` that a tolerance takes as explained: the log or the invoice accounts for it. */
  readonly explained: bigint;
  readonly basis: PartBasis;
  /** The calls it is about; null if it is not about calls. */
  readonly calls: number | null;
}

/** A part as it is offered; what is left out of `explained` is all of the amount. */
type Known = Pick<Part, 'name' | 'amount'> & Partial<Pick<Part, 'calls' | 'explained'>>;
type Taken = Omit<Part, 'low' | 'high' | 'explained'> &
  Partial<Pick<Part, 'low' | 'high' | 'explained'>>;

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
  takeKnown(part: Known): void {
    const { amount, calls = null } = part;
    if (amount === 0n) return;
    const explained = within(part.explained ?? amount, amount);
    this.#push({ ...part, low: amount, high: amount, explained, basis: 'measured', calls });
  }

  /** Takes as much of a part as is left in its direction; the bounds are kept either way. */
  take(part: Taken): void {
    const amount = within(part.amount, this.#left);
    const low = least(part.low ?? amount, amount);
    const high = least(-(part.high ?? amount), -amount);
    if (amount === 0n && low === 0n && high === 0n) return;
    const explained = within(part.explained ?? amount, amount);
    this.#push({ ...part, amount, low, high: -high, explained });
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
