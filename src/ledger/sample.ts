/**
 * A sample of calls: one for each distinct prompt, in an order that says nothing about them.
 *
 * Takes sources, gives where the prompts lie and how they are labelled. Never a text that was not
 * asked to be stored.
 */
import { type Task, taskOfCode } from '../domain/task.ts';
import type { Ledger } from './open.ts';
import { isInSources } from './sources.ts';

/** A call whose prompt may be read. */
export interface SampledCall {
  readonly id: number;
  readonly path: string;
  readonly line: number;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly promptHash: number;
  readonly task: Task;
  readonly confidence: number;
  /** The record as `--store-text` keeps it; null: it was not asked for. */
  readonly record: string | null;
}

type Stored = Omit<SampledCall, 'task'> & { readonly task: number };

/** Chats of distinct prompts, always in the same order: that of the prompts' hashes. */
export function* sampledCalls(
  db: Ledger,
  sourceIds: readonly number[] | null,
): Generator<SampledCall> {
  const rows = db.prepare(
    `SELECT c.id, s.path, c.line, c.byte_offset AS byteOffset, c.byte_length AS byteLength,
       c.prompt_hash AS promptHash, c.task, c.task_confidence AS confidence, x.record
     FROM (
       SELECT min(c.id) AS id FROM call c JOIN target t ON t.id = c.target_id
       WHERE c.prompt_hash IS NOT NULL AND t.operation = 'chat' AND t.format <> 'aicost_batch'
         ${sourceIds === null ? '' : `AND ${isInSources(sourceIds)}`}
       GROUP BY c.prompt_hash ORDER BY c.prompt_hash
     ) d JOIN call c ON c.id = d.id JOIN source s ON s.id = c.source_id
     LEFT JOIN call_text x ON x.call_id = c.id ORDER BY c.prompt_hash`,
  );
  for (const row of rows.iterate() as IterableIterator<Stored>) {
    yield { ...row, task: taskOfCode(row.task) };
  }
}
