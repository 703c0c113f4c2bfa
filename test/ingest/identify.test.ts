/** Which source a log is, by its bytes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hashBytes } from '../../src/formats/hash.ts';
import { identify, tailAt, tailBefore } from '../../src/ingest/identify.ts';
import { LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

async function idOf(text: string): Promise<number> {
  const head = Buffer.from(text);
  const readAt = async (offset: number, length: number) => head.subarray(offset, offset + length);
  return (await identify(world.db, { path: 'a.log', head, readAt, atMs: 0 })).id;
}

test('a head that goes on is the same source, another one is not', async () => {
  // 12 bytes are known by their first 8, the largest power of two.
  const first = await idOf('abcdefghijkl');
  expect(await idOf('abcdefgh and more')).toBe(first);
  expect(await idOf('abcdefg! and more')).not.toBe(first);
  expect(await idOf('abcd')).not.toBe(first);
});

test('a tail is of at most 4,096 bytes, and the same however it is read', async () => {
  const log = Buffer.alloc(10_000, 'abcdefg');
  const readAt = async (offset: number, length: number) => log.subarray(offset, offset + length);
  for (const [end, bytes] of [
    [0, 0],
    [1, 1],
    [4_096, 4_096],
    [9_000, 4_096],
  ] as const) {
    const hash = bytes === 0 ? 0 : hashBytes(log, end - bytes, end);
    expect(tailBefore(log, end)).toEqual({ bytes, hash });
    expect(await tailAt(readAt, end)).toEqual({ bytes, hash });
  }
});
