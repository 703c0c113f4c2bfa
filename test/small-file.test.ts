/** Files read whole, and what is not begun or not finished. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSettingFile } from '../src/config.ts';
import { readKeyFile } from '../src/providers/keys.ts';
import { readSmallFile } from '../src/small-file.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'aicost-small-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

test('a file up to its size', () => {
  const path = join(FOLDER, 'a');
  // More than one chunk of 64 KiB.
  const text = 'ä'.repeat(50_000);
  writeFileSync(path, text);
  expect(readSmallFile(path, { maxBytes: 102_400, mayBePipe: false }).bytes.toString()).toBe(text);
  expect(() => readSmallFile(path, { maxBytes: 98_304, mayBePipe: false })).toThrow(
    'larger than 96 KiB',
  );
});

test('a pipe, where one will do, up to its size', () => {
  const path = join(FOLDER, 'pipe');
  execFileSync('sh', ['-c', `mkfifo '${path}'`]);
  expect(() => readSmallFile(path, { maxBytes: 10, mayBePipe: false })).toThrow(
    'not a regular file',
  );
  const write = () => spawn('sh', ['-c', `echo 0123456789 > '${path}'`]);
  write();
  expect(readSmallFile(path, { maxBytes: 11, mayBePipe: true }).bytes.toString()).toBe(
    '0123456789\n',
  );
  write();
  expect(() => readSmallFile(path, { maxBytes: 10, mayBePipe: true })).toThrow('larger than');
});

test('devices hold neither settings nor keys', () => {
  const setting = { value: '/dev/zero', origin: '--policy' };
  expect(() => readSettingFile(setting, '/', 'give a file')).toThrow(
    '--policy: cannot read /dev/zero (not a regular file)',
  );
  expect(() => readKeyFile('/dev/zero', '/')).toThrow(
    'cannot read the key in /dev/zero (not a regular file)',
  );
});

test('files of /proc say they have no bytes, and have some', () => {
  expect(
    readSmallFile('/proc/self/status', { maxBytes: 65_536, mayBePipe: false }).bytes,
  ).not.toHaveLength(0);
});
