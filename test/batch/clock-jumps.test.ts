/** The wall clock jumps, by hours and days, forth and back: what is measured must not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../src/domain/time.ts';
import { Answers } from '../../src/ledger/answers.ts';
import { LedgerBudget, takenOnDay } from '../../src/ledger/budget.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { seeded } from './fake-time.ts';
import { answer, endpoint, failure, LIMITS, RunWorld, rows } from './run-world.ts';

const HOUR_MS = 3_600_000;

/** A clock that is up to two days off, anew each time it is read. */
function jumping(seed: number): { now(): number } {
  const random = seeded(seed);
  return { now: () => Date.UTC(2026, 0, 10) + Math.round((random() - 0.5) * 4 * DAY_MS) };
}

describe('a run', () => {
  const limited = { ...LIMITS, requestsPerMinute: 240, concurrency: 8 };
  const endpoints = [{ endpoint: endpoint('one'), models: null, limits: limited }];

  test.each([1, 2, 3])('keeps its limits and its pace, seed %d', async (seed) => {
    const steady = new RunWorld(() => answer());
    await steady.run(rows(100), { endpoints });
    const jumpy = new RunWorld(() => answer());
    const end = await jumpy.run(rows(100), { endpoints, clock: jumping(seed) });
    expect([end.stop, end.results]).toEqual(['done', 100]);
    expect(jumpy.sent.map(({ atMs }) => atMs)).toEqual(steady.sent.map(({ atMs }) => atMs));
    // 240 a minute: the 100th is not sent before 24.5 s or so have passed.
    expect(jumpy.time.nowMs()).toBeGreaterThan(24_000);
  });

  test('waits as long as it is told to, and no attempt is given up for time', async () => {
    const world = new RunWorld((_, nth) => (nth === 1 ? failure('rate_limited', 2_000) : answer()));
    const end = await world.run(rows(1), { endpoints, clock: jumping(4) });
    expect([end.stop, world.results[0]?.status, world.sent.length]).toEqual(['done', 'done', 2]);
    // The wait that was asked for, and a tenth at most on top of it.
    const [first, second] = world.sent.map(({ atMs }) => atMs);
    expect(second! - first!).toBeGreaterThanOrEqual(2_000);
    expect(second! - first!).toBeLessThanOrEqual(2_300);
  });
});

describe('the ledger', () => {
  let folder: string;
  let db: Ledger;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aicost-clock-'));
    db = openLedger(join(folder, 'aicost.db'));
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a kept answer is too old after a jump forth, and is there again after it is taken back', () => {
    const answers = new Answers(db, { ttlMs: HOUR_MS, capacity: 10 });
    const key = { id: 1, text: 'a' };
    const nowMs = Date.UTC(2026, 0, 10);
    answers.put(key, { model: 'm', answer: 'yes', facts: '{}', costPico: 1 }, nowMs);
    expect(answers.get(key, nowMs + DAY_MS)).toBeNull();
    expect(answers.get(key, nowMs - DAY_MS)?.answer).toBe('yes');
    expect(answers.get(key, nowMs + HOUR_MS)?.answer).toBe('yes');
  });

  test('no day is charged beyond its limit, however often midnight passes', () => {
    const random = seeded(5);
    let nowMs = 0;
    const budget = new LedgerBudget(db, 1, {
      limits: { runPico: null, dayPico: 1_000n },
      clock: { now: () => nowMs },
    });
    for (let i = 0; i < 400; i++) {
      nowMs = (100 + Math.floor(random() * 3)) * DAY_MS;
      const held = budget.reserve(10);
      if (held === null) continue;
      nowMs = (100 + Math.floor(random() * 3)) * DAY_MS;
      if (random() < 0.3) budget.release(held);
      else budget.settle(held, Math.floor(random() * 11));
    }
    budget.close();
    const days = [100, 101, 102].map((day) => takenOnDay(db, day));
    for (const taken of days) expect(taken).toBeLessThanOrEqual(1_000n);
    // 400 times about 5 × 0.7: well above what one day allows, so the limit was met or nearly.
    expect(days.reduce((sum, one) => sum + one, 0n)).toBeGreaterThan(1_000n);
  });
});
