/** Batches made by hand, as a reader sends them. */

import type { Outcome, Target } from '../../src/domain/call.ts';
import { taskCode } from '../../src/domain/task.ts';
import type { CallBatch } from '../../src/ledger/batch.ts';
import { C, COLUMNS, type ColumnName, WIDTH } from '../../src/ledger/columns.ts';

export const TARGET: Target = {
  provider: 'openai',
  model: 'gpt-4o',
  modelRequested: 'gpt-4o',
  operation: 'chat',
  tier: 'standard',
  region: '',
  format: 'flat',
  usageBasis: 'measured',
  timeSource: 'start',
};
export const OK: Outcome = { status: 'ok', httpStatus: 200, errorType: '', stopReason: 'stop' };

/** One row; what is not given is NULL where it may be, else 0. */
export type RowValues = Partial<Record<ColumnName, number>>;

const NULLABLE = new Set<ColumnName>([
  'call_key',
  'started_at_ms',
  'latency_ms',
  'account_id',
  'session_key',
  'max_tokens',
  'temperature_milli',
  'prompt_hash',
  'system_hash',
  'answer_hash',
  'billed_pico',
]);

export function batchOf(rows: readonly RowValues[], over: Partial<CallBatch> = {}): CallBatch {
  const packed = new Float64Array(rows.length * WIDTH);
  rows.forEach((row, i) => {
    for (const name of COLUMNS) {
      const fallback = name === 'line' ? i : NULLABLE.has(name) ? Number.NaN : 0;
      packed[i * WIDTH + C[name]] = row[name] ?? fallback;
    }
    if (row.task === undefined) packed[i * WIDTH + C.task] = taskCode('qa');
  });
  return {
    rows: packed,
    count: rows.length,
    targets: [TARGET],
    outcomes: [OK],
    accounts: [],
    resetsDictionaries: false,
    extras: [],
    largeBilled: [],
    rejects: [],
    lines: rows.length,
    endOffset: 0,
    tail: null,
    text: null,
    ...over,
  };
}
