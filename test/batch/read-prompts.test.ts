import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { samplePrompts } from '../../src/batch/read-prompts.ts';
import { EXIT } from '../../src/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-prompts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, 'p');
  writeFileSync(path, text);
  return path;
}

test('CSV: the usual column, the system prompt beside it; empty ones are left out', async () => {
  const path = file('id,prompt,system\n1,one,Be kind\n2,,\n3,"two\nlines",\n');
  expect(await samplePrompts(path, 10)).toEqual([
    { line: 2, system: 'Be kind', user: 'one' },
    { line: 4, system: '', user: 'two\nlines' },
  ]);
});

test('JSON lines: the last message of the user, and the system prompt among them', async () => {
  const messages = [
    { role: 'system', content: 'Be kind' },
    { role: 'user', content: 'first' },
    { role: 'assistant', content: 'yes' },
    { role: 'user', content: 'last' },
  ];
  const path = file(`${JSON.stringify({ messages })}\n{"prompt":"plain"}\n`);
  expect(await samplePrompts(path, 10)).toEqual([
    { line: 1, system: 'Be kind', user: 'last' },
    { line: 2, system: '', user: 'plain' },
  ]);
});

test('each prompt once, at its first line', async () => {
  expect(await samplePrompts(file('prompt\na\nb\na\n'), 10)).toMatchObject([
    { line: 2, user: 'a' },
    { line: 3, user: 'b' },
  ]);
});

test('a sample has the size asked for, and is the same in any order of the file', async () => {
  const prompts = Array.from({ length: 100 }, (_, index) => `prompt ${index}`);
  const sample = async (rows: readonly string[]) =>
    (await samplePrompts(file(`prompt\n${rows.join('\n')}\n`), 7)).map(({ user }) => user);
  const first = await sample(prompts);
  expect(new Set(first).size).toBe(7);
  // In the order of the lines, so backwards now.
  expect(await sample([...prompts].reverse())).toEqual([...first].reverse());
});

test('a file that is not there is named', async () => {
  const path = join(folder, 'none.csv');
  await expect(samplePrompts(path, 1)).rejects.toMatchObject({
    ...{ code: EXIT.usage, message: `--prompts: cannot read ${path} (ENOENT)` },
  });
});
