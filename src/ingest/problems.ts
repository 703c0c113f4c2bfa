/**
 * Problems: logs that cannot be read at all, said before a byte of them goes into the ledger.
 *
 * Takes an open log, gives a UserError or null. Never refuses a log with one readable record among its
 * first 50: its bad lines become rejects.
 */
import { isRejected, type RejectReason } from '../domain/reject.ts';
import { EXIT, UserError } from '../errors.ts';
import { DIALECTS, dialectNamed } from '../formats/index.ts';
import { RecordParser } from '../formats/parse.ts';
import { type Framing, firstKeys } from './framing.ts';
import { HEAD_BYTES, isUtf16, markBytes } from './head.ts';
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
  const problem = headProblem(log);
  if (problem !== null || framing.kind === 'csv') return problem;
  if (framing.kind === 'values') return valuesProblem(log);
  const parser = new RecordParser(null);
  parser.reset(log.head);
  let seen = 0;
  let start = markBytes(log.head);
  while (start < log.head.length && seen < SAMPLE_RECORDS) {
    const newline = log.head.indexOf(0x0a, start);
    if (newline < 0 && log.head.length >= HEAD_BYTES) return null;
    const end = newline < 0 ? log.head.length : newline;
    if (end > start + 1) {
      if (!isForeign(parser.parse(start, end))) return null;
      seen++;
    }
    start = end + 1;
  }
  return unknownFormat(log);
}

/** The same for an array or for objects over several lines; null when the head holds no whole one. */
function valuesProblem(log: LogFile): UserError | null {
  const { head } = log;
  const reader = new RecordParser(null);
  reader.reset(head);
  let end = 0;
  for (let seen = 0; seen < SAMPLE_RECORDS; seen++) {
    const start = head.indexOf(0x7b, end);
    if (start < 0) break;
    end = objectEnd(head, start);
    if (end < 0 || !isForeign(reader.parse(start, end))) return null;
  }
  return unknownFormat(log);
}

function isForeign(read: object): boolean {
  return isRejected(read) && FOREIGN.has(read.reason);
}

/** What the first bytes forbid: a log without any is a mistake somewhere, and UTF-16 is not read. */
export function headProblem({ head, path }: LogFile): UserError | null {
  if (head.length === 0) {
    const hint = 'there is nothing to read; check how the log is written';
    return new UserError(EXIT.failed, `${path} is empty`, hint);
  }
  if (!isUtf16(head)) return null;
  return new UserError(
    EXIT.failed,
    `${path} is UTF-16 text; only UTF-8 is read`,
    `convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW (PowerShell: Get-Content FILE | Set-Content -Encoding utf8 NEW)`,
  );
}

function unknownFormat(log: LogFile): UserError {
  const keys = firstKeys(log.head)
    .map((key) => JSON.stringify(key))
    .join(', ');
  const looked = DIALECTS.map((dialect) => dialect.id).join(', ');
  return new UserError(
    EXIT.failed,
    `no calls found in ${log.path}: its format is unknown; its first keys are ${keys === '' ? 'none' : keys}`,
    `looked for ${looked}; force one with --input-format`,
  );
}

/** Throws UserError for a name that `--input-format` does not take. */
export function checkFormat(name: string | null): void {
  if (name === null || dialectNamed(name) !== undefined) return;
  const known = DIALECTS.map((dialect) => dialect.id).join(', ');
  throw new UserError(EXIT.usage, `unknown dialect ${name}`, `known dialects: ${known}`);
}
