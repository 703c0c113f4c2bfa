/**
 * Answers kept for requests that come again: exact, with a time to live and a capacity.
 *
 * Takes a key that stands for everything an answer depends on, gives the answer. Never an answer
 * beyond its time to live. Writes join the transaction of the caller.
 */
import type { EpochMs } from '../domain/time.ts';
import type { Ledger } from './open.ts';

/** An answer with what is known of it. */
export interface StoredAnswer {
  readonly model: string;
  readonly answer: string;
  /** JSON: usage and the like. */
  readonly facts: string;
  /** What it cost when it was asked; null if unknown. */
  readonly costPico: number | null;
}

/** An answer as it was found. */
export interface FoundAnswer extends StoredAnswer {
  readonly usedAtMs: EpochMs;
}

/** What stands for everything an answer depends on. */
export interface AnswerKey {
  /** A hash of the text: of two texts with one hash the later is kept. */
  readonly id: number;
  readonly text: string;
}

/** How long answers are kept, and how many. */
export interface AnswerLimits {
  readonly ttlMs: number;
  readonly capacity: number;
}

/** An answer's use is noted again only after so long. */
const USE_STEP_MS = 60_000;
/** So much of the capacity is freed at once. */
const FREED_SHARE = 0.1;

/** The answers of one ledger. */
export class Answers {
  readonly #statements;
  readonly #limits: AnswerLimits;
  #count: number;

  constructor(db: Ledger, limits: AnswerLimits) {
    this.#limits = limits;
    this.#statements = prepareStatements(db);
    this.#count = db.prepare('SELECT count(*) FROM kept_answer').pluck().get() as number;
  }

  /** The answer for a key; null if there is none, or it is too old. */
  get({ id, text }: AnswerKey, nowMs: EpochMs): FoundAnswer | null {
    const row = this.#statements.find.get(id, text, nowMs - this.#limits.ttlMs);
    return (row as FoundAnswer | undefined) ?? null;
  }

  /** Whether its use is to be noted: only so often, since reading must not always write. */
  isUseDue({ usedAtMs }: FoundAnswer, nowMs: EpochMs): boolean {
    return nowMs - usedAtMs > USE_STEP_MS;
  }

  /** Notes that an answer was used. */
  noteUse({ id, text }: AnswerKey, nowMs: EpochMs): void {
    this.#statements.use.run(nowMs, id, text);
  }

  /** Forgets an answer. */
  drop({ id, text }: AnswerKey): void {
    this.#count -= this.#statements.forget.run(id, text).changes;
  }

  /** Keeps an answer, in place of an older one; makes room by forgetting what was used longest ago. */
  put({ id, text }: AnswerKey, stored: StoredAnswer, nowMs: EpochMs): void {
    const { model, answer, facts, costPico } = stored;
    this.#statements.put.run(id, text, model, answer, facts, costPico, nowMs, nowMs);
    if (++this.#count <= this.#limits.capacity) return;
    const { drop, expire, count } = this.#statements;
    expire.run(nowMs - this.#limits.ttlMs);
    this.#count = count.get() as number;
    const excess = this.#count - this.#limits.capacity;
    if (excess <= 0) return;
    this.#count -= drop.run(excess + Math.floor(this.#limits.capacity * FREED_SHARE)).changes;
  }
}

function prepareStatements(db: Ledger) {
  return {
    find: db.prepare(
      `SELECT model, answer, facts, cost_pico AS costPico, used_at_ms AS usedAtMs FROM kept_answer
       WHERE id = ? AND key = ? AND stored_at_ms >= ?`,
    ),
    use: db.prepare('UPDATE kept_answer SET used_at_ms = ? WHERE id = ? AND key = ?'),
    forget: db.prepare('DELETE FROM kept_answer WHERE id = ? AND key = ?'),
    put: db.prepare('INSERT OR REPLACE INTO kept_answer VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    expire: db.prepare('DELETE FROM kept_answer WHERE stored_at_ms < ?'),
    drop: db.prepare(
      `DELETE FROM kept_answer WHERE id IN
         (SELECT id FROM kept_answer ORDER BY used_at_ms LIMIT ?)`,
    ),
    count: db.prepare('SELECT count(*) FROM kept_answer').pluck(),
  };
}
