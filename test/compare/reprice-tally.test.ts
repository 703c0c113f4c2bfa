import { expect, test } from 'vitest';
import { RepriceTally } from '../../src/compare/reprice-tally.ts';

const call = (model: string, storedPico: number | null, newPico: number | null) => ({
  provider: '',
  model,
  storedPico,
  newPico,
});

test('adds up what both price, and counts the rest beside it', () => {
  const tally = new RepriceTally();
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
    storedPico: 20n,
    newPico: 40n,
    newlyPriced: { calls: 1, pico: 5n },
    noLongerPriced: { calls: 1, pico: 7n },
    unpriced: 1,
  });
  expect(tally.models.map(({ model, calls }) => [model, calls])).toEqual([
    ['a', 2],
    ['b', 3],
  ]);
});

test('the largest difference first, whichever way', () => {
  const tally = new RepriceTally();
  tally.add(call('up', 1, 3));
  tally.add(call('down', 9, 1));
  tally.add(call('same', 5, 5));
  expect(tally.models.map(({ model }) => model)).toEqual(['down', 'up', 'same']);
});

test('sums beyond the safe integers stay exact', () => {
  const tally = new RepriceTally();
  const most = Number.MAX_SAFE_INTEGER;
  tally.add(call('a', most, most));
  tally.add(call('a', most, most));
  expect(tally.total.newPico).toBe(2n * BigInt(most));
});

test('nothing is nothing', () => {
  const tally = new RepriceTally();
  expect(tally.total).toMatchObject({ calls: 0, storedPico: 0n });
  expect(tally.models).toEqual([]);
});
