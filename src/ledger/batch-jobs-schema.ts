/**
 * The table of jobs: the parts of a batch run that went to a provider's Batch API, one file each.
 *
 * The rows of a job are the attempts under its lease; while they have no end, they are at the
 * provider. A job is `made` (rows and money set aside), `uploaded` (the provider has the file),
 * `creating` (it was asked to begin, and its answer is not noted), `submitted`, and then `settled`,
 * `refused`, or `unknown`: nobody can tell whether the provider began.
 */
export const JOB_TABLES = `
CREATE TABLE batch_job (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  wire TEXT NOT NULL,
  model TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('made', 'uploaded', 'creating', 'submitted', 'settled', 'refused', 'unknown')),
  row_count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  first_row INTEGER NOT NULL,
  last_row INTEGER NOT NULL,
  lease_id INTEGER NOT NULL,
  file_id TEXT,
  provider_id TEXT,
  provider_status TEXT NOT NULL DEFAULT '',
  done_count INTEGER NOT NULL DEFAULT 0,
  failed_count INTEGER NOT NULL DEFAULT 0,
  is_cancelling INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  made_at_ms INTEGER NOT NULL,
  sent_at_ms INTEGER,
  submitted_at_ms INTEGER,
  settled_at_ms INTEGER,
  UNIQUE (run_id, number)
) STRICT;
`;
