/**
 * Days of a zone: the day an instant falls on there.
 *
 * Takes the name of a zone, gives a function. Never the zone of the computer it runs on.
 */
import { DAY_MS, type EpochMs, formatDay } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';

/** Every zone's offset changes at a multiple of this. */
const STEP_MS = 900_000;

/** The days of a zone of the IANA database. Throws UserError for any other name. */
export function daysOf(zone: string): (ms: EpochMs) => string {
  const format = zone.toUpperCase() === 'UTC' ? { format: formatDay } : formatterOf(zone);
  let step = Number.NaN;
  let day = '';
  const known = new Map<number, string>();
  return (ms) => {
    const own = Math.floor(ms / STEP_MS);
    if (own === step) return day;
    step = own;
    day = known.get(own) ?? format.format(own * STEP_MS);
    known.set(own, day);
    return day;
  };
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  try {
    // Swedish writes days as ISO 8601 does.
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const hint = 'give a name such as Europe/Berlin, or UTC';
    throw new UserError(EXIT.usage, `there is no time zone '${timeZone}'`, hint, { cause });
  }
}

/** The days from one to another, both included; the same day once. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(first); ms <= Date.parse(last); ms += DAY_MS) days.push(formatDay(ms));
  return days;
}
