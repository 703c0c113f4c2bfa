/**
 * Opening a run: the one that inputs and settings belong to, with its rows in the ledger.
 *
 * Takes an input and settings, gives a locked run. The same inputs and settings are the same run, and
 * go on where it was; changed ones are noticed, never mixed. Never asks anything.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { EXIT, UserError } from '../errors.ts';
import { markUnknown, rowWriter } from '../ledger/batch-rows.ts';
import {
  addRun,
  type BatchRun,
  dropRun,
  findOpenRun,
  findRun,
  listRuns,
  openRun,
  readRun,
} from '../ledger/batch-runs.ts';
import { closeDeadLease, openLeases } from '../ledger/budget.ts';
import type { Ledger } from '../ledger/open.ts';
import { lockDeadRun, lockRun, type RunLock } from '../ledger/run-lock.ts';
import { readInput } from './read-input.ts';
import { checkColumns } from './rows.ts';
import { type BatchSettings, formatSettings, hashSettings } from './settings.ts';

/** Where rows come from. */
export interface InputSource {
  /** An absolute path, or `-`. */
  readonly name: string;
  /** Of what comes as `-`: how the run is listed, never a path that could be another run's. */
  readonly label?: string;
  /** For `-`. */
  readonly stdin: AsyncIterable<Uint8Array>;
}

export interface OpenOptions {
  readonly db: Ledger;
  readonly settings: BatchSettings;
  /** Makes a new run even where there is an equal one. */
  readonly isNew: boolean;
  readonly atMs: number;
  readonly signal: AbortSignal;
}

/** A run this process may work on. */
export interface OpenedRun {
  readonly run: BatchRun;
  readonly lock: RunLock;
  /** Whether the run was there before. */
  readonly isResumed: boolean;
  /** Rows that were in flight when the process before this one ended. */
  readonly foundUnknown: number;
}

/** Finds or makes the run of an input. Throws UserError. */
export async function openInputRun(source: InputSource, options: OpenOptions): Promise<OpenedRun> {
  const { db, settings, isNew } = options;
  settleDeadRuns(db);
  const settingsHash = hashSettings(settings);
  if (source.name !== '-') {
    const inputHash = await hashFile(source.name);
    const known = isNew ? null : findRun(db, { inputHash, settingsHash });
    if (known !== null) return openKnownRun(db, known.id, options.atMs);
    const open = isNew ? null : findOpenRun(db, source.name);
    if (open !== null) refuseChanged(open, { inputHash, settingsHash });
  }
  const spooled = await spool(source, options, settingsHash);
  const twin = isNew ? null : findRun(db, spooled.run);
  if (twin === null) return spooled;
  // Standard input shows only at its end that it was there before.
  dropRun(db, spooled.run.id);
  spooled.lock.release(true);
  return openKnownRun(db, twin.id, options.atMs);
}

/** Opens a run by its number. Throws UserError. */
export function openKnownRun(db: Ledger, id: number, atMs: number): OpenedRun {
  const known = readRun(db, id);
  if (known === null) {
    throw new UserError(
      EXIT.usage,
      `there is no batch ${id}`,
      'see them with: aicost batch status',
    );
  }
  if (known.state === 'cancelled') {
    throw new UserError(
      EXIT.usage,
      `batch ${id} was cancelled`,
      `its answers: aicost batch export ${id}; to ask its rows anew, run its input again`,
    );
  }
  const lock = lockRun(db, id);
  if (lock === null) {
    throw new UserError(
      EXIT.failed,
      `another process is working on batch ${id}`,
      'wait for it, or stop it with Ctrl-C where it runs; then run the same command again',
    );
  }
  const foundUnknown = markUnknown(db, id, atMs);
  settleDeadRuns(db, id);
  const run = readRun(db, id);
  if (run === null) throw new Error(`batch ${id} was dropped while it was opened`);
  return { run, lock, isResumed: true, foundUnknown };
}

/** Drops runs that never had all their rows, and closes leases of processes that are gone. */
function settleDeadRuns(db: Ledger, locked: number | null = null): void {
  for (const { id, state } of listRuns(db)) {
    if (state === 'spooling') whenDead(db, id, locked, () => dropRun(db, id));
  }
  for (const lease of openLeases(db)) {
    whenDead(db, lease.runId, locked, () => closeDeadLease(db, lease));
  }
}

function whenDead(db: Ledger, runId: number, locked: number | null, settle: () => void): void {
  if (runId === locked) {
    settle();
    return;
  }
  const lock = lockDeadRun(db, runId);
  if (lock === null) return;
  try {
    settle();
  } finally {
    lock.release(readRun(db, runId)?.state !== 'open');
  }
}

/** Throws UserError if the inputs or settings are not those of an open run. */
function refuseChanged(
  open: BatchRun,
  { inputHash, settingsHash }: { inputHash: string; settingsHash: string },
): void {
  const inputs = open.inputHash === inputHash ? '' : 'the input has';
  const settings = open.settingsHash === settingsHash ? '' : 'the settings have';
  // It was opened just now by another process: the twin is found when the rows are there.
  if (inputs === '' && settings === '') return;
  const what =
    inputs !== '' && settings !== '' ? 'the input and the settings have' : inputs || settings;
  throw new UserError(
    EXIT.usage,
    `${what} changed since batch ${open.id}, which is not finished`,
    `go on with it: aicost batch resume ${open.id}; or ask all rows anew: add --new`,
  );
}

async function spool(
  source: InputSource,
  { db, settings, atMs, signal }: OpenOptions,
  settingsHash: string,
): Promise<OpenedRun> {
  const settingsText = formatSettings(settings);
  const { id, lock } = addRun(db, {
    input: source.label ?? source.name,
    settings: settingsText,
    settingsHash,
    atMs,
  });
  try {
    await spoolRows(db, id, { source, settings, signal });
  } catch (error) {
    dropRun(db, id);
    lock.release(true);
    throw error;
  }
  const run = readRun(db, id);
  if (run === null) throw new Error(`batch ${id} is gone`);
  return { run, lock, isResumed: false, foundUnknown: 0 };
}

interface Spooling {
  readonly source: InputSource;
  readonly settings: BatchSettings;
  readonly signal: AbortSignal;
}

async function spoolRows(
  db: Ledger,
  id: number,
  { source, settings, signal }: Spooling,
): Promise<void> {
  const { name } = source;
  const hash = createHash('sha256');
  const bytes = hashed(name === '-' ? source.stdin : createReadStream(name), hash);
  const hasHeader = settings.promptColumn === null || !/^\d+$/.test(settings.promptColumn);
  const input = await readInput(bytes, { name, format: settings.format, hasHeader });
  const write = rowWriter(db, id);
  let rowCount = 0;
  for await (const rows of input.rows) {
    signal.throwIfAborted();
    rowCount = write(rows);
  }
  if (rowCount === 0) {
    throw new UserError(EXIT.usage, `${name} has no rows`, 'a header and one row for each prompt');
  }
  checkColumns(input.columns, settings, name);
  openRun(db, { id, inputHash: hash.digest('hex'), columns: input.columns, rowCount });
}

async function* hashed(
  bytes: AsyncIterable<Uint8Array>,
  hash: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    const message = `cannot read ${path} (${String(cause.code)})`;
    throw new UserError(EXIT.usage, message, 'name a CSV or JSONL file, or - for standard input', {
      cause,
    });
  }
  return hash.digest('hex');
}
