import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { MIGRATIONS } from '../../src/ledger/migrations.ts';
import { openExistingLedger, openLedger } from '../../src/ledger/open.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-ledger-'));
  file = join(folder, 'aicost.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The UserError of opening a file. */
function refusal(open: () => unknown): UserError {
  try {
    open();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was opened');
}

describe('a new ledger', () => {
  test('has the schema, is in WAL mode, and only its owner may read it', () => {
    const db = openLedger(file);
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.prepare('SELECT count(*) FROM call').pluck().get()).toBe(0);
    db.exec("INSERT INTO account VALUES (1, 'somebody')");
    for (const name of [file, `${file}-wal`, `${file}-shm`])
      expect([name, statSync(name).mode & 0o777]).toEqual([name, 0o600]);
    db.close();
  });

  test('is marked as ours in its header', () => {
    openLedger(file).close();
    expect(readFileSync(file).readUInt32BE(68).toString(16)).toBe(
      Buffer.from('aico').toString('hex'),
    );
  });

  test('every table is strict', () => {
    const db = openLedger(file);
    const loose = db
      .prepare(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
      )
      .pluck();
    expect(loose.all()).toEqual([]);
    db.close();
  });

  test('an empty file becomes one; a folder that is not there is named', () => {
    writeFileSync(file, '');
    openLedger(file).close();
    const error = refusal(() => openLedger(join(folder, 'none', 'aicost.db')));
    expect([error.code, error.message]).toEqual([
      1,
      expect.stringContaining('its folder does not exist'),
    ]);
  });
});

describe('opening again', () => {
  test('changes nothing', () => {
    const first = openLedger(file);
    first.exec("INSERT INTO account VALUES (1, 'somebody')");
    const schema = first.prepare('SELECT sql FROM sqlite_schema ORDER BY name').pluck().all();
    first.close();
    const again = openLedger(file);
    expect(again.prepare('SELECT sql FROM sqlite_schema ORDER BY name').pluck().all()).toEqual(
      schema,
    );
    expect(again.prepare('SELECT name FROM account').pluck().all()).toEqual(['somebody']);
    again.close();
  });

  test('by two at once is fine while nobody writes', () => {
    const first = openLedger(file);
    const second = openLedger(file);
    expect(second.prepare('SELECT count(*) FROM call').pluck().get()).toBe(0);
    first.close();
    second.close();
  });

  test('an existing ledger must exist, and is not made by asking', () => {
    const error = refusal(() => openExistingLedger(file));
    expect([error.code, error.message]).toEqual([1, `there is no ledger at ${file}`]);
    expect(existsSync(file)).toBe(false);
  });
});

describe('what is no ledger is left alone', () => {
  test.each([
    [
      'text',
      'this is no database, but long enough to look like something else '.repeat(20),
      'is not a SQLite database',
    ],
    [
      'a log',
      `${JSON.stringify({ model: 'gpt-4o', prompt_tokens: 1 })}\n`.repeat(50),
      'is not a SQLite database',
    ],
  ])('%s', (_, content, message) => {
    writeFileSync(file, content);
    const error = refusal(() => openLedger(file));
    expect([error.code, error.message]).toEqual([1, expect.stringContaining(message)]);
    expect(error.hint).toContain('--ledger');
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('another program’s database', () => {
    const other = new Database(file);
    other.exec('CREATE TABLE contact (name TEXT)');
    other.close();
    const before = readFileSync(file);
    const error = refusal(() => openLedger(file));
    expect([error.code, error.message]).toEqual([1, `${file} is a database of another program`]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('a ledger of a newer version: both schema numbers are named', () => {
    const db = openLedger(file);
    db.pragma(`user_version = ${MIGRATIONS.length + 3}`);
    db.close();
    const error = refusal(() => openLedger(file));
    expect(error.code).toBe(1);
    expect(error.message).toContain(
      `schema ${MIGRATIONS.length + 3}, this one knows ${MIGRATIONS.length}`,
    );
    expect(error.hint).toContain('update aicost');
  });

  test('a damaged ledger', () => {
    const db = openLedger(file);
    const add = db.prepare('INSERT INTO account VALUES (?, ?)');
    db.transaction(() => {
      for (let i = 0; i < 2_000; i++) add.run(i, `account number ${i}`);
    })();
    db.close();
    const bytes = readFileSync(file);
    bytes.fill(0xaa, 100, 4_000);
    writeFileSync(file, bytes);
    const error = refusal(() => openLedger(file));
    expect([error.code, error.message]).toEqual([
      1,
      expect.stringMatching(/is damaged|is not a SQLite database/),
    ]);
  });

  test('a folder', () => {
    mkdirSync(file);
    const error = refusal(() => openLedger(file));
    expect([error.code, error.message]).toEqual([
      1,
      expect.stringMatching(/is a folder|cannot be opened/),
    ]);
  });

  test('a path below a file', () => {
    writeFileSync(file, '');
    const error = refusal(() => openLedger(join(file, 'x.db')));
    expect([error.code, error.message]).toEqual([
      1,
      expect.stringContaining('its folder is a file'),
    ]);
  });
});

describe('a ledger that cannot be written', () => {
  /** As another user finds it; root may write whatever the permissions say. */
  function asReader<Result>(run: () => Result): Result {
    const spy = vi.spyOn(fs, 'accessSync').mockImplementation(() => {
      throw Object.assign(new Error('denied'), { code: 'EACCES' });
    });
    try {
      return run();
    } finally {
      spy.mockRestore();
    }
  }

  test('is read, leaves nothing beside it, and is never changed', () => {
    const db = openLedger(file);
    db.exec("INSERT INTO account VALUES (1, 'somebody')");
    db.close();
    const before = readFileSync(file);
    const reader = asReader(() => openExistingLedger(file));
    expect(reader.prepare('SELECT name FROM account').pluck().all()).toEqual(['somebody']);
    expect(() => reader.exec("INSERT INTO account VALUES (2, 'me')")).toThrow(/readonly/);
    reader.close();
    expect(existsSync(`${file}-shm`)).toBe(false);
    expect(readFileSync(file).equals(before)).toBe(true);
    const error = refusal(() => asReader(() => openLedger(file)));
    expect(error.message).toMatch(/cannot be written$/);
  });

  test('is read with what its owner is just writing', () => {
    const owner = openLedger(file);
    owner.exec("INSERT INTO account VALUES (1, 'somebody')");
    const reader = asReader(() => openExistingLedger(file));
    expect(reader.prepare('SELECT count(*) FROM account').pluck().get()).toBe(1);
    owner.exec("INSERT INTO account VALUES (2, 'me')");
    expect(reader.prepare('SELECT count(*) FROM account').pluck().get()).toBe(2);
    reader.close();
    owner.close();
  });

  test('of an older schema says so', () => {
    const db = openLedger(file);
    db.pragma(`user_version = ${MIGRATIONS.length - 1}`);
    db.close();
    const error = refusal(() => asReader(() => openExistingLedger(file)));
    expect(error.message).toMatch(/written by an older aicost.*cannot be written$/);
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(isRoot)('permissions (skipped for root, whom they do not bind)', () => {
  test('a read-only file', () => {
    openLedger(file).close();
    chmodSync(file, 0o400);
    const error = refusal(() => openLedger(file).exec('BEGIN IMMEDIATE'));
    expect([error.code, error.message]).toEqual([
      1,
      expect.stringMatching(/cannot be written|permission denied/),
    ]);
  });

  test('a read-only folder', () => {
    chmodSync(folder, 0o500);
    const error = refusal(() => openLedger(file));
    chmodSync(folder, 0o700);
    expect([error.code, error.message]).toEqual([
      1,
      expect.stringMatching(/permission denied|cannot be opened/),
    ]);
  });
});
