/**
 * Batch runs: what was asked with which settings, and how far it is.
 *
 * Takes hashes of inputs and settings, gives the run they belong to. Never mixes two: other inputs
 * or settings are another run. Never holds a key: settings come without.
 */
import type { EpochMs } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Ledger } from './open.ts';
import { lockRun, type RunLock } from './run-lock.ts';
import { addSource } from './sources.ts';

/** `open`: rows may be left to ask; `done`: all rows have a result. */
export type RunState = 'spooling' | 'open' | 'done' | 'cancelled';

/** One run. */
export interface BatchRun {
  readonly id: number;
  /** The input's path as the command line gave it, absolute; `-` for standard input. */
  readonly input: string;
  readonly inputHash: string;
  /** JSON, without secrets: enough to go on without the command line. */
  readonly settings: string;
  readonly settingsHash: string;
  readonly state: RunState;
  /** Why it stopped last; empty if it never did. */
  readonly stopReason: string;
  /** The input's column names. */
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** Under which its calls stand in the ledger. */
  readonly sourceId: number;
  readonly createdAtMs: EpochMs;
}

const COLUMNS = `id, input, input_hash AS inputHash, settings, settings_hash AS settingsHash, state,
  stop_reason AS stopReason, columns, row_count AS rowCount, source_id AS sourceId,
  created_at_ms AS createdAtMs`;

interface Stored extends Omit<BatchRun, 'columns'> {
  readonly columns: string;
}

/** A run by its number; null if there is none. */
export function readRun(db: Ledger, id: number): BatchRun | null {
  const run = db.prepare(`SELECT ${COLUMNS} FROM batch_run WHERE id = ?`).get(id);
  return run === undefined ? null : toRun(run as Stored);
}

/** All runs, the newest first. */
export function listRuns(db: Ledger): BatchRun[] {
  const runs = db.prepare(`SELECT ${COLUMNS} FROM batch_run ORDER BY id DESC`).all() as Stored[];
  return runs.map(toRun);
}

/**
 * The newest run of exactly these inputs and settings that was not cancelled, the run `id` apart;
 * null: none.
 */
export function findRun(
  db: Ledger,
  { id = 0, inputHash, settingsHash }: { id?: number; inputHash: string; settingsHash: string },
): BatchRun | null {
  const run = db
    .prepare(
      `SELECT ${COLUMNS} FROM batch_run WHERE input_hash = ? AND settings_hash = ?
       AND state IN ('open', 'done') AND id <> ? ORDER BY id DESC LIMIT 1`,
    )
    .get(inputHash, settingsHash, id);
  return run === undefined ? null : toRun(run as Stored);
}

/** The newest run of this input that is not over: its rows or settings may have changed since. */
export function findOpenRun(db: Ledger, input: string): BatchRun | null {
  const run = db
    .prepare(
      `SELECT ${COLUMNS} FROM batch_run WHERE input = ? AND state = 'open' ORDER BY id DESC LIMIT 1`,
    )
    .get(input);
  return run === undefined ? null : toRun(run as Stored);
}

function toRun(stored: Stored): BatchRun {
  return { ...stored, columns: JSON.parse(stored.columns) as string[] };
}

/** Adds a run whose rows are still to come, locked: nobody ever sees it without its lock. */
export function addRun(
  db: Ledger,
  run: { input: string; settings: string; settingsHash: string; atMs: EpochMs },
): { id: number; lock: RunLock } {
  const insert = db.prepare(
    `INSERT INTO batch_run (input, input_hash, settings, settings_hash, state, source_id, created_at_ms)
     VALUES (@input, '', @settings, @settingsHash, 'spooling', 0, @atMs)`,
  );
  return db
    .transaction(() => {
      const id = Number(insert.run(run).lastInsertRowid);
      const lock = lockRun(db, id);
      if (lock === null) {
        const hint = 'wait for it: its ledger was removed or replaced while it was at work';
        throw new UserError(EXIT.failed, `a process works on a batch ${id} of before`, hint);
      }
      // No log has a head of 0 bytes with a negative hash, so no log is taken for this source.
      const path = `batch ${id}: ${run.input}`;
      const source = addSource(db, { path, headBytes: 0, headHash: -id, atMs: run.atMs });
      db.prepare('UPDATE batch_run SET source_id = ? WHERE id = ?').run(source.id, id);
      return { id, lock };
    })
    .immediate();
}

/** Notes that all rows of a run are there. */
export function openRun(
  db: Ledger,
  run: { id: number; inputHash: string; columns: readonly string[]; rowCount: number },
): void {
  const { id, inputHash, columns, rowCount } = run;
  db.prepare(
    `UPDATE batch_run SET state = 'open', input_hash = ?, columns = ?, row_count = ? WHERE id = ?`,
  ).run(inputHash, JSON.stringify(columns), rowCount, id);
}

/** Notes why a run stopped, and whether rows are left to ask. */
export function stopRun(
  db: Ledger,
  stop: { id: number; state: RunState; reason: string; atMs: EpochMs },
): void {
  db.prepare(
    `UPDATE batch_run SET state = @state, stop_reason = @reason, stopped_at_ms = @atMs WHERE id = @id`,
  ).run(stop);
}

/** Forgets a run whose rows never were all there: nothing of it was asked. */
export function dropRun(db: Ledger, id: number): void {
  db.transaction(() => {
    db.prepare('DELETE FROM batch_row WHERE id >= ? << 32 AND id < (? + 1) << 32').run(id, id);
    db.prepare('DELETE FROM source WHERE id = (SELECT source_id FROM batch_run WHERE id = ?)').run(
      id,
    );
    db.prepare('DELETE FROM batch_run WHERE id = ?').run(id);
  }).immediate();
}
