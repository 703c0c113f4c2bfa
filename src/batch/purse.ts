/**
 * Purse: a budget whose rows wait for each other's change.
 *
 * Takes worst cases, gives reservations, in order. A worst case that does not fit may fit once an
 * attempt in flight has come to less: only when none is left in flight the budget has run out.
 * Never spends: `Budget` does.
 */
import type { Budget, Reservation } from './ports.ts';

interface Waiter {
  readonly worstPico: number;
  readonly grant: (reservation: Reservation | null) => void;
}

export class Purse {
  readonly #budget: Budget;
  #waiting: Waiter[] = [];
  #open = 0;
  #closed = false;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Reserves at once if it fits and nobody waits, else in turn; null: run out, or closed. */
  reserve(worstPico: number): Reservation | null | Promise<Reservation | null> {
    if (this.#closed) return null;
    if (this.#waiting.length === 0) {
      const reservation = this.#try(worstPico);
      if (reservation !== null || this.#open === 0) return reservation;
    }
    return new Promise((grant) => this.#waiting.push({ worstPico, grant }));
  }

  /** The attempt came to so much. */
  settle(reservation: Reservation, actualPico: number): void {
    this.#budget.settle(reservation, actualPico);
    this.#closeOne();
  }

  /** The attempt cost nothing. */
  release(reservation: Reservation): void {
    this.#budget.release(reservation);
    this.#closeOne();
  }

  /** Gives everybody who waits, or comes, null. */
  close(): void {
    this.#closed = true;
    this.#dismiss();
  }

  #try(worstPico: number): Reservation | null {
    const reservation = this.#budget.reserve(worstPico);
    if (reservation !== null) this.#open++;
    return reservation;
  }

  #closeOne(): void {
    this.#open--;
    while (this.#waiting.length > 0) {
      const first = this.#waiting[0] as Waiter;
      const reservation = this.#try(first.worstPico);
      if (reservation === null) break;
      this.#waiting.shift();
      first.grant(reservation);
    }
    if (this.#open === 0) this.#dismiss();
  }

  #dismiss(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { grant } of waiting) grant(null);
  }
}
