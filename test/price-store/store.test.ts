import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataFolder } from '../../src/price-store/folder.ts';
import {
  parseStoredName,
  readStoredCatalogue,
  readStoredTable,
  storedNames,
  writeStoredCatalogue,
  writeStoredTable,
} from '../../src/price-store/store.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'aicost-store-'));
  folder = join(root, 'home');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const mode = (path: string): number => statSync(path).mode & 0o777;

describe('tables', () => {
  test('a store that is not there is empty', () => {
    expect(storedNames(folder)).toEqual([]);
    expect(readStoredTable(folder, 'x')).toBeNull();
    expect(readStoredCatalogue(folder)).toBeNull();
  });

  test('come back as they were stored, whatever the case of the name', () => {
    const text = 'model,input,output\r\n# ä\r\n';
    const path = writeStoredTable(folder, { name: 'Contract-2026', text });
    expect(readStoredTable(folder, 'CONTRACT-2026')).toEqual({ name: 'contract-2026', text });
    writeStoredTable(folder, { name: 'a', text: 'x' });
    expect(storedNames(folder)).toEqual(['a', 'contract-2026']);
    expect([mode(folder), mode(join(folder, 'prices')), mode(path)]).toEqual([0o700, 0o700, 0o600]);
  });

  test('a second one of a name takes the place of the first, and no draft stays', () => {
    writeStoredTable(folder, { name: 'a', text: 'one' });
    writeStoredTable(folder, { name: 'a', text: 'two' });
    expect(readStoredTable(folder, 'a')?.text).toBe('two');
    expect(readdirSync(join(folder, 'prices'))).toEqual(['a.prices']);
  });

  test.each([
    '',
    ' ',
    '..',
    '../a',
    'a/b',
    'a\\b',
    '.hidden',
    'a.csv',
    'a.json',
    'a..b',
    'ä',
    'x'.repeat(65),
  ])("'%s' is no name", (name) => {
    expect(() => parseStoredName(name)).toThrow(/is no name for a price table/);
    expect(readStoredTable(folder, name)).toBeNull();
  });

  test.skipIf(process.getuid?.() === 0)('says what cannot be written', () => {
    chmodSync(root, 0o500);
    expect(() => writeStoredTable(folder, { name: 'a', text: '' })).toThrow(
      /cannot write .*EACCES/,
    );
    chmodSync(root, 0o700);
  });

  test('says what cannot be written where a file stands in the way', () => {
    writeFileSync(folder, '');
    expect(() => writeStoredTable(folder, { name: 'a', text: '' })).toThrow(
      /cannot make the folder/,
    );
    expect(() => storedNames(folder)).toThrow(/cannot read .*ENOTDIR/);
  });
});

// Node's recursive mkdir never comes back from there.
test.skipIf(process.platform !== 'linux')('says where no folder can be made', () => {
  const nowhere = '/proc/aicost-nowhere/home';
  expect(() => writeStoredTable(nowhere, { name: 'a', text: '' })).toThrow(
    /cannot make the folder \/proc\/aicost-nowhere \((ENOENT|EACCES)\)/,
  );
});

test('the catalogue of the latest day counts, and the others go', () => {
  writeStoredCatalogue(folder, { text: 'old', fetchedOn: '2026-10-01' });
  const path = writeStoredCatalogue(folder, { text: 'new', fetchedOn: '2026-10-02' });
  expect(readStoredCatalogue(folder)).toEqual({ name: path, text: 'new', fetchedOn: '2026-10-02' });
  expect(readdirSync(join(folder, 'catalogue'))).toEqual(['2026-10-02.json']);
});

describe('the folder', () => {
  test.each([
    [{ AICOST_HOME: '/a', XDG_DATA_HOME: '/x' }, 'linux', '/a'],
    [{ AICOST_HOME: 'here' }, 'linux', '/work/here'],
    [{ AICOST_HOME: '', XDG_DATA_HOME: '/x' }, 'linux', '/x/aicost'],
    [{ XDG_DATA_HOME: 'relative', HOME: '/h' }, 'linux', '/h/.local/share/aicost'],
    [{ HOME: '/h' }, 'darwin', '/h/.local/share/aicost'],
    [{ LOCALAPPDATA: '/l', HOME: '/h' }, 'win32', '/l/aicost'],
    [{}, 'linux', join(homedir(), '.local/share/aicost')],
  ])('%j on %s', (env, system, path) => {
    expect(dataFolder({ env, cwd: '/work', system })).toBe(path);
  });
});
