/** Lines of stretches that follow each other, as one batch. */
import { expect, test } from 'vitest';
import { hashBytes } from '../../src/formats/hash.ts';
import { LineParser, type Stretch } from '../../src/ingest/lines.ts';
import { C, WIDTH } from '../../src/ledger/columns.ts';
import { flatLine, flatLog } from './world.ts';

const parser = (): LineParser => new LineParser({ inputFormat: null, storeText: false });

function stretch(text: string, more: Partial<Stretch> = {}): Stretch {
  const bytes = Buffer.from(text);
  return { bytes, from: 0, to: bytes.length, offset: 0, last: true, overlong: null, ...more };
}

test('lines are counted on from stretch to stretch, blank ones too; the tail is of the last', () => {
  const [first, second] = [`${flatLine(1)}\n\n`, `x\n${flatLine(2)}\n`];
  const batch = parser().parse([
    stretch(first, { last: false }),
    stretch(second, { offset: first.length }),
  ]);
  expect(batch).toMatchObject({ count: 2, lines: 4, endOffset: first.length + second.length });
  expect([batch.rows[C.line], batch.rows[WIDTH + C.line]]).toEqual([0, 3]);
  expect(batch.rejects).toMatchObject([{ line: 2, byteOffset: first.length, byteLength: 1 }]);
  expect(batch.tail?.hash).toBe(hashBytes(Buffer.from(second), 0, second.length));
});

test('a line that was too long is a reject with its place; reading goes on after it', () => {
  const first = flatLog(1, 1);
  const overlong = { bytes: 1_001, ended: true };
  const batch = parser().parse([
    stretch(first, { last: false, overlong }),
    stretch(flatLog(3, 3), { offset: first.length + 1_001 }),
  ]);
  expect(batch).toMatchObject({ count: 2, lines: 3 });
  expect(batch.rows[WIDTH + C.line]).toBe(2);
  expect(batch.rejects).toMatchObject([
    { line: 1, byteOffset: first.length, byteLength: 1_001, reason: 'line_too_long' },
  ]);
});

test('a last line cut off is read again: it is not counted, and the batch ends before it', () => {
  const batch = parser().parse([stretch(`${flatLine(1)}\n{"model":`)]);
  expect(batch).toMatchObject({ count: 1, lines: 1, endOffset: flatLine(1).length + 1 });
  expect(batch.rejects).toMatchObject([{ reason: 'incomplete_line' }]);
});

test('started over, what was not taken is gone', () => {
  const one = parser();
  const broken = function* (): Generator<Stretch> {
    yield stretch(flatLog(1, 2));
    throw new Error('the log ends here');
  };
  expect(() => one.parse(broken())).toThrow('the log ends here');
  one.restart();
  expect(one.parse([stretch(flatLog(3, 3))])).toMatchObject({ count: 1, resetsDictionaries: true });
});
