import { describe, expect, test } from 'vitest';
import { GapCounter } from '../../src/audit/gaps.ts';
import { call, target } from '../policy/calls.ts';

function gapsOf(...calls: readonly ReturnType<typeof call>[]): GapCounter {
  const gaps = new GapCounter();
  for (const one of calls) gaps.add(one);
  return gaps;
}

/** A call of a model that cost `cost` pico-dollars and was billed at `billed`. */
function billed(model: string, cost: number, billedPico: bigint) {
  return call({ target: target({ model }), costPico: cost, billedPico });
}

describe('unpriced calls', () => {
  test('are counted by reason, most first, with their most frequent models', () => {
    const unpriced = (model: string, unpricedReason: string) =>
      call({ target: target({ model }), costPico: null, unpricedReason });
    const gaps = gapsOf(
      call(),
      unpriced('x', 'no_usage'),
      unpriced('a', 'unknown_model'),
      unpriced('b', 'unknown_model'),
      unpriced('b', 'unknown_model'),
    );
    expect(gaps.unpricedByReason()).toEqual([
      { reason: 'unknown_model', calls: 3, models: ['b', 'a'] },
      { reason: 'no_usage', calls: 1, models: ['x'] },
    ]);
  });

  test('none', () => expect(gapsOf(call()).unpricedByReason()).toEqual([]));
});

describe('billed beside computed', () => {
  test('is null where no call says what was billed', () => {
    expect(gapsOf(call()).billed()).toBeNull();
  });

  test('adds up the calls that have both, and names the largest differences', () => {
    const dollars = (n: number) => n * 1e12;
    const gaps = gapsOf(
      billed('a', dollars(1), 1_500_000_000_000n),
      billed('a', dollars(1), 1_500_000_000_000n),
      billed('b', dollars(5), 3_000_000_000_000n),
      billed('c', dollars(2), 2_000_000_000_000n),
      call({ costPico: null, unpricedReason: 'no_usage', billedPico: 9n }),
    );
    // Billed 1.5 + 1.5 + 3 + 2 = 8, computed 1 + 1 + 5 + 2 = 9; b is 2 off, a 1, c not at all.
    expect(gaps.billed()).toMatchObject({
      calls: 4,
      billed_usd: '8',
      computed_usd: '9',
      difference_usd: '-1',
      largest: [
        { model: 'b', difference_usd: '-2' },
        { model: 'a', calls: 2, difference_usd: '1' },
      ],
    });
  });
});
