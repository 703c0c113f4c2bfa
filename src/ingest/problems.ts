/**
 * Problems: logs that cannot be read at all, said before a byte of them goes into the ledger.
 *
 * Takes an open log, gives a UserError or null. A log with one readable record among its first 50
 * has no problem: its bad lines become rejects.
 */
import { isRejected, type RejectReason } from '../domain/reject.ts';
import { EXIT, UserError } from '../errors.ts';
import { DIALECTS, dialectNamed } from '../formats/index.ts';
import { RecordReader } from '../formats/read.ts';
import { type Framing, firstKeys } from './framing.ts';
import type { LogFile } from './log-file.ts';
import { objectEnd } from './values.ts';

const SAMPLE_RECORDS = 50;
const FOREIGN: ReadonlySet<RejectReason> = new Set<RejectReason>([
  'unknown_shape',
  'invalid_json',
  'not_an_object',
]);

/** Why a log cannot be read at all: it is empty, or nothing in its head is a call. */
export function problemOf(log: LogFile, framing: Framing): UserError | null {
  const empty = emptyProblem(log);
  if (empty !== null || framing.kind === 'csv') return empty;
  if (framing.kind === 'values') return valuesProblem(log);
  const parser = new RecordReader(null);
  parser.reset(log.head);
  let seen = 0;
  let start = log.head[0] === 0xef ? 3 : 0;
  while (start < log.head.length && seen < SAMPLE_RECORDS) {
    const newline = log.head.indexOf(0x0a, start);
    if (newline < 0 && log.head.length >= 65_536) return null;
    const end = newline < 0 ? log.head.length : newline;
    if (end > start + 1) {
      if (!isForeign(parser.read(start, end))) return null;
      seen++;
    }
    start = end + 1;
  }
  return unknownFormat(log);
}

/** The same for an array or for objects over several lines; null when the head holds no whole one. */
function valuesProblem(log: LogFile): UserError | null {
  const { head } = log;
  const reader = new RecordReader(null);
  reader.reset(head);
  let end = 0;
  for (let seen = 0; seen < SAMPLE_RECORDS; seen++) {
    const start = head.indexOf(0x7b, end);
    if (start < 0) break;
    end = objectEnd(head, start);
    if (end < 0 || !isForeign(reader.read(start, end))) return null;
  }
  return unknownFormat(log);
}

function isForeign(read: object): boolean {
  return isRejected(read) && FOREIGN.has(read.reason);
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

/** Throws UserError for a name that `--input-format` does not take. */
export function checkFormat(name: string | null): void {
  if (name === null || dialectNamed(name) !== undefined) return;
  const known = DIALECTS.map((dialect) => dialect.id).join(', ');
  throw new UserError(EXIT.usage, `unknown input format ${name}`, `known formats: ${known}`);
}
