/** What is kept of rows: their cost, where all of it is known. */
import { expect, test } from 'vitest';
import { type KeepOptions, RunKeeper } from '../../src/batch/keep.ts';
import type { RowResult } from '../../src/batch/row.ts';
import type { JournalResult } from '../../src/ledger/journal.ts';

function kept(result: object, before: object = {}): number | null | undefined {
  const written: JournalResult[] = [];
  const journal = { finish: async (one: JournalResult) => written.push(one), record: written.push };
  const options = { journal, clock: { now: () => 0 }, holdsResults: false };
  const row = { index: 0, attemptsBefore: 0, costBeforePico: 0, uncertainBeforePico: 0, ...before };
  const failed = { status: 'failed', answer: null, failure: null, model: null, tried: [] };
  const costs = { costPico: 0, uncertainPico: 0, attempts: 1, latencyMs: 1, cache: 'miss' };
  void new RunKeeper(options as unknown as KeepOptions).finish({
    ...{ row, servedFrom: null, why: 'first_choice', ...failed, ...costs, ...result },
  } as unknown as RowResult);
  return written[0]?.costPico;
}

test('a row that was refused cost nothing', () => {
  expect(kept({})).toBe(0);
});

test('all attempts are added up, those of earlier processes too', () => {
  // 5 now and 7 before.
  expect(kept({ costPico: 5 }, { costBeforePico: 7 })).toBe(12);
});

test('one attempt that may have been billed makes the whole unknown', () => {
  expect(kept({ uncertainPico: 900 })).toBeNull();
  expect(kept({ costPico: 5, uncertainPico: 900, status: 'done' })).toBeNull();
  expect(kept({ costPico: 5 }, { costBeforePico: 7, uncertainBeforePico: 900 })).toBeNull();
  expect(kept({ costPico: null })).toBeNull();
});
