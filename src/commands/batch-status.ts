/**
 * `aicost batch status`, `export` and `cancel`: runs that are there already.
 *
 * Takes the number of a run, gives what became of its rows. Never asks anything, and never uses the
 * network but to stop files that are at a provider.
 */
import { type OpenedRun, openKnownRun } from '../batch/open-run.ts';
import { formatUsd } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { type Job, listJobs, openJobs } from '../ledger/batch-jobs.ts';
import { cancelRows, countRows, type RowCounts } from '../ledger/batch-rows.ts';
import { type BatchRun, listRuns, readRun, stopRun } from '../ledger/batch-runs.ts';
import type { Ledger } from '../ledger/open.ts';
import { displayOf } from '../report/numbers.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { Deps } from '../terminal/command.ts';
import type { SendFlags } from './batch-flags.ts';
import { JOB_COLUMNS, type JobFlags, stopFiles } from './batch-jobs.ts';
import { checkResults, type ResultFlags, resultWriter } from './batch-results.ts';
import { withLedger } from './with-ledger.ts';

type StatusRow = RowCounts & { readonly run: BatchRun; readonly jobs: readonly Job[] };

const COLUMNS: Column<StatusRow>[] = [
  { key: 'batch', title: 'Batch', align: 'right', value: ({ run }) => run.id },
  { key: 'input', title: 'Input', isPath: true, value: ({ run }) => run.input },
  { key: 'state', title: 'State', value: ({ run }) => run.state },
  { key: 'stopped_for', title: 'Stopped for', value: ({ run }) => run.stopReason },
  count('rows', 'Rows', ({ total }) => total),
  count('done', 'Done', ({ done }) => done),
  count('cached', 'Cached', ({ cached }) => cached),
  count('failed', 'Failed', ({ failed }) => failed),
  count('unknown', 'Unknown', ({ unknown }) => unknown),
  count('cancelled', 'Cancelled', ({ cancelled }) => cancelled),
  count('pending', 'Pending', ({ pending }) => pending),
  count('files_at_provider', 'Files', ({ jobs }) => jobs.filter(isOpen).length),
  money('cost_usd', 'Cost', ({ costPico }) => costPico),
  money('uncertain_usd', 'Uncertain', ({ uncertainPico }) => uncertainPico),
  { key: 'started_at', title: 'Started', value: ({ run }) => formatInstant(run.createdAtMs) },
];

function count(key: string, title: string, of: (row: StatusRow) => number): Column<StatusRow> {
  return { key, title, align: 'right', value: of };
}

function money(key: string, title: string, of: (row: StatusRow) => bigint): Column<StatusRow> {
  return { key, title, align: 'right', value: (row) => formatUsd(of(row)) };
}

function isOpen({ settledAtMs }: Job): boolean {
  return settledAtMs === null;
}

export interface StatusFlags {
  readonly files?: boolean;
}

/** Lists runs, or shows one with its files. */
export async function showStatus(
  id: number | null,
  { files = false }: StatusFlags,
  deps: Deps,
): Promise<void> {
  const { output } = deps;
  await withLedger(deps, 'refuse', (db) => {
    const runs = id === null ? listRuns(db) : [knownRun(db, id)];
    const rows = runs.map((run) => ({ ...countRows(db, run.id), run, jobs: listJobs(db, run.id) }));
    const jobs = id === null && !files ? [] : rows.flatMap((row) => row.jobs);
    if (files) return deps.write([renderRows(jobs, JOB_COLUMNS, output)]);
    const isShown = jobs.length > 0 && output.format === 'table';
    const table = isShown ? [`\n${renderRows(jobs, JOB_COLUMNS, output)}`] : [];
    return deps.write([renderRows(rows, COLUMNS, output), ...table]);
  });
}

/** Writes the results of a run as they are now. */
export async function exportResults(id: number, flags: ResultFlags, deps: Deps): Promise<void> {
  await checkResults(deps, []);
  const output =
    deps.output.format === 'table' ? ({ ...deps.output, format: 'csv' } as const) : deps.output;
  await withLedger(deps, 'refuse', async (db) => {
    const run = knownRun(db, id);
    const writer = resultWriter({ ...deps, output }, flags, { db, run });
    try {
      await writer.start();
      await writer.complete();
    } finally {
      await writer.abandon();
    }
  });
}

export type CancelFlags = Pick<SendFlags, 'baseUrl' | 'endpoint' | 'keyFile'> &
  Pick<JobFlags, 'poll' | 'wait'>;

/** Ends a run for good: what was not asked will not be, and files at a provider are stopped. */
export async function cancelRun(id: number, flags: CancelFlags, deps: Deps): Promise<ExitCode> {
  return withLedger(deps, 'refuse', async (db) => {
    const opened = openKnownRun(db, id, deps.clock.now());
    let isOver = false;
    try {
      refuseDone(opened.run);
      isOver = await stopAtProvider(db, opened, flags, deps);
      if (!isOver) return EXIT.gaps;
      const atMs = deps.clock.now();
      const cancelled = cancelRows(db, id, atMs);
      stopRun(db, { id, state: 'cancelled', reason: 'cancelled', atMs });
      deps.note(
        `batch ${id} is cancelled: ${displayOf(cancelled, 'row')} will not be asked`,
        `what was answered stays: aicost batch export ${id}`,
      );
      return EXIT.ok;
    } finally {
      opened.lock.release(isOver);
    }
  });
}

/** A cancelled run is not found again by its input: its rows would be asked and paid for anew. */
function refuseDone({ id, state }: BatchRun): void {
  if (state !== 'done') return;
  throw new UserError(
    EXIT.usage,
    `batch ${id} is finished: there is nothing to cancel`,
    `its answers: aicost batch export ${id}`,
  );
}

/** Stops the files of a run; whether all of them are. */
async function stopAtProvider(
  db: Ledger,
  opened: OpenedRun,
  flags: CancelFlags,
  deps: Deps,
): Promise<boolean> {
  const { id } = opened.run;
  if (openJobs(db, id).length === 0) return true;
  const { message } = await stopFiles(db, opened, { ...flags, cache: false }, deps);
  const open = openJobs(db, id).length;
  if (open === 0) return true;
  deps.note(
    `${displayOf(open, 'file')} of batch ${id} are being stopped${message === null ? '' : `: ${message}`}`,
    `fetch what was answered till then: aicost batch cancel ${id}`,
  );
  return false;
}

function knownRun(db: Ledger, id: number): BatchRun {
  const run = readRun(db, id);
  if (run !== null) return run;
  throw new UserError(EXIT.usage, `there is no batch ${id}`, 'see them with: aicost batch status');
}
