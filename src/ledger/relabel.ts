/**
 * Labelling anew: the labels of a source's calls, read and replaced.
 *
 * Takes a source, gives its calls in the order of their ids, in pages; takes labels by id. Never
 * changes anything but labels and sketches.
 */
import { type Task, taskCode, taskOfCode } from '../domain/task.ts';
import type { Ledger } from './open.ts';

/** A source with the span of its calls' ids; `labelling` tells what its labels were given by. */
export interface LabelledSource {
  readonly id: number;
  readonly path: string;
  /** Length and hash of its first bytes, by which it is known. */
  readonly headBytes: number;
  readonly headHash: number;
  readonly labelling: number;
  readonly calls: number;
  readonly firstId: number;
  readonly lastId: number;
}

/** Of a source whose labels were given by one thing in part, by another for the rest. */
export const UNSETTLED = -1;

/** Calls of a batch keep the label they were routed by; no log's source has such a hash. */
const IS_LOG = 's.head_hash >= 0';

/** Some or all logs that have calls. */
export function labelledSources(db: Ledger, ids: readonly number[] | null): LabelledSource[] {
  const rows = db
    .prepare(
      `SELECT s.id, s.path, s.head_bytes AS headBytes, s.head_hash AS headHash, s.labelling, count(*) AS calls, min(c.id) AS firstId, max(c.id) AS lastId
       FROM call c JOIN source s ON s.id = c.source_id WHERE ${IS_LOG} GROUP BY s.id ORDER BY s.id`,
    )
    .all() as LabelledSource[];
  return ids === null ? rows : rows.filter(({ id }) => ids.includes(id));
}

/** Logs whose labels were given by something else, all of them or some. */
export function sourcesLabelledOtherwise(
  db: Ledger,
  labelling: number,
  ids: readonly number[] | null,
): { id: number; path: string; calls: number }[] {
  const rows = db
    .prepare(
      `SELECT s.id, s.path, s.calls FROM source s
       WHERE s.labelling <> ? AND s.calls > 0 AND ${IS_LOG} ORDER BY s.id`,
    )
    .all(labelling) as { id: number; path: string; calls: number }[];
  return ids === null ? rows : rows.filter(({ id }) => ids.includes(id));
}

/** Notes what the labels of a source were given by. */
export function noteLabelling(db: Ledger, sourceId: number, labelling: number): void {
  db.prepare('UPDATE source SET labelling = ? WHERE id = ?').run(labelling, sourceId);
}

/** A call of a source, as a second reading finds it again. */
export interface LabelRow {
  readonly id: number;
  readonly byteOffset: number;
  readonly promptHash: number | null;
  readonly task: Task;
  readonly confidence: number;
}

/** A call whose log is gone, with what the ledger knows of it. */
export interface KnownRow extends LabelRow {
  readonly model: string;
  readonly modelRequested: string;
  readonly provider: string;
  readonly operation: string;
  /** The record as `--store-text` keeps it. */
  readonly record: string | null;
}

const PAGE = 2_048;

/** The calls of a source; pages, so that labels can be written between them. */
export function* labelRows(db: Ledger, source: LabelledSource): Generator<LabelRow> {
  const page = db.prepare(
    `SELECT id, byte_offset AS byteOffset, prompt_hash AS promptHash, task, task_confidence AS confidence
     FROM call WHERE id > ? AND id <= ? AND source_id = ? ORDER BY id LIMIT ${PAGE}`,
  );
  yield* inPages<LabelRow>(source, (after) => page.all(after, source.lastId, source.id));
}

/** The same with what rules can be asked without the log. */
export function* knownRows(db: Ledger, source: LabelledSource): Generator<KnownRow> {
  const page = db.prepare(
    `SELECT c.id, c.byte_offset AS byteOffset, c.prompt_hash AS promptHash, c.task,
       c.task_confidence AS confidence, t.model, t.model_requested AS modelRequested, t.provider,
       t.operation, x.record
     FROM call c JOIN target t ON t.id = c.target_id LEFT JOIN call_text x ON x.call_id = c.id
     WHERE c.id > ? AND c.id <= ? AND c.source_id = ? ORDER BY c.id LIMIT ${PAGE}`,
  );
  yield* inPages<KnownRow>(source, (after) => page.all(after, source.lastId, source.id));
}

function* inPages<Row extends { readonly id: number }>(
  { firstId }: LabelledSource,
  read: (after: number) => unknown[],
): Generator<Row> {
  let after = firstId - 1;
  for (;;) {
    const rows = read(after) as (Row & { task: number })[];
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    for (const row of rows) yield { ...row, task: taskOfCode(row.task) };
  }
}

/** A new label of a call; sketches and complexity where the prompt was read again, else null. */
export interface NewLabel {
  readonly id: number;
  readonly task: Task;
  readonly confidence: number;
  readonly promptSketch: number | null;
  readonly systemSketch: number | null;
  /** From 0 to 100; null: not known. */
  readonly complexityPercent: number | null;
}

/** Writes labels, inside the caller's transaction. */
export function labelWriter(db: Ledger): (label: NewLabel) => void {
  const update = db.prepare(
    `UPDATE call SET task = @task, task_confidence = @confidence,
       prompt_sketch = coalesce(@promptSketch, prompt_sketch),
       system_sketch = coalesce(@systemSketch, system_sketch),
       complexity_percent = coalesce(@complexityPercent, complexity_percent) WHERE id = @id`,
  );
  return (label) => void update.run({ ...label, task: taskCode(label.task) });
}
