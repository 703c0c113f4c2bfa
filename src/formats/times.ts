/**
 * Times as loggers write them, besides ISO 8601: in HTTP headers, web server logs and file names.
 *
 * Takes text, gives an instant in ms or null. Never reads a date whose day and month could be
 * confused (`02/03/2026`).
 */
import { type EpochMs, parseInstant } from '../domain/time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** `2026/03/02 10:00:00`. */
const SLASHED = /^(\d{4})\/(\d{2})\/(\d{2})([T ]\d{2}:.*)?$/;
/** `20260302T100000Z`. */
const BASIC =
  /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(?:(\d{2})([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;
/** `02/Mar/2026:10:00:00 +0000`, with or without brackets. */
const COMMON_LOG = /^\[?(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})\]?$/;
/** `Mon, 02 Mar 2026 10:00:00 GMT`. */
const MAIL =
  /^(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}(?::\d{2})?) (GMT|UTC?|Z|[+-]\d{4})$/;

/** Reads a time in any of these forms, or as parseInstant does. */
export function parseLogTime(text: string): EpochMs | null {
  const iso = isoOf(text.trim());
  return parseInstant(iso ?? text);
}

/** The time in ISO 8601; null for another form. */
function isoOf(text: string): string | null {
  const slashed = SLASHED.exec(text);
  if (slashed !== null) return `${slashed[1]}-${slashed[2]}-${slashed[3]}${slashed[4] ?? ''}`;
  const basic = BASIC.exec(text);
  if (basic !== null) {
    const [, year, month, day, hour, minute, second = '00', fraction = '', zone = ''] = basic;
    return `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`;
  }
  const named = COMMON_LOG.exec(text) ?? MAIL.exec(text);
  if (named === null) return null;
  const [, day = '', month = '', year, time, zone = ''] = named;
  const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const offset = /^[+-]/.test(zone) ? zone : 'Z';
  return `${year}-${number}-${day.padStart(2, '0')}T${time}${offset}`;
}
