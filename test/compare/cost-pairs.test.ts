import { expect, test } from 'vitest';
import { CostPairTally } from '../../src/compare/cost-pairs.ts';

const call = (model: string, beforePico: number | null, afterPico: number | null) => ({
  provider: '',
  model,
  beforePico,
  afterPico,
});

test('adds up what both price, and counts the rest beside it', () => {
  const tally = new CostPairTally();
  for (const one of [
    call('a', 10, 10),
    call('a', 10, 30),
    call('b', null, 5),
    call('b', 7, null),
    call('b', null, null),
  ]) {
    tally.add(one);
  }
  expect(tally.total).toMatchObject({
    calls: 5,
    changedCalls: 3,
    bothPriced: 2,
    beforePico: 20n,
    afterPico: 40n,
    differencePico: 20n,
    onlyAfter: { calls: 1, pico: 5n },
    onlyBefore: { calls: 1, pico: 7n },
    neither: 1,
  });
  expect(tally.models.map(({ model, calls }) => [model, calls])).toEqual([
    ['a', 2],
    ['b', 3],
  ]);
});

test('the largest difference first, whichever way', () => {
  const tally = new CostPairTally();
  tally.add(call('up', 1, 3));
  tally.add(call('down', 9, 1));
  tally.add(call('same', 5, 5));
  expect(tally.models.map(({ model }) => model)).toEqual(['down', 'up', 'same']);
});

test('sums beyond the safe integers stay exact', () => {
  const tally = new CostPairTally();
  const most = Number.MAX_SAFE_INTEGER;
  tally.add(call('a', most, most));
  tally.add(call('a', most, most));
  expect(tally.total.afterPico).toBe(2n * BigInt(most));
});

test('nothing is nothing', () => {
  const tally = new CostPairTally();
  expect(tally.total).toMatchObject({ calls: 0, beforePico: 0n });
  expect(tally.models).toEqual([]);
});
