/** The beginning of a stream: looked at, and still all there. */
import { expect, test } from 'vitest';
import { headOf } from '../../src/batch/stream-head.ts';

function counted(pieces: readonly string[]) {
  const seen = { given: 0, closed: 0 };
  async function* stream(): AsyncGenerator<string> {
    try {
      for (const piece of pieces) {
        seen.given++;
        yield piece;
      }
    } finally {
      seen.closed++;
    }
  }
  return { seen, stream: stream() };
}

test('no more is read than is enough, and nothing is lost', async () => {
  const { seen, stream } = counted(['a', 'b', 'c', 'd']);
  const { head, all } = await headOf(stream, (piece) => piece === 'b');
  expect([head, seen.given]).toEqual([['a', 'b'], 2]);
  const read: string[] = [];
  for await (const piece of all) read.push(piece);
  expect([read, seen]).toEqual([['a', 'b', 'c', 'd'], { given: 4, closed: 1 }]);
});

test('a stream that is over is its own head; one that is left is closed', async () => {
  const short = counted(['a']);
  expect((await headOf(short.stream, () => false)).head).toEqual(['a']);
  const left = counted(['a', 'b', 'c']);
  const { all } = await headOf(left.stream, () => true);
  for await (const _ of all) break;
  expect(left.seen).toEqual({ given: 1, closed: 1 });
});
