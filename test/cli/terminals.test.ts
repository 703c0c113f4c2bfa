/** What a terminal gets to see: widths, colours, and a binary that was not built. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { main } from '../../src/main.ts';
import { textWidth } from '../../src/report/text.ts';
import { MemoryStream, memoryProcess } from '../terminal/world.ts';
import { BIN, SUPPORT_DESK } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'aicost-terminals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function shown(columns: number, env: Record<string, string>): Promise<string> {
  const proc = memoryProcess({ stdout: new MemoryStream(true, columns), env, cwd: folder });
  expect(await main(['audit', SUPPORT_DESK, '--explain'], proc)).toBe(0);
  return proc.stdout.text;
}

describe('an audit on a terminal', () => {
  test.each([
    [0, 100],
    [40, 40],
    [80, 80],
    [300, 300],
  ])('of %s columns has no line beyond %s, paths apart', async (columns, width) => {
    const lines = (await shown(columns, { NO_COLOR: '1' })).split('\n');
    const long = lines.filter((line) => textWidth(line) > width && !line.includes('.jsonl'));
    expect(long).toEqual([]);
    for (const part of ['Wasted as it happened', 'gpt-4o → gpt-4o-mini', 'Gaps'])
      expect(lines.some((line) => line.includes(part))).toBe(true);
  });

  test.each([
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
    [{ TERM: 'xterm-256color' }, true],
  ])('with %j: ANSI %s', async (env, colour) => {
    expect((await shown(100, env)).includes('\u001b[')).toBe(colour);
  });
});

test('a binary that was not built says so in one line, and exits 2', () => {
  mkdirSync(join(folder, 'bin'));
  copyFileSync(BIN, join(folder, 'bin/aicost.js'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const run = spawnSync(process.execPath, [join(folder, 'bin/aicost.js')], { encoding: 'utf8' });
  expect([run.status, run.stdout]).toEqual([2, '']);
  expect(run.stderr).toBe('aicost: not built yet; run npm ci (or npm run build) first\n');
});
