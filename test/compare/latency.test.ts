import { expect, test } from 'vitest';
import { LatencyCounts } from '../../src/compare/latency.ts';

function counted(latencies: readonly number[]): LatencyCounts {
  const counts = new LatencyCounts();
  for (const latencyMs of latencies) counts.add(latencyMs);
  return counts;
}

test('no call has no percentile, one call has one', () => {
  expect(counted([]).percentile(50)).toBeNull();
  expect([50, 99].map((percent) => counted([7]).percentile(percent))).toEqual([7, 7]);
});

test('the nearest rank, in any order', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n); // 100 … 1
  expect(counted(hundred).percentile(50)).toBe(50);
  expect(counted(hundred).percentile(99)).toBe(99);
  expect(counted([...hundred, 900]).percentile(99)).toBe(100); // rank ⌈0.99 × 101⌉ = 100
});

test('three significant digits from a second on', () => {
  expect(counted([999]).percentile(50)).toBe(999);
  expect(counted([1234]).percentile(50)).toBe(1230);
  expect(counted([12_350]).percentile(50)).toBe(12_400);
  expect(counted([999_999]).percentile(50)).toBe(1_000_000);
});
