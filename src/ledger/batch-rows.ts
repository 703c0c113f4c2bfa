/**
 * The rows of a batch run: written once, read in pages, counted by state.
 *
 * Takes rows as JSON text, gives them back in the order of the input with what became of them. Never
 * holds more than a page.
 */
import type { EpochMs } from '../domain/time.ts';
import type { Ledger } from './open.ts';

/** So many rows of one run, and runs, fit the id of a row: 2^32 rows, 2^21 runs. */
export const RUN = 2 ** 32;
const PAGE = 500;
/** Rows to one INSERT. */
const ROWS = 20;

/** The id of a row in the ledger. */
export function rowId(runId: number, index: number): number {
  return runId * RUN + index;
}

/** One row as it was read. */
export interface SpooledRow {
  /** Of the input, from 1. */
  readonly line: number;
  /** The cells as a JSON array, or the line's own JSON object. */
  readonly input: string;
}

/** A writer of rows, in chunks; gives how many rows there are. */
export function rowWriter(db: Ledger, runId: number): (rows: readonly SpooledRow[]) => number {
  const insert = (rows: number) =>
    db.prepare(
      `INSERT INTO batch_row (id, line, input) VALUES ${Array(rows).fill('(?, ?, ?)').join()}`,
    );
  const [one, many] = [insert(1), insert(ROWS)];
  let count = 0;
  const write = db.transaction((rows: readonly SpooledRow[]) => {
    let bound: (number | string)[] = [];
    for (const { line, input } of rows) {
      if (bound.push(rowId(runId, count++), line, input) < ROWS * 3) continue;
      many.run(...bound);
      bound = [];
    }
    for (let at = 0; at < bound.length; at += 3) one.run(...bound.slice(at, at + 3));
  });
  return (rows) => {
    write.immediate(rows);
    return count;
  };
}

/** A row that is to be asked. */
export interface PendingRow extends SpooledRow {
  readonly index: number;
  /**
   * Attempts of earlier processes, what is known of their cost, and what the others may have cost:
   * at least 1 where there are any.
   */
  readonly attemptsBefore: number;
  readonly costBeforePico: number;
  readonly uncertainBeforePico: number;
}

/**
 * Rows without a result in the order of the input, a page at a time, each read when it is asked for;
 * those whose result is one of `reopened` too, as if they were open again.
 */
export function* pendingRows(
  db: Ledger,
  runId: number,
  reopened: readonly ResultState[] = [],
): Generator<PendingRow> {
  const tried = db
    .prepare('SELECT EXISTS (SELECT 1 FROM batch_attempt WHERE row_id >= ? AND row_id < ?)')
    .pluck()
    .get(runId * RUN, (runId + 1) * RUN);
  // A new run has no attempts to look for, row by row.
  const before =
    tried === 1
      ? `(SELECT count(*) FROM batch_attempt a WHERE a.row_id = w.id) AS attemptsBefore,
         (SELECT coalesce(sum(a.cost_pico), 0) FROM batch_attempt a WHERE a.row_id = w.id)
           AS costBeforePico,
         (SELECT coalesce(sum(max(a.reserved_pico, 1)), 0) FROM batch_attempt a
           WHERE a.row_id = w.id AND a.cost_pico IS NULL AND a.may_have_been_billed = 1)
           AS uncertainBeforePico`
      : '0 AS attemptsBefore, 0 AS costBeforePico, 0 AS uncertainBeforePico';
  const page = db.prepare(
    `SELECT w.id - ${runId * RUN} AS "index", w.line, w.input, ${before}
     FROM batch_row w WHERE w.id > ? AND w.id < ${(runId + 1) * RUN}
       AND NOT EXISTS (SELECT 1 FROM batch_result r WHERE r.row_id = w.id
         AND r.state NOT IN (${reopened.map(() => '?').join()}))
     ORDER BY w.id LIMIT ${PAGE}`,
  );
  let last = runId * RUN - 1;
  for (;;) {
    const rows = page.all(last, ...reopened) as PendingRow[];
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    last = rowId(runId, end.index);
  }
}

/** What became of a row. */
export type ResultState = 'done' | 'failed' | 'unknown' | 'cancelled';

/** A row with its result; null: it has none yet. */
export interface RowWithResult extends SpooledRow {
  readonly index: number;
  readonly state: ResultState | null;
  readonly model: string | null;
  readonly answer: string | null;
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  readonly costPico: number | null;
  readonly latencyMs: number | null;
  readonly attempts: number | null;
  readonly cache: string | null;
  readonly error: string | null;
  readonly reason: string | null;
}

/** How far rows are read: to the end of a page, or to the first one without a result. */
export type ReadTo = 'page' | 'gap';

/** Reads up to a page of rows from one on, with their results. */
export function rowReader(
  db: Ledger,
  runId: number,
): (from: number, to: ReadTo) => RowWithResult[] {
  const rowsFrom = db.prepare(
    `SELECT w.id - ${runId * RUN} AS "index", w.line, w.input, r.state, r.model, r.answer,
       r.input_tokens AS inputTokens, r.cached_tokens AS cachedTokens,
       r.output_tokens AS outputTokens, r.cost_pico AS costPico, r.latency_ms AS latencyMs,
       r.attempts, r.cache, r.error, r.reason
     FROM batch_row w LEFT JOIN batch_result r ON r.row_id = w.id
     WHERE w.id >= ? AND w.id < ${(runId + 1) * RUN} ORDER BY w.id LIMIT ${PAGE}`,
  );
  return (from, to) => {
    const rows: RowWithResult[] = [];
    for (const row of rowsFrom.iterate(rowId(runId, from)) as IterableIterator<RowWithResult>) {
      if (to === 'gap' && row.state === null) break;
      rows.push(row);
    }
    return rows;
  };
}

/** Rows of a run by state. */
export interface RowCounts {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly unknown: number;
  readonly cancelled: number;
  /** Without a result. */
  readonly pending: number;
  /** Done without being asked: from the cache or an equal row. */
  readonly cached: number;
  /** What its attempts cost, as far as is known, in pico-USD. */
  readonly costPico: bigint;
  /** The worst case of attempts that may have been billed. */
  readonly uncertainPico: bigint;
}

/** Leases of files that no provider was asked to run yet. */
const UNSENT = `SELECT lease_id FROM batch_job WHERE run_id = ? AND state IN ('made', 'uploaded')`;

/** Counts the rows of a run. */
export function countRows(db: Ledger, runId: number): RowCounts {
  const range = [runId * RUN, (runId + 1) * RUN];
  const states = db
    .prepare(
      `SELECT state, count(*) AS rows, sum(cache <> 'miss' AND state = 'done') AS cached FROM batch_result
       WHERE row_id >= ? AND row_id < ? GROUP BY state`,
    )
    .all(range) as { state: ResultState; rows: number; cached: number }[];
  const of = (state: ResultState): number => states.find((one) => one.state === state)?.rows ?? 0;
  const total = db
    .prepare('SELECT count(*) FROM batch_row WHERE id >= ? AND id < ?')
    .pluck()
    .get(range) as number;
  const [costPico, uncertainPico] = db
    .prepare(
      `SELECT coalesce(sum(cost_pico), 0), coalesce(sum(CASE WHEN cost_pico IS NULL AND
         (may_have_been_billed = 1 OR (ended_at_ms IS NULL AND lease_id NOT IN (${UNSENT})))
         THEN reserved_pico END), 0)
       FROM batch_attempt WHERE row_id >= ? AND row_id < ?`,
    )
    .raw()
    .safeIntegers()
    .get(runId, ...range) as [bigint, bigint];
  const finished = states.reduce((sum, { rows }) => sum + rows, 0);
  return {
    total,
    done: of('done'),
    failed: of('failed'),
    unknown: of('unknown'),
    cancelled: of('cancelled'),
    pending: total - finished,
    cached: states.reduce((sum, { cached }) => sum + cached, 0),
    costPico,
    uncertainPico,
  };
}

/**
 * Marks rows whose attempt was in flight when its process ended as unknown: they may have been
 * answered and billed. Only for a run that is locked. Gives how many there are.
 */
export function markUnknown(db: Ledger, runId: number, atMs: EpochMs): number {
  const message = 'it was in flight when the process ended';
  const range = { runId, from: runId * RUN, to: (runId + 1) * RUN, message, atMs };
  // Rows in a file at a provider are still under way, whoever asks.
  const which = `row_id >= @from AND row_id < @to AND lease_id NOT IN
    (SELECT lease_id FROM batch_job WHERE run_id = @runId AND settled_at_ms IS NULL)`;
  return db.transaction(() => loseAttempts(db, which, range)).immediate();
}

/** What a condition on attempts is bound to, and how and when they were lost. */
export interface LostAttempts {
  readonly [name: string]: number | string;
  readonly message: string;
  readonly atMs: EpochMs;
}

/**
 * Ends attempts that nobody can tell the end of, of those a condition names: their rows are unknown.
 * Joins the transaction of the caller. Gives how many rows there are.
 */
export function loseAttempts(db: Ledger, which: string, lost: LostAttempts): number {
  const open = `ended_at_ms IS NULL AND ${which}`;
  const marked = db
    .prepare(
      `INSERT OR IGNORE INTO batch_result
         (row_id, state, model, attempts, cache, error, reason, finished_at_ms)
       SELECT row_id, 'unknown', max(model), max(number), 'miss', 'unknown: ' || @message, '', @atMs
       FROM batch_attempt WHERE ${open} GROUP BY row_id`,
    )
    .run(lost);
  db.prepare(
    `UPDATE batch_attempt SET ended_at_ms = @atMs, failure = 'unknown', may_have_been_billed = 1
     WHERE ${open}`,
  ).run(lost);
  return marked.changes;
}

/** Whether rows of a run have the answers of others that ask the same. */
export function servesLikes(db: Ledger, runId: number): boolean {
  const found = db
    .prepare("SELECT 1 FROM batch_result WHERE row_id >= ? AND row_id < ? AND cache = 'semantic'")
    .pluck()
    .get(runId * RUN, (runId + 1) * RUN);
  return found !== undefined;
}

/** Takes the texts of a run out of the ledger; its rows and results stay. */
export function forgetTexts(db: Ledger, runId: number): void {
  db.prepare("UPDATE batch_row SET input = '[]' WHERE id >= ? AND id < ?").run(
    runId * RUN,
    (runId + 1) * RUN,
  );
}

/** Makes rows of a state pending again; gives how many there were. Their attempts stay on record. */
export function reopenRows(db: Ledger, runId: number, state: ResultState): number {
  return db
    .prepare('DELETE FROM batch_result WHERE row_id >= ? AND row_id < ? AND state = ?')
    .run(runId * RUN, (runId + 1) * RUN, state).changes;
}

/** Gives rows without a result one: they were cancelled, after the attempts they had. */
export function cancelRows(db: Ledger, runId: number, atMs: EpochMs): number {
  return db
    .prepare(
      `INSERT OR IGNORE INTO batch_result
         (row_id, state, model, attempts, cost_pico, cache, error, reason, finished_at_ms)
       SELECT w.id, 'cancelled', '', count(a.row_id),
         CASE WHEN count(a.cost_pico) = count(a.row_id) THEN coalesce(sum(a.cost_pico), 0) END,
         'miss', 'cancelled', '', ?
       FROM batch_row w LEFT JOIN batch_attempt a ON a.row_id = w.id
       WHERE w.id >= ? AND w.id < ?
         AND NOT EXISTS (SELECT 1 FROM batch_result r WHERE r.row_id = w.id)
       GROUP BY w.id`,
    )
    .run(atMs, runId * RUN, (runId + 1) * RUN).changes;
}
