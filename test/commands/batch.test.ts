import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openInputRun } from '../../src/batch/open-run.ts';
import type { BatchSettings } from '../../src/batch/settings.ts';
import * as batch from '../../src/commands/batch.ts';
import { countRows, rowReader } from '../../src/ledger/batch-rows.ts';
import { stopRun } from '../../src/ledger/batch-runs.ts';
import { BatchJournal } from '../../src/ledger/journal.ts';
import { type Ledger, openLedger } from '../../src/ledger/open.ts';
import { CommandWorld } from './world.ts';

const SETTINGS: BatchSettings = {
  ...{ format: 'auto', promptColumn: null, template: null, system: null, model: 'gpt-4o-mini' },
  ...{ autoBase: null, policy: null, operation: 'chat', maxTokens: 10, temperatureMilli: null },
  ...{ task: null, schema: null, fallback: [], cascade: [], checks: [] },
};
const INPUT = 'prompt\none\ntwo\nthree\n';
const START = { leaseId: 1, endpoint: 'e', model: 'gpt-4o-mini', reservedPico: 50, atMs: 1_000 };
const END = { failure: null, httpStatus: 200, latencyMs: 9, mayHaveBeenBilled: false };
const RESULT = {
  ...{ model: 'gpt-4o-mini', inputTokens: 3, cachedTokens: 0, outputTokens: 1, latencyMs: 9 },
  ...{ cache: 'miss', reason: '', atMs: 2_000 },
} as const;
const REFUSED = 'check_failed: schema: $: has no label';

let world: CommandWorld;
beforeEach(async () => {
  world = new CommandWorld();
  await withDb(fill);
});
afterEach(() => world.close());

async function withDb<Result>(use: (db: Ledger) => Result | Promise<Result>): Promise<Result> {
  const db = openLedger(join(world.folder, 'aicost.db'));
  try {
    return await use(db);
  } finally {
    db.close();
  }
}

/** Batch 1: a row done, one whose paid answer was refused, and one that was lost in flight. */
async function fill(db: Ledger): Promise<void> {
  const { lock } = await openInputRun(
    { name: world.file('in.csv', INPUT), stdin: Readable.from([]) },
    { db, settings: SETTINGS, isNew: false, atMs: 1_000, signal: new AbortController().signal },
  );
  const journal = new BatchJournal(db, {
    runId: 1,
    calls: null,
    later: (run) => void setImmediate(run),
  });
  for (const row of [0, 1, 2]) await journal.begin({ ...START, row, attempt: 1 });
  for (const row of [0, 1]) {
    journal.end({ ...END, row, attempt: 1, atMs: 2_000, costPico: 40, call: null });
  }
  const paid = { ...RESULT, attempts: 1, costPico: 40 };
  await journal.finish({ ...paid, row: 0, state: 'done', answer: 'yes', error: '' });
  await journal.finish({ ...paid, row: 1, state: 'failed', answer: 'no', error: REFUSED });
  journal.close();
  lock.release(false);
}

const cells = () =>
  withDb((db) =>
    rowReader(db, 1)(0, 'page').map(({ state, answer, error }) => [state, answer, error]),
  );
const UNKNOWN = ['unknown', null, 'unknown: it was in flight when the process ended'];
const AS_IT_WAS = [['done', 'yes', ''], ['failed', 'no', REFUSED], UNKNOWN];

describe('rows that are asked again', () => {
  test('are counted by a plan, which leaves their results as they are', async () => {
    const failed = await world.run(batch, ['retry-failed', '1', '--dry-run']);
    expect(failed.notes.join('\n')).toContain('1 row for gpt-4o-mini');
    expect(failed.stdout.split('\r\n').map((line) => line.split(',')[0])).toEqual(['row', '2', '']);
    expect(failed.notes[0]).toBe('batch 1 goes on: 1 done, 0 failed, 1 row to ask');
    const both = ['--retry-failed', '--retry-unknown', '--dry-run'];
    const { stdout } = await world.run(batch, ['resume', '1', ...both]);
    expect(stdout.split('\r\n').map((line) => line.split(',')[0])).toEqual(['row', '2', '3', '']);
    expect(await cells()).toEqual(AS_IT_WAS);
  });

  test('keep their results where nobody gives leave, a flag is wrong or a key is missing', async () => {
    const retry = ['retry-failed', '1', '--retry-unknown'];
    const LOCAL = ['--base-url', 'http://127.0.0.1:9/v1'];
    await expect(world.run(batch, [...retry, ...LOCAL])).rejects.toMatchObject({
      message: expect.stringContaining('this would spend: 2 rows'),
    });
    await expect(world.run(batch, [...retry, '--yes'])).rejects.toMatchObject({ code: 2 });
    const wrong = ['--yes', '--rpm', 'many'];
    await expect(world.run(batch, [...retry, ...LOCAL, ...wrong])).rejects.toMatchObject({
      message: expect.stringContaining("--rpm: 'many'"),
    });
    const prices = ['--yes', '--prices', 'none.csv'];
    await expect(world.run(batch, [...retry, ...LOCAL, ...prices])).rejects.toMatchObject({
      name: 'UserError',
    });
    expect(await cells()).toEqual(AS_IT_WAS);
  });
});

describe('--out', () => {
  test.each([
    [['export', '1']],
    [['resume', '1', '--dry-run']],
    [['retry-failed', '1', '--yes', '--base-url', 'http://127.0.0.1:9/v1']],
  ])('%j never writes over the input', async (args) => {
    const path = join(world.folder, 'in.csv');
    await expect(world.run(batch, [...args, '--out', 'in.csv'])).rejects.toMatchObject({
      ...{ code: 2, message: `--out would overwrite ${path}` },
    });
    expect(readFileSync(path, 'utf8')).toBe(INPUT);
    expect((await cells()).slice(0, 2)).toEqual(AS_IT_WAS.slice(0, 2));
  });
});

describe('what a command shows before it does anything', () => {
  const NEW = ['in.csv', '--model', 'other', '--yes', '--base-url', 'http://127.0.0.1:9/v1'];

  test('--spread without a schema, and a file that cannot be written, leave no run behind', async () => {
    world.file('new.csv', 'prompt\nx\n');
    const args = ['new.csv', ...NEW.slice(1)];
    const spread = { code: 2, message: expect.stringContaining('--spread: the batch has no JSON') };
    await expect(world.run(batch, [...args, '--spread'])).rejects.toMatchObject(spread);
    await expect(world.run(batch, ['export', '1', '--spread'])).rejects.toMatchObject(spread);
    const gone = join(world.folder, 'none', 'out.csv');
    await expect(world.run(batch, [...args, '--out', gone])).rejects.toMatchObject({
      ...{ code: 2, message: `cannot write ${gone} (ENOENT)` },
    });
    expect(await world.json(batch, ['status'])).toHaveLength(1);
  });

  test('a plan of a finished run says that nothing is left; files are answered within a day', async () => {
    const byFiles = [...NEW, '--new', '--via', 'batch', '--dry-run'];
    expect((await world.run(batch, byFiles)).notes[0]).toContain('answers within a day');
    await withDb((db) => stopRun(db, { id: 1, state: 'done', reason: 'done', atMs: 3_000 }));
    await world.run(batch, ['resume', '1', '--dry-run']);
    const { notes } = await world.run(batch, ['resume', '1', '--dry-run']);
    expect(notes.slice(1).filter((note) => !note.includes('in flight'))).toEqual([
      'nothing is left to ask',
    ]);
  });
});

describe('--json-schema', () => {
  test('a pattern that is none stops the run before anything is asked', async () => {
    world.file('schema.json', '{"properties":{"id":{"pattern":"("}}}');
    const args = ['in.csv', '--model', 'gpt-4o-mini', '--json-schema', 'schema.json', '--dry-run'];
    await expect(world.run(batch, args)).rejects.toMatchObject({
      code: 2,
      message: 'schema.json: $.properties.id: the pattern ( is no regular expression',
    });
  });
});

describe('cancel', () => {
  test('rows keep the attempts they had, and what these cost', async () => {
    await withDb((db) => {
      db.exec("DELETE FROM batch_result WHERE state = 'failed'");
      stopRun(db, { id: 1, state: 'open', reason: 'interrupted', atMs: 3_000 });
    });
    await world.run(batch, ['cancel', '1']);
    const [, row] = await withDb((db) => rowReader(db, 1)(0, 'page'));
    expect(row).toMatchObject({ state: 'cancelled', attempts: 1, costPico: 40 });
    expect(await withDb((db) => countRows(db, 1))).toMatchObject({ cancelled: 1, costPico: 80n });
  });
});
