/** A ledger in trouble: what is wrong, what to do, and nothing lost. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliWorld, flatLog, plainTotals } from './world.ts';

let world: CliWorld;
beforeEach(() => {
  world = new CliWorld();
  world.file('a.jsonl', flatLog(5));
});
afterEach(() => world.close());

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

function fails(args: readonly string[], message: RegExp, over: { uid?: number } = {}): void {
  const ran = world.run(args, over);
  expect(ran.stderr).toMatch(message);
  expect(ran.stderr).toMatch(/^aicost: .*\n {2}.*\n$/);
  expect([ran.code, ran.stdout]).toEqual([1, '']);
}

test('locked by another process: told after five seconds, and usable again afterwards', () => {
  world.run(['ingest', 'a.jsonl']);
  const other = world.ledger('aicost.db', false);
  other.exec('BEGIN IMMEDIATE');
  world.file('b.jsonl', flatLog(7));
  fails(['ingest', 'b.jsonl'], /the ledger .*aicost\.db is in use by another process/);
  // Reading needs no lock.
  expect(world.report(['report']).totals.calls).toBe(5);
  other.exec('ROLLBACK');
  other.close();
  expect(world.report(['audit', 'a.jsonl', 'b.jsonl']).totals.calls).toBe(7);
});

test('from a newer version', () => {
  world.run(['ingest', 'a.jsonl']);
  const db = world.ledger('aicost.db', false);
  db.pragma('user_version = 99');
  db.close();
  fails(
    ['audit', 'a.jsonl'],
    /was written by a newer aicost \(schema 99, this one knows \d+\)\n {2}update aicost/,
  );
});

test('not SQLite: it is left as it was', () => {
  const text = 'important notes, not a database\n'.repeat(100);
  const path = world.file('notes.db', text);
  fails(['audit', 'a.jsonl', '--ledger', 'notes.db'], /notes\.db is not a SQLite database/);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a log given as the ledger by mistake is left as it was', () => {
  fails(['report', '--ledger', 'a.jsonl'], /a\.jsonl is not a SQLite database/);
  expect(readFileSync(join(world.folder, 'a.jsonl'), 'utf8')).toBe(flatLog(5));
});

test('in a folder that is not there', () => {
  fails(['audit', 'a.jsonl', '--ledger', 'none/aicost.db'], /its folder does not exist/);
});

describe('read-only', () => {
  // Root may write everywhere, so the command runs as nobody.
  const over = isRoot ? { uid: NOBODY } : {};

  test('the file', () => {
    world.run(['ingest', 'a.jsonl']);
    world.file('b.jsonl', flatLog(6));
    for (const name of ['aicost.db', 'a.jsonl', 'b.jsonl'])
      chmodSync(join(world.folder, name), 0o444);
    chmodSync(world.folder, 0o555);
    fails(['ingest', 'b.jsonl'], /the ledger .*(cannot be written|cannot be opened)/, over);
    chmodSync(world.folder, 0o755);
  });

  test('the folder', () => {
    chmodSync(join(world.folder, 'a.jsonl'), 0o444);
    mkdirSync(join(world.folder, 'locked'), { mode: 0o555 });
    chmodSync(world.folder, 0o755);
    fails(
      ['ingest', 'a.jsonl', '--ledger', 'locked/aicost.db'],
      /the ledger .*(permission denied|cannot be opened)/,
      over,
    );
  });
});

describe('disk full', () => {
  const log = flatLog(20_000);

  function mount(size: string): boolean {
    mkdirSync(join(world.folder, 'disk'), { recursive: true });
    return (
      spawnSync('/bin/mount', [
        '-t',
        'tmpfs',
        '-o',
        `size=${size}`,
        'none',
        join(world.folder, 'disk'),
      ]).status === 0
    );
  }

  test('while writing: told, exit 1, and with space the same command goes on', ({ skip }) => {
    if (!isRoot || !mount('700k')) skip('no small disk can be mounted here');
    try {
      world.file('big.jsonl', log);
      fails(
        ['ingest', 'big.jsonl', '--ledger', 'disk/aicost.db'],
        /the ledger .*the disk is full\n {2}free some space/,
      );
      const more = spawnSync('/bin/mount', ['-o', 'remount,size=100m', join(world.folder, 'disk')]);
      expect(more.status).toBe(0);
      const report = world.report(['audit', 'big.jsonl', '--ledger', 'disk/aicost.db']);
      expect(report.totals).toMatchObject(plainTotals(log));
      expect(world.report(['report', '--ledger', 'disk/aicost.db']).totals).toMatchObject(
        plainTotals(log),
      );
    } finally {
      spawnSync('/bin/umount', [join(world.folder, 'disk')]);
    }
  });

  test('a limit on the size of files: told, exit 1, and without it the same command goes on', ({
    skip,
  }) => {
    if (process.platform === 'win32') skip('needs ulimit');
    world.file('big.jsonl', log);
    const { code, stdout, stderr } = world.bash('ulimit -f 300; aicost ingest big.jsonl');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^aicost: the ledger .*(the disk is full|the disk reported an error)\n {2}.*space.*\n$/,
    );
    expect(world.report(['audit', 'big.jsonl']).totals).toMatchObject(plainTotals(log));
  });

  test('for the answer: told, exit 1', ({ skip }) => {
    if (process.platform !== 'linux') skip('needs /dev/full');
    world.run(['ingest', 'a.jsonl']);
    const { code, stderr } = world.bash('aicost report > /dev/full');
    expect(code).toBe(1);
    expect(stderr).toMatch(/aicost: cannot write the output/);
  });
});
