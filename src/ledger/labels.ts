/**
 * Labels: the task of each call, and how many calls each task has.
 *
 * Takes sources (null: all), gives rows for listing, long lists in pages. Never labels anything itself.
 */
import { type Task, taskOfCode } from '../domain/task.ts';
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

/** Fewer calls say too little of a task. */
const LEAST_CALLS = 20;

/** Output tokens by input token of a task, for each model with enough calls. */
export class OutputShares {
  readonly #byModel = new Map<string, Sums>();

  constructor(db: Ledger) {
    const rows = db
      .prepare(
        `SELECT c.task, t.model, t.model_requested AS asked, count(*) AS calls,
           sum(c.output_tokens) AS output,
           sum(c.input_tokens + c.cache_read_tokens + c.cache_write_5m_tokens
             + c.cache_write_1h_tokens) AS input
         FROM call c JOIN outcome o ON o.id = c.outcome_id JOIN target t ON t.id = c.target_id
         WHERE o.status = 'ok' AND t.usage_basis = 'measured' GROUP BY c.task, t.id`,
      )
      .all() as (Sums & { task: number; model: string; asked: string })[];
    for (const row of rows) this.#add(taskOfCode(row.task), row);
  }

  /** Null: the model has not done the task often enough. */
  of(task: Task, model: string): number | null {
    return shareOf(this.#byModel.get(`${task} ${model}`));
  }

  #add(task: Task, row: Sums & { model: string; asked: string }): void {
    // Whoever asks knows a model by the name it is asked by; a log may know its dated one only.
    for (const name of new Set([row.model, row.asked]))
      addTo(this.#byModel, `${task} ${name}`, row);
  }
}

interface Sums {
  readonly calls: number;
  readonly input: number;
  readonly output: number;
}

function addTo<Key>(sums: Map<Key, Sums>, key: Key, { calls, input, output }: Sums): void {
  const known = sums.get(key) ?? { calls: 0, input: 0, output: 0 };
  sums.set(key, {
    calls: known.calls + calls,
    input: known.input + input,
    output: known.output + output,
  });
}

function shareOf(sums: Sums | undefined): number | null {
  if (sums === undefined || sums.calls < LEAST_CALLS || sums.input === 0) return null;
  return sums.output / sums.input;
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
