/**
 * Time: UTC instants in milliseconds, UTC days, and the epoch guess for bare numbers.
 *
 * Never reads a clock: the present is an argument.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** Where the present comes from; passed in, so that results can be repeated. */
export interface Clock {
  /** The present. */
  now(): EpochMs;
}

export const DAY_MS = 86_400_000;
const MIN_MS = Date.UTC(2000, 0, 1);
const MAX_MS = Date.UTC(2100, 0, 1);
const NET_TICKS_AT_EPOCH = 621_355_968_000_000_000n;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Reads a bare number as an instant by its size: seconds, ms, µs, ns or .NET ticks.
 * Null outside 2000–2100, which catches offsets and durations.
 */
export function epochToMs(value: number): EpochMs | null {
  if (!Number.isFinite(value) || value <= 0) return null;
  let ms: number;
  if (value < 1e11) ms = value * 1000;
  else if (value < 1e14) ms = value;
  else if (value < 1e17) ms = value / 1000;
  else if (value > 6.2e17 && value < 6.7e17)
    ms = Number((BigInt(value) - NET_TICKS_AT_EPOCH) / 10_000n);
  else ms = value / 1e6;
  return inRange(Math.trunc(ms));
}

/**
 * Reads ISO 8601 (offset, `Z`, `UTC` or none, which means UTC; up to nine fraction digits), or a
 * number as text. Null if it is neither.
 */
export function parseInstant(text: string): EpochMs | null {
  const trimmed = text.trim();
  const match = ISO.exec(trimmed);
  if (match === null) return /^\d+(\.\d+)?$/.test(trimmed) ? epochToMs(Number(trimmed)) : null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] =
    match;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return null;
  const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (Number(month) < 1 || Number(month) > 12 || new Date(dayMs).getUTCDate() !== Number(day))
    return null;
  const time = (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1000;
  const millis = Number(fraction.padEnd(3, '0').slice(0, 3));
  return inRange(dayMs + time + millis - zoneOffsetMs(zone));
}

function zoneOffsetMs(zone: string): number {
  if (/^(z|utc)$/i.test(zone)) return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2, 4) || 0)) * 60_000;
}

function inRange(ms: number): EpochMs | null {
  return ms >= MIN_MS && ms < MAX_MS ? ms : null;
}

/** RFC 3339 text of an instant, in UTC. */
export function formatInstant(ms: EpochMs): string {
  return new Date(ms).toISOString();
}

/** The UTC day of an instant, `YYYY-MM-DD`. */
export function formatDay(ms: EpochMs): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Days since 1970-01-01, UTC: an integer to group by. */
export function dayNumber(ms: EpochMs): number {
  return Math.floor(ms / DAY_MS);
}
