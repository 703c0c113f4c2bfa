/**
 * Looking up: names, places, rejects and sources by id.
 *
 * Takes ids, gives what people read. Paths are given as they were when the log was last read.
 */
import type { Ledger } from './open.ts';

/** Where a call was read: its log's path and line. */
export function placesOf(db: Ledger, ids: readonly number[]): Map<number, string> {
  const find = db.prepare(
    'SELECT s.path, c.line FROM call c JOIN source s ON s.id = c.source_id WHERE c.id = ?',
  );
  const places = new Map<number, string>();
  for (const id of ids) {
    const row = find.get(id) as { path: string; line: number } | undefined;
    if (row !== undefined) places.set(id, `${row.path}:${row.line}`);
  }
  return places;
}

/** A lookup of account names by id. */
export function accountNames(db: Ledger): (id: number) => string {
  const find = db.prepare('SELECT name FROM account WHERE id = ?').pluck();
  return (id) => String(find.get(id) ?? id);
}

/** A rejected line with its place. */
export interface RejectRow {
  readonly path: string;
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
}

/** Rejected lines of some sources (null: of all), in the order of their logs. */
export function listRejects(db: Ledger, sourceIds: readonly number[] | null): RejectRow[] {
  return db
    .prepare(
      `SELECT s.path, r.line, r.reason, r.detail FROM reject r JOIN source s ON s.id = r.source_id
       ${where(sourceIds)} ORDER BY r.source_id, r.line, r.id`,
    )
    .all() as RejectRow[];
}

/** Rejected lines by reason, most first. */
export function countRejects(
  db: Ledger,
  sourceIds: readonly number[] | null,
): { reason: string; lines: number }[] {
  return db
    .prepare(
      `SELECT r.reason, count(*) AS lines FROM reject r ${where(sourceIds)}
       GROUP BY r.reason ORDER BY lines DESC, r.reason`,
    )
    .all() as { reason: string; lines: number }[];
}

/** Calls of some sources (null: of all) that have no time. */
export function countUndated(db: Ledger, sourceIds: readonly number[] | null): number {
  const sources =
    sourceIds === null ? '' : `AND source_id IN (${sourceIds.map(Number).join(', ')})`;
  const count = db.prepare(`SELECT count(*) FROM call WHERE started_at_ms IS NULL ${sources}`);
  return count.pluck().get() as number;
}

function where(sourceIds: readonly number[] | null): string {
  return sourceIds === null ? '' : `WHERE r.source_id IN (${sourceIds.map(Number).join(', ')})`;
}
