/**
 * Times of day: when a dearer or cheaper window of a price list is open.
 *
 * Takes an instant, or the text of a window such as `01:00-04:00 mon-fri except 2026-10-01`; gives
 * whether it is open, or the window. Everything is UTC. Never a clock.
 */
import { DAY_MS, dayNumber, type EpochMs, formatDay, parseInstant } from '../domain/time.ts';
import type { DayWindow } from './book.ts';

const MINUTE_MS = 60_000;
const TEXT =
  /^(\d\d):(\d\d)-(\d\d):(\d\d)(?: (mon-fri)(?: since (\d{4}-\d\d-\d\d))?)?(?: except ((?:\d{4}-\d\d-\d\d ?)+))?$/i;

/** Whether a window is open at an instant: from its start, inclusive, to its end, exclusive. */
export function isOpen(window: DayWindow, atMs: EpochMs): boolean {
  if (window.weekdaysFrom !== null && atMs >= window.weekdaysFrom && isWeekend(atMs)) return false;
  if (window.closedDays.has(dayNumber(atMs))) return false;
  const minute = Math.floor((atMs % DAY_MS) / MINUTE_MS);
  return window.endMinute < window.startMinute
    ? minute >= window.startMinute || minute < window.endMinute
    : minute >= window.startMinute && minute < window.endMinute;
}

function isWeekend(atMs: EpochMs): boolean {
  // 1970-01-01 was a Thursday: day 2 of the epoch is a Saturday.
  const weekday = (dayNumber(atMs) + 4) % 7;
  return weekday === 0 || weekday === 6;
}

/** Whether two windows are open at the same minute of some day. */
export function windowsMeet(a: DayWindow, b: DayWindow): boolean {
  const contains = ({ startMinute, endMinute }: DayWindow, minute: number): boolean =>
    endMinute < startMinute
      ? minute >= startMinute || minute < endMinute
      : minute >= startMinute && minute < endMinute;
  return contains(a, b.startMinute) || contains(b, a.startMinute);
}

/** A window as text that `parseDayWindow` reads. */
export function formatDayWindow(window: DayWindow): string {
  const { startMinute, endMinute, weekdaysFrom, closedDays } = window;
  const days =
    weekdaysFrom === null
      ? ''
      : ` mon-fri${weekdaysFrom <= 0 ? '' : ` since ${formatDay(weekdaysFrom)}`}`;
  const closed = [...closedDays].sort((a, b) => a - b).map((day) => formatDay(day * DAY_MS));
  const except = closed.length === 0 ? '' : ` except ${closed.join(' ')}`;
  return `${clock(startMinute)}-${clock(endMinute)}${days}${except}`;
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** Reads `HH:MM-HH:MM`, then optionally `mon-fri [since DAY]` and `except DAY DAY…`; else null. */
export function parseDayWindow(text: string): DayWindow | null {
  const match = TEXT.exec(text.trim());
  if (match === null) return null;
  const [, startHour, startPart, endHour, endPart, weekdays, since, except = ''] = match;
  const startMinute = minuteOf(startHour!, startPart!);
  const endMinute = minuteOf(endHour!, endPart!);
  const closed = except.split(' ').filter((day) => day !== '');
  const days = [...closed, ...(since === undefined ? [] : [since])].map(parseInstant);
  if (startMinute === null || endMinute === null || startMinute === endMinute) return null;
  if (days.includes(null)) return null;
  const start = since === undefined ? 0 : parseInstant(since)!;
  return {
    startMinute,
    endMinute,
    weekdaysFrom: weekdays === undefined ? null : start,
    closedDays: new Set(closed.map((day) => dayNumber(parseInstant(day)!))),
  };
}

function minuteOf(hour: string, minute: string): number | null {
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= 24 * 60 ? total : null;
}
