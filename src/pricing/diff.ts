/**
 * A book as it stood at an instant.
 *
 * Takes a book and a time, gives a book. Never another match: only the card of a model is another.
 */
import type { EpochMs } from '../domain/time.ts';
import type { PriceBook, Schedule } from './book.ts';

/** The book as it stood at an instant: every call gets the card that was valid then. */
export function bookAsOf(book: PriceBook, atMs: EpochMs): PriceBook {
  const known = new Map<Schedule, Schedule>();
  return {
    ...book,
    schedule(target) {
      const schedule = book.schedule(target);
      let fixed = known.get(schedule);
      if (fixed === undefined) {
        fixed = fixedAt(schedule, atMs);
        known.set(schedule, fixed);
      }
      return fixed;
    },
  };
}

function fixedAt(schedule: Schedule, atMs: EpochMs): Schedule {
  return {
    ...schedule,
    cost: (usage) => schedule.cost(usage, atMs),
    cardAt: () => schedule.cardAt(atMs),
  };
}
