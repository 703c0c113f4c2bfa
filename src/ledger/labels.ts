/**
 * Labels: the task of each call, and how many calls each task has.
 *
 * Takes sources (null: all), gives rows for listing, long lists in pages. Never labels anything itself.
 */
import { pagesOf } from './lookup.ts';
import type { Ledger } from './open.ts';
import { isInSources } from './sources.ts';

/** Calls of one task. */
export interface TaskCount {
  readonly task: string;
  readonly calls: number;
  /** Whole number from 0 to 100. */
  readonly meanConfidence: number;
}

/** One call with its label. */
export interface LabelledCall {
  readonly path: string;
  readonly line: number;
  readonly model: string;
  readonly task: string;
  readonly confidence: number;
}

/** Calls by task, most first. */
export function listTasks(db: Ledger, sourceIds: readonly number[] | null): TaskCount[] {
  return db
    .prepare(
      `SELECT k.name AS task, count(*) AS calls,
         CAST(round(avg(c.task_confidence)) AS INTEGER) AS meanConfidence
       FROM call c JOIN task k ON k.code = c.task ${where(sourceIds)}
       GROUP BY c.task ORDER BY calls DESC, k.name`,
    )
    .all() as TaskCount[];
}

/**
 * Every call with its label in the order of the ledger, in pages. One statement: it must be read to
 * its end or left by `return`, and is one state of the ledger.
 */
export function* labelPages(
  db: Ledger,
  sourceIds: readonly number[] | null,
): Generator<LabelledCall[]> {
  // CROSS JOIN keeps the order of the calls, so that nothing has to be sorted.
  const rows = db.prepare(
    `SELECT s.path, c.line, t.model, k.name AS task, c.task_confidence AS confidence
     FROM call c CROSS JOIN source s ON s.id = c.source_id CROSS JOIN target t ON t.id = c.target_id
     CROSS JOIN task k ON k.code = c.task ${where(sourceIds)} ORDER BY c.id`,
  );
  yield* pagesOf(rows.iterate() as IterableIterator<LabelledCall>);
}

function where(sourceIds: readonly number[] | null): string {
  return sourceIds === null ? '' : `WHERE ${isInSources(sourceIds)}`;
}
