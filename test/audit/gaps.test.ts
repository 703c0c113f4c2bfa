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
    expect(gapsOf(call()).billed(() => new Map())).toBeNull();
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
    expect(gaps.billed(() => new Map())).toMatchObject({
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

  test('names the three calls of a model that differ most, either way', () => {
    const cents = (id: number, n: number) => ({
      ...billed('a', 1e12, 1_000_000_000_000n + BigInt(n) * 10_000_000_000n),
      id,
    });
    const gaps = gapsOf(...[5, 0, -30, 20, 5, 40].map((n, i) => cents(i + 1, n)));
    const asked: number[][] = [];
    const found = gaps.billed((ids) => {
      asked.push([...ids]);
      return new Map([[6, 'log.jsonl:6']]);
    });
    expect(asked).toEqual([[6, 3, 4]]);
    expect(found?.largest[0]?.examples).toEqual([
      { place: 'log.jsonl:6', billed_usd: '1.4', computed_usd: '1', difference_usd: '0.4' },
      { place: '3', billed_usd: '0.7', computed_usd: '1', difference_usd: '-0.3' },
      { place: '4', billed_usd: '1.2', computed_usd: '1', difference_usd: '0.2' },
    ]);
  });

  test('a model whose calls differ is named though its sums agree', () => {
    const gaps = gapsOf(
      billed('a', 1e12, 2_000_000_000_000n),
      billed('a', 2e12, 1_000_000_000_000n),
    );
    expect(gaps.billed(() => new Map())?.largest).toMatchObject([
      {
        model: 'a',
        difference_usd: '0',
        examples: [{ difference_usd: '1' }, { difference_usd: '-1' }],
      },
    ]);
  });
});

test('one model of two providers is two rows', () => {
  const of = (provider: string, billedPico: bigint) =>
    call({ target: target({ provider, model: 'm' }), costPico: 1e12, billedPico });
  // openai billed $2 of $1, azure nothing of $1: they do not cancel out.
  const gaps = gapsOf(of('openai', 2_000_000_000_000n), of('azure', 0n));
  expect(gaps.billed(() => new Map())?.largest).toMatchObject([
    { provider: 'azure', model: 'm', calls: 1, difference_usd: '-1' },
    { provider: 'openai', model: 'm', calls: 1, difference_usd: '1' },
  ]);
});

test('equal figures are ordered by name, whatever the order of the log', () => {
  const unpriced = (model: string, unpricedReason: string) =>
    call({ target: target({ model }), costPico: null, unpricedReason });
  const gaps = gapsOf(
    unpriced('z', 'no_usage'),
    unpriced('y', 'no_price'),
    unpriced('x', 'no_usage'),
    unpriced('w', 'no_price'),
  );
  expect(gaps.unpricedByReason()).toEqual([
    { reason: 'no_price', calls: 2, models: ['w', 'y'] },
    { reason: 'no_usage', calls: 2, models: ['x', 'z'] },
  ]);
});
