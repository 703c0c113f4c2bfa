import { expect, test } from 'vitest';
import { LineParser } from '../../src/ingest/lines.ts';
import { Progress } from '../../src/ingest/progress.ts';
import type { CallBatch } from '../../src/ledger/batch.ts';
import { flatLog } from './world.ts';

const SOURCE = {
  id: 7,
  path: 'old.log',
  headBytes: 1,
  headHash: 1,
  ingestedBytes: 100,
  tailBytes: 4,
  tailHash: 9,
  lines: 10,
  calls: 9,
  billedCalls: 2,
};

function batch(from: number, to: number, offset: number): CallBatch {
  const bytes = Buffer.from(flatLog(from, to));
  const parser = new LineParser({ inputFormat: null, storeText: false });
  return parser.parse([{ bytes, from: 0, to: bytes.length, offset, last: true, overlong: null }]);
}

test('a source goes on: offset, lines, calls and the span of what was added', () => {
  const progress = new Progress(SOURCE);
  expect(progress.tail).toEqual({ bytes: 4, hash: 9 });
  const added = batch(1, 3, 100);
  progress.add(added);
  const tail = progress.tail ?? { bytes: 0, hash: 0 };
  expect(progress.toRow('new.log', tail, 5)).toMatchObject({
    id: 7,
    path: 'new.log',
    ingestedBytes: added.endOffset,
    lines: 13,
    calls: 12,
    billedCalls: 2,
    atMs: 5,
  });
  const start = Date.UTC(2026, 2, 2);
  expect(progress.takeSpan()).toEqual({
    inOrder: true,
    firstMs: start + 1_000,
    lastMs: start + 3_000,
  });
  progress.add(batch(8, 8, added.endOffset));
  progress.add(batch(5, 5, added.endOffset + 500));
  expect(progress.takeSpan()).toEqual({
    inOrder: false,
    firstMs: start + 5_000,
    lastMs: start + 8_000,
  });
  expect(progress.takeSpan()).toEqual({ inOrder: true, firstMs: null, lastMs: null });
});

test('a batch that ends before the place reached does not move it back', () => {
  const progress = new Progress(SOURCE);
  progress.add({ ...batch(1, 1, 0), endOffset: 50 });
  expect([progress.offset, progress.tail]).toEqual([100, { bytes: 4, hash: 9 }]);
});
