import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { budgetStop } from '../../src/commands/batch-budget.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';

const USD = 1_000_000_000_000n;
const AT_MS = Date.UTC(2026, 3, 1, 18);

let folder: string;
let db: Ledger;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-budget-'));
  db = openLedger(join(folder, 'aicost.db'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const stop = (runPico: bigint | null, dayPico: bigint | null, isUnasked = false) =>
  budgetStop(db, { id: 4, limits: { runPico, dayPico }, atMs: AT_MS, isUnasked });

test('of a day: which one, how much, and when there is more; the other limit stays', () => {
  expect(stop(2n * USD, USD / 2n)).toEqual({
    message:
      '--daily-budget $0.500, of all batches of this ledger on a UTC day: the $0.500 that is left does not cover the most the next call may cost; it renews at midnight UTC, 2026-04-02T00:00:00.000Z',
    hint: 'go on after that: aicost batch resume 4 --budget 2 --daily-budget 0.5; or now with a higher --daily-budget',
  });
});

test('of a run: the limit of the day stays in the hint', () => {
  const { message, hint } = stop(USD, 3n * USD);
  expect(message).toContain('--budget $1.00: the $1.00 that is left');
  expect(hint).toBe('go on with more: aicost batch resume 4 --budget USD --daily-budget 3');
});

test('--max-tokens helps only where all is asked anew', () => {
  expect(stop(USD, null, true).hint).toContain('--max-tokens N --new');
  expect(stop(USD, null).hint).not.toContain('--max-tokens');
});
