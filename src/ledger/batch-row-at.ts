/**
 * The row of a batch behind one of its calls.
 *
 * Takes the source and the line of a call, gives the row with its answer. Never an answer that may be
 * another attempt's.
 */
import { type PendingRow, RUN } from './batch-rows.ts';
import type { Ledger } from './open.ts';

/** A row, and what it was answered. */
export interface RowAt {
  readonly runId: number;
  readonly record: PendingRow;
  /** Null: it has none, or it was asked more than once. */
  readonly answer: string | null;
}

interface Found {
  readonly input: string;
  readonly answer: string | null;
}

/** A reader of rows by the source of their calls and their line. */
export function batchRowAt(db: Ledger): (sourceId: number, line: number) => RowAt | null {
  const run = db.prepare('SELECT id FROM batch_run WHERE source_id = ?').pluck();
  const lines = db.prepare('SELECT line, id FROM batch_row WHERE id >= ? AND id < ?').raw();
  const find = db.prepare(
    `SELECT w.input, CASE WHEN r.attempts = 1 AND r.cache = 'miss'
       THEN r.answer END AS answer
     FROM batch_row w LEFT JOIN batch_result r ON r.row_id = w.id WHERE w.id = ?`,
  );
  const known = new Map<number, { runId: number; byLine: Map<number, number> } | null>();
  const rowsOf = (sourceId: number) => {
    const runId = run.get(sourceId) as number | undefined;
    if (runId === undefined) return null;
    const rows = lines.all(runId * RUN, (runId + 1) * RUN) as [line: number, id: number][];
    return { runId, byLine: new Map(rows) };
  };
  return (sourceId, line) => {
    if (!known.has(sourceId)) known.set(sourceId, rowsOf(sourceId));
    const rows = known.get(sourceId);
    const id = rows?.byLine.get(line);
    if (rows === null || rows === undefined || id === undefined) return null;
    const { input, answer } = find.get(id) as Found;
    const before = { attemptsBefore: 0, costBeforePico: 0, uncertainBeforePico: 0 };
    const record = { index: id % RUN, line, input, ...before };
    return { runId: rows.runId, record, answer };
  };
}
