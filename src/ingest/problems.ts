/**
 * Problems: logs that cannot be read at all, said before a byte of them goes into the ledger.
 *
 * Takes an open log, gives a UserError or null. A log with one readable record among its first 50
 * has no problem: its bad lines become rejects.
 */
import { isRejected } from '../domain/reject.ts';
import { EXIT, UserError } from '../errors.ts';
import { DIALECTS } from '../formats/index.ts';
import { RecordReader } from '../formats/read.ts';
import { type Framing, firstKeys } from './framing.ts';
import type { LogFile } from './log-file.ts';

const SAMPLE_RECORDS = 50;

/** Why a log cannot be read at all: it is empty, or nothing in its head is a call. */
export function problemOf(log: LogFile, framing: Framing): UserError | null {
  const empty = emptyProblem(log);
  if (empty !== null || framing.kind !== 'lines') return empty;
  const parser = new RecordReader(null);
  parser.reset(log.head);
  let seen = 0;
  let start = log.head[0] === 0xef ? 3 : 0;
  while (start < log.head.length && seen < SAMPLE_RECORDS) {
    const newline = log.head.indexOf(0x0a, start);
    if (newline < 0 && log.head.length >= 65_536) return null;
    const end = newline < 0 ? log.head.length : newline;
    if (end > start + 1) {
      const read = parser.read(start, end);
      const foreign =
        isRejected(read) &&
        (read.reason === 'unknown_shape' ||
          read.reason === 'invalid_json' ||
          read.reason === 'not_an_object');
      if (!foreign) return null;
      seen++;
    }
    start = end + 1;
  }
  return unknownFormat(log);
}

/** A log without a byte is a mistake somewhere. */
export function emptyProblem(log: LogFile): UserError | null {
  return log.head.length > 0
    ? null
    : new UserError(
        EXIT.failed,
        `${log.path} is empty`,
        'there is nothing to read; check how the log is written',
      );
}

function unknownFormat(log: LogFile): UserError {
  const keys = firstKeys(log.head)
    .map((key) => JSON.stringify(key))
    .join(', ');
  const looked = DIALECTS.map((dialect) => `${dialect.id}: ${dialect.evidence}`).join('; ');
  return new UserError(
    EXIT.failed,
    `no calls found in ${log.path}: its format is unknown; its first keys are ${keys === '' ? 'none' : keys}`,
    `looked for ${looked}. Force one with --input-format`,
  );
}
