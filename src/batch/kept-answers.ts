/**
 * Kept answers: those of equal requests, and those a run has paid for and not given to its row yet.
 *
 * Takes answers, gives them to the ledger's own words and back. Never writes by itself: the journal
 * of the run does, many at once.
 */
import type { Clock } from '../domain/time.ts';
import { hashString } from '../formats/hash.ts';
import type { Answers, StoredAnswer } from '../ledger/answers.ts';
import type { BatchJournal } from '../ledger/journal.ts';
import type { AnswerCache, CachedAnswer, PaidAnswers } from './ports.ts';
import type { Answer, Row } from './row.ts';

/** The runner's cache on a ledger; the latest answers are in memory until they are written. */
export class LedgerAnswers implements AnswerCache {
  readonly #unwritten = new Map<string, CachedAnswer>();

  constructor(
    private readonly answers: Answers,
    private readonly journal: Pick<BatchJournal, 'eventually'>,
    private readonly clock: Clock,
  ) {}

  /** The answer of an equal request; null if none is kept. */
  get(key: string): CachedAnswer | null {
    const latest = this.#unwritten.get(key);
    if (latest !== undefined) return latest;
    const nowMs = this.clock.now();
    const kept = this.answers.get(keyOf(key), nowMs);
    if (kept === null) return null;
    if (this.answers.isUseDue(kept, nowMs))
      this.journal.eventually(() => this.answers.noteUse(keyOf(key), nowMs));
    return answerOf(kept);
  }

  /** Keeps an answer. */
  put(key: string, answer: CachedAnswer): void {
    const atMs = this.clock.now();
    this.#unwritten.set(key, answer);
    this.journal.eventually(() => {
      this.answers.put(keyOf(key), storedOf(answer), atMs);
      this.#unwritten.delete(key);
    });
  }
}

/** Answers that rows were given and that nobody judged before the run stopped. */
export class LedgerPaidAnswers implements PaidAnswers {
  constructor(
    private readonly answers: Answers,
    private readonly journal: BatchJournal,
    private readonly clock: Clock,
  ) {}

  /** The answer a model gave this row in an earlier process, once; null if there is none. */
  take(row: Row, model: string): CachedAnswer | null {
    if (row.attemptsBefore === 0) return null;
    const key = keyOf(paidKey(row, model));
    const kept = this.answers.get(key, this.clock.now());
    if (kept === null) return null;
    this.journal.also(() => this.answers.drop(key));
    return answerOf(kept);
  }

  /** Keeps an answer for the row itself, for the next process. */
  put(row: Row, model: string, answer: CachedAnswer): void {
    const atMs = this.clock.now();
    const key = keyOf(paidKey(row, model));
    this.journal.also(() => this.answers.put(key, storedOf(answer), atMs));
  }
}

function paidKey({ idempotencyKey }: Row, model: string): string {
  return `paid ${idempotencyKey} ${model}`;
}

function keyOf(text: string) {
  return { id: hashString(text), text };
}

function answerOf(kept: StoredAnswer): CachedAnswer {
  const facts = JSON.parse(kept.facts) as Omit<Answer, 'text' | 'model'>;
  return { ...facts, model: kept.model, text: kept.answer, costPico: kept.costPico };
}

function storedOf({ text, model, costPico, ...facts }: CachedAnswer): StoredAnswer {
  return { model, answer: text, facts: JSON.stringify(facts), costPico };
}
