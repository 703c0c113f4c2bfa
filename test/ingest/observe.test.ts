import { expect, test } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { Observation } from '../../src/ingest/observe.ts';

const at = (startedAtMs: number | null): PricedCall => ({ startedAtMs }) as PricedCall;

test.each([
  ['in order', [1, 1, 5], 3, true],
  ['one earlier', [1, 5, 2, 9], 2, false],
  ['one without a time', [1, null, 2], 1, false],
  ['none', [], 0, true],
] as const)('%s', (_, times, shown, isWhole) => {
  const seen: PricedCall[] = [];
  const observation = new Observation((call) => seen.push(call));
  for (const time of times) observation.show(at(time));
  expect([seen.length, observation.isWhole]).toEqual([shown, isWhole]);
});

test('nobody looks, or what was shown was taken back', () => {
  expect(new Observation(null).isWhole).toBe(false);
  const observation = new Observation(() => {});
  observation.spoil();
  expect(observation.isWhole).toBe(false);
});
