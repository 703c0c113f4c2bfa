/**
 * The lock of a batch run: one process works on it at a time.
 *
 * Takes the ledger and a run, gives a lock or null. Never outlives its process: the system
 * drops it with the process, also after kill -9, so nobody waits for the dead.
 */
import fs from 'node:fs';
import Database from 'better-sqlite3';
import type { Ledger } from './open.ts';

/** A run that no other process works on. */
export interface RunLock {
  /** Lets others work on the run; `isOver`: nobody will, and the lock's file goes too. */
  release(isOver: boolean): void;
}

/** Who only looks whether a run is alive holds its lock for less than this. */
const PROBE_MS = 1_000;

/** Locks a run of a ledger to work on it; null if a process works on it. */
export function lockRun(ledger: Ledger, runId: number): RunLock | null {
  return takeLock(ledger, runId, PROBE_MS);
}

/** Locks a run that nobody works on, without waiting; null if somebody does. */
export function lockDeadRun(ledger: Ledger, runId: number): RunLock | null {
  return takeLock(ledger, runId, 0);
}

/** So often a lock is taken anew because its file was removed meanwhile. */
const TRIES = 5;

function takeLock(ledger: Ledger, runId: number, timeoutMs: number): RunLock | null {
  const file = `${ledger.name}-run-${runId}`;
  for (let tries = 0; ; tries++) {
    try {
      const db = lockFile(file, timeoutMs);
      if (db !== null) return { release: (isOver) => releaseFile(db, file, isOver) };
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
      if (error.code === 'SQLITE_BUSY') return null;
      if (tries >= TRIES) throw error;
    }
  }
}

/** Locks the file that has this name now; null if it is another one by the time it is locked. */
function lockFile(file: string, timeoutMs: number): Database.Database | null {
  fs.closeSync(fs.openSync(file, 'a', 0o600));
  const before = inodeOf(file);
  // An empty database of its own: SQLite's file lock is the only one Node can take.
  const db = new Database(file, { timeout: timeoutMs });
  try {
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  if (before !== null && inodeOf(file) === before) return db;
  db.close();
  return null;
}

function inodeOf(file: string): bigint | null {
  return fs.statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

/** A file that stays is locked again by the next process; of a run that is over it goes too. */
function releaseFile(db: Database.Database, file: string, isOver: boolean): void {
  if (isOver) fs.rmSync(file, { force: true });
  db.close();
}
