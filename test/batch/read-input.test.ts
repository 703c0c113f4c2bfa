import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { readInput } from '../../src/batch/read-input.ts';
import { UserError } from '../../src/errors.ts';

/** Reads a text in pieces of a few bytes. */
async function read(text: string, hasHeader = true, pieceBytes = 7) {
  async function* pieces() {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const input = await readInput(pieces(), { name: 'in', format: 'auto', hasHeader });
  const rows = [];
  for await (const chunk of input.rows) rows.push(...chunk);
  return { columns: input.columns, rows: rows.map(({ line, input: row }) => [line, row]) };
}

async function refusal(text: string): Promise<string> {
  try {
    await read(text, true, 4096);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('CSV', () => {
  test('a header, cells with quotes and line breaks, and the line each row begins on', async () => {
    expect(await read('\ufeffid,prompt\r\n1,"a ""b""\nc"\r\n\r\n2,ü\r\n')).toEqual({
      columns: ['id', 'prompt'],
      rows: [
        [2, '["1","a \\"b\\"\\nc"]'],
        [5, '["2","ü"]'],
      ],
    });
  });

  test('without a header, columns have numbers', async () => {
    expect(await read('a,b\nc,d\n', false)).toEqual({
      columns: ['column_1', 'column_2'],
      rows: [
        [1, '["a","b"]'],
        [2, '["c","d"]'],
      ],
    });
  });

  test('semicolons and tabs are found out; short rows are filled when they are read', async () => {
    expect((await read('a;b\n1;2,5\n', true, 1)).rows).toEqual([[2, '["1","2,5"]']]);
    expect((await read('a\tb\n1\t2\n', true, 1)).rows).toEqual([[2, '["1","2"]']]);
    expect((await read('a,b\n1\n')).rows).toEqual([[2, '["1"]']]);
  });

  test('a byte order mark in pieces of one byte, and returns as line ends', async () => {
    expect(await read('\ufeffa,prompt\r1,x\r2,y', true, 1)).toEqual({
      columns: ['a', 'prompt'],
      rows: [
        [2, '["1","x"]'],
        [3, '["2","y"]'],
      ],
    });
  });

  test('an input without a byte, and one with a header alone', async () => {
    expect(await read('')).toEqual({ columns: [], rows: [] });
    expect(await read('a,b')).toEqual({ columns: ['a', 'b'], rows: [] });
  });

  test('a cell of 1 MB, and one that starts with =', async () => {
    const large = 'x'.repeat(1_000_000);
    const { rows } = await read(`prompt\n${large}\n=1+1\n`, true, 65_536);
    expect(rows.map(([line, row]) => [line, String(row).length])).toEqual([
      [2, 1_000_004],
      [3, 8],
    ]);
  });

  test.each([
    ['a,prompt\n1,ok\n2,he said "hi"\n', 'in:3: a quote stands within a cell'],
    ['a,prompt\n1,ok\n2,"hi" there\n', 'in:3: text follows a closing quote'],
    ['a,prompt\n1,ok\n2,"open\n3,x\n4,y\n', 'in:3: a quote is not closed'],
    ['a,prompt\n1,2,3\n', 'in:2: there are more cells than columns'],
    ['a,a\n1,2\n', "in:1: two columns are called 'a'"],
  ])('%j: %s', async (text, message) => {
    expect(await refusal(text)).toContain(message);
  });
});

describe('JSON lines', () => {
  test('columns are those of all lines, without the envelope of a request', async () => {
    const text = '{"prompt":"a"}\n\n{"custom_id":"1","method":"POST","url":"/v1","body":{}}';
    expect(await read(text)).toEqual({
      columns: ['prompt', 'custom_id'],
      rows: [
        [1, '{"prompt":"a"}'],
        [3, '{"custom_id":"1","method":"POST","url":"/v1","body":{}}'],
      ],
    });
  });

  test('a line separator within a text is no line break', async () => {
    expect((await read('{"prompt":"a\u2028b"}\n')).rows).toEqual([[1, '{"prompt":"a\u2028b"}']]);
  });

  test('a character cut by two chunks is whole', async () => {
    expect((await read('{"prompt":"äöü€😀"}', true, 1)).rows).toEqual([[1, '{"prompt":"äöü€😀"}']]);
  });

  test('a broken line is named', async () => {
    expect(await refusal('{"a":1}\n{"a":\n')).toBe('in:2: not JSON');
    expect(await refusal('{"a":1}\n[1]\n')).toBe('in:2: not a JSON object');
  });
});
