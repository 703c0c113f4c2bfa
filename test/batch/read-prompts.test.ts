/** Prompts of files: everything a batch takes, and rows that cannot be read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FilePrompt, promptPages, samplePrompts } from '../../src/batch/read-prompts.ts';
import { EXIT } from '../../src/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aicost-prompts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function* nothing(): AsyncGenerator<string> {}

function file(content: string | Uint8Array, column: string | null = null) {
  const path = join(folder, 'p');
  writeFileSync(path, content);
  return { path, name: 'p', stdin: nothing(), column };
}

async function read(content: string | Uint8Array, column: string | null = null) {
  const rows: FilePrompt[] = [];
  for await (const page of promptPages(file(content, column))) rows.push(...page);
  return rows;
}

/** The texts alone, or why there are none. */
async function said(content: string | Uint8Array, column: string | null = null) {
  const rows = await read(content, column);
  return rows.map(({ system, user, fault }) => fault ?? (system === '' ? user : [system, user]));
}

const MESSAGES = [
  { role: 'system', content: 'Be kind' },
  { role: 'user', content: 'first' },
  { role: 'assistant', content: 'yes' },
  { role: 'user', content: [{ type: 'text', text: 'last' }] },
];
const lines = (...rows: unknown[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;

describe('rows', () => {
  test.each(['prompt', 'text', 'input', 'question', 'content', 'message', 'Prompt'])(
    'a column %s is the prompt',
    async (name) => {
      expect(await said(`id,${name},system\n1,one,Be kind\n2,two,\n`)).toEqual([
        ['Be kind', 'one'],
        'two',
      ]);
      expect(await said(lines({ a: 1, [name]: 'one' }))).toEqual(['one']);
    },
  );

  test.each([
    ['semicolons', 'id;prompt\n1;a, b\n'],
    ['tabs', 'id\tprompt\n1\ta, b\n'],
    ['a byte order mark', '\ufeffid,prompt\n1,"a, b"\n'],
    [
      'UTF-16',
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('id,prompt\n1,"a, b"\n', 'utf16le')]),
    ],
    ['gzip', gzipSync('id,prompt\n1,"a, b"\n')],
  ])('CSV with %s', async (_, content) => {
    expect(await read(content)).toMatchObject([
      { line: 2, id: '1', system: '', user: 'a, b', fault: null },
    ]);
  });

  test('JSON lines: texts, lists of messages under two names, whole requests', async () => {
    const rows = [
      { custom_id: 'r-1', body: { model: 'm', messages: MESSAGES } },
      { messages: MESSAGES },
      { prompt: MESSAGES },
      { prompt: 'last', system: 'Be kind' },
    ];
    const both = ['Be kind', 'last'];
    expect(await said(lines(...rows))).toEqual([both, both, both, both]);
    expect((await read(lines(...rows)))[0]).toMatchObject({ line: 1, id: 'r-1' });
    const last = [{ role: 'user', content: 'last' }];
    // A batch sends the column system, and no column instructions.
    for (const row of [
      { model: 'm', instructions: 'Be kind', input: last },
      { prompt: 'last', instructions: 'Be kind' },
      { contents: [{ role: 'user', parts: [{ text: 'last' }] }] },
      { contents: [{ role: 'user', parts: [{ text: 'last' }] }], model: 'm' },
      { body: { messages: last } },
    ]) {
      expect(await said(lines(row))).toEqual(['last']);
    }
  });

  test('columns are those of the whole file, as in a batch', async () => {
    // The second column is b, in whichever order a record has them.
    const swapped = lines({ a: 'one', b: 'two' }, { b: 'four', a: 'three' });
    expect(await said(swapped, '2')).toEqual(['two', 'four']);
    // Where any record has a prompt, the others' text is none.
    const mixed = lines({ text: 'one' }, { prompt: 'two' });
    expect(await said(mixed)).toEqual(["no column 'prompt'", 'two']);
  });

  test('what comes through a pipe is not read by one column and then by another', async () => {
    const first = Array.from({ length: 500 }, () => ({ text: 'one' }));
    async function* piped(): AsyncGenerator<string> {
      yield lines(...first, { prompt: 'two' });
    }
    const pages = promptPages({ path: '-', name: 'standard input', stdin: piped(), column: null });
    await expect(samplePrompts(pages, 1)).rejects.toThrow("has 'text' as its prompts, and further");
  });

  test.each(['true', '{"a":1}', '[[]]', '[{}]', '[]', 'null'])(
    '%s is no prompt',
    async (prompt) => {
      const [row] = await read(`{"prompt":${prompt}}\n`);
      expect(row).toMatchObject({ user: '', source: null, fault: expect.any(String) });
    },
  );

  test.each(['[{}]', '[{"role":"user"}]', '[{"role":"user","content":true}]', '[1]'])(
    'messages %s hold no text',
    async (messages) => {
      const [row] = await read(`{"messages":${messages}}\n`);
      expect(row).toMatchObject({ source: null, fault: expect.any(String) });
    },
  );

  test('a named column, or its number in a file without a header', async () => {
    expect(await said('a,b\n1,two\n', 'b')).toEqual(['two']);
    expect(await said('1,two\n3,four\n', '2')).toEqual(['two', 'four']);
  });

  test('a row that cannot be read is a row with its reason, and the next one is read', async () => {
    const csv = 'id,prompt\n1,one\n2,a,b\n3,a "b" c\n4,"x"y\n5,five\n6,"open\n7,seven\n';
    expect((await read(csv)).map(({ line, user, fault }) => [line, fault ?? user])).toEqual([
      [2, 'one'],
      [3, '3 cells, and the first row has 2'],
      [4, 'a quote stands within a cell that does not begin with one'],
      [5, 'text follows a closing quote'],
      [6, 'five'],
      [7, 'a quote is not closed'],
      [8, 'seven'],
    ]);
    const json =
      '{"prompt":"one"}\n{"prompt":\n[]\n{"other":1,"more":2}\n{"messages":[]}\n{"prompt":""}\n';
    expect(await said(json)).toEqual([
      'one',
      'not JSON',
      'not a JSON object',
      "no column 'prompt'",
      'messages: there are none',
      '',
    ]);
  });

  test('where no column is clearly the prompt, its columns and the flag are named', async () => {
    await expect(read('a,b\n1,2\n')).rejects.toMatchObject({
      code: EXIT.usage,
      message: 'p has no column that is clearly a prompt',
      hint: 'name it with --prompt-column; its columns: a, b',
    });
    await expect(read(lines({ a: 1, b: 2 }))).rejects.toThrow('clearly a prompt');
    await expect(read('a,b\n1,2\n', 'c')).rejects.toThrow("p has no column 'c'");
  });

  test('other letters are refused with their line, damaged gzip and missing files by name', async () => {
    await expect(read(Buffer.from('prompt\nok\nstra\xdfe\n', 'latin1'))).rejects.toThrow(
      'p:3: not UTF-8 (Latin-1, perhaps?)',
    );
    await expect(read(gzipSync('prompt\nok\n').subarray(0, 20))).rejects.toThrow(
      'p: the gzip data ends too early',
    );
    const path = join(folder, 'none.csv');
    const pages = promptPages({ path, name: 'none.csv', stdin: nothing(), column: null });
    await expect(samplePrompts(pages, 1)).rejects.toMatchObject({
      ...{ code: EXIT.usage, message: `--prompts: cannot read ${path} (ENOENT)` },
    });
  });
});

describe('a sample', () => {
  const sample = (content: string, size: number) => samplePrompts(promptPages(file(content)), size);

  test('has each prompt once, at its first line; none that is empty or broken', async () => {
    expect(await sample('prompt\na\n""\nb\n"x"y\na\n', 10)).toMatchObject([
      { line: 2, user: 'a' },
      { line: 4, user: 'b' },
    ]);
  });

  test('has the size asked for, and is the same in any order of the file', async () => {
    const prompts = Array.from({ length: 100 }, (_, index) => `prompt ${index}`);
    const users = async (rows: readonly string[]) =>
      (await sample(`prompt\n${rows.join('\n')}\n`, 7)).map(({ user }) => user);
    const first = await users(prompts);
    expect(new Set(first).size).toBe(7);
    // In the order of the lines, so backwards now.
    expect(await users([...prompts].reverse())).toEqual([...first].reverse());
  });
});
