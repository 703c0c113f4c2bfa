/**
 * Sources: the logs a ledger was filled from, and how far each was read.
 *
 * Takes hashes and progress of a log, gives its row. A source is known by its content (a hash of its
 * head), never by its name: a moved, copied or grown log is the same source and goes on where it was
 * left.
 */
import type { Ledger } from './open.ts';

/** How far a log was read. */
export interface Source {
  readonly id: number;
  readonly path: string;
  /** A power of two: how much of the head the hash covers. */
  readonly headBytes: number;
  readonly headHash: number;
  /** Offset of the first byte not read yet, decompressed. */
  readonly ingestedBytes: number;
  /** Length and hash of the last bytes before that offset. */
  readonly tailBytes: number;
  readonly tailHash: number;
  readonly lines: number;
  readonly calls: number;
  /** Calls whose line says what the provider billed. */
  readonly billedCalls: number;
}

const COLUMNS = `id, path, head_bytes AS headBytes, head_hash AS headHash,
  ingested_bytes AS ingestedBytes, tail_bytes AS tailBytes, tail_hash AS tailHash, lines, calls,
  billed_calls AS billedCalls`;

/** Sources whose head has this hash, last read first. */
export function findSources(db: Ledger, head: { bytes: number; hash: number }): Source[] {
  return db
    .prepare(
      `SELECT ${COLUMNS} FROM source WHERE head_hash = ? AND head_bytes = ? ORDER BY id DESC`,
    )
    .all(head.hash, head.bytes) as Source[];
}

/** Adds a source of which nothing was read yet. */
export function addSource(
  db: Ledger,
  source: { path: string; headBytes: number; headHash: number; atMs: number },
): Source {
  const { path, headBytes, headHash, atMs } = source;
  const added = db
    .prepare('INSERT INTO source (path, head_bytes, head_hash, ingested_at_ms) VALUES (?, ?, ?, ?)')
    .run(path, headBytes, headHash, atMs);
  const id = Number(added.lastInsertRowid);
  return {
    id,
    path,
    headBytes,
    headHash,
    ingestedBytes: 0,
    tailBytes: 0,
    tailHash: 0,
    lines: 0,
    calls: 0,
    billedCalls: 0,
  };
}

/** What a stretch of a source added to it. */
export interface SourceProgress {
  readonly id: number;
  readonly path: string;
  readonly ingestedBytes: number;
  readonly tailBytes: number;
  readonly tailHash: number;
  readonly lines: number;
  readonly calls: number;
  readonly billedCalls: number;
  readonly atMs: number;
}

/** Notes how far a source was read. */
export function updateSource(db: Ledger, progress: SourceProgress): void {
  db.prepare(
    `UPDATE source SET path = @path, ingested_bytes = @ingestedBytes,
       tail_bytes = @tailBytes, tail_hash = @tailHash,
       lines = @lines, calls = @calls, billed_calls = @billedCalls, ingested_at_ms = @atMs WHERE id = @id`,
  ).run(progress);
}

/** The stretch of time a source's calls cover, and whether they stand in that order. */
export interface TimeSpan {
  readonly inOrder: boolean;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** Widens the time span of a source by that of a stretch that follows it. */
export function widenSpan(db: Ledger, id: number, span: TimeSpan): void {
  spanWidener(db)(id, span);
}

/** `widenSpan` for many stretches. */
export function spanWidener(db: Ledger): (id: number, span: TimeSpan) => void {
  const widen = db.prepare(
    `UPDATE source SET
       in_time_order = in_time_order AND @inOrder AND coalesce(last_started_at_ms <= @firstMs, 1),
       first_started_at_ms = min(coalesce(first_started_at_ms, @firstMs), coalesce(@firstMs, first_started_at_ms)),
       last_started_at_ms = max(coalesce(last_started_at_ms, @lastMs), coalesce(@lastMs, last_started_at_ms))
     WHERE id = @id`,
  );
  return (id, { inOrder, firstMs, lastMs }) => {
    widen.run({ id, inOrder: inOrder ? 1 : 0, firstMs, lastMs });
  };
}

/** Forgets rejects that a new reading may mend: a half-written last line, a damaged archive. */
export function dropMendable(db: Ledger, sourceId: number): void {
  db.prepare(
    `DELETE FROM reject WHERE source_id = ? AND reason IN ('incomplete_line', 'corrupt_input')`,
  ).run(sourceId);
}

/** Path and number of calls of some or all sources. */
export function listSources(
  db: Ledger,
  ids: readonly number[] | null,
): { id: number; path: string; calls: number }[] {
  // Where no call was ever seen twice, the lines of a source are its calls.
  const isPlain = db.prepare('SELECT NOT EXISTS (SELECT 1 FROM sighting)').pluck().get() === 1;
  const calls = isPlain
    ? 's.calls'
    : `(SELECT count(*) FROM (SELECT id FROM call WHERE source_id = s.id
         UNION SELECT call_id FROM sighting WHERE source_id = s.id))`;
  const rows = db.prepare(`SELECT s.id, s.path, ${calls} AS calls FROM source s ORDER BY s.id`);
  const all = rows.all() as { id: number; path: string; calls: number }[];
  return ids === null ? all : all.filter((source) => ids.includes(source.id));
}

/** Where the logs of a ledger lay when they were read last. */
export function listPaths(db: Ledger): string[] {
  return db.prepare("SELECT DISTINCT path FROM source WHERE path <> '-'").pluck().all() as string[];
}

/**
 * Starts writing: other processes may read but not write from here on. False if that was done before.
 */
export function beginWriting(db: Ledger): boolean {
  if (db.inTransaction) return false;
  db.exec('BEGIN IMMEDIATE');
  return true;
}

/** Makes what was written so far last. */
export function commitWriting(db: Ledger): void {
  if (db.inTransaction) db.exec('COMMIT');
}

/** Forgets what was written since the last commit. */
export function undoWriting(db: Ledger): void {
  if (db.inTransaction) db.exec('ROLLBACK');
}

/** Notes that a source could not be read beyond a place. */
export function addCorruption(
  db: Ledger,
  at: { sourceId: number; line: number; byteOffset: number; detail: string },
): void {
  db.prepare(
    `INSERT INTO reject (source_id, line, byte_offset, byte_length, reason, detail)
     VALUES (@sourceId, @line, @byteOffset, 0, 'corrupt_input', @detail)`,
  ).run(at);
}

/** What dropUnsettled found behind the place a source is read from next. */
export interface Unsettled {
  /** Calls that were forgotten. */
  readonly dropped: number;
  /** Rows that will be read again as duplicates of a call that another row keeps. */
  readonly doubled: number;
  /** Of both, those whose row says what the provider billed. */
  readonly billed: number;
}

/**
 * Forgets calls that stand at or behind the place a source is read from next: its last row had no end
 * yet. A call that was seen elsewhere too was whole, and stays.
 */
export function dropUnsettled(db: Ledger, source: Source): Unsettled {
  const place = [source.id, source.ingestedBytes];
  const behind = 'source_id = ? AND byte_offset >= ?';
  const alone = 'NOT EXISTS (SELECT 1 FROM sighting WHERE call_id = call.id)';
  const count = (sql: string, ...values: number[]) =>
    db
      .prepare(sql)
      .pluck()
      .get(...values);
  const all = count(`SELECT count(*) FROM call WHERE ${behind}`, ...place) as number;
  const billed = count(`SELECT count(billed_pico) FROM call WHERE ${behind}`, ...place) as number;
  for (const table of ['call_extra', 'call_text']) {
    db.prepare(
      `DELETE FROM ${table} WHERE call_id IN (SELECT id FROM call WHERE ${behind} AND ${alone})`,
    ).run(place);
  }
  db.prepare(`DELETE FROM reject WHERE ${behind}`).run(place);
  const dropped = db.prepare(`DELETE FROM call WHERE ${behind} AND ${alone}`).run(place).changes;
  const seen = db.prepare('DELETE FROM sighting WHERE source_id = ? AND line > ?');
  const doubled = all - dropped + seen.run(source.id, source.lines).changes;
  db.prepare(
    'UPDATE source SET calls = calls - ?, billed_calls = billed_calls - ? WHERE id = ?',
  ).run(dropped + doubled, billed, source.id);
  return { dropped, doubled, billed };
}

/** SQL: a call `c` stands in one of the sources, read there first or seen there again. */
export function isInSources(ids: readonly number[]): string {
  const list = ids.map(Number).join(', ');
  return `(c.source_id IN (${list}) OR c.id IN (SELECT call_id FROM sighting WHERE source_id IN (${list})))`;
}
