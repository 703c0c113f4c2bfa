/**
 * Runs that embed texts: how they are listed, and that none of their texts stays.
 *
 * Takes runs, closes them. Never a run that a process works on, nor one of a user's own.
 */
import type { EpochMs } from '../domain/time.ts';
import { cancelRows, forgetTexts } from './batch-rows.ts';
import { dropRun, readRun, stopRun } from './batch-runs.ts';
import type { Ledger } from './open.ts';
import { lockDeadRun } from './run-lock.ts';

/** How the runs are listed: no path of a user's input begins so. */
export const EMBEDDINGS = 'embeddings';

/** Ends a run: what is left is not asked, and its texts go. */
export function closeEmbedding(
  db: Ledger,
  { id, atMs, reason }: { readonly id: number; readonly atMs: EpochMs; readonly reason: string },
): void {
  db.transaction(() => {
    const cancelled = cancelRows(db, id, atMs);
    stopRun(db, { id, state: cancelled === 0 ? 'done' : 'cancelled', reason, atMs });
    forgetTexts(db, id);
  }).immediate();
}

/** Ends the runs that a killed process left. */
export function closeDeadEmbeddings(db: Ledger, atMs: EpochMs): void {
  for (const id of openRuns(db)) {
    const lock = lockDeadRun(db, id);
    if (lock === null) continue;
    // It may have ended between the two looks.
    const now = readRun(db, id)?.state;
    if (now === 'spooling') dropRun(db, id);
    else if (now === 'open') closeEmbedding(db, { id, atMs, reason: 'interrupted' });
    lock.release(true);
  }
}

/** Whether there may be runs that a killed process left; in a ledger that is only read nothing ends. */
export function hasOpenEmbeddings(db: Ledger): boolean {
  return !db.readonly && openRuns(db).length > 0;
}

function openRuns(db: Ledger): number[] {
  return db
    .prepare(
      `SELECT id FROM batch_run
       WHERE state IN ('spooling', 'open') AND input LIKE '${EMBEDDINGS} %'`,
    )
    .pluck()
    .all() as number[];
}
