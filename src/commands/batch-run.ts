/**
 * `aicost batch run` and `resume`: rows asked within limits and budget, nothing paid twice.
 *
 * Takes an input or the number of a run, gives results and how it went. Never spends before it was
 * told to: by a yes on a terminal, --yes, or a budget.
 */
import { dirname, resolve } from 'node:path';
import { BatchCosts } from '../batch/costs.ts';
import type { JobsEnd } from '../batch/jobs.ts';
import { rowBuilder, runLive } from '../batch/live.ts';
import { type OpenedRun, openInputRun, openKnownRun } from '../batch/open-run.ts';
import type { Timers } from '../batch/ports.ts';
import type { ResultWriter } from '../batch/results.ts';
import type { RunEnd } from '../batch/runner.ts';
import { parseSettings } from '../batch/settings.ts';
import { processTimers } from '../batch/timers.ts';
import { readSettingFile } from '../config.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { countRows, reopenRows } from '../ledger/batch-rows.ts';
import { dropRun, readRun } from '../ledger/batch-runs.ts';
import { settleDuplicates } from '../ledger/duplicates.ts';
import { guardLedger, type Ledger } from '../ledger/open.ts';
import { createSender } from '../providers/send.ts';
import { displayOf } from '../report/numbers.ts';
import type { Deps, Invocation } from '../terminal/command.ts';
import { refuseOverwrite } from '../terminal/output.ts';
import { RunDisplay } from './batch-display.ts';
import { reportEnd } from './batch-end.ts';
import { type AskFlags, readSettings, type SendFlags } from './batch-flags.ts';
import {
  checkByFiles,
  goesByFiles,
  isAllInFiles,
  type JobFlags,
  sendByFiles,
  unansweredOf,
} from './batch-jobs.ts';
import { askLeave, needsLeave, type Planned, planOf, writePlan } from './batch-plan.ts';
import { checkResultFormat, resultWriter } from './batch-results.ts';
import { readSending, readTask, type Sending } from './batch-send.ts';
import { openBook } from './price-book.ts';
import { withLedger } from './with-ledger.ts';

export type RunFlags = AskFlags & SendFlags & JobFlags;

/** Runs an input: a new run, or the one it belongs to. */
export async function runInput(
  { args, flags }: Invocation<RunFlags>,
  deps: Deps,
): Promise<ExitCode> {
  const [input = '-'] = args;
  const name = input === '-' ? '-' : resolve(deps.cwd, input);
  checkResultFormat(deps);
  refuseOverwrite(deps.output, [name]);
  if (name === '-' && deps.streams.stdin.isTTY === true) {
    throw new UserError(
      EXIT.usage,
      'no input is named',
      'name a CSV or JSONL file, or pipe one in',
    );
  }
  const settings = await readSettings(flags, readSchema(flags, deps), deps);
  const { stdin } = deps.streams;
  return withLedger(deps, 'make', async (db) => {
    const opened = await openInputRun(
      { name, stdin: stdin as AsyncIterable<Uint8Array> },
      { db, settings, isNew: flags.new === true, atMs: deps.clock.now(), signal: deps.signal },
    );
    return askRun(db, opened, { flags, deps });
  });
}

/** Goes on with a run by its number. */
export async function resumeRun(
  id: number,
  flags: SendFlags & JobFlags,
  deps: Deps,
): Promise<ExitCode> {
  checkResultFormat(deps);
  return withLedger(deps, 'refuse', async (db) => {
    const opened = openKnownRun(db, id, deps.clock.now());
    return askRun(db, opened, { flags, deps });
  });
}

function readSchema(flags: RunFlags, deps: Deps): object | null {
  if (flags.jsonSchema === undefined) return null;
  const setting = { value: flags.jsonSchema, origin: '--json-schema' };
  const text = readSettingFile(setting, deps.cwd, 'name a file with a JSON schema');
  try {
    const schema: unknown = JSON.parse(text);
    if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new UserError(EXIT.usage, `${flags.jsonSchema} is no JSON schema`, 'it is one JSON object');
}

interface Work {
  readonly flags: SendFlags & JobFlags;
  readonly deps: Deps;
}

/** Asks what is left of a run that is locked, and lets it go. */
export async function askRun(
  db: Ledger,
  opened: OpenedRun,
  { flags, deps }: Work,
): Promise<ExitCode> {
  const { run, lock } = opened;
  try {
    if (flags.retryUnknown === true) reopenRows(db, run.id, 'unknown');
    if (flags.retryFailed === true) reopenRows(db, run.id, 'failed');
    noteOpened(deps, opened, db);
    return await ask(db, opened, { flags, deps });
  } finally {
    lock.release(readRun(db, run.id)?.state !== 'open');
  }
}

async function ask(db: Ledger, opened: OpenedRun, { flags, deps }: Work): Promise<ExitCode> {
  const { run } = opened;
  const sending = await leave(db, opened, { flags, deps });
  if (sending === null) return EXIT.ok;
  const timers = processTimers();
  const display = new RunDisplay(deps, sending, { timers, before: countRows(db, run.id) });
  const end = await send(db, opened, { flags, deps, sending, display, timers });
  guardLedger(deps.config.ledger.value, () => settleDuplicates(db));
  return reportEnd(db, run.id, { end, deps, display });
}

/** How rows are sent, once it is settled that they are to be asked; null: they are not. */
async function leave(
  db: Ledger,
  opened: OpenedRun,
  { flags, deps }: Work,
): Promise<Sending | null> {
  let isGiven = false;
  try {
    const sending = await readSending(flags, deps, parseSettings(opened.run.settings));
    for (const note of sending.found.notes) deps.note(note);
    if (goesByFiles(db, opened.run.id, flags)) checkByFiles(opened, flags, sending);
    isGiven = await isLeft(db, opened, { flags, deps, sending });
    return isGiven ? sending : null;
  } finally {
    // Nothing was asked: the next command may have other settings.
    if (!isGiven && !opened.isResumed) dropRun(db, opened.run.id);
  }
}

interface Asking extends Work {
  readonly sending: Sending;
}

interface Showing {
  readonly display: RunDisplay;
  readonly timers: Timers;
}

/** Whether the rows are to be asked now; a plan is made only where somebody reads it. */
async function isLeft(db: Ledger, opened: OpenedRun, asking: Asking): Promise<boolean> {
  const { flags, deps } = asking;
  if (flags.dryRun === true) {
    await writePlan(deps, await plan(db, opened, asking));
    return false;
  }
  if (needsLeave(flags) && !isAllInFiles(db, opened.run.id))
    return askLeave(deps, await plan(db, opened, asking));
  return true;
}

async function plan(
  db: Ledger,
  { run }: OpenedRun,
  { flags, deps, sending }: Asking,
): Promise<Planned> {
  const { clock } = deps;
  const book = await openBook(deps);
  const { contextTokensOf, endpoints, policy } = sending;
  const imageFolder = folderOf(run.input, deps);
  const tier = goesByFiles(db, run.id, flags) ? ({ tier: 'batch' } as const) : {};
  const costs = new BatchCosts({ book, clock, contextTokensOf, endpoints, ...tier });
  const builder = rowBuilder({ ...sending, db, run, costs, readTask, imageFolder });
  const settings = parseSettings(run.settings);
  return planOf({ db, runId: run.id, builder, costs, endpoints, policy, settings }, sending, deps);
}

/** Asks what is left: by files, live, or both. */
async function send(
  db: Ledger,
  opened: OpenedRun,
  sent: Asking & Showing,
): Promise<RunEnd | JobsEnd> {
  const { deps, flags, display } = sent;
  const { run } = opened;
  const results = resultWriter(deps, flags, { db, run });
  if (!goesByFiles(db, run.id, flags)) return live(db, opened, { ...sent, results });
  const seen = { seen: display.seen, onSeen: () => display.update() };
  const imageFolder = folderOf(run.input, deps);
  const end = await sendByFiles(db, opened, { ...sent, ...seen, results, imageFolder });
  const isLeft = end.stop === 'done' && unansweredOf(flags) === 'live';
  return isLeft ? live(db, opened, { ...sent, results }) : end;
}

async function live(
  db: Ledger,
  { run }: OpenedRun,
  { deps, sending, display, timers, results }: Asking & Showing & { results: ResultWriter },
): Promise<RunEnd> {
  const { clock, env, version, signal } = deps;
  const { keys } = sending.found;
  const inFlight = sending.endpoints.map(({ limits }) => limits.concurrency);
  const maxConnections = inFlight.reduce((sum, one) => sum + one, 0);
  const sender = await createSender({ keys, env, clock, version, maxConnections });
  return runLive({
    ...sending,
    ...{ db, run, clock, sender, readTask },
    book: await openBook(deps),
    timers,
    imageFolder: folderOf(run.input, deps),
    results,
    interrupt: signal,
    // A second Ctrl-C ends the process: what was in flight is found as unknown.
    cancel: new AbortController().signal,
    seen: display.seen,
    onSeen: () => display.update(),
  });
}

function folderOf(input: string, { cwd }: Deps): string {
  return input === '-' ? cwd : dirname(input);
}

function noteOpened(deps: Deps, { run, isResumed, foundUnknown }: OpenedRun, db: Ledger): void {
  if (!isResumed) return;
  const { done, failed, pending } = countRows(db, run.id);
  deps.note(
    `batch ${run.id} goes on: ${done} done, ${failed} failed, ${displayOf(pending, 'row')} to ask`,
  );
  if (foundUnknown === 0) return;
  deps.note(
    `${displayOf(foundUnknown, 'row')} were in flight when it ended: they may have been billed`,
    'to ask them again: --retry-unknown',
  );
}
