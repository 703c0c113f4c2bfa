/**
 * Observing: whether the calls seen while they were written are the ones a report would read back.
 *
 * Takes calls in the order of their logs, passes them on as long as that is the order of their times.
 * Never claims completeness by itself: the run adds what it knows of old calls and duplicates.
 */
import type { PricedCall } from '../domain/call.ts';
import type { CallObserver } from '../ledger/write.ts';

/** Passes calls on while they come in time order. */
export class Observation {
  #lastMs = 0;
  #inOrder = true;

  constructor(private readonly observer: CallObserver | null) {}

  /** Shows a call to the observer. */
  readonly show = (call: PricedCall): void => {
    if (!this.#inOrder || this.observer === null) return;
    if (call.startedAtMs === null || call.startedAtMs < this.#lastMs) {
      this.#inOrder = false;
      return;
    }
    this.#lastMs = call.startedAtMs;
    this.observer(call);
  };

  /** What was shown is not all there: some of it was taken back. */
  spoil(): void {
    this.#inOrder = false;
  }

  /** Whether the observer saw every call, in time order. */
  get isWhole(): boolean {
    return this.observer !== null && this.#inOrder;
  }
}
