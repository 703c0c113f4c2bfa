/** Inputs in encodings other than UTF-8: read as what they are, or refused. */
import { describe, expect, test } from 'vitest';
import { readInput } from '../../src/batch/read-input.ts';
import { asUtf8 } from '../../src/batch/utf8-input.ts';

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function text(bytes: Buffer, size: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of asUtf8(pieces(bytes, size), 'in.csv')) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const TEXT = 'prompt\nGrüße 世界 😀\nzwei\n';
const LITTLE = Buffer.from(`\ufeff${TEXT}`, 'utf16le');
const BIG = Buffer.from(LITTLE).swap16();
/** 0xfc is ü in Latin-1, and no letter of UTF-8. */
const LATIN = Buffer.from('prompt\nok\nGrüße\n', 'latin1');

describe.each([1, 2, 3, 5, 1000])('in pieces of %d bytes', (size) => {
  test('UTF-8 is passed on', async () => {
    expect(await text(Buffer.from(TEXT), size)).toBe(TEXT);
    expect(await text(Buffer.from(`\ufeff${TEXT}`), size)).toBe(`\ufeff${TEXT}`);
    expect(await text(Buffer.from('a'), size)).toBe('a');
    expect(await text(Buffer.alloc(0), size)).toBe('');
  });

  test('UTF-16 that says so is decoded', async () => {
    expect(await text(LITTLE, size)).toBe(TEXT);
    expect(await text(BIG, size)).toBe(TEXT);
  });

  test('the rest is refused, with its line', async () => {
    await expect(text(LATIN, size)).rejects.toThrow('in.csv:3: not UTF-8 (Latin-1, perhaps?)');
    // A letter of three bytes that ends after two.
    const cut = Buffer.from('a\n世').subarray(0, 4);
    await expect(text(cut, size)).rejects.toThrow('in.csv:2: not UTF-8');
    const half = LITTLE.subarray(0, LITTLE.length - 1);
    await expect(text(half, size)).rejects.toThrow(/^in\.csv:\d: not UTF-16 from here on$/);
    const unmarked = LITTLE.subarray(2);
    await expect(text(unmarked, size)).rejects.toThrow('looks like UTF-16');
    const wide = Buffer.from('fffe000061000000', 'hex');
    await expect(text(wide, size)).rejects.toThrow('in.csv is UTF-32');
  });
});

test('an input of UTF-16 has its columns and rows', async () => {
  const options = { name: 'in.csv', format: 'auto', hasHeader: true } as const;
  const input = await readInput(pieces(BIG, 1000), options);
  const rows: string[] = [];
  for await (const chunk of input.rows) rows.push(...chunk.map((row) => row.input));
  expect(input.columns).toEqual(['prompt']);
  expect(rows).toEqual(['["Grüße 世界 😀"]', '["zwei"]']);
});
