/**
 * The schedule of each target, asked for once.
 *
 * Takes targets, which are shared objects, gives their schedules. Never knows where prices come
 * from.
 */
import type { Target } from '../domain/call.ts';
import type { Pricer, PriceSchedule } from '../policy/pricer.ts';

export class Schedules {
  readonly #pricer: Pricer;
  readonly #known = new Map<Target, PriceSchedule>();

  constructor(pricer: Pricer) {
    this.#pricer = pricer;
  }

  /** The prices of a target over time. */
  of(target: Target): PriceSchedule {
    let schedule = this.#known.get(target);
    if (schedule === undefined) {
      schedule = this.#pricer.schedule(target);
      this.#known.set(target, schedule);
    }
    return schedule;
  }
}
