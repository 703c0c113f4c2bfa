/**
 * The price store: imported price tables and the downloaded catalogue, as files of the user.
 *
 * Takes a folder and texts that were checked, gives them back by name. Never parses a price, never
 * the network, and never leaves half a file: what is there is whole, readable by its owner only.
 */
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, UserError } from '../errors.ts';

/** A table as it was imported: CSV or JSON text. */
export interface StoredTable {
  readonly name: string;
  readonly text: string;
}

/** A catalogue as it was downloaded. */
export interface StoredCatalogue {
  /** The path of its file. */
  readonly name: string;
  readonly text: string;
  /** The UTC day, `YYYY-MM-DD`. */
  readonly fetchedOn: string;
}

const EXTENSION = '.prices';
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const CATALOGUE = /^(\d{4}-\d{2}-\d{2})\.json$/;

/** A name under which a table can be stored, in lower case. Throws UserError for any other text. */
export function parseStoredName(text: string): string {
  const name = text.trim().toLowerCase();
  if (NAME.test(name) && !/\.(csv|json|prices)$/.test(name) && !name.includes('..')) return name;
  throw new UserError(
    EXIT.usage,
    `'${text}' is no name for a price table`,
    'up to 64 letters, digits, - _ and . without a file extension, such as contract-2026',
  );
}

/** The names of the stored tables, sorted. */
export function storedNames(folder: string): string[] {
  return filesIn(tablesIn(folder))
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .filter((name) => NAME.test(name))
    .sort();
}

/** The file of a stored table. */
export function storedPath(folder: string, name: string): string {
  return join(tablesIn(folder), name + EXTENSION);
}

/** A stored table by its name, whatever its case; null if there is none. */
export function readStoredTable(folder: string, name: string): StoredTable | null {
  const known = name.toLowerCase();
  if (!NAME.test(known)) return null;
  const text = readIfPresent(storedPath(folder, known));
  return text === null ? null : { name: known, text };
}

/** Stores a table in place of the one of that name; gives its path. */
export function writeStoredTable(folder: string, { name, text }: StoredTable): string {
  const path = storedPath(folder, parseStoredName(name));
  writeWhole(path, text);
  return path;
}

/** The downloaded catalogue of the latest day; null if none was downloaded. */
export function readStoredCatalogue(folder: string): StoredCatalogue | null {
  const latest = catalogueDays(folder).at(-1);
  if (latest === undefined) return null;
  const name = cataloguePath(folder, latest);
  const text = readIfPresent(name);
  return text === null ? null : { name, text, fetchedOn: latest };
}

/** Stores a downloaded catalogue in place of every other; gives its path. */
export function writeStoredCatalogue(
  folder: string,
  { text, fetchedOn }: Omit<StoredCatalogue, 'name'>,
): string {
  const path = cataloguePath(folder, fetchedOn);
  writeWhole(path, text);
  for (const day of catalogueDays(folder)) {
    if (day !== fetchedOn) fs.rmSync(cataloguePath(folder, day), { force: true });
  }
  return path;
}

function tablesIn(folder: string): string {
  return join(folder, 'prices');
}

function cataloguePath(folder: string, day: string): string {
  return join(folder, 'catalogue', `${day}.json`);
}

function catalogueDays(folder: string): string[] {
  return filesIn(join(folder, 'catalogue'))
    .flatMap((file) => CATALOGUE.exec(file)?.[1] ?? [])
    .sort();
}

function filesIn(folder: string): string[] {
  return ifPresent(folder, () => fs.readdirSync(folder)) ?? [];
}

function readIfPresent(path: string): string | null {
  return ifPresent(path, () => fs.readFileSync(path, 'utf8'));
}

function ifPresent<Result>(path: string, read: () => Result): Result | null {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    if (cause.code === 'ENOENT') return null;
    throw refusal('read', path, cause);
  }
}

/** A reader sees the old file or the new one, whenever the power fails. */
function writeWhole(path: string, text: string): void {
  const folder = dirname(path);
  try {
    makeFolder(folder);
    const draft = fs.mkdtempSync(join(folder, '.new-'));
    try {
      const file = join(draft, 'text');
      fs.writeFileSync(file, text, { mode: 0o600, flush: true });
      fs.renameSync(file, path);
    } finally {
      fs.rmSync(draft, { recursive: true, force: true });
    }
  } catch (cause) {
    if (cause instanceof UserError || !(cause instanceof Error && 'code' in cause)) throw cause;
    throw refusal('write', path, cause);
  }
}

/** Folder by folder: Node's recursive mkdir never ends where none can be made, such as in /proc. */
function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    // Another process may have made it in between.
    if (cause.code !== 'EEXIST') throw refusal('make the folder', folder, cause);
  }
}

function refusal(
  verb: 'read' | 'write' | 'make the folder',
  path: string,
  cause: Error,
): UserError {
  const code = 'code' in cause ? String(cause.code) : 'unknown';
  const hint = 'AICOST_HOME names another folder for the tables you import and the catalogue';
  return new UserError(EXIT.failed, `cannot ${verb} ${path} (${code})`, hint, { cause });
}
