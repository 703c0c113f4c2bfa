/**
 * Reading calls: rows of the ledger → PricedCalls in time order, in pages.
 *
 * Takes a selection and a price book, gives every selected call once. Never holds more than one page,
 * never sorts more than once: a ledger whose rows do not stand in time order gets an index of times.
 */
import type { Outcome, PricedCall, Target } from '../domain/call.ts';
import { taskOfCode } from '../domain/task.ts';
import { chargeCall } from '../pricing/charge.ts';
import type { PriceBook, Schedule } from '../pricing/price.ts';
import { knownFlag } from './columns.ts';
import { type OutcomeRow, outcomeOf, type TargetRow, targetOf } from './dimensions.ts';
import type { Ledger } from './open.ts';
import { isInSources } from './sources.ts';

/** Which calls to read; null sources: all. */
export interface Selection {
  readonly sourceIds: readonly number[] | null;
  /** Inclusive. */
  readonly sinceMs: number | null;
  /** Exclusive. */
  readonly untilMs: number | null;
  /** Whether calls come with the sketches of their prompts. */
  readonly withSketches?: boolean;
}

const PAGE = 4_096;

const SELECT = `SELECT c.id, c.started_at_ms, c.latency_ms, c.target_id, c.outcome_id, c.account_id,
  c.session_key, c.input_tokens, c.cache_read_tokens, c.cache_write_5m_tokens,
  c.cache_write_1h_tokens, c.output_tokens, c.reasoning_tokens, c.max_tokens, c.temperature_milli,
  c.prompt_hash, c.system_hash, c.params_hash, c.answer_hash, c.prompt_bytes, c.task, c.task_confidence,
  c.complexity_percent, c.has_tools, c.has_schema`;
const EXTRA = `, x.input_audio_tokens, x.input_image_tokens, x.output_audio_tokens,
  x.output_image_tokens, x.cache_read_audio_tokens, x.cache_read_image_tokens, x.web_searches`;
const NO_EXTRA = ', 0, 0, 0, 0, 0, 0, 0';
/** As text: it may be beyond the safe integers. */
const BILLED = ', CAST(c.billed_pico AS TEXT)';
/** The system prompt by its sketch, else by its hash. */
const SKETCHES = ', c.system_sketch, c.prompt_sketch';
const NO_TIME = -1;

type RawRow = (number | null)[];

/** Reads the selected calls in time order, calls without a time first. */
export function* readCalls(
  db: Ledger,
  selection: Selection,
  book: PriceBook,
): Generator<PricedCall[]> {
  const shared = new Shared(db, book);
  const hasExtra = db.prepare('SELECT EXISTS (SELECT 1 FROM call_extra)').pluck().get() === 1;
  const hasBilled =
    db.prepare('SELECT EXISTS (SELECT 1 FROM source WHERE billed_calls > 0)').pluck().get() === 1;
  const inOrder = standsInTimeOrder(db, selection);
  if (!inOrder)
    db.exec('CREATE INDEX IF NOT EXISTS call_time ON call (coalesce(started_at_ms, -1), id)');
  const isSketched = selection.withSketches === true;
  const sketches = isSketched ? SKETCHES : '';
  const time = 'coalesce(c.started_at_ms, -1)';
  const after = inOrder ? 'c.id > @id' : `(${time}, c.id) > (@time, @id)`;
  const order = inOrder ? 'c.id' : `${time}, c.id`;
  const page = db
    .prepare(
      `${SELECT}${hasExtra ? EXTRA : hasBilled ? NO_EXTRA : ''}${hasBilled ? BILLED : ''}${sketches} FROM call c
       ${hasExtra ? 'LEFT JOIN call_extra x ON x.call_id = c.id' : ''}
       WHERE ${after} ${conditions(db, selection)} ORDER BY ${order} LIMIT ${PAGE}`,
    )
    .raw();
  let last = { id: 0, time: NO_TIME - 1 };
  for (;;) {
    const rows = page.all(inOrder ? { id: last.id } : last) as RawRow[];
    const end = rows.at(-1);
    if (end === undefined) return;
    last = { id: end[0] as number, time: end[1] ?? NO_TIME };
    yield rows.map((row) => {
      if (!isSketched) return shared.toCall(row);
      const [system, message] = row.splice(-2) as [number, number];
      return { ...shared.toCall(row), sketch: { system, message } };
    });
  }
}

function conditions(db: Ledger, selection: Selection): string {
  const parts: string[] = [];
  const { sourceIds, sinceMs, untilMs } = selection;
  if (sourceIds !== null && !coversLedger(db, sourceIds)) {
    parts.push(`AND ${isInSources(sourceIds)}`);
  }
  if (sinceMs !== null) parts.push(`AND c.started_at_ms >= ${Number(sinceMs)}`);
  if (untilMs !== null) parts.push(`AND c.started_at_ms < ${Number(untilMs)}`);
  return parts.join(' ');
}

function coversLedger(db: Ledger, sourceIds: readonly number[]): boolean {
  const all = db.prepare('SELECT id FROM source').pluck().all() as number[];
  return all.every((id) => sourceIds.includes(id));
}

/** Whether ids rise with time over all selected sources: then no sorting is needed. */
function standsInTimeOrder(db: Ledger, { sourceIds }: Selection): boolean {
  const spans = db
    .prepare(
      `SELECT id, in_time_order AS inOrder, first_started_at_ms AS firstMs, last_started_at_ms AS lastMs
       FROM source WHERE calls > 0 ORDER BY id`,
    )
    .all() as { id: number; inOrder: number; firstMs: number | null; lastMs: number | null }[];
  if (db.prepare('SELECT EXISTS (SELECT 1 FROM sighting)').pluck().get() === 1) return false;
  let lastMs = 0;
  for (const span of spans) {
    if (sourceIds !== null && !sourceIds.includes(span.id)) continue;
    if (span.inOrder === 0 || span.firstMs === null || span.firstMs < lastMs) return false;
    lastMs = span.lastMs ?? lastMs;
  }
  return true;
}

/** Targets and outcomes by id, each one object, with the schedule each target is priced by. */
class Shared {
  readonly #targets: Target[] = [];
  readonly #outcomes: Outcome[] = [];
  readonly #schedules: Schedule[] = [];

  constructor(db: Ledger, book: PriceBook) {
    for (const row of db.prepare('SELECT * FROM target').all() as TargetRow[]) {
      const target = targetOf(row);
      this.#targets[row.id] = target;
      this.#schedules[row.id] = book.schedule(target);
    }
    for (const row of db.prepare('SELECT * FROM outcome').all() as OutcomeRow[]) {
      this.#outcomes[row.id] = outcomeOf(row);
    }
  }

  toCall(row: RawRow): PricedCall {
    const target = this.#targets[row[3]!]!;
    const outcome = this.#outcomes[row[4]!]!;
    const usage = {
      input: row[7]!,
      cacheRead: row[8]!,
      cacheWrite5m: row[9]!,
      cacheWrite1h: row[10]!,
      output: row[11]!,
      reasoning: row[12]!,
      inputAudio: row[25] ?? 0,
      inputImage: row[26] ?? 0,
      outputAudio: row[27] ?? 0,
      outputImage: row[28] ?? 0,
      cacheReadAudio: row[29] ?? 0,
      cacheReadImage: row[30] ?? 0,
      webSearches: row[31] ?? 0,
    };
    const billed = row[32] as unknown as string | null | undefined;
    const startedAtMs = row[1]!;
    const cost = chargeCall(this.#schedules[row[3]!]!, { outcome, target, usage, startedAtMs });
    return {
      id: row[0]!,
      startedAtMs,
      latencyMs: row[2]!,
      target,
      outcome,
      usage,
      maxTokens: row[13]!,
      temperatureMilli: row[14]!,
      userId: row[5]!,
      sessionKey: row[6]!,
      promptHash: row[15]!,
      systemHash: row[16]!,
      paramsHash: row[17]!,
      answerHash: row[18]!,
      promptBytes: row[19]!,
      task: taskOfCode(row[20]!),
      taskConfidence: row[21]!,
      complexityPercent: row[22]!,
      hasTools: knownFlag(row[23]!),
      hasSchema: knownFlag(row[24]!),
      ...(typeof cost === 'number' ? { costPico: cost } : { costPico: null, unpricedReason: cost }),
      ...(typeof billed === 'string' ? { billedPico: BigInt(billed) } : {}),
    };
  }
}
