/**
 * Opening a ledger: the SQLite file that holds the calls.
 *
 * Takes a path, gives a migrated database in WAL mode, readable by its owner only. Never opens a
 * file that is not a ledger, or one that a newer version wrote.
 */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { EXIT, UserError } from '../errors.ts';
import { MIGRATIONS } from './migrations.ts';

/** An open ledger. */
export type Ledger = Database.Database;

/** Marks the file as ours in its header: "aico". */
const APPLICATION_ID = 0x6169636f;
const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 32_768;
/** A ledger that cannot be written is read as a whole. */
const MAX_READ_BYTES = 1024 ** 3;
/** The two bytes of SQLite's header that say whether there is a write-ahead log: 2, else 1. */
const WAL_VERSION_AT = 18;

/** Opens a ledger for reading and writing, making it if it is not there. Throws UserError. */
export function openLedger(file: string): Ledger {
  return guardLedger(file, () => {
    makePrivate(file);
    // SQLite would open it all the same, and leave files beside it that its owner cannot write.
    if (!isWritable(file)) throw ledgerError(file, 'SQLITE_READONLY');
    const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      checkHeader(db, file);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.pragma(`cache_size = -${CACHE_KIB}`);
      db.pragma('temp_store = MEMORY');
      migrate(db);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  });
}

/** Opens a ledger that must be there already; one that cannot be written, for reading. Throws UserError. */
export function openExistingLedger(file: string): Ledger {
  if (!hasLedger(file)) {
    throw new UserError(
      EXIT.failed,
      `there is no ledger at ${file}`,
      'make one with: aicost ingest LOG, or name another with --ledger FILE',
    );
  }
  return isWritable(file) ? openLedger(file) : openForReading(file);
}

/** Whether anything is where a ledger is looked for. */
export function hasLedger(file: string): boolean {
  return fs.existsSync(file);
}

function isWritable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.W_OK);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
    throw error;
  }
}

/** What then writes is told that it cannot. */
function openForReading(file: string): Ledger {
  return guardLedger(file, () => {
    const inUse = sizeOf(`${file}-wal`) > 0;
    const place = inUse ? file : settledBytes(file);
    const db = new Database(place, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      checkHeader(db, file);
      checkSchema(db, file);
      db.pragma(`cache_size = -${CACHE_KIB}`);
      db.pragma('temp_store = MEMORY');
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  });
}

/**
 * The bytes of a ledger nobody writes to: SQLite itself would leave files beside it that its owner
 * cannot write, and needs a folder that takes them.
 */
function settledBytes(file: string): Buffer {
  const before = fs.statSync(file);
  if (before.size > MAX_READ_BYTES) {
    throw new UserError(
      EXIT.failed,
      `the ledger ${file} cannot be written, and is too large to be read without`,
      'copy it to a folder of yours and name the copy with --ledger FILE',
    );
  }
  const bytes = fs.readFileSync(file);
  const after = fs.statSync(file);
  const isSettled = after.mtimeMs === before.mtimeMs && bytes.length === before.size;
  if (!isSettled || sizeOf(`${file}-wal`) > 0) throw ledgerError(file, 'SQLITE_BUSY');
  // In memory there is no write-ahead log: the header must not ask for one.
  if (bytes.length > WAL_VERSION_AT + 1) bytes.fill(1, WAL_VERSION_AT, WAL_VERSION_AT + 2);
  return bytes;
}

/** 0 where nothing is. */
function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** An older schema is brought up to date by writing. */
function checkSchema(db: Ledger, file: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version === MIGRATIONS.length) return;
  throw new UserError(
    EXIT.failed,
    `${file} was written by an older aicost, and cannot be brought up to date: it cannot be written`,
    'change its permissions, or name another file with --ledger FILE',
  );
}

/** Runs what touches the ledger and says in plain words what went wrong with the file. */
export function guardLedger<Result>(file: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    const known = explain(error, file);
    if (known === null) throw error;
    throw known;
  }
}

/** Creates the file before SQLite does, so that nobody else can ever read it. */
function makePrivate(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'ax', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function checkHeader(db: Ledger, file: string): void {
  const id = db.pragma('application_id', { simple: true });
  const version = db.pragma('user_version', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (id !== APPLICATION_ID && (tables > 0 || version > 0)) {
    throw new UserError(
      EXIT.failed,
      `${file} is a database of another program`,
      'name another file with --ledger FILE',
    );
  }
  if (version > MIGRATIONS.length) {
    throw new UserError(
      EXIT.failed,
      `${file} was written by a newer aicost (schema ${version}, this one knows ${MIGRATIONS.length})`,
      'update aicost, or name another file with --ledger FILE',
    );
  }
}

function migrate(db: Ledger): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version >= MIGRATIONS.length) return;
  db.transaction(() => {
    for (const migration of MIGRATIONS.slice(
      db.pragma('user_version', { simple: true }) as number,
    )) {
      db.exec(migration);
    }
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
}

const HINTS: Readonly<Record<string, [what: string, hint: string]>> = {
  SQLITE_BUSY: [
    'is in use by another process',
    'wait until it has finished, or name another file with --ledger FILE',
  ],
  SQLITE_LOCKED: [
    'is in use by another process',
    'wait until it has finished, or name another file with --ledger FILE',
  ],
  SQLITE_NOTADB: ['is not a SQLite database', 'name another file with --ledger FILE'],
  SQLITE_CORRUPT: ['is damaged', 'move it away and ingest the logs again, or restore a copy'],
  SQLITE_FULL: [
    'could not grow: the disk is full',
    'free some space and run the same command again; what was committed is kept',
  ],
  SQLITE_READONLY: [
    'cannot be written',
    'change its permissions, or name another file with --ledger FILE',
  ],
  SQLITE_CANTOPEN: [
    'cannot be opened',
    'check that its folder exists and can be written, or name another file with --ledger FILE',
  ],
  SQLITE_IOERR: [
    'could not be read or written: the disk reported an error',
    'check free space and the disk, then run the same command again',
  ],
  EACCES: [
    'cannot be opened: permission denied',
    'change its permissions, or name another file with --ledger FILE',
  ],
  EROFS: ['cannot be made: the disk is read-only', 'name another file with --ledger FILE'],
  ENOENT: [
    'cannot be made: its folder does not exist',
    'make the folder, or name another file with --ledger FILE',
  ],
  ENOTDIR: ['cannot be made: its folder is a file', 'name another file with --ledger FILE'],
  EISDIR: ['is a folder', 'name a file with --ledger FILE'],
  ENOSPC: ['could not be made: the disk is full', 'free some space and run the same command again'],
};

function explain(error: unknown, file: string): UserError | null {
  if (error instanceof UserError || !(error instanceof Error)) return null;
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (!(error instanceof Database.SqliteError) && !code.startsWith('E')) return null;
  if (!(error instanceof Database.SqliteError) && (error as NodeJS.ErrnoException).path !== file)
    return null;
  const key = code.startsWith('SQLITE_') ? code.split('_').slice(0, 2).join('_') : code;
  return Object.hasOwn(HINTS, key) ? ledgerError(file, key, error) : null;
}

function ledgerError(file: string, key: string, cause?: Error): UserError {
  const [what, hint] = HINTS[key]!;
  const options = cause === undefined ? {} : { cause };
  return new UserError(EXIT.failed, `the ledger ${path.normalize(file)} ${what}`, hint, options);
}
