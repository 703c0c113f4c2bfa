/**
 * Texts again: the calls that the ledger knows, read where their logs lie.
 *
 * Takes places, gives the call that stands at each while its texts can be read; of a call whose log is
 * gone or has changed nothing. Opens each log once, reads only the records asked for, and unpacks a gzip
 * once for all of them. Never labels, and never keeps a text.
 */
import { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { append } from '../domain/multimap.ts';
import { isRejected } from '../domain/reject.ts';
import { UserError } from '../errors.ts';
import type { ParsedCall } from '../formats/assemble.ts';
import { RecordParser } from '../formats/parse.ts';
import { framingOf } from './framing.ts';
import { MAX_RECORD_BYTES } from './limits.ts';
import type { LogFile } from './log-file.ts';
import { openLogFile } from './open-log.ts';
import { explain } from './read-errors.ts';
import { eachCallAgain, NO_INPUT } from './reread.ts';

/** Where a record lies, and what its prompt's hash was. */
interface RecordPlace {
  readonly path: string;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly promptHash: number | null;
  /** The record itself, where the ledger keeps it. */
  readonly record: string | null;
}

/** What was asked. */
export interface PromptTexts {
  readonly system: string;
  readonly user: string;
}

/** Records near each other are read together. */
const READ_BYTES = 64 * 1024;
/** After so many records Ctrl-C has its turn. */
const TURN_RECORDS = 256;

/** The texts of calls by their ids; those that could not be read are not there. */
export async function textsAgain(
  places: readonly (RecordPlace & { readonly id: number })[],
  signal: AbortSignal,
): Promise<Map<number, PromptTexts>> {
  const texts = new Map<number, PromptTexts>();
  await callsAgain(places, signal, ({ id }, { system, user }) => {
    texts.set(id, { system: system?.toString() ?? '', user: user?.toString() ?? '' });
  });
  return texts;
}

/**
 * Hands over the calls at some places, each with its texts until `take` returns; those that cannot be
 * read are left out. Throws the signal's reason when it is aborted.
 */
async function callsAgain<Place extends RecordPlace>(
  places: readonly Place[],
  signal: AbortSignal,
  take: (place: Place, parsed: ParsedCall) => void,
): Promise<void> {
  const byPath = new Map<string, Place[]>();
  for (const place of places) {
    const kept = keptCall(place);
    if (kept !== null) take(place, kept);
    else append(byPath, place.path, place);
  }
  for (const [path, wanted] of byPath) {
    signal.throwIfAborted();
    const sorted = wanted.toSorted((a, b) => a.byteOffset - b.byteOffset);
    await readLog(path, { wanted: sorted, signal, take });
  }
}

/** Whether a log is where it was; standard input never is. */
export async function isThere(path: string): Promise<boolean> {
  const log = await openIfThere(path);
  log?.close();
  return log !== null;
}

/** The call in the record that the ledger keeps; null if it keeps none. */
export function keptCall({
  record,
  promptHash,
}: Pick<RecordPlace, 'record' | 'promptHash'>): ParsedCall | null {
  return record === null ? null : callIn(Buffer.from(record), promptHash, new RecordParser(null));
}

function callIn(bytes: Buffer, promptHash: number | null, parser: RecordParser): ParsedCall | null {
  parser.reset(bytes);
  const items = parser.parse(0, bytes.length);
  if (isRejected(items)) return null;
  for (const item of items) {
    if (!isRejected(item) && item.call.promptHash === promptHash) return item;
  }
  return null;
}

async function openIfThere(path: string): Promise<LogFile | null> {
  if (path === '-') return null;
  try {
    return await openLogFile(path, NO_INPUT);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** What is wanted of one log, in the order of its places. */
interface Wanted<Place extends RecordPlace> {
  readonly wanted: readonly Place[];
  readonly signal: AbortSignal;
  readonly take: (place: Place, parsed: ParsedCall) => void;
}

async function readLog<Place extends RecordPlace>(
  path: string,
  wanted: Wanted<Place>,
): Promise<void> {
  const log = await openIfThere(path);
  if (log === null) return;
  try {
    // A row of a table means nothing without its header.
    if (framingOf(log.head).kind === 'csv') await readTable(path, wanted);
    else await readRecords(log, wanted);
  } catch (error) {
    // A log that is damaged or changes while it is read: what was read of it counts.
    if (!(explain(error, path) instanceof UserError)) throw error;
  } finally {
    log.close();
  }
}

async function readRecords<Place extends RecordPlace>(
  log: LogFile,
  { wanted, signal, take }: Wanted<Place>,
): Promise<void> {
  const parser = new RecordParser(null);
  const bytesAt = log.plain === null ? inOnePass(log) : inPieces(log);
  let read = 0;
  try {
    for (const place of wanted) {
      const bytes = await bytesAt.next(place);
      const parsed = bytes === null ? null : callIn(bytes, place.promptHash, parser);
      if (parsed !== null) take(place, parsed);
      if (++read % TURN_RECORDS !== 0) continue;
      await setImmediate();
      signal.throwIfAborted();
    }
  } finally {
    await bytesAt.close();
  }
}

/** Gives the bytes at places that come in order; null where the log has not so many. */
interface BytesAt {
  next(place: RecordPlace): Promise<Buffer | null>;
  close(): Promise<unknown>;
}

/** Of a plain file: a piece at a time, where records are wanted. */
function inPieces(log: LogFile): BytesAt {
  let piece: Buffer = Buffer.alloc(0);
  let from = 0;
  return {
    async next({ byteOffset, byteLength }) {
      if (byteLength > MAX_RECORD_BYTES) return null;
      if (byteOffset + byteLength > from + piece.length) {
        piece = await log.readAt(byteOffset, Math.max(byteLength, READ_BYTES));
        from = byteOffset;
      }
      return whole(piece, byteOffset - from, byteLength);
    },
    close: async () => {},
  };
}

/** Of what can only be read from front to back: once, however many records are wanted. */
function inOnePass(log: LogFile): BytesAt {
  const chunks = log.chunks();
  let held: Buffer = Buffer.alloc(0);
  let from = 0;
  return {
    async next({ byteOffset, byteLength }) {
      if (byteLength > MAX_RECORD_BYTES) return null;
      const parts: Buffer[] = [held];
      let length = held.length;
      while (from + length < byteOffset + byteLength) {
        const { value, done } = await chunks.next();
        if (done === true) break;
        // What lies before the record is not needed any more.
        if (from + length <= byteOffset) {
          from += length;
          parts.length = length = 0;
        }
        parts.push(value);
        length += value.length;
      }
      if (parts.length > 1) held = Buffer.concat(parts);
      else held = parts[0] ?? held;
      return whole(held, byteOffset - from, byteLength);
    },
    close: () => chunks.return(undefined),
  };
}

function whole(bytes: Buffer, start: number, length: number): Buffer | null {
  if (start < 0 || start + length > bytes.length) return null;
  return bytes.subarray(start, start + length);
}

async function readTable<Place extends RecordPlace>(
  path: string,
  { wanted, signal, take }: Wanted<Place>,
): Promise<void> {
  const open = new Map<number, Place[]>();
  for (const place of wanted) {
    append(open, place.byteOffset, place);
  }
  const last = wanted.at(-1)?.byteOffset ?? 0;
  await eachCallAgain(path, null, ({ parsed, byteOffset }) => {
    for (const place of open.get(byteOffset) ?? []) {
      if (place.promptHash === parsed.call.promptHash) take(place, parsed);
    }
    return byteOffset <= last && !signal.aborted;
  });
  signal.throwIfAborted();
}
