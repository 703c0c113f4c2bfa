/**
 * Jobs: what of a run is at a provider's Batch API, step by step.
 *
 * Takes rows that go into one file, gives a job with their attempts begun and the worst case of all
 * of them set aside, in one transaction. Each step is noted before and after it is made. Never takes
 * more rows than the budget covers, and never gives money back while a row may still be billed.
 */
import { dayNumber, type EpochMs } from '../domain/time.ts';
import { rowId } from './batch-rows.ts';
import { closeDeadLease, leftOf, type SpendLimits, takenByRun, takenOnDay } from './budget.ts';
import type { Ledger } from './open.ts';

/** Where a job stands; the first four are open. */
export type JobState =
  | 'made'
  | 'uploaded'
  | 'creating'
  | 'submitted'
  | 'settled'
  | 'refused'
  | 'unknown';

/** One file of a run. */
export interface Job {
  readonly id: number;
  readonly runId: number;
  /** From 1, within the run. */
  readonly number: number;
  readonly endpoint: string;
  readonly wire: string;
  /** Empty: several. */
  readonly model: string;
  readonly state: JobState;
  readonly rowCount: number;
  readonly bytes: number;
  /** The places of its first and last row in the input, from 0. */
  readonly firstRow: number;
  readonly lastRow: number;
  readonly leaseId: number;
  /** The file at the provider; null: not uploaded, or the provider takes none. */
  readonly fileId: string | null;
  readonly providerId: string | null;
  /** In the provider's own words; empty: it was not asked yet. */
  readonly providerStatus: string;
  /** As the provider counts. */
  readonly doneCount: number;
  readonly failedCount: number;
  /** Whether it was asked to stop. */
  readonly isCancelling: boolean;
  readonly message: string;
  readonly madeAtMs: EpochMs;
  /** When the provider was last asked to begin. */
  readonly sentAtMs: EpochMs | null;
  readonly submittedAtMs: EpochMs | null;
  readonly settledAtMs: EpochMs | null;
}

/** A row on its way into a job. */
export interface JobEntry {
  readonly index: number;
  /** Of the attempt, from 1, over all processes that worked on the row. */
  readonly attempt: number;
  readonly model: string;
  /** Null: no price. */
  readonly worstPico: number | null;
  /** Of its line in the file. */
  readonly bytes: number;
}

/** A job to be made. */
export interface JobDraft {
  readonly runId: number;
  readonly endpoint: string;
  readonly wire: string;
  /** In the order of the input. */
  readonly entries: readonly JobEntry[];
  readonly limits: SpendLimits;
  readonly atMs: EpochMs;
}

const COLUMNS = {
  ...{ id: 'id', runId: 'run_id', number: 'number', endpoint: 'endpoint', wire: 'wire' },
  ...{ model: 'model', state: 'state', rowCount: 'row_count', bytes: 'bytes' },
  ...{ firstRow: 'first_row', lastRow: 'last_row', leaseId: 'lease_id', fileId: 'file_id' },
  ...{ providerId: 'provider_id', providerStatus: 'provider_status', doneCount: 'done_count' },
  ...{ failedCount: 'failed_count', isCancelling: 'is_cancelling', message: 'message' },
  ...{ madeAtMs: 'made_at_ms', sentAtMs: 'sent_at_ms', submittedAtMs: 'submitted_at_ms' },
  settledAtMs: 'settled_at_ms',
} as const satisfies Readonly<Record<keyof Job, string>>;

const SELECT = `SELECT ${Object.entries(COLUMNS)
  .map(([name, column]) => `${column} AS ${name}`)
  .join(', ')} FROM batch_job`;

/** The jobs of a run, in their order. */
export function listJobs(db: Ledger, runId: number): Job[] {
  const jobs = db.prepare(`${SELECT} WHERE run_id = ? ORDER BY number`).all(runId);
  return (jobs as Job[]).map((job) => ({ ...job, isCancelling: Boolean(job.isCancelling) }));
}

/** The batches of all jobs of a ledger, as their providers call them. */
export function providerIds(db: Ledger): Set<string> {
  const ids = db.prepare('SELECT provider_id FROM batch_job WHERE provider_id IS NOT NULL').pluck();
  return new Set(ids.all() as string[]);
}

/** Those that are not over. */
export function openJobs(db: Ledger, runId: number): Job[] {
  return listJobs(db, runId).filter(({ settledAtMs }) => settledAtMs === null);
}

/**
 * Makes a job of as many entries as the budget covers, the first ones first; gives how many those
 * are. None, and no job, if it does not cover the first.
 */
export function addJob(db: Ledger, draft: JobDraft): number {
  return db.transaction(() => makeJob(db, draft)).immediate();
}

function makeJob(db: Ledger, draft: JobDraft): number {
  const { runId, atMs, limits } = draft;
  const day = dayNumber(atMs);
  const left = leftOf(limits, {
    byRun: () => takenByRun(db, runId),
    onDay: () => takenOnDay(db, day),
  });
  const { count, worstPico } = covered(draft.entries, left);
  const entries = draft.entries.slice(0, count);
  const [first] = entries;
  if (first === undefined) return 0;
  const isLimited = limits.runPico !== null || limits.dayPico !== null;
  const leaseId = db
    .prepare('INSERT INTO batch_lease (run_id, day, taken_pico, is_open) VALUES (?, ?, ?, 0)')
    .run(runId, day, isLimited ? worstPico : 0n).lastInsertRowid;
  const begin = db.prepare(
    `INSERT INTO batch_attempt
       (row_id, number, lease_id, endpoint, model, reserved_pico, begun_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const { index, attempt, model, worstPico } of entries) {
    const id = rowId(runId, index);
    begin.run(id, attempt, leaseId, draft.endpoint, model, worstPico ?? 0, atMs);
  }
  const models = new Set(entries.map(({ model }) => model));
  db.prepare(
    `INSERT INTO batch_job (run_id, number, endpoint, wire, model, state, row_count, bytes,
       first_row, last_row, lease_id, made_at_ms)
     SELECT @runId, coalesce(max(number), 0) + 1, @endpoint, @wire, @model, 'made', @count, @bytes,
       @first, @last, @leaseId, @atMs FROM batch_job WHERE run_id = @runId`,
  ).run({
    ...{ runId, endpoint: draft.endpoint, wire: draft.wire, count, leaseId, atMs },
    model: models.size === 1 ? first.model : '',
    bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
    first: first.index,
    last: entries.at(-1)?.index ?? first.index,
  });
  return count;
}

function covered(
  entries: readonly JobEntry[],
  left: bigint | null,
): { count: number; worstPico: bigint } {
  let sum = 0n;
  let count = 0;
  for (const { worstPico } of entries) {
    const next = sum + BigInt(worstPico ?? 0);
    if (left !== null && next > left) break;
    sum = next;
    count++;
  }
  return { count, worstPico: sum };
}

/** What changes of a job while it is under way. */
export type JobChange = Partial<
  Pick<
    Job,
    | 'state'
    | 'fileId'
    | 'providerId'
    | 'providerStatus'
    | 'doneCount'
    | 'failedCount'
    | 'message'
    | 'sentAtMs'
    | 'submittedAtMs'
  >
>;

/** Notes a step of a job; it is on disk when this returns. */
export function noteJob(db: Ledger, id: number, change: JobChange): void {
  const names = Object.keys(change) as (keyof JobChange)[];
  const sets = names.map((name) => `${COLUMNS[name]} = @${name}`).join(', ');
  db.prepare(`UPDATE batch_job SET ${sets} WHERE id = @id`).run({ ...change, id });
}

/** Forgets the jobs of a run that were never sent: their rows are pending, their money is free. */
export function dropUnsent(db: Ledger, runId: number): void {
  const unsent = openJobs(db, runId).filter(
    ({ state }) => state === 'made' || state === 'uploaded',
  );
  db.transaction(() => {
    for (const { id, leaseId } of unsent) {
      db.prepare(
        `DELETE FROM batch_attempt WHERE row_id >= ? AND row_id < ? AND lease_id = ?
           AND ended_at_ms IS NULL`,
      ).run(rowId(runId, 0), rowId(runId + 1, 0), leaseId);
      closeDeadLease(db, { id: leaseId, runId });
      db.prepare('DELETE FROM batch_job WHERE id = ?').run(id);
    }
  }).immediate();
}

/** Notes that the open jobs of a run are to stop. */
export function noteCancelling(db: Ledger, runId: number): void {
  db.prepare(
    'UPDATE batch_job SET is_cancelling = 1 WHERE run_id = ? AND settled_at_ms IS NULL',
  ).run(runId);
}

/**
 * Ends a job: what was set aside for it becomes what its rows cost, and the worst case of those
 * whose cost nobody knows. All its rows have their ends. Joins the transaction of the caller.
 */
export function endJob(
  db: Ledger,
  { id, runId, leaseId }: Job,
  end: { state: 'settled' | 'refused' | 'unknown'; message: string; atMs: EpochMs },
): void {
  closeDeadLease(db, { id: leaseId, runId });
  db.prepare(
    'UPDATE batch_job SET state = @state, message = @message, settled_at_ms = @atMs WHERE id = @id',
  ).run({ ...end, id });
}
