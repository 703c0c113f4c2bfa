/**
 * A day or a time as a user types it.
 *
 * Takes the text and what a message calls it, gives an instant. Throws UserError for anything
 * else.
 */
import { type EpochMs, parseInstant } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';

const HINT = 'give a UTC day such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z';

/** The instant of a text that messages call `subject`; of a day its first. */
export function instantOf(text: string, subject: string, hint = HINT): EpochMs {
  const atMs = parseInstant(text);
  if (atMs !== null) return atMs;
  throw new UserError(EXIT.usage, `${subject} is no day and no time from 2000 to 2099`, hint);
}
