/**
 * `aicost batch status`, `export` and `cancel`: runs that are there already.
 *
 * Takes the number of a run, gives what became of its rows. Never asks anything.
 */
import { openKnownRun } from '../batch/open-run.ts';
import { formatUsd } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import { cancelRows, countRows, type RowCounts } from '../ledger/batch-rows.ts';
import { type BatchRun, listRuns, readRun, stopRun } from '../ledger/batch-runs.ts';
import type { Ledger } from '../ledger/open.ts';
import { displayOf } from '../report/numbers.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { Deps } from '../terminal/command.ts';
import { checkResultFormat, type ResultFlags, resultWriter } from './batch-results.ts';
import { withLedger } from './with-ledger.ts';

type StatusRow = RowCounts & { readonly run: BatchRun };

const COLUMNS: Column<StatusRow>[] = [
  { key: 'batch', title: 'Batch', align: 'right', value: ({ run }) => run.id },
  { key: 'input', title: 'Input', value: ({ run }) => run.input },
  { key: 'state', title: 'State', value: ({ run }) => run.state },
  { key: 'stopped_for', title: 'Stopped for', value: ({ run }) => run.stopReason },
  count('rows', 'Rows', ({ total }) => total),
  count('done', 'Done', ({ done }) => done),
  count('cached', 'Cached', ({ cached }) => cached),
  count('failed', 'Failed', ({ failed }) => failed),
  count('unknown', 'Unknown', ({ unknown }) => unknown),
  count('cancelled', 'Cancelled', ({ cancelled }) => cancelled),
  count('pending', 'Pending', ({ pending }) => pending),
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

/** Lists runs, or shows one. */
export async function showStatus(id: number | null, deps: Deps): Promise<void> {
  await withLedger(deps, 'refuse', (db) => {
    const runs = id === null ? listRuns(db) : [knownRun(db, id)];
    const rows = runs.map((run) => ({ ...countRows(db, run.id), run }));
    return deps.write([renderRows(rows, COLUMNS, deps.output)]);
  });
}

/** Writes the results of a run as they are now. */
export async function exportResults(id: number, flags: ResultFlags, deps: Deps): Promise<void> {
  checkResultFormat(deps);
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

/** Ends a run for good: what was not asked will not be. */
export async function cancelRun(id: number, deps: Deps): Promise<void> {
  await withLedger(deps, 'refuse', async (db) => {
    const atMs = deps.clock.now();
    const { lock } = openKnownRun(db, id, atMs);
    const cancelled = cancelRows(db, id, atMs);
    stopRun(db, { id, state: 'cancelled', reason: 'cancelled', atMs });
    lock.release(true);
    deps.note(
      `batch ${id} is cancelled: ${displayOf(cancelled, 'row')} will not be asked`,
      `what was answered stays: aicost batch export ${id}`,
    );
  });
}

function knownRun(db: Ledger, id: number): BatchRun {
  const run = readRun(db, id);
  if (run !== null) return run;
  throw new UserError(EXIT.usage, `there is no batch ${id}`, 'see them with: aicost batch status');
}
