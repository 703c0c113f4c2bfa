/**
 * `aicost batch run` and `resume`: rows asked within limits and budget, nothing paid twice.
 *
 * Takes an input or the number of a run, gives results and how it went. Never spends before it was
 * told to: by a yes on a terminal, --yes, or a budget.
 */
import { resolve } from 'node:path';
import type { JobsEnd } from '../batch/jobs.ts';
import { runLive } from '../batch/live.ts';
import { type OpenedRun, openInputRun, openKnownRun } from '../batch/open-run.ts';
import type { Timers } from '../batch/ports.ts';
import type { ResultWriter } from '../batch/results.ts';
import type { RunEnd } from '../batch/runner.ts';
import { parseSettings } from '../batch/settings.ts';
import { processTimers } from '../batch/timers.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { countRows, type RowCounts, reopenRows } from '../ledger/batch-rows.ts';
import { dropRun, readRun } from '../ledger/batch-runs.ts';
import { settleDuplicates } from '../ledger/duplicates.ts';
import { guardLedger, type Ledger } from '../ledger/open.ts';
import { displayOf } from '../report/numbers.ts';
import type { Deps, Invocation } from '../terminal/command.ts';
import {
  type Asking,
  folderOf,
  type Means,
  planOptions,
  reopenedBy,
  semanticFor,
  type Work,
} from './batch-asking.ts';
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
import { askLeave, needsLeave, planOf, refuseUnbounded, writePlan } from './batch-plan.ts';
import { checkResults, checkSpread, resultWriter } from './batch-results.ts';
import { readSending } from './batch-send.ts';
import { chance, openSender } from './open-sender.ts';
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
  await checkResults(deps, [name, flags.keyFile, flags.jsonSchema]);
  if (name === '-' && deps.streams.stdin.isTTY === true) {
    throw new UserError(
      EXIT.usage,
      'no input is named',
      'name a CSV or JSONL file, or pipe one in',
    );
  }
  const settings = await readSettings(flags, deps);
  if (flags.spread === true) checkSpread(settings.schema);
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
  await checkResults(deps, [flags.keyFile]);
  return withLedger(deps, 'refuse', async (db) => {
    const opened = openKnownRun(db, id, deps.clock.now());
    return askRun(db, opened, { flags, deps });
  });
}

/** Asks what is left of a run that is locked, and lets it go. */
export async function askRun(
  db: Ledger,
  opened: OpenedRun,
  { flags, deps }: Work,
): Promise<ExitCode> {
  const { run, lock } = opened;
  try {
    noteOpened(deps, opened, countsToAsk(db, run.id, flags));
    return await ask(db, opened, { flags, deps });
  } finally {
    lock.release(readRun(db, run.id)?.state !== 'open');
  }
}

async function ask(db: Ledger, opened: OpenedRun, { flags, deps }: Work): Promise<ExitCode> {
  const { run } = opened;
  const results = resultWriter(deps, flags, { db, run });
  const means = await leave(db, opened, { flags, deps });
  if (means === null) return EXIT.ok;
  // Not before it is settled that they are asked: till then they keep their results.
  for (const state of reopenedBy(flags)) reopenRows(db, run.id, state);
  const semantic = await semanticFor(db, opened, { flags, deps, ...means }, false);
  const sending = { ...means.sending, semantic };
  const timers = processTimers();
  const display = new RunDisplay(deps, sending, { timers, before: countRows(db, run.id) });
  const asked = { flags, deps, ...means, sending, results, display, timers };
  const end = await send(db, opened, asked);
  guardLedger(deps.config.ledger.value, () => settleDuplicates(db));
  return reportEnd(db, run.id, { end, deps, display, limits: means.sending.limits });
}

/** The rows of a run with those that are asked again as pending. */
function countsToAsk(db: Ledger, id: number, flags: SendFlags): RowCounts {
  const counts = countRows(db, id);
  const states = reopenedBy(flags);
  const failed = states.includes('failed') ? counts.failed : 0;
  const unknown = states.includes('unknown') ? counts.unknown : 0;
  return {
    ...counts,
    failed: counts.failed - failed,
    unknown: counts.unknown - unknown,
    pending: counts.pending + failed + unknown,
  };
}

/** How rows are sent, once it is settled that they are to be asked; null: they are not. */
async function leave(db: Ledger, opened: OpenedRun, { flags, deps }: Work): Promise<Means | null> {
  let isGiven = false;
  try {
    const sending = await readSending(flags, deps, parseSettings(opened.run.settings));
    for (const note of sending.found.notes) deps.note(note);
    if (goesByFiles(db, opened.run.id, flags)) checkByFiles(opened, flags, sending);
    const book = await openBook(deps);
    isGiven = await isLeft(db, opened, { flags, deps, sending, book });
    return isGiven ? { sending, book } : null;
  } finally {
    // Nothing was asked: the next command may have other settings.
    if (!isGiven && !opened.isResumed) dropRun(db, opened.run.id);
  }
}

interface Showing {
  readonly results: ResultWriter;
  readonly display: RunDisplay;
  readonly timers: Timers;
}

/** Whether the rows are to be asked now; a plan is made only where somebody reads it. */
async function isLeft(db: Ledger, opened: OpenedRun, asking: Asking): Promise<boolean> {
  const { flags, deps } = asking;
  if (flags.dryRun === true) {
    const rows = await planOptions(db, opened, asking);
    await writePlan(deps, await planOf(rows, asking.sending, deps));
    return false;
  }
  const { id } = opened.run;
  const isReopened = countsToAsk(db, id, flags).pending > countRows(db, id).pending;
  const spendsNothing = isAllInFiles(db, id) && !isReopened;
  if (spendsNothing) return true;
  const rows = await planOptions(db, opened, asking);
  await refuseUnbounded(rows, asking.sending, deps);
  if (!needsLeave(flags)) return true;
  return askLeave(deps, await planOf(rows, asking.sending, deps));
}

/** Asks what is left: by files, live, or both. */
async function send(
  db: Ledger,
  opened: OpenedRun,
  sent: Asking & Showing,
): Promise<RunEnd | JobsEnd> {
  const { deps, flags, display } = sent;
  const { run } = opened;
  if (!goesByFiles(db, run.id, flags)) return live(db, opened, sent);
  const seen = { seen: display.seen, onSeen: () => display.update() };
  const imageFolder = folderOf(run.input, deps);
  const end = await sendByFiles(db, opened, { ...sent, ...seen, imageFolder });
  const isLeft = end.stop === 'done' && unansweredOf(flags) === 'live';
  return isLeft ? live(db, opened, sent) : end;
}

async function live(
  db: Ledger,
  { run }: OpenedRun,
  { deps, sending, book, display, timers, results }: Asking & Showing,
): Promise<RunEnd> {
  const { clock, signal } = deps;
  const sender = await openSender(sending, deps);
  return runLive({
    ...sending,
    ...{ db, run, book, clock, sender, timers },
    imageFolder: folderOf(run.input, deps),
    results,
    interrupt: signal,
    cancel: deps.cancel,
    random: chance,
    seen: display.seen,
    onSeen: () => display.update(),
  });
}

function noteOpened(
  deps: Deps,
  { run, isResumed, foundUnknown }: OpenedRun,
  { done, failed, pending }: RowCounts,
): void {
  if (!isResumed) return;
  deps.note(
    `batch ${run.id} goes on: ${done} done, ${failed} failed, ${displayOf(pending, 'row')} to ask`,
  );
  if (foundUnknown === 0) return;
  deps.note(
    `${displayOf(foundUnknown, 'row')} were in flight when it ended: they may have been billed`,
    'to ask them again: --retry-unknown',
  );
}
