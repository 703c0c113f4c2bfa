/**
 * A schedule: the cards of one target in time, and the cost of its calls.
 *
 * Takes dated cards and instants, gives costs. Never a clock: an unknown time is null and gets the
 * newest card that is valid on the list's own date.
 */
import { DAY_MS, type EpochMs } from '../domain/time.ts';
import type { DatedCard, ModelMatch, Schedule, UnpricedReason } from './book.ts';
import { costOf, type RateCard } from './card.ts';

const MINUTE_MS = 60_000;

/** What a schedule is made of. */
export interface ScheduleParts {
  readonly match: ModelMatch;
  /** Later entries win where two are valid. */
  readonly cards: readonly DatedCard[];
  /** The instant that stands for an unknown time; null: after everything. */
  readonly asOfMs: EpochMs | null;
  /** The reason given where no card is valid. */
  readonly otherwise: UnpricedReason;
}

/** Makes the schedule of one target. */
export function scheduleOf(parts: ScheduleParts): Schedule {
  const { cards, match } = parts;
  const cardAt = (atMs: EpochMs | null): RateCard | UnpricedReason =>
    (atMs === null ? newest(cards, parts.asOfMs) : valid(cards, atMs)) ?? parts.otherwise;
  const only = cards.length === 1 && isTimeless(cards[0]!) ? cards[0]!.card : null;
  const cost: Schedule['cost'] = (usage, atMs) => {
    const card = only ?? cardAt(atMs);
    return typeof card === 'string' ? card : costOf(card, usage);
  };
  return { match, cards, cost, cardAt };
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
    if (inDates(dated, atMs) && isOpen(dated, atMs)) return dated.card;
  }
  return undefined;
}

function isOpen({ window }: DatedCard, atMs: EpochMs): boolean {
  if (window === null) return true;
  // 1970-01-01 was a Thursday: day 2 of the epoch is a Saturday.
  const weekday = (Math.floor(atMs / DAY_MS) + 4) % 7;
  const isWeekend = weekday === 0 || weekday === 6;
  if (isWeekend && window.weekdaysFrom !== null && atMs >= window.weekdaysFrom) return false;
  const minute = Math.floor((atMs % DAY_MS) / MINUTE_MS);
  return window.endMinute < window.startMinute
    ? minute >= window.startMinute || minute < window.endMinute
    : minute >= window.startMinute && minute < window.endMinute;
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
