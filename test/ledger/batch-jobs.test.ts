import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addJob,
  dropUnsent,
  endJob,
  type JobDraft,
  listJobs,
  noteJob,
  openJobs,
  providerIds,
} from '../../src/ledger/batch-jobs.ts';
import {
  jobRowFinder,
  loseJob,
  openRowsOf,
  rowsToSubmit,
} from '../../src/ledger/batch-jobs-rows.ts';
import { countRows, markUnknown, rowWriter } from '../../src/ledger/batch-rows.ts';
import { addRun, openRun } from '../../src/ledger/batch-runs.ts';
import { takenByRun, takenOnDay } from '../../src/ledger/budget.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';

/** 2026-11-22, the 20,779th day. */
const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = Math.floor(NOW / 86_400_000);
let folder: string;
let db: Ledger;
let runId: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-jobs-'));
  db = openLedger(join(folder, 'aicost.db'));
  const added = addRun(db, { input: 'in.csv', settings: '{}', settingsHash: 's', atMs: NOW });
  runId = added.id;
  rowWriter(db, runId)(Array.from({ length: 1_200 }, (_, i) => ({ line: i + 2, input: '["x"]' })));
  openRun(db, { id: runId, inputHash: 'h', columns: ['prompt'], rowCount: 1_200 });
  added.lock.release(false);
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const NO_LIMITS = { runPico: null, dayPico: null };

function draft(from: number, count: number, over: Partial<JobDraft> = {}): JobDraft {
  const entries = Array.from({ length: count }, (_, n) => ({
    ...{ index: from + n, attempt: 1, model: 'm', worstPico: 100, bytes: 10 },
  }));
  return {
    runId,
    endpoint: 'e',
    wire: 'openai_chat',
    entries,
    limits: NO_LIMITS,
    atMs: NOW,
    ...over,
  };
}

const numbers = (): number[] => [...rowsToSubmit(db, runId)].flat().map(({ index }) => index);

describe('a job', () => {
  test('takes its rows out of those that may be sent, also over pages', () => {
    expect(numbers()).toHaveLength(1_200);
    expect(addJob(db, draft(100, 700))).toBe(700);
    expect(numbers()).toEqual(
      Array.from({ length: 1_200 }, (_, n) => n).filter((n) => n < 100 || n >= 800),
    );
    const [job] = openJobs(db, runId);
    expect(job).toMatchObject({
      number: 1,
      rowCount: 700,
      bytes: 7_000,
      model: 'm',
      state: 'made',
    });
    expect([...openRowsOf(db, job!)].map((page) => page.length)).toEqual([500, 200]);
  });

  test('its rows are not unknown to who opens the run while it is open', () => {
    addJob(db, draft(0, 3));
    expect([markUnknown(db, runId, NOW), countRows(db, runId).unknown]).toEqual([0, 0]);
    const [job] = openJobs(db, runId);
    loseJob(db, job!, { message: 'who knows', atMs: NOW });
    expect(countRows(db, runId)).toMatchObject({ unknown: 3, uncertainPico: 300n });
    expect([openJobs(db, runId), listJobs(db, runId)[0]?.state]).toEqual([[], 'unknown']);
  });

  test('steps are noted one by one', () => {
    addJob(db, draft(0, 1));
    const id = listJobs(db, runId)[0]!.id;
    noteJob(db, id, { state: 'uploaded', fileId: 'file-1' });
    noteJob(db, id, { state: 'creating', sentAtMs: NOW });
    expect(listJobs(db, runId)[0]).toMatchObject({
      ...{ state: 'creating', fileId: 'file-1', sentAtMs: NOW, providerId: null },
      isCancelling: false,
    });
  });

  test('a row of it is found until it has its end, and no other', () => {
    addJob(db, draft(0, 2));
    addJob(db, draft(2, 1));
    const find = jobRowFinder(db, listJobs(db, runId)[0]!);
    expect([find(0)?.reservedPico, find(2), find(5_000)]).toEqual([100, null, null]);
    db.prepare(
      'UPDATE batch_attempt SET ended_at_ms = 1, cost_pico = 7 WHERE row_id & 255 = 0',
    ).run();
    expect(find(0)).toBeNull();
  });

  test('of an attempt after others: how many there were, and what they cost', () => {
    addJob(db, draft(0, 1));
    db.prepare('UPDATE batch_attempt SET ended_at_ms = 1, cost_pico = 7').run();
    expect([...rowsToSubmit(db, runId)][0]?.[0]).toMatchObject({
      attemptsBefore: 1,
      costBeforePico: 7,
    });
    const again = draft(0, 1);
    addJob(db, { ...again, entries: again.entries.map((entry) => ({ ...entry, attempt: 2 })) });
    const row = jobRowFinder(db, listJobs(db, runId)[1]!)(0);
    expect(row).toMatchObject({ attemptsBefore: 1, costBeforePico: 7 });
  });
});

test('jobs that were never sent can be forgotten, with their attempts and their money', () => {
  addJob(db, draft(0, 2, { limits: { runPico: 1_000n, dayPico: null } }));
  addJob(db, draft(2, 1, { limits: { runPico: 1_000n, dayPico: null } }));
  noteJob(db, listJobs(db, runId)[1]!.id, { state: 'submitted', providerId: 'batch_1' });
  dropUnsent(db, runId);
  expect(listJobs(db, runId).map(({ number }) => number)).toEqual([2]);
  expect([takenByRun(db, runId), numbers().slice(0, 3)]).toEqual([100n, [0, 1, 3]]);
  expect([...providerIds(db)]).toEqual(['batch_1']);
});

describe('its money', () => {
  test('as many rows as the run’s and the day’s budget cover: one below, at and above', () => {
    const limits = (runPico: bigint | null, dayPico: bigint | null) => ({ runPico, dayPico });
    expect(addJob(db, draft(0, 10, { limits: limits(99n, null) }))).toBe(0);
    expect(listJobs(db, runId)).toEqual([]);
    expect(addJob(db, draft(0, 10, { limits: limits(300n, null) }))).toBe(3);
    // 300 are taken: 399 cover none, 400 one.
    expect(addJob(db, draft(3, 10, { limits: limits(399n, null) }))).toBe(0);
    expect(addJob(db, draft(3, 10, { limits: limits(9_999n, 400n) }))).toBe(1);
    expect([takenByRun(db, runId), takenOnDay(db, DAY)]).toEqual([400n, 400n]);
  });

  test('becomes what the rows cost, and the worst case of those nobody knows', () => {
    addJob(db, draft(0, 3, { limits: { runPico: 1_000n, dayPico: null } }));
    const [job] = openJobs(db, runId);
    const end = db.prepare(
      'UPDATE batch_attempt SET ended_at_ms = 1, cost_pico = ?, may_have_been_billed = ? WHERE row_id & 255 = ?',
    );
    end.run(40, 0, 0);
    end.run(null, 1, 1);
    end.run(0, 0, 2);
    endJob(db, job!, { state: 'settled', message: '', atMs: NOW });
    expect(takenByRun(db, runId)).toBe(140n);
  });
});
