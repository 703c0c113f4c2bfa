/**
 * The tables of batch runs: runs, rows, results, attempts, money set aside, and answers kept.
 *
 * The id of a row is `run_id * 2^32 + number`, so that the rows of a run stand together without an
 * index. A row without a result is pending, or in flight if an attempt of it has no end.
 */
import { JOB_TABLES } from './batch-jobs-schema.ts';

export const BATCH_TABLES = `${JOB_TABLES}
CREATE TABLE batch_run (
  id INTEGER PRIMARY KEY,
  input TEXT NOT NULL,
  input_hash TEXT NOT NULL,
  settings TEXT NOT NULL,
  settings_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('spooling', 'open', 'done', 'cancelled')),
  stop_reason TEXT NOT NULL DEFAULT '',
  columns TEXT NOT NULL DEFAULT '[]',
  row_count INTEGER NOT NULL DEFAULT 0,
  source_id INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  stopped_at_ms INTEGER
) STRICT;

CREATE TABLE batch_row (id INTEGER PRIMARY KEY, line INTEGER NOT NULL, input TEXT NOT NULL) STRICT;

CREATE TABLE batch_result (
  row_id INTEGER PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('done', 'failed', 'unknown', 'cancelled')),
  model TEXT NOT NULL,
  answer TEXT,
  input_tokens INTEGER,
  cached_tokens INTEGER,
  output_tokens INTEGER,
  cost_pico INTEGER,
  latency_ms INTEGER,
  attempts INTEGER NOT NULL,
  cache TEXT NOT NULL,
  error TEXT NOT NULL,
  reason TEXT NOT NULL,
  finished_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE batch_attempt (
  row_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  lease_id INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  model TEXT NOT NULL,
  reserved_pico INTEGER NOT NULL,
  begun_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER,
  failure TEXT,
  http_status INTEGER,
  latency_ms INTEGER,
  cost_pico INTEGER,
  may_have_been_billed INTEGER,
  PRIMARY KEY (row_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_lease (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL,
  day INTEGER NOT NULL,
  taken_pico INTEGER NOT NULL,
  is_open INTEGER NOT NULL
) STRICT;
CREATE INDEX batch_lease_run ON batch_lease (run_id);
CREATE INDEX batch_lease_day ON batch_lease (day);

CREATE TABLE kept_answer (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  model TEXT NOT NULL,
  answer TEXT NOT NULL,
  facts TEXT NOT NULL,
  cost_pico INTEGER,
  stored_at_ms INTEGER NOT NULL,
  used_at_ms INTEGER NOT NULL
) STRICT;

CREATE VIEW batch_rows AS
SELECT w.id >> 32 AS run_id, (w.id & 4294967295) + 1 AS row, w.line,
  coalesce(r.state, CASE WHEN EXISTS (SELECT 1 FROM batch_attempt a
    WHERE a.row_id = w.id AND a.ended_at_ms IS NULL) THEN 'in_flight' ELSE 'pending' END) AS state,
  r.model, r.answer, r.input_tokens, r.cached_tokens, r.output_tokens, r.cost_pico, r.latency_ms,
  r.attempts, r.cache, r.error, r.reason, r.finished_at_ms, w.input
FROM batch_row w LEFT JOIN batch_result r ON r.row_id = w.id;
`;
