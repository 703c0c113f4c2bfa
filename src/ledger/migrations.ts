/**
 * The ledger's schema, as numbered migrations: the position in the list is `user_version` after it.
 *
 * Append only; a migration that has shipped never changes. docs/schema.md explains the tables.
 */
import { BATCH_TABLES } from './batch-schema.ts';
import { SEMANTIC_TABLES } from './semantic-schema.ts';

const FIRST = `
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  head_bytes INTEGER NOT NULL,
  head_hash INTEGER NOT NULL,
  ingested_bytes INTEGER NOT NULL DEFAULT 0,
  tail_bytes INTEGER NOT NULL DEFAULT 0,
  tail_hash INTEGER NOT NULL DEFAULT 0,
  lines INTEGER NOT NULL DEFAULT 0,
  calls INTEGER NOT NULL DEFAULT 0,
  billed_calls INTEGER NOT NULL DEFAULT 0,
  in_time_order INTEGER NOT NULL DEFAULT 1,
  first_started_at_ms INTEGER,
  last_started_at_ms INTEGER,
  ingested_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX source_head ON source (head_hash, head_bytes);

CREATE TABLE target (
  id INTEGER PRIMARY KEY,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  model_requested TEXT NOT NULL,
  operation TEXT NOT NULL,
  tier TEXT NOT NULL,
  region TEXT NOT NULL,
  format TEXT NOT NULL,
  usage_basis TEXT NOT NULL,
  time_source TEXT NOT NULL,
  UNIQUE (model, provider, model_requested, operation, tier, region, format, usage_basis, time_source)
) STRICT;

CREATE TABLE outcome (
  id INTEGER PRIMARY KEY,
  status TEXT NOT NULL,
  http_status INTEGER NOT NULL,
  error_type TEXT NOT NULL,
  stop_reason TEXT NOT NULL,
  UNIQUE (status, http_status, error_type, stop_reason)
) STRICT;

CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE price_table (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  as_of TEXT NOT NULL,
  origin TEXT NOT NULL,
  UNIQUE (name, version)
) STRICT;

CREATE TABLE call (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  byte_length INTEGER NOT NULL,
  call_key INTEGER,
  started_at_ms INTEGER,
  latency_ms INTEGER,
  target_id INTEGER NOT NULL,
  outcome_id INTEGER NOT NULL,
  account_id INTEGER,
  session_key INTEGER,
  input_tokens INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_write_5m_tokens INTEGER NOT NULL,
  cache_write_1h_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  max_tokens INTEGER,
  temperature_milli INTEGER,
  prompt_hash INTEGER,
  system_hash INTEGER,
  params_hash INTEGER NOT NULL,
  answer_hash INTEGER,
  prompt_bytes INTEGER NOT NULL,
  prompt_sketch INTEGER NOT NULL,
  task INTEGER NOT NULL,
  task_confidence INTEGER NOT NULL,
  billed_pico INTEGER,
  cost_pico INTEGER,
  price_table_id INTEGER NOT NULL
) STRICT;

CREATE TABLE call_extra (
  call_id INTEGER PRIMARY KEY,
  input_audio_tokens INTEGER NOT NULL,
  input_image_tokens INTEGER NOT NULL,
  output_audio_tokens INTEGER NOT NULL,
  output_image_tokens INTEGER NOT NULL,
  cache_read_audio_tokens INTEGER NOT NULL,
  cache_read_image_tokens INTEGER NOT NULL,
  web_searches INTEGER NOT NULL
) STRICT;

CREATE TABLE call_text (call_id INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT;

CREATE TABLE suspect (
  call_key INTEGER NOT NULL,
  call_id INTEGER NOT NULL,
  PRIMARY KEY (call_key, call_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sighting (
  call_id INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  PRIMARY KEY (source_id, call_id, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE reject (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  byte_length INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX reject_source ON reject (source_id);

CREATE TABLE task (code INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
INSERT INTO task VALUES (0,'other'),(1,'classification'),(2,'extraction'),(3,'summarization'),
  (4,'translation'),(5,'rewriting'),(6,'qa'),(7,'chat'),(8,'code'),(9,'reasoning'),(10,'analysis'),
  (11,'creative'),(12,'embedding');

CREATE VIEW calls AS
SELECT c.id, s.path, c.line, datetime(c.started_at_ms / 1000, 'unixepoch') AS started_at,
  t.provider, t.model, t.operation, t.tier, o.status, o.http_status, o.error_type, o.stop_reason,
  a.name AS user, k.name AS task, c.task_confidence,
  c.input_tokens + c.cache_read_tokens + c.cache_write_5m_tokens + c.cache_write_1h_tokens
    + coalesce(x.input_audio_tokens + x.input_image_tokens + x.cache_read_audio_tokens
      + x.cache_read_image_tokens, 0) AS input_tokens,
  c.cache_read_tokens + coalesce(x.cache_read_audio_tokens + x.cache_read_image_tokens, 0)
    AS cache_read_tokens, c.cache_write_5m_tokens, c.cache_write_1h_tokens,
  c.output_tokens + coalesce(x.output_audio_tokens + x.output_image_tokens, 0) AS output_tokens,
  c.reasoning_tokens, c.latency_ms, c.cost_pico,
  CASE WHEN c.cost_pico IS NOT NULL THEN
    printf('%d.%012d', c.cost_pico / 1000000000000, c.cost_pico % 1000000000000) END AS cost_usd,
  c.billed_pico, p.name AS price_table, p.version AS price_table_version
FROM call c JOIN source s ON s.id = c.source_id JOIN target t ON t.id = c.target_id
JOIN outcome o ON o.id = c.outcome_id LEFT JOIN account a ON a.id = c.account_id
LEFT JOIN call_extra x ON x.call_id = c.id LEFT JOIN task k ON k.code = c.task
LEFT JOIN price_table p ON p.id = c.price_table_id;
`;

/** `prompt_sketch` of older rows is of another kind: 0, until their log is read again. */
const TEMPLATES = `
ALTER TABLE call ADD COLUMN system_sketch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call ADD COLUMN complexity_percent INTEGER;
UPDATE call SET prompt_sketch = 0;
ALTER TABLE source ADD COLUMN labelling INTEGER NOT NULL DEFAULT 0;
`;

/** Of older rows it is not known: NULL. */
const REQUEST_FACTS = `
ALTER TABLE call ADD COLUMN has_tools INTEGER;
ALTER TABLE call ADD COLUMN has_schema INTEGER;
`;

export const MIGRATIONS: readonly string[] = [
  ...[FIRST, BATCH_TABLES, TEMPLATES, REQUEST_FACTS],
  SEMANTIC_TABLES,
];
