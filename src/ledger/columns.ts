/**
 * The packed form of calls on their way into the ledger: one row of numbers a call.
 *
 * Takes nothing, gives the order of the columns. NaN stands for NULL: SQLite binds it so. Lines
 * count from the batch's own first, ids of targets, outcomes and accounts are the sender's own,
 * and WRITTEN columns are free, until the writer fills them in. Never more than 2^53 in a
 * column: what is larger travels beside the row.
 */

/** What only the writer knows. */
const WRITTEN = ['id', 'source_id', 'cost_pico'] as const;

/** Columns in the order in which a row is packed and bound. */
export const COLUMNS = [
  ...WRITTEN,
  'line',
  'byte_offset',
  'byte_length',
  'call_key',
  'started_at_ms',
  'latency_ms',
  'target_id',
  'outcome_id',
  'account_id',
  'session_key',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_5m_tokens',
  'cache_write_1h_tokens',
  'output_tokens',
  'reasoning_tokens',
  'max_tokens',
  'temperature_milli',
  'prompt_hash',
  'system_hash',
  'params_hash',
  'answer_hash',
  'prompt_bytes',
  'prompt_sketch',
  'system_sketch',
  'task',
  'task_confidence',
  'complexity_percent',
  'has_tools',
  'has_schema',
  'billed_pico',
] as const;

export type ColumnName = (typeof COLUMNS)[number];

/** Position of each column in a packed row. */
export const C = Object.fromEntries(COLUMNS.map((name, index) => [name, index])) as Record<
  ColumnName,
  number
>;

/** Yes, no or unknown as a packed row has it. */
export function flagOf(flag: boolean | null): number {
  return flag === null ? Number.NaN : Number(flag);
}

/** What `flagOf` packed, or SQLite gave. */
export function knownFlag(value: number | null): boolean | null {
  return value === null || Number.isNaN(value) ? null : value === 1;
}

/** Numbers in a packed row. */
export const WIDTH = COLUMNS.length;
