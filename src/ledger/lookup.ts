/**
 * Looking up: names, places, rejects and sources by id.
 *
 * Takes ids, gives what people read. Paths are given as they were when the log was last read.
 * Never holds a whole list of rejects.
 */
import type { Ledger } from './open.ts';
import { isInSources } from './sources.ts';

const PAGE = 4_096;

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

/**
 * Rejected lines in the order of their logs, in pages; only of logs whose path holds `pathPart`. One
 * statement: it must be read to its end or left by `return`, and is one state of the ledger.
 */
export function* rejectPages(db: Ledger, pathPart: string): Generator<RejectRow[]> {
  // CROSS JOIN keeps the order of the index, so that nothing has to be sorted.
  const rows = db.prepare(
    `SELECT s.path, r.line, r.reason, r.detail
     FROM reject r CROSS JOIN source s ON s.id = r.source_id
     WHERE instr(s.path, ?) > 0 ORDER BY r.source_id, r.id`,
  );
  yield* pagesOf(rows.iterate(pathPart) as IterableIterator<RejectRow>);
}

/** Rows in pages of a few thousand. */
export function* pagesOf<Row>(rows: Iterable<Row>): Generator<Row[]> {
  let page: Row[] = [];
  for (const row of rows) {
    if (page.push(row) < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
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

/** Calls of some sources (null: of all) that have no time, also those read elsewhere first. */
export function countUndated(db: Ledger, sourceIds: readonly number[] | null): number {
  const sources = sourceIds === null ? '' : `AND ${isInSources(sourceIds)}`;
  const count = db.prepare(`SELECT count(*) FROM call c WHERE c.started_at_ms IS NULL ${sources}`);
  return count.pluck().get() as number;
}

function where(sourceIds: readonly number[] | null): string {
  return sourceIds === null ? '' : `WHERE r.source_id IN (${sourceIds.map(Number).join(', ')})`;
}
