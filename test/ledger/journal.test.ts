import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  cancelRows,
  countRows,
  markUnknown,
  pendingRows,
  reopenRows,
  rowReader,
  rowWriter,
} from '../../src/ledger/batch-rows.ts';
import {
  addRun,
  dropRun,
  findRun,
  openRun,
  readRun,
  stopRun,
} from '../../src/ledger/batch-runs.ts';
import { BatchJournal, type JournalResult } from '../../src/ledger/journal.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { lockDeadRun, lockRun } from '../../src/ledger/run-lock.ts';

let folder: string;
let db: Ledger;
let turns: (() => void)[];
const later = (run: () => void): void => void turns.push(run);
const turn = (): void => turns.splice(0).forEach((run) => void run());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-journal-'));
  db = openLedger(join(folder, 'aicost.db'));
  turns = [];
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const START = { attempt: 1, leaseId: 1, endpoint: 'e', model: 'm', reservedPico: 50, atMs: 1_000 };
const END = {
  attempt: 1,
  failure: null,
  httpStatus: 200,
  latencyMs: 9.6,
  mayHaveBeenBilled: false,
};
const RESULT: JournalResult = {
  ...{ row: 0, state: 'done', model: 'm', answer: 'yes', inputTokens: 3, cachedTokens: 0 },
  ...{ outputTokens: 1, costPico: 40, latencyMs: 9.6, attempts: 1, cache: 'miss', error: '' },
  ...{ reason: '', atMs: 2_000 },
};

function spool(runId: number, count: number): void {
  const rows = Array.from({ length: count }, (_, i) => ({ line: i + 2, input: `["row ${i}"]` }));
  rowWriter(db, runId)(rows);
}

function count(table: string): number {
  return db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
}

describe('writes that can wait', () => {
  test('come many at once, and the rest at the end', () => {
    const journal = new BatchJournal(db, { runId: 1, calls: null, later });
    const written: number[] = [];
    // 256 make a group.
    for (let i = 0; i < 255; i++) journal.eventually(() => void written.push(i));
    expect([written.length, turns.length]).toEqual([0, 0]);
    journal.eventually(() => void written.push(255));
    turn();
    expect(written.length).toBe(256);
    journal.eventually(() => void written.push(256));
    journal.close();
    expect(written).toEqual(Array.from({ length: 257 }, (_, i) => i));
  });
});

describe('groups', () => {
  test('attempts of one turn are on disk together, and only then released', async () => {
    const journal = new BatchJournal(db, { runId: 1, calls: null, later });
    const released: number[] = [];
    const first = journal.begin({ ...START, row: 0 }).then(() => released.push(0));
    const second = journal.begin({ ...START, row: 1 }).then(() => released.push(1));
    await Promise.resolve();
    expect([released, count('batch_attempt'), turns.length]).toEqual([[], 0, 1]);
    turn();
    const other = openLedger(join(folder, 'aicost.db'));
    expect(other.prepare('SELECT count(*) FROM batch_attempt').pluck().get()).toBe(2);
    other.close();
    await Promise.all([first, second]);
    expect(released).toEqual([0, 1]);
  });

  test('an end and a result replace what was in flight', async () => {
    spool(1, 2);
    const journal = new BatchJournal(db, { runId: 1, calls: null, later });
    void journal.begin({ ...START, row: 0 });
    turn();
    expect(db.prepare('SELECT state FROM batch_rows').pluck().all()).toEqual([
      'in_flight',
      'pending',
    ]);
    journal.end({ ...END, row: 0, atMs: 1_500, costPico: 40, call: null });
    const finished = journal.finish(RESULT);
    turn();
    await finished;
    expect(rowReader(db, 1)(0, 'page')).toMatchObject([
      { index: 0, line: 2, state: 'done', answer: 'yes', costPico: 40, latencyMs: 10 },
      { index: 1, line: 3, state: null, answer: null },
    ]);
    expect(rowReader(db, 1)(0, 'gap')).toHaveLength(1);
    expect(countRows(db, 1)).toMatchObject({ total: 2, done: 1, pending: 1, costPico: 40n });
  });

  test('what could not be written is written later; what was not released was not begun', async () => {
    const journal = new BatchJournal(db, { runId: 1, calls: null, later });
    void journal.begin({ ...START, row: 0 });
    turn();
    db.pragma('busy_timeout = 1');
    const other = openLedger(join(folder, 'aicost.db'));
    other.exec('BEGIN IMMEDIATE');
    journal.end({ ...END, row: 0, atMs: 1_500, costPico: 40, call: null });
    const begun = journal.begin({ ...START, row: 1 });
    turn();
    await expect(begun).rejects.toThrow(/locked/);
    await expect(journal.begin({ ...START, row: 2 })).rejects.toThrow(/locked/);
    other.exec('COMMIT');
    other.close();
    journal.close();
    expect(db.prepare('SELECT row_id & 255, cost_pico FROM batch_attempt').raw().all()).toEqual([
      [0, 40],
    ]);
  });
});

describe('rows', () => {
  test('what was in flight becomes unknown, and is asked again only when reopened', () => {
    spool(1, 3);
    const journal = new BatchJournal(db, { runId: 1, calls: null, later });
    void journal.begin({ ...START, row: 0 });
    void journal.begin({ ...START, row: 1 });
    turn();
    journal.end({ ...END, row: 0, atMs: 1_500, costPico: 40, call: null });
    journal.record(RESULT);
    journal.close();
    expect(markUnknown(db, 1, 3_000)).toBe(1);
    expect(markUnknown(db, 1, 3_000)).toBe(0);
    expect([...pendingRows(db, 1)].map(({ index }) => index)).toEqual([2]);
    expect(countRows(db, 1)).toMatchObject({ unknown: 1, uncertainPico: 50n });
    expect(reopenRows(db, 1, 'unknown')).toBe(1);
    expect([...pendingRows(db, 1)]).toMatchObject([
      { index: 1, attemptsBefore: 1 },
      { index: 2, attemptsBefore: 0 },
    ]);
  });

  test('results that are to be asked again are listed as pending, and stay', () => {
    spool(1, 4);
    const journal = new BatchJournal(db, { runId: 1, calls: null, later });
    const states = ['done', 'failed', 'unknown'] as const;
    for (const [row, state] of states.entries()) journal.record({ ...RESULT, row, state });
    journal.close();
    const indexes = (...states: ('failed' | 'unknown')[]) =>
      [...pendingRows(db, 1, states)].map(({ index }) => index);
    expect([indexes(), indexes('failed'), indexes('failed', 'unknown')]).toEqual([
      ...[[3], [1, 3], [1, 2, 3]],
    ]);
    expect(countRows(db, 1)).toMatchObject({ done: 1, failed: 1, unknown: 1, pending: 1 });
  });

  test('pages hold all rows of one run, and none of the next', () => {
    spool(1, 1_203);
    spool(2, 5);
    const indexes = [...pendingRows(db, 1)].map(({ index }) => index);
    expect(indexes).toHaveLength(1_203);
    expect(indexes.at(-1)).toBe(1_202);
    expect([...pendingRows(db, 2)]).toHaveLength(5);
    expect(cancelRows(db, 1, 5)).toBe(1_203);
    expect(countRows(db, 2).pending).toBe(5);
  });
});

describe('runs', () => {
  test('are found by inputs and settings; dropped ones leave nothing', () => {
    const { id, lock } = addRun(db, {
      ...{ input: '/a.csv', settings: '{}', settingsHash: 's', atMs: 1 },
    });
    lock.release(true);
    spool(id, 4);
    openRun(db, { id, inputHash: 'i', columns: ['prompt'], rowCount: 4 });
    expect(findRun(db, { inputHash: 'i', settingsHash: 's' })).toMatchObject({
      ...{ id, columns: ['prompt'], rowCount: 4, state: 'open' },
    });
    expect(findRun(db, { inputHash: 'other', settingsHash: 's' })).toBeNull();
    // Its own twin it is not.
    expect(findRun(db, { id, inputHash: 'i', settingsHash: 's' })).toBeNull();
    stopRun(db, { id, state: 'cancelled', reason: 'cancelled', atMs: 2 });
    expect(findRun(db, { inputHash: 'i', settingsHash: 's' })).toBeNull();
    dropRun(db, id);
    expect([readRun(db, id), count('batch_row'), count('source')]).toEqual([null, 0, 0]);
  });

  test('are locked by one at a time', () => {
    const lock = lockRun(db, 1);
    expect(lock).not.toBeNull();
    expect(lockRun(db, 1)).toBeNull();
    expect(lockRun(db, 2)).not.toBeNull();
    // Whoever looks for the dead finds that it is at work, and does not wait for it.
    expect(lockDeadRun(db, 1)).toBeNull();
    lock?.release(false);
    const dead = lockDeadRun(db, 1);
    expect(dead).not.toBeNull();
    dead?.release(false);
    const again = lockRun(db, 1);
    expect(again).not.toBeNull();
    again?.release(true);
  });
});
