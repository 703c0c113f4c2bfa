/**
 * `--via batch`: rows sent through providers' Batch APIs, and how their files stand.
 *
 * Takes flags and an opened run, gives how its files fared. Never sends a row live: whoever calls
 * does that, where `--unanswered live` asks for it.
 */

import { type JobsEnd, runJobs } from '../batch/jobs.ts';
import type { JobsOptions, Unanswered } from '../batch/jobs-tools.ts';
import type { OpenedRun } from '../batch/open-run.ts';
import type { Timers } from '../batch/ports.ts';
import { type ResultWriter, unwrittenResults } from '../batch/results.ts';
import { Seen } from '../batch/seen.ts';
import { parseSettings } from '../batch/settings.ts';
import { processTimers } from '../batch/timers.ts';
import { formatInstant } from '../domain/time.ts';
import { EXIT, type ExitCode, usageError } from '../errors.ts';
import { dropUnsent, type Job, listJobs, openJobs } from '../ledger/batch-jobs.ts';
import { rowsToSubmit } from '../ledger/batch-jobs-rows.ts';
import type { SpendLimits } from '../ledger/budget.ts';
import type { Ledger } from '../ledger/open.ts';
import type { PriceBook } from '../pricing/price.ts';
import { createBatchApis } from '../providers/batch-apis.ts';
import { displayOf } from '../report/numbers.ts';
import type { Column } from '../report/rows.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { parseCount, parseDuration, type SendFlags } from './batch-flags.ts';
import { readSending, type Sending } from './batch-send.ts';
import { openBook } from './price-book.ts';

/** Flags of runs that go by files. */
export interface JobFlags {
  readonly via?: string;
  readonly unanswered?: string;
  readonly fileRows?: string;
  readonly poll?: string;
  /** False with --no-wait. */
  readonly wait: boolean;
}

const SECOND_MS = 1_000;
const POLL_MS = 60 * SECOND_MS;
const MOST_FILES = 3;

/** Declares the flags of JobFlags. */
export function declareJobFlags(command: CliCommand): void {
  command
    .optionsGroup('Batch API:')
    .option('--via <way>', "batch: files for the provider's Batch API, cheaper, within a day; live")
    .option(
      '--unanswered <way>',
      'rows a file leaves so: batch (the next file), live or fail (batch)',
    )
    .option('--file-rows <n>', 'rows in a file (as many as the provider takes)');
  declareWaitFlags(command);
}

/** Declares how files are waited for. */
export function declareWaitFlags(command: CliCommand): void {
  command
    .option('--poll <seconds>', 'between two looks at the provider, growing tenfold (60)')
    .option('--no-wait', 'do not wait for files: go on with aicost batch resume');
}

/**
 * Whether a run goes by files: as --via says, else as it was begun. Going live, it lets go of files
 * that were never sent. Throws UserError.
 */
export function goesByFiles(db: Ledger, runId: number, { via }: JobFlags): boolean {
  if (via === 'batch') return true;
  if (via === undefined) return listJobs(db, runId).length > 0;
  if (via !== 'live') throw usageError(`--via: '${via}' is none`, 'give batch or live');
  dropUnsent(db, runId);
  const open = openJobs(db, runId).length;
  if (open === 0) return false;
  throw usageError(
    `${displayOf(open, 'file')} of batch ${runId} are at the provider`,
    `go on without --via, or stop them: aicost batch cancel ${runId}`,
  );
}

/** Whether all rows that are left are in files already: nothing more is spent. */
export function isAllInFiles(db: Ledger, runId: number): boolean {
  const [page] = rowsToSubmit(db, runId);
  return page === undefined && openJobs(db, runId).length > 0;
}

function sizesOf({ fileRows, poll }: JobFlags): Pick<JobsOptions, 'fileRows' | 'pollMs'> {
  return {
    fileRows: parseCount(fileRows, '--file-rows'),
    pollMs: parseDuration(poll, '--poll', SECOND_MS) ?? POLL_MS,
  };
}

/** Throws UserError for what cannot go by files. */
export function checkByFiles({ run }: OpenedRun, flags: JobFlags, { policy }: Sending): void {
  const { cascade, checks, fallback } = parseSettings(run.settings);
  const unanswered = unansweredOf(flags);
  sizesOf(flags);
  if (cascade.length > 0 || (policy?.cascade ?? []).length > 0) {
    throw usageError(
      'a cascade asks one model after another, a file only one',
      'ask live: --via live',
    );
  }
  if (checks.some((check) => check.startsWith('judge'))) {
    throw usageError('a judge is asked live, not in a file', 'leave out the check, or: --via live');
  }
  if (fallback.length > 0 && unanswered !== 'live') {
    throw usageError('--fallback is for rows that are asked live', 'add --unanswered live');
  }
}

/** What rows become that a file leaves without an answer. Throws UserError. */
export function unansweredOf({ unanswered = 'batch' }: JobFlags): Unanswered {
  if (unanswered === 'batch' || unanswered === 'live' || unanswered === 'fail') return unanswered;
  throw usageError(`--unanswered: '${unanswered}' is none`, 'give batch, live or fail');
}

/** What files are sent with. */
export interface ByFiles {
  readonly flags: SendFlags & JobFlags;
  readonly deps: Deps;
  readonly sending: Sending;
  readonly book: PriceBook;
  readonly timers: Timers;
  readonly results: ResultWriter;
  readonly seen: Seen;
  readonly onSeen: () => void;
  readonly imageFolder: string;
}

/** Works on the files of a run; `isCancelling`: only to stop them. */
export async function sendByFiles(
  db: Ledger,
  { run }: OpenedRun,
  { flags, deps, sending, ...others }: ByFiles,
  isCancelling = false,
): Promise<JobsEnd> {
  const { clock, env, version, signal } = deps;
  const { keys } = sending.found;
  const unanswered = unansweredOf(flags);
  const options: Omit<JobsOptions, 'apis'> = {
    ...sending,
    ...others,
    ...{ db, run, clock, unanswered, isCancelling },
    isContinued: unanswered === 'live' && !isCancelling,
    redact: (text) => keys.redact(text),
    maxAttempts: sending.retry.maxAttempts ?? MOST_FILES,
    ...sizesOf(flags),
    isWaiting: flags.wait,
    interrupt: signal,
    tell: (message) => deps.note(message),
  };
  const apis = await createBatchApis({ keys, env, clock, version });
  return runJobs({ ...options, apis });
}

/** Says that files are at the provider, and how to go on. */
export function noteAtProvider(id: number, { stop, open }: JobsEnd, deps: Deps): ExitCode {
  deps.note(
    `${displayOf(open, 'file')} of batch ${id} stay with the provider, which works on`,
    `fetch the answers: aicost batch resume ${id}; stop it: aicost batch cancel ${id}`,
  );
  return stop === 'interrupted' ? EXIT.interrupted : EXIT.ok;
}

const NO_LIMITS: SpendLimits = { runPico: null, dayPico: null };

/** Stops the files of a run and takes what was answered; gives how many are still at the provider. */
export async function stopFiles(
  db: Ledger,
  opened: OpenedRun,
  flags: SendFlags & JobFlags,
  deps: Deps,
): Promise<JobsEnd> {
  const settings = parseSettings(opened.run.settings);
  const sending = await readSending(flags, deps, settings);
  const timers = processTimers();
  const unwritten = unwrittenResults(opened.run.id);
  const by: ByFiles = {
    ...{ flags, deps, timers, results: unwritten },
    sending: { ...sending, limits: NO_LIMITS },
    book: await openBook(deps),
    seen: new Seen(null, timers.nowMs()),
    onSeen: () => {},
    imageFolder: deps.cwd,
  };
  return sendByFiles(db, opened, by, true);
}

/** The files of a run, as `status` lists them. */
export const JOB_COLUMNS: Column<Job>[] = [
  { key: 'batch', title: 'Batch', align: 'right', value: ({ runId }) => runId },
  { key: 'file', title: 'File', align: 'right', value: ({ number }) => number },
  { key: 'endpoint', title: 'Endpoint', value: ({ endpoint }) => endpoint },
  { key: 'model', title: 'Model', value: ({ model }) => model },
  { key: 'state', title: 'State', value: ({ state }) => state },
  { key: 'provider_id', title: 'At the provider', value: ({ providerId }) => providerId ?? '' },
  { key: 'provider_status', title: 'Status', value: ({ providerStatus }) => providerStatus },
  { key: 'rows', title: 'Rows', align: 'right', value: ({ rowCount }) => rowCount },
  { key: 'done', title: 'Done', align: 'right', value: ({ doneCount }) => doneCount },
  { key: 'failed', title: 'Failed', align: 'right', value: ({ failedCount }) => failedCount },
  {
    key: 'submitted_at',
    title: 'Submitted',
    value: ({ submittedAtMs }) => (submittedAtMs === null ? '' : formatInstant(submittedAtMs)),
  },
  { key: 'message', title: 'Message', value: ({ message }) => message },
];
