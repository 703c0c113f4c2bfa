import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addRun } from '../../src/ledger/batch-runs.ts';
import { closeDeadLease, LedgerBudget, openLeases, takenOnDay } from '../../src/ledger/budget.ts';
import { BatchJournal } from '../../src/ledger/journal.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';

const DAY_MS = 86_400_000;
let folder: string;
let db: Ledger;
let nowMs: number;
const clock = { now: () => nowMs };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-budget-'));
  db = openLedger(join(folder, 'aicost.db'));
  nowMs = 100 * DAY_MS;
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

function budgetOf(run: number, runPico: bigint | null, dayPico: bigint | null = null, on = db) {
  return new LedgerBudget(on, run, { limits: { runPico, dayPico }, clock });
}

describe('one process', () => {
  test('the limit itself fits, one more does not', () => {
    const budget = budgetOf(1, 100n);
    expect(budget.reserve(60)).not.toBeNull();
    expect(budget.reserve(41)).toBeNull();
    expect(budget.reserve(40)).not.toBeNull();
    expect(budget.reserve(1)).toBeNull();
    expect(budget.reserve(0)).not.toBeNull();
  });

  test('what settles for less makes room, what is released makes all of it', () => {
    const budget = budgetOf(1, 100n);
    const first = budget.reserve(100)!;
    expect(budget.reserve(1)).toBeNull();
    budget.settle(first, 30);
    const second = budget.reserve(70)!;
    expect(second).not.toBeNull();
    budget.release(second);
    expect(budget.reserve(71)).toBeNull();
    expect(budget.reserve(70)).not.toBeNull();
  });

  test('a bill beyond the worst case counts', () => {
    const budget = budgetOf(1, 100n);
    budget.settle(budget.reserve(10)!, 95);
    expect(budget.reserve(6)).toBeNull();
    expect(budget.reserve(5)).not.toBeNull();
  });

  test('closing gives back what was not spent; the next process goes on from there', () => {
    const first = budgetOf(1, 1_000_000n);
    first.settle(first.reserve(100)!, 40);
    // 64 attempts were leased at once.
    expect(takenOnDay(db, 100)).toBe(6_500n);
    first.close();
    expect(takenOnDay(db, 100)).toBe(40n);
    expect(budgetOf(1, 139n).reserve(100)).toBeNull();
    expect(budgetOf(1, 140n).reserve(100)).not.toBeNull();
  });

  test('without limits everything fits, and is counted for the day', () => {
    const budget = budgetOf(1, null);
    budget.note(70)();
    expect(budget.reserve(5)).not.toBeNull();
    budget.close();
    expect(takenOnDay(db, 100)).toBe(75n);
  });
});

describe('days', () => {
  test('a new day has its own budget; the run keeps its one', () => {
    const budget = budgetOf(1, 150n, 100n);
    budget.settle(budget.reserve(100)!, 100);
    expect(budget.reserve(1)).toBeNull();
    nowMs += DAY_MS;
    expect(budget.reserve(51)).toBeNull();
    expect(budget.reserve(50)).not.toBeNull();
    expect(takenOnDay(db, 100)).toBe(100n);
    expect(takenOnDay(db, 101)).toBe(50n);
  });

  test('what was in flight at midnight settles on the day it was reserved', () => {
    const budget = budgetOf(1, null, 100n);
    const held = budget.reserve(80)!;
    nowMs += DAY_MS;
    budget.settle(budget.reserve(100)!, 100);
    budget.settle(held, 20);
    budget.close();
    expect([takenOnDay(db, 100), takenOnDay(db, 101)]).toEqual([20n, 100n]);
  });
});

describe('several processes on one ledger', () => {
  test('together never take more than the day allows', () => {
    const ledgers = [1, 2, 3].map(() => openLedger(join(folder, 'aicost.db')));
    const limit = 10_000n;
    const budgets = ledgers.map((ledger, index) => budgetOf(index + 1, null, limit, ledger));
    let seed = 7;
    const random = (most: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % most;
    };
    const held: [
      budget: LedgerBudget,
      reservation: NonNullable<ReturnType<LedgerBudget['reserve']>>,
    ][] = [];
    let spent = 0;
    for (let step = 0; step < 3_000; step++) {
      const budget = budgets[random(3)]!;
      if (random(2) === 0 && held.length > 0) {
        const [owner, reservation] = held.splice(random(held.length), 1)[0]!;
        const actual = random(reservation.worstPico + 1);
        owner.settle(reservation, actual);
        spent += actual;
      } else {
        const reservation = budget.reserve(1 + random(60));
        if (reservation !== null) held.push([budget, reservation]);
      }
      const worst = held.reduce((sum, [, { worstPico }]) => sum + worstPico, spent);
      expect(worst).toBeLessThanOrEqual(10_000);
      expect(takenOnDay(db, 100)).toBeLessThanOrEqual(limit);
    }
    expect(spent).toBeGreaterThan(9_000);
    for (const ledger of ledgers) ledger.close();
  });
});

describe('a process that died', () => {
  test('took what its attempts cost, and the worst case of those nobody knows', () => {
    const budget = budgetOf(3, 1_000_000n);
    const journal = new BatchJournal(db, { runId: 3, calls: null, later: () => {} });
    const start = { attempt: 1, leaseId: budget.lease.id, endpoint: 'e', model: 'm', atMs: nowMs };
    budget.reserve(100);
    void journal.begin({ ...start, row: 0, reservedPico: 100 });
    void journal.begin({ ...start, row: 1, reservedPico: 200 });
    void journal.begin({ ...start, row: 2, reservedPico: 400 });
    void journal.begin({ ...start, row: 3, reservedPico: 800 });
    const end = { attempt: 1, atMs: nowMs, httpStatus: 200, latencyMs: 5, call: null };
    journal.end({ ...end, row: 0, failure: null, costPico: 7, mayHaveBeenBilled: false });
    journal.end({
      ...end,
      row: 1,
      failure: 'server_error',
      costPico: null,
      mayHaveBeenBilled: false,
    });
    journal.end({ ...end, row: 2, failure: 'timed_out', costPico: null, mayHaveBeenBilled: true });
    journal.close();
    const [lease] = openLeases(db);
    closeDeadLease(db, lease!);
    // 7 known, 0 of a refusal, 400 of a time-out, 800 still in flight.
    expect(takenOnDay(db, 100)).toBe(1_207n);
    expect(openLeases(db)).toEqual([]);
  });

  test('took what texts cost that were embedded for its run', () => {
    const add = (input: string) => {
      const run = { input, settings: '{}', settingsHash: '', atMs: nowMs };
      const { id, lock } = addRun(db, run);
      lock.release(true);
      return id;
    };
    const paying = add('/in.csv');
    const embedding = add('embeddings e');
    const budget = budgetOf(paying, 1_000_000n);
    const journal = new BatchJournal(db, { runId: embedding, calls: null, later: () => {} });
    const start = { attempt: 1, leaseId: budget.lease.id, endpoint: 'e', model: 'm', atMs: nowMs };
    budget.reserve(100);
    void journal.begin({ ...start, row: 0, reservedPico: 100 });
    journal.close();
    closeDeadLease(db, openLeases(db)[0]!);
    expect(takenOnDay(db, 100)).toBe(100n);
  });
});
