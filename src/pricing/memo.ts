/**
 * One schedule per target: equal targets get the same object, and names are resolved once.
 */
import type { Schedule, TargetPriceKey } from './book.ts';

/** Remembers the schedules of `make` by the strings of the target. */
export function memoised(
  make: (target: TargetPriceKey) => Schedule,
): (target: TargetPriceKey) => Schedule {
  const known = new Map<string, Schedule>();
  return (target) => {
    const { provider, model, modelRequested, operation, tier, region } = target;
    const key = [provider, model, modelRequested, operation, tier, region].join('\n');
    let schedule = known.get(key);
    if (schedule === undefined) {
      schedule = make(target);
      known.set(key, schedule);
    }
    return schedule;
  };
}
