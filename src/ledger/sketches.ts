/**
 * Sketches: what the ledger knows of prompts without their texts, for telling templates and picking
 * samples.
 *
 * Takes sources (null: all), gives rows in pages. Never a text, but the records it was asked to keep.
 */
import { type Task, taskOfCode } from '../domain/task.ts';
import { pagesOf } from './lookup.ts';
import type { Ledger } from './open.ts';
import { isInSources } from './sources.ts';

/** The sketches of one call. */
export interface SketchRow {
  readonly system: number;
  readonly message: number;
  readonly promptHash: number;
}

/** Calls of a selection, as WHERE. */
function selected(sourceIds: readonly number[] | null, more: string): string {
  return `WHERE ${more}${sourceIds === null ? '' : ` AND ${isInSources(sourceIds)}`}`;
}

/** The sketches of all calls with a prompt, in the order of the ledger. */
export function* sketchPages(
  db: Ledger,
  sourceIds: readonly number[] | null,
): Generator<SketchRow[]> {
  const rows = db.prepare(
    `SELECT c.system_sketch AS system, c.prompt_sketch AS message,
       c.prompt_hash AS promptHash FROM call c
     ${selected(sourceIds, 'c.prompt_hash IS NOT NULL')} ORDER BY c.id`,
  );
  yield* pagesOf(rows.iterate() as IterableIterator<SketchRow>);
}

/** A call that may be labelled by a person. */
export interface UnsureCall extends SketchRow {
  readonly id: number;
  readonly sourceId: number;
  readonly confidence: number;
  /** Whether the ledger keeps its record. */
  readonly isKept: number;
}

/** Chats with a prompt whose label neither a tag nor a rule gave. */
export function* unsurePages(
  db: Ledger,
  sourceIds: readonly number[] | null,
): Generator<UnsureCall[]> {
  const rows = db.prepare(
    `SELECT c.id, c.source_id AS sourceId, c.task_confidence AS confidence,
       c.prompt_hash AS promptHash, c.system_sketch AS system, c.prompt_sketch AS message,
       x.call_id IS NOT NULL AS isKept
     FROM call c JOIN target t ON t.id = c.target_id LEFT JOIN call_text x ON x.call_id = c.id
     ${selected(sourceIds, `c.prompt_hash IS NOT NULL AND t.operation = 'chat' AND c.task_confidence < 100`)}
     ORDER BY c.id`,
  );
  yield* pagesOf(rows.iterate() as IterableIterator<UnsureCall>);
}

/** Where a call's text may be read. */
export interface TextPlace {
  readonly id: number;
  readonly sourceId: number;
  readonly path: string;
  readonly line: number;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly promptHash: number | null;
  readonly task: Task;
  readonly confidence: number;
  readonly format: string;
  /** The record as `--store-text` keeps it. */
  readonly record: string | null;
}

/** Where the texts of calls may be read. */
export function textPlaces(db: Ledger, ids: readonly number[]): TextPlace[] {
  const find = db.prepare(
    `SELECT c.id, c.source_id AS sourceId, s.path, c.line, c.byte_offset AS byteOffset,
       c.byte_length AS byteLength, c.prompt_hash AS promptHash, c.task, c.task_confidence AS confidence, t.format, x.record
     FROM call c JOIN source s ON s.id = c.source_id JOIN target t ON t.id = c.target_id
     LEFT JOIN call_text x ON x.call_id = c.id WHERE c.id = ?`,
  );
  return ids.flatMap((id) => {
    const row = find.get(id) as (Omit<TextPlace, 'task'> & { task: number }) | undefined;
    return row === undefined ? [] : [{ ...row, task: taskOfCode(row.task) }];
  });
}
