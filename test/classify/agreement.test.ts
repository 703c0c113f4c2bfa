import { expect, test } from 'vitest';
import { agreementOf } from '../../src/classify/agreement.ts';

function pairs(...counts: [string, string, number][]): [string, string][] {
  return counts.flatMap(([one, other, times]) =>
    Array.from({ length: times }, (): [string, string] => [one, other]),
  );
}

test("Cohen's κ of the usual example", () => {
  // Observed (20 + 15) / 50 = .7; expected (25 × 30 + 25 × 20) / 2500 = .5; (.7 − .5) / .5 = .4
  const given = pairs(['y', 'y', 20], ['y', 'n', 5], ['n', 'y', 10], ['n', 'n', 15]);
  const { equal, kappa } = agreementOf(given);
  expect([equal, kappa]).toEqual([35, expect.closeTo(0.4, 12)]);
});

test('equal labels give 1, none in common less than 0', () => {
  expect(agreementOf(pairs(['a', 'a', 3], ['b', 'b', 2])).kappa).toBe(1);
  // Expected (1 × 1 + 1 × 1) / 4 = .5; (0 − .5) / .5 = −1
  expect(agreementOf(pairs(['a', 'b', 1], ['b', 'a', 1])).kappa).toBe(-1);
});

test('without pairs, or with one label only, there is no κ', () => {
  expect(agreementOf([])).toEqual({ pairs: 0, equal: 0, kappa: null });
  expect(agreementOf(pairs(['a', 'a', 4])).kappa).toBeNull();
});
