/** A ledger that cannot grow: SQLite is told that the disk ends where the file does now. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { countRows, rowReader, rowWriter } from '../../src/ledger/batch-rows.ts';
import { LedgerBudget, takenByRun } from '../../src/ledger/budget.ts';
import { BatchJournal, type JournalResult } from '../../src/ledger/journal.ts';
import { guardLedger, type Ledger, openLedger } from '../../src/ledger/open.ts';

let folder: string;
let db: Ledger;
let turns: (() => void)[];
const later = (run: () => void): void => void turns.push(run);
const turn = (): void => turns.splice(0).forEach((run) => void run());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-full-'));
  db = openLedger(join(folder, 'aicost.db'));
  turns = [];
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

function endDisk(): void {
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
}

function growDisk(): void {
  db.pragma('max_page_count = 1000000');
}

const START = { attempt: 1, leaseId: 1, endpoint: 'e', model: 'm', reservedPico: 50, atMs: 1_000 };
const RESULT: JournalResult = {
  ...{ row: 0, state: 'done', model: 'm', answer: 'x'.repeat(1_000_000), inputTokens: 3 },
  ...{ cachedTokens: 0, outputTokens: 1, costPico: 40, latencyMs: 9, attempts: 1, cache: 'miss' },
  ...{ error: '', reason: '', atMs: 2_000 },
};

test('an answer that does not fit is said, and is written when there is room', async () => {
  rowWriter(db, 1)([{ line: 2, input: '["a"]' }]);
  const journal = new BatchJournal(db, { runId: 1, calls: null, later });
  const begun = journal.begin({ ...START, row: 0 });
  turn();
  await begun;
  endDisk();
  journal.end({
    ...{ row: 0, attempt: 1, atMs: 1_500, failure: null, httpStatus: 200, latencyMs: 9 },
    ...{ costPico: 40, mayHaveBeenBilled: false, call: null },
  });
  const finished = journal.finish(RESULT);
  turn();
  await expect(finished).rejects.toThrow(/full/);
  // Nothing new is begun on a disk that is full, and nothing of the group is half there.
  await expect(journal.begin({ ...START, row: 1 })).rejects.toThrow(/full/);
  expect(countRows(db, 1)).toMatchObject({ done: 0, pending: 1, costPico: 0n });
  growDisk();
  journal.close();
  expect(countRows(db, 1)).toMatchObject({ done: 1, pending: 0, costPico: 40n });
  expect(rowReader(db, 1)(0, 'page')[0]?.answer).toHaveLength(1_000_000);
});

test('money that is spent without a limit is counted once, though its group is written twice', async () => {
  rowWriter(db, 1)([{ line: 2, input: '["a"]' }]);
  const clock = { now: () => Date.UTC(2026, 10, 22) };
  const limits = { runPico: null, dayPico: null };
  const budget = new LedgerBudget(db, 1, { limits, clock });
  const journal = new BatchJournal(db, { runId: 1, calls: null, later });
  const leaseId = budget.lease.id;
  endDisk();
  journal.also(budget.note(100));
  const finished = journal.finish(RESULT);
  turn();
  await expect(finished).rejects.toThrow(/full/);
  expect(takenByRun(db, 1)).toBe(0n);
  growDisk();
  journal.close();
  expect(takenByRun(db, 1)).toBe(100n);
  journal.also(budget.note(20));
  journal.close();
  budget.close();
  expect([takenByRun(db, 1), budget.lease.id === leaseId]).toEqual([120n, false]);
});

test('a lease that is not committed is not spent from', () => {
  const clock = { now: () => Date.UTC(2026, 10, 22) };
  const limits = { runPico: 1_000_000n, dayPico: null };
  const budget = new LedgerBudget(db, 1, { limits, clock });
  const { lease } = budget;
  db.exec("CREATE TRIGGER broken AFTER UPDATE ON batch_lease BEGIN SELECT raise(ABORT, 'no'); END");
  expect(() => budget.reserve(10)).toThrow('no');
  expect(lease).toMatchObject({ taken: 0n, held: 0n, spent: 0n });
  db.exec('DROP TRIGGER broken');
  expect(budget.reserve(10)).toMatchObject({ worstPico: 10 });
});

test('rows that do not fit leave the ledger as it was', () => {
  endDisk();
  const rows = Array.from({ length: 500 }, (_, i) => ({ line: i + 2, input: 'x'.repeat(5_000) }));
  const write = (): number => rowWriter(db, 1)(rows);
  expect(() => guardLedger('l.db', write)).toThrow(
    expect.objectContaining({
      code: EXIT.failed,
      message: 'the ledger l.db could not grow: the disk is full',
    }),
  );
  expect(countRows(db, 1).total).toBe(0);
});
