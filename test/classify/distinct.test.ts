/** Counting different hashes in the space of a few. */
import { expect, test } from 'vitest';
import { addDistinct, distinctOf } from '../../src/classify/distinct.ts';
import { seeded } from './prompt.ts';

const random = seeded(11);
const hashes = (count: number) =>
  Array.from({ length: count }, () => Math.floor(random() * 2 ** 53));

function counted(all: readonly number[]): number {
  const kept: number[] = [];
  for (const hash of all) addDistinct(kept, hash);
  return distinctOf(kept);
}

test.each([0, 1, 2, 31])('%i different ones are counted exactly, whatever comes again', (count) => {
  const once = hashes(count);
  expect(counted([...once, ...once.toReversed(), ...once])).toBe(count);
});

test.each([100, 3_000, 50_000])('%i are counted about, and the same again', (count) => {
  const once = hashes(count);
  const about = counted(once);
  // The error of k minimum values is 1 / sqrt(32 - 2) = 18 %; three of these.
  expect(Math.abs(about / count - 1)).toBeLessThan(0.55);
  expect(counted([...once, ...once])).toBe(about);
});

test('hashes are kept in order, and not too many', () => {
  const kept: number[] = [];
  for (const hash of hashes(500)) addDistinct(kept, hash);
  expect(kept).toEqual(kept.toSorted((a, b) => a - b));
  expect(kept.length).toBe(32);
});
