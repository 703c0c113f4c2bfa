import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
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
  return (await errorOf(text)).message;
}

async function errorOf(text: string): Promise<UserError> {
  try {
    await read(text, true, 4096);
  } catch (error) {
    if (error instanceof UserError) return error;
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

  test('an empty cell in quotes is a row, a blank line is none', async () => {
    const text = 'prompt\n""\n\nb\r\n""';
    expect((await read(text, true, 1)).rows).toEqual([
      [2, '[""]'],
      [4, '["b"]'],
      [5, '[""]'],
    ]);
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
    ['a,prompt\n1,2,3\n', 'in:2: 3 cells, and the first row has 2'],
    ['a,a\n1,2\n', "in:1: two columns are called 'a'"],
    // A column without a name has one of its place, which may be taken.
    ['column_2,,b\n1,2,3\n', "in:1: two columns are called 'column_2'"],
  ])('%j: %s', async (text, message) => {
    expect(await refusal(text)).toContain(message);
  });

  test('what to do fits what is wrong', async () => {
    expect((await errorOf('a,prompt\n1,he said "hi"\n')).hint).toContain('double each quote');
    expect((await errorOf('a,prompt\n1,2,3\n')).hint).not.toContain('double each quote');
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

  test('a line without an end is not held for ever', async () => {
    let pieces = 0;
    async function* endless() {
      yield Buffer.from('{"prompt":"a"}\n{"prompt":"');
      for (; ; pieces++) yield Buffer.alloc(8 * 1024 * 1024, 0x78);
    }
    const input = await readInput(endless(), { name: 'in', format: 'auto', hasHeader: true });
    const reading = (async () => {
      for await (const _ of input.rows);
    })();
    await expect(reading).rejects.toThrow('in:2: a line is longer than 64 MiB');
    expect(pieces).toBeLessThan(10);
  });
});

describe('a source', () => {
  test('is closed when its rows cannot be read', async () => {
    let isClosed = false;
    async function* source() {
      try {
        yield Buffer.from('a,prompt\n1,he said "hi"\n');
        yield Buffer.from('2,ok\n');
        yield Buffer.from('3,ok\n');
      } finally {
        isClosed = true;
      }
    }
    const input = await readInput(source(), { name: 'in', format: 'csv', hasHeader: true });
    const reading = (async () => {
      for await (const _ of input.rows);
    })();
    await expect(reading).rejects.toThrow('in:2');
    expect(isClosed).toBe(true);
  });

  test('may be gzip, whatever its pieces are, and damage is said', async () => {
    const packed = gzipSync('a,prompt\n1,hello\n');
    const read = async (bytes: Uint8Array) => {
      async function* source() {
        // One byte at a time: neither the first two nor a letter come together.
        for (const byte of bytes) yield Uint8Array.of(byte);
      }
      const input = await readInput(source(), { name: 'in', format: 'auto', hasHeader: true });
      const rows = [];
      for await (const page of input.rows) rows.push(...page);
      return rows;
    };
    expect(await read(packed)).toEqual([{ line: 2, input: '["1","hello"]' }]);
    await expect(read(packed.subarray(0, -9))).rejects.toThrow('in: the gzip data ends too early');
    const damaged = Buffer.from(packed);
    // No kind of block is 3.
    damaged[10] = 0xff;
    await expect(read(damaged)).rejects.toThrow('in: the gzip data is damaged');
  });
});
