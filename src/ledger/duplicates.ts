/**
 * Duplicates: the same call logged twice is one call, and the more complete row stays.
 *
 * Takes the suspects of the last ingests, settles each within one transaction. Two calls that only
 * share an id (servers that number from one, short random ids) differ in input or by more than a
 * day, and both stay. Never forgets where the row that went stood: that is a sighting.
 */
import { DAY_MS } from '../domain/time.ts';
import type { Ledger } from './open.ts';

interface Row {
  readonly id: number;
  readonly call_key: number;
  readonly source_id: number;
  readonly line: number;
  readonly started_at_ms: number | null;
  readonly prompt_hash: number | null;
  readonly account_id: number | null;
  readonly input_total: number;
  readonly output_tokens: number;
  /** 2: the provider's counts; 1: counts of texts; 0: none. */
  readonly usage_rank: number;
  readonly has_prompt: number;
  readonly is_ok: number;
}

/** How many rows were duplicates: of calls known before, or of fuller ones that replaced theirs. */
export interface Settled {
  readonly known: number;
  readonly replaced: number;
}

/** Whether an interrupted ingest left suspects to settle. */
export function hasSuspects(db: Ledger): boolean {
  return db.prepare('SELECT EXISTS (SELECT 1 FROM suspect)').pluck().get() === 1;
}

/** Settles all suspects: afterwards no call stands twice. */
export function settleDuplicates(db: Ledger): Settled {
  if (!hasSuspects(db)) return { known: 0, replaced: 0 };
  return db
    .transaction(() => {
      let known = 0;
      let replaced = 0;
      const settle = settler(db);
      for (const group of groupsOf(db)) {
        let kept: Row[] = [];
        for (const row of group) {
          const twin = kept.find((other) => isSameCall(other, row));
          if (twin === undefined) {
            kept = [...kept, row];
            continue;
          }
          const fuller = completeness(row) > completeness(twin);
          if (fuller) replaced++;
          else known++;
          settle(fuller ? row : twin, fuller ? twin : row);
          if (fuller) kept = kept.map((other) => (other === twin ? row : other));
        }
      }
      db.exec('DELETE FROM suspect');
      return { known, replaced };
    })
    .immediate();
}

const PAGE = 20_000;

/** Rows that share a key with a suspect, one group a key, oldest first. */
function* groupsOf(db: Ledger): Generator<Row[]> {
  const suspects = db
    .prepare('SELECT count(DISTINCT call_key) FROM suspect')
    .pluck()
    .get() as number;
  if (suspects > PAGE) db.exec('CREATE INDEX IF NOT EXISTS call_key ON call (call_key)');
  const page = db.prepare(
    `SELECT c.id, c.call_key, c.source_id, c.line, c.started_at_ms, c.output_tokens,
         c.prompt_hash, c.account_id,
         c.input_tokens + c.cache_read_tokens + c.cache_write_5m_tokens + c.cache_write_1h_tokens
           AS input_total,
         CASE t.usage_basis WHEN 'measured' THEN 2 WHEN 'missing' THEN 0 ELSE 1 END AS usage_rank,
         c.prompt_hash IS NOT NULL AS has_prompt,
         o.status = 'ok' AS is_ok
       FROM call c JOIN target t ON t.id = c.target_id JOIN outcome o ON o.id = c.outcome_id
       WHERE c.call_key IN
         (SELECT DISTINCT call_key FROM suspect WHERE call_key > ? ORDER BY call_key LIMIT ${PAGE})
       ORDER BY c.call_key, c.id`,
  );
  for (
    let rows = page.all(-1) as Row[];
    rows.length > 0;
    rows = page.all(rows.at(-1)?.call_key) as Row[]
  ) {
    yield* splitByKey(rows);
  }
}

function* splitByKey(rows: readonly Row[]): Generator<Row[]> {
  let group: Row[] = [];
  for (const row of rows) {
    if (group[0] !== undefined && group[0].call_key !== row.call_key) {
      yield group;
      group = [];
    }
    group.push(row);
  }
  yield group;
}

const MEASURED = 2;

/** Counts of texts are not the provider's: they tell no two calls apart. */
function isSameCall(a: Row, b: Row): boolean {
  const comparable =
    a.usage_rank === MEASURED &&
    b.usage_rank === MEASURED &&
    a.input_total > 0 &&
    b.input_total > 0;
  if (comparable && a.input_total !== b.input_total) return false;
  if (differ(a.prompt_hash, b.prompt_hash) || differ(a.account_id, b.account_id)) return false;
  if (a.started_at_ms === null || b.started_at_ms === null) return true;
  return Math.abs(a.started_at_ms - b.started_at_ms) <= DAY_MS;
}

function differ(a: number | null, b: number | null): boolean {
  return a !== null && b !== null && a !== b;
}

/** Orders rows of one call: the provider's counts first, then any, then the larger counts, then success and content. */
function completeness(row: Row): number {
  return (
    row.usage_rank * 1e15 +
    (row.input_total + row.output_tokens) * 10 +
    row.is_ok * 4 +
    row.has_prompt * 2
  );
}

function settler(db: Ledger): (kept: Row, dropped: Row) => void {
  const move = db.prepare('UPDATE OR REPLACE sighting SET call_id = ? WHERE call_id = ?');
  const note = db.prepare(
    'INSERT OR IGNORE INTO sighting (call_id, source_id, line) VALUES (?, ?, ?)',
  );
  const drops = ['call', 'call_extra', 'call_text'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE ${table === 'call' ? 'id' : 'call_id'} = ?`),
  );
  return (kept, dropped) => {
    move.run(kept.id, dropped.id);
    note.run(kept.id, dropped.source_id, dropped.line);
    for (const drop of drops) drop.run(dropped.id);
  };
}
