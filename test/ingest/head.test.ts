import { expect, test } from 'vitest';
import { headText, isUtf16, markBytes } from '../../src/ingest/head.ts';

test('a byte-order mark and blanks are no text', () => {
  expect(headText(Buffer.from('\uFEFF \n{"a":1}\n'))).toBe('{"a":1}\n');
  expect([
    markBytes(Buffer.from('\uFEFFa')),
    markBytes(Buffer.from('a')),
    markBytes(Buffer.alloc(0)),
  ]).toEqual([3, 0, 0]);
});

test('UTF-16 of either order is told by its mark', () => {
  expect(
    [[0xff, 0xfe], [0xfe, 0xff], [0xff], [], [0xef, 0xbb, 0xbf]].map((bytes) =>
      isUtf16(Buffer.from(bytes)),
    ),
  ).toEqual([true, true, false, false, false]);
});
