/**
 * Which prompt a kept answer was given to: its row in a batch, by what else decides the answer.
 *
 * Takes settings, gives rows whose answers are kept. Never a text: the row has it. Writes join the
 * transaction of the caller.
 */
import type { EpochMs } from '../domain/time.ts';
import type { AnswerKey } from './answers.ts';
import type { PendingRow } from './batch-rows.ts';
import { RUN, rowId } from './batch-rows.ts';
import type { Ledger } from './open.ts';

/** Those of a setting are held in memory: the latest. */
const MOST_PROMPTS = 200_000;

/** Where a prompt stands. */
export interface PromptPlace {
  readonly runId: number;
  /** From 0. */
  readonly row: number;
}

/** A prompt with a kept answer. */
export interface KeptPrompt extends PromptPlace {
  /** The key of its answer. */
  readonly key: string;
  readonly storedAtMs: EpochMs;
  readonly record: PendingRow;
}

interface Found {
  readonly key: string;
  readonly storedAtMs: EpochMs;
  readonly rowId: number;
  readonly line: number;
  readonly input: string;
}

/** The prompts of kept answers. */
export class KeptPrompts {
  readonly #statements;

  constructor(db: Ledger) {
    this.#statements = {
      put: db.prepare('INSERT OR REPLACE INTO kept_prompt VALUES (?, ?, ?)'),
      find: db.prepare(
        `SELECT key, storedAtMs, rowId, line, input FROM (
           SELECT k.key, k.stored_at_ms AS storedAtMs, p.row_id AS rowId, w.line, w.input
           FROM kept_prompt p JOIN kept_answer k ON k.id = p.answer_id
           JOIN batch_row w ON w.id = p.row_id
           WHERE p.setting = ? AND k.stored_at_ms >= ?
           ORDER BY k.stored_at_ms DESC, p.row_id DESC LIMIT ${MOST_PROMPTS})
         ORDER BY storedAtMs, rowId`,
      ),
    };
  }

  /** Notes whose answer is kept under a key. */
  put({ id }: AnswerKey, setting: string, { runId, row }: PromptPlace): void {
    this.#statements.put.run(id, setting, rowId(runId, row));
  }

  /** The latest prompts of a setting whose answers were kept since, the oldest first. */
  of(setting: string, sinceMs: EpochMs): KeptPrompt[] {
    const rows = this.#statements.find.all(setting, sinceMs) as Found[];
    return rows.map(({ key, storedAtMs, rowId: id, line, input }) => {
      const [runId, row] = [Math.floor(id / RUN), id % RUN];
      const before = { attemptsBefore: 0, costBeforePico: 0, uncertainBeforePico: 0 };
      return { key, storedAtMs, runId, row, record: { index: row, line, input, ...before } };
    });
  }
}
