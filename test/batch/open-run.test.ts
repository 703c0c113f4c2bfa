import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenedRun, openInputRun, openKnownRun } from '../../src/batch/open-run.ts';
import type { BatchSettings } from '../../src/batch/settings.ts';
import { countRows } from '../../src/ledger/batch-rows.ts';
import { addRun, listRuns, readRun, stopRun } from '../../src/ledger/batch-runs.ts';
import { LedgerBudget, openLeases } from '../../src/ledger/budget.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';

const SETTINGS = {
  ...{ format: 'auto', promptColumn: null, template: null, system: null, model: 'm' },
  ...{ operation: 'chat', maxTokens: null, temperatureMilli: null, task: null, schema: null },
  ...{ fallback: [], cascade: [], checks: [] },
} as unknown as BatchSettings;

let folder: string;
let db: Ledger;
let opened: OpenedRun[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-open-'));
  db = openLedger(join(folder, 'aicost.db'));
  opened = [];
});
afterEach(() => {
  for (const { lock } of opened) lock.release(true);
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Opening {
  readonly settings?: Partial<BatchSettings>;
  readonly isNew?: boolean;
  /** What standard input holds; else the file is opened. */
  readonly stdin?: string;
}

/** Opens a run and lets it go again, as a process that ends does. */
async function open(text: string, opening: Opening = {}): Promise<OpenedRun> {
  const path = join(folder, 'in.csv');
  writeFileSync(path, text);
  const name = opening.stdin === undefined ? path : '-';
  const run = await openInputRun(
    { name, stdin: Readable.from([Buffer.from(opening.stdin ?? '')]) },
    {
      db,
      settings: { ...SETTINGS, ...opening.settings },
      isNew: opening.isNew === true,
      atMs: 1_000,
      signal: new AbortController().signal,
    },
  );
  run.lock.release(false);
  return run;
}

const TEXT = 'prompt\none\ntwo\n';

describe('the run of an input', () => {
  test('has its rows and columns, and is open', async () => {
    const { run, isResumed, foundUnknown } = await open('id,prompt\n1,one\n2,two\n');
    expect(run).toMatchObject({ state: 'open', columns: ['id', 'prompt'], rowCount: 2 });
    expect([isResumed, foundUnknown, countRows(db, run.id).pending]).toEqual([false, 0, 2]);
  });

  test('is the same one for the same bytes and settings, also when it is done', async () => {
    const first = await open(TEXT);
    expect(await open(TEXT)).toMatchObject({ isResumed: true, run: { id: first.run.id } });
    stopRun(db, { id: first.run.id, state: 'done', reason: 'done', atMs: 2_000 });
    expect(await open(TEXT)).toMatchObject({ isResumed: true, run: { id: first.run.id } });
    expect(listRuns(db)).toHaveLength(1);
  });

  test('is another one with --new, or after it was cancelled', async () => {
    const first = await open(TEXT);
    const second = await open(TEXT, { isNew: true });
    expect(second.run.id).not.toBe(first.run.id);
    for (const { run } of [first, second]) {
      stopRun(db, { id: run.id, state: 'cancelled', reason: 'cancelled', atMs: 2_000 });
    }
    expect((await open(TEXT)).isResumed).toBe(false);
  });

  test.each<[string, string, Partial<BatchSettings>]>([
    ['the input has changed', 'prompt\none\nother\n', {}],
    ['the settings have changed', TEXT, { system: 'be brief' }],
    ['the input and the settings have changed', 'prompt\nother\n', { model: 'n' }],
  ])(
    '%s: refused while the run is open, another run once it is done',
    async (said, text, settings) => {
      const { run } = await open(TEXT);
      await expect(open(text, { settings })).rejects.toThrow(`${said} since batch ${run.id}`);
      expect(listRuns(db)).toHaveLength(1);
      stopRun(db, { id: run.id, state: 'done', reason: 'done', atMs: 2_000 });
      expect((await open(text, { settings })).run.id).not.toBe(run.id);
    },
  );

  test('of standard input is found by what it held', async () => {
    const first = await open('', { stdin: TEXT });
    expect(first.isResumed).toBe(false);
    const again = await open('', { stdin: TEXT });
    expect([again.isResumed, again.run.id]).toEqual([true, first.run.id]);
    expect((await open('', { stdin: 'prompt\nother\n' })).isResumed).toBe(false);
    // The twin that was read to find out is gone, with its rows.
    expect(listRuns(db)).toHaveLength(2);
    expect(db.prepare('SELECT count(*) FROM batch_row').pluck().get()).toBe(3);
  });

  test.each([
    ['prompt\nok\nsay "hi"\n', 'in.csv:3: a quote stands within a cell'],
    ['prompt\n', 'has no rows'],
    ['a,b\n1,2\n', 'no column that is clearly a prompt'],
  ])('%j leaves nothing behind', async (text, message) => {
    await expect(open(text)).rejects.toThrow(message);
    expect(listRuns(db)).toEqual([]);
    for (const table of ['batch_row', 'source']) {
      expect([table, db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]).toEqual([
        table,
        0,
      ]);
    }
  });

  test('Ctrl-C while rows are read leaves nothing behind', async () => {
    const stop = new AbortController();
    stop.abort(new Error('interrupted'));
    const stdin = Readable.from([Buffer.from(TEXT)]);
    const options = { db, settings: SETTINGS, isNew: false, atMs: 1, signal: stop.signal };
    await expect(openInputRun({ name: '-', stdin }, options)).rejects.toThrow('interrupted');
    expect(listRuns(db)).toEqual([]);
  });
});

describe('a run by its number', () => {
  test('that is not there', () => {
    expect(() => openKnownRun(db, 7, 1)).toThrow('there is no batch 7');
  });

  test('that was cancelled is not gone on with', async () => {
    const { run } = await open(TEXT);
    stopRun(db, { id: run.id, state: 'cancelled', reason: 'cancelled', atMs: 2_000 });
    expect(() => openKnownRun(db, run.id, 1)).toThrow(`batch ${run.id} was cancelled`);
  });

  test('that another one works on', async () => {
    const { run } = await open(TEXT);
    opened.push(openKnownRun(db, run.id, 1));
    expect(() => openKnownRun(db, run.id, 1)).toThrow(
      `another process is working on batch ${run.id}`,
    );
  });
});

describe('what a process that died left', () => {
  test('rows that were half read are dropped, a lease is closed', async () => {
    const { run } = await open(TEXT);
    const limits = { runPico: 1_000n, dayPico: null };
    const budget = new LedgerBudget(db, run.id, { limits, clock: { now: () => 5 } });
    budget.reserve(100);
    const half = addRun(db, { input: '/half.csv', settings: '{}', settingsHash: 'h', atMs: 1 });
    half.lock.release(false);
    expect([openLeases(db).length, readRun(db, half.id)?.state]).toEqual([1, 'spooling']);
    await open('prompt\nthree\n', { isNew: true });
    // Nothing was sent from the lease: it took nothing.
    expect([openLeases(db), listRuns(db).map(({ state }) => state)]).toEqual([
      ...[[], ['open', 'open']],
    ]);
    expect(db.prepare('SELECT taken_pico FROM batch_lease').pluck().all()).toEqual([0]);
  });

  test('attempts in flight are unknown, and counted', async () => {
    const { run } = await open(TEXT);
    db.prepare(
      `INSERT INTO batch_attempt (row_id, number, lease_id, endpoint, model, reserved_pico, begun_at_ms)
       VALUES (?, 1, 1, 'e', 'm', 50, 1)`,
    ).run(run.id * 2 ** 32);
    const found = await open(TEXT);
    expect([found.foundUnknown, countRows(db, run.id)]).toMatchObject([
      1,
      { unknown: 1, pending: 1, uncertainPico: 50n },
    ]);
  });
});
