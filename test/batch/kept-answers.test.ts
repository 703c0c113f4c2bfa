import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LedgerAnswers, LedgerPaidAnswers } from '../../src/batch/kept-answers.ts';
import type { CachedAnswer } from '../../src/batch/ports.ts';
import { Answers } from '../../src/ledger/answers.ts';
import { BatchJournal } from '../../src/ledger/journal.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { row } from './run-world.ts';

let folder: string;
let db: Ledger;
let journal: BatchJournal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-kept-'));
  db = openLedger(join(folder, 'aicost.db'));
  journal = new BatchJournal(db, { runId: 1, calls: null, later: () => {} });
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const LIMITS = { ttlMs: 1e9, capacity: 100 };
const ANSWER: CachedAnswer = {
  ...{ text: 'yes', model: 'm-2026', responseId: 'r', stopReason: 'stop', usage: null },
  ...{ usageBasis: 'missing', tier: null, embedding: null, httpStatus: 200, costPico: 40 },
};

test('a paid answer is for its own row and model, in a later process, once', () => {
  const paid = new LedgerPaidAnswers(new Answers(db, LIMITS), journal, { now: () => 1_000 });
  paid.put(row(0), 'small', ANSWER);
  journal.close();
  const later = { attemptsBefore: 1 };
  expect(paid.take(row(0), 'small')).toBeNull();
  expect(paid.take(row(1, later), 'small')).toBeNull();
  expect(paid.take(row(0, later), 'large')).toBeNull();
  expect(paid.take(row(0, later), 'small')).toEqual(ANSWER);
  journal.close();
  expect(paid.take(row(0, later), 'small')).toBeNull();
});

test('looking an answer up writes nothing: its use is noted with the journal', () => {
  let nowMs = 1_000;
  const answers = new LedgerAnswers(new Answers(db, LIMITS), journal, { now: () => nowMs });
  answers.put('key', ANSWER);
  journal.close();
  nowMs += 60_001;
  db.pragma('query_only = 1');
  expect(answers.get('key')).toEqual(ANSWER);
  db.pragma('query_only = 0');
  const usedAt = db.prepare('SELECT used_at_ms FROM kept_answer').pluck();
  expect(usedAt.get()).toBe(1_000);
  journal.close();
  expect(usedAt.get()).toBe(61_001);
});
