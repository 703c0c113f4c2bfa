/** Blocks of whole lines, cut from chunks. */
import { describe, expect, test } from 'vitest';
import { BlockCutter } from '../../src/ingest/stretches.ts';

interface Piece {
  readonly offset: number;
  readonly text: string;
  readonly overlong: number;
}

function cut(text: string, size: number, maxLineBytes: number, isCut = false): Piece[] {
  const cutter = new BlockCutter(0, maxLineBytes);
  const bytes = Buffer.from(text);
  const blocks: ReturnType<BlockCutter['add']>[] = [];
  for (let at = 0; at < bytes.length; at += size)
    blocks.push(cutter.add(bytes.subarray(at, at + size)));
  blocks.push(cutter.finish(isCut));
  return blocks
    .filter((block) => block !== null)
    .map(({ bytes: held, to, offset, overlong }) => ({
      offset,
      text: held.toString('utf8', 0, to),
      overlong: overlong?.bytes ?? 0,
    }));
}

describe('blocks', () => {
  test.each([1, 2, 3, 5, 100])('hold whole lines, from chunks of %i bytes', (size) => {
    expect(cut('a\nbb\n\nccc', size, 100)).toEqual([
      { offset: 0, text: 'a\nbb\n\nccc', overlong: 0 },
    ]);
  });

  test('of a log that is cut off leave its last line out', () => {
    expect(cut('a\nbb\nccc', 2, 100, true)).toEqual([{ offset: 0, text: 'a\nbb\n', overlong: 0 }]);
    expect(cut('ccc', 2, 100, true)).toEqual([]);
  });

  test('of nothing are none', () => expect(cut('', 1, 100)).toEqual([]));

  // The line of 50 is dropped once more than 10 bytes of it are held; its newline counts as its own.
  test.each([1, 4, 10])(
    'know a line that is too long by its length, in chunks of %i bytes',
    (size) => {
      expect(cut(`a\n${'x'.repeat(50)}\nb\nc`, size, 10)).toEqual([
        { offset: 0, text: 'a\n', overlong: 51 },
        { offset: 53, text: 'b\nc', overlong: 0 },
      ]);
    },
  );

  test('know a last line that is too long and has no end', () => {
    expect(cut(`a\n${'x'.repeat(50)}`, 4, 10)).toEqual([{ offset: 0, text: 'a\n', overlong: 50 }]);
  });

  test('are handed over in memory of their own', () => {
    const cutter = new BlockCutter(0);
    cutter.add(Buffer.from('a\n'));
    const block = cutter.finish(false);
    expect(block?.bytes.buffer.byteLength).toBe(2);
  });

  test('pass over a run of blank bytes without holding it', () => {
    expect(cut(`${'\0'.repeat(40)}a\n`, 10, 15)).toEqual([
      { offset: 40, text: 'a\n', overlong: 0 },
    ]);
  });
});
