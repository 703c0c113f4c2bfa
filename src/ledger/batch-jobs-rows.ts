/**
 * The rows of jobs: which may go into a file, and which are in one.
 *
 * Takes a run or a job, gives rows a page at a time, in the order of the input. Never a row that is
 * at a provider as one that may be sent.
 */
import type { EpochMs } from '../domain/time.ts';
import { endJob, type Job } from './batch-jobs.ts';
import { loseAttempts, type PendingRow, rowId } from './batch-rows.ts';
import type { Ledger } from './open.ts';

const PAGE = 500;

const BEFORE = `
  (SELECT count(*) FROM batch_attempt b WHERE b.row_id = w.id AND b.number < %) AS attemptsBefore,
  (SELECT coalesce(sum(b.cost_pico), 0) FROM batch_attempt b
    WHERE b.row_id = w.id AND b.number < %) AS costBeforePico,
  (SELECT coalesce(sum(max(b.reserved_pico, 1)), 0) FROM batch_attempt b
    WHERE b.row_id = w.id AND b.number < % AND b.cost_pico IS NULL
      AND b.may_have_been_billed = 1) AS uncertainBeforePico`;

/** Rows of a run that have no result and are in no file, a page at a time. */
export function* rowsToSubmit(db: Ledger, runId: number): Generator<PendingRow[]> {
  const start = rowId(runId, 0);
  const page = db.prepare(
    `SELECT w.id - ${start} AS "index", w.line, w.input, ${BEFORE.replaceAll('%', '4294967296')}
     FROM batch_row w WHERE w.id >= ? AND w.id < ${rowId(runId + 1, 0)}
       AND NOT EXISTS (SELECT 1 FROM batch_result r WHERE r.row_id = w.id)
       AND NOT EXISTS (SELECT 1 FROM batch_attempt a
         WHERE a.row_id = w.id AND a.ended_at_ms IS NULL)
     ORDER BY w.id LIMIT ${PAGE}`,
  );
  yield* pagesOf<PendingRow>((from) => page.all(rowId(runId, from)) as PendingRow[]);
}

/** A row of a job. */
export interface JobRow extends PendingRow {
  readonly model: string;
  /** What was set aside for it. */
  readonly reservedPico: number;
}

const JOB_ROW = `a.model, a.reserved_pico AS reservedPico, w.line, w.input,
  ${BEFORE.replaceAll('%', 'a.number')} FROM batch_attempt a JOIN batch_row w ON w.id = a.row_id`;

/** The rows of a job that have no end yet, a page at a time; of a job not submitted: all of them. */
export function* openRowsOf(db: Ledger, job: Job): Generator<JobRow[]> {
  const { runId, lastRow, leaseId } = job;
  const page = db.prepare(
    `SELECT a.row_id - ${rowId(runId, 0)} AS "index", ${JOB_ROW}
     WHERE a.row_id >= ? AND a.row_id <= ? AND a.lease_id = ? AND a.ended_at_ms IS NULL
     ORDER BY a.row_id LIMIT ${PAGE}`,
  );
  const last = rowId(runId, lastRow);
  yield* pagesOf<JobRow>((from) => page.all(rowId(runId, from), last, leaseId) as JobRow[], job);
}

function* pagesOf<Row extends { readonly index: number }>(
  read: (from: number) => Row[],
  { firstRow }: { readonly firstRow: number } = { firstRow: 0 },
): Generator<Row[]> {
  let from = firstRow;
  for (;;) {
    const rows = read(from);
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows;
    from = end.index + 1;
  }
}

/** How many rows of a job have no end yet. */
export function countOpenRows(db: Ledger, { runId, firstRow, lastRow, leaseId }: Job): number {
  return db
    .prepare(
      `SELECT count(*) FROM batch_attempt WHERE row_id >= ? AND row_id <= ? AND lease_id = ?
         AND ended_at_ms IS NULL`,
    )
    .pluck()
    .get(rowId(runId, firstRow), rowId(runId, lastRow), leaseId) as number;
}

/** Finds a row of a job by its place in the input; null if it is none of it, or has its end. */
export function jobRowFinder(
  db: Ledger,
  { runId, leaseId }: Job,
): (index: number) => JobRow | null {
  const find = db.prepare(
    `SELECT a.row_id - ${rowId(runId, 0)} AS "index", ${JOB_ROW}
     WHERE a.row_id = ? AND a.lease_id = ? AND a.ended_at_ms IS NULL`,
  );
  return (index) => (find.get(rowId(runId, index), leaseId) as JobRow | undefined) ?? null;
}

/**
 * Ends a job nobody can tell the state of: its rows may have been answered and billed, so they are
 * unknown, and what was set aside for them stays spent.
 */
export function loseJob(db: Ledger, job: Job, end: { message: string; atMs: EpochMs }): void {
  const { runId, firstRow, lastRow, leaseId } = job;
  const range = { from: rowId(runId, firstRow), to: rowId(runId, lastRow), leaseId, ...end };
  db.transaction(() => {
    loseAttempts(db, 'row_id >= @from AND row_id <= @to AND lease_id = @leaseId', range);
    endJob(db, job, { state: 'unknown', ...end });
  }).immediate();
}
