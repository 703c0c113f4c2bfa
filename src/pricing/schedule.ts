/**
 * A schedule: the cards of one target in time, and the cost of its calls.
 *
 * Takes dated cards and instants, gives costs. Never a clock: an unknown time is null and gets the
 * card that is valid on the list's own day, the newest where the list has no day.
 */
import type { EpochMs } from '../domain/time.ts';
import type { DatedCard, ModelMatch, Schedule, UnpricedReason } from './book.ts';
import { costOf, type RateCard } from './card.ts';
import { isOpen } from './day-window.ts';

/** What a schedule is made of. */
export type ScheduleParts = Pick<Schedule, 'match' | 'cards' | 'asOfMs' | 'otherwise'>;

/** Makes the schedule of one target. */
export function scheduleOf(parts: ScheduleParts): Schedule {
  const { cards, match, asOfMs, otherwise } = parts;
  const cardAt = (atMs: EpochMs | null): RateCard | UnpricedReason =>
    (atMs === null ? newest(cards, asOfMs) : valid(cards, atMs)) ?? otherwise;
  const only = cards.length === 1 && isTimeless(cards[0]!) ? cards[0]!.card : null;
  const cost: Schedule['cost'] = (usage, atMs) => {
    const card = only ?? cardAt(atMs);
    return typeof card === 'string' ? card : costOf(card, usage);
  };
  return { match, cards, asOfMs, otherwise, cost, cardAt };
}

/** The schedule of a target without any price. */
export function unpriced(match: ModelMatch & { how: 'none' }): Schedule {
  return scheduleOf({ match, cards: [], asOfMs: null, otherwise: match.reason });
}

function isTimeless(dated: DatedCard): boolean {
  return dated.from === null && dated.until === null && dated.window === null;
}

function inDates(dated: DatedCard, atMs: EpochMs): boolean {
  return (
    (dated.from === null || atMs >= dated.from) && (dated.until === null || atMs < dated.until)
  );
}

function valid(cards: readonly DatedCard[], atMs: EpochMs): RateCard | undefined {
  for (let i = cards.length - 1; i >= 0; i--) {
    const dated = cards[i]!;
    if (!inDates(dated, atMs)) continue;
    if (dated.window === null || isOpen(dated.window, atMs)) return dated.card;
  }
  return undefined;
}

function newest(cards: readonly DatedCard[], asOfMs: EpochMs | null): RateCard | undefined {
  const allDay = cards.filter((dated) => dated.window === null);
  if (asOfMs === null) return latest(allDay)?.card;
  return (allDay.findLast((dated) => inDates(dated, asOfMs)) ?? latest(allDay))?.card;
}

function latest(cards: readonly DatedCard[]): DatedCard | undefined {
  let found: DatedCard | undefined;
  for (const dated of cards) {
    if (found === undefined || (dated.from ?? -Infinity) >= (found.from ?? -Infinity))
      found = dated;
  }
  return found;
}
