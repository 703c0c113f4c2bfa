import { describe, expect, it } from 'vitest';
import { chooseMoves, type Worth } from '../../src/simulate/choose-moves.ts';
import { below, seeded } from '../policy/calls.ts';

/** The most that any choice saves, by trying all of them. */
function bruteForce(groups: readonly (readonly Worth[])[], budget: number): number {
  const [first, ...rest] = groups;
  if (first === undefined) return 0;
  let best = bruteForce(rest, budget);
  for (const { value, weight } of first) {
    if (weight <= budget) best = Math.max(best, value + bruteForce(rest, budget - weight));
  }
  return best;
}

function randomGroups(random: () => number, count: number): Worth[][] {
  return Array.from({ length: count }, () =>
    Array.from({ length: below(random, 4) }, () => ({
      value: below(random, 100) - 5,
      weight: below(random, 3) === 0 ? 0 : below(random, 20),
    })),
  );
}

function sumOf(groups: readonly (readonly Worth[])[], chosen: readonly number[]) {
  const taken = groups.flatMap((options, at) => options[chosen[at]!] ?? []);
  return {
    value: taken.reduce((sum, { value }) => sum + value, 0),
    weight: taken.reduce((sum, { weight }) => sum + weight, 0),
  };
}

describe('a choice of moves', () => {
  it('is the best of all there are, within the budget', () => {
    const random = seeded(7);
    for (let round = 0; round < 400; round++) {
      const groups = randomGroups(random, below(random, 7));
      const budget = below(random, 50);
      const choice = chooseMoves(groups, budget);
      expect(choice.value).toBe(bruteForce(groups, budget));
      expect(choice).toMatchObject({ isExact: true, bound: choice.value });
      expect(sumOf(groups, choice.chosen)).toEqual({ value: choice.value, weight: choice.weight });
      expect(choice.weight).toBeLessThanOrEqual(budget);
    }
  });

  it('cut short says how much better any other could be', () => {
    const random = seeded(8);
    for (let round = 0; round < 200; round++) {
      const groups = randomGroups(random, 6);
      const choice = chooseMoves(groups, 25, 3);
      const best = bruteForce(groups, 25);
      expect(choice.value).toBeLessThanOrEqual(best);
      expect(choice.bound).toBeGreaterThanOrEqual(best - 1e-9);
      expect(choice.weight).toBeLessThanOrEqual(25);
    }
  });

  it('prefers two small moves to a large one that takes the whole budget', () => {
    // 10 for 10, or 6 for 5 twice.
    const small = [{ value: 6, weight: 5 }];
    const groups = [[{ value: 10, weight: 10 }], small, small];
    expect(chooseMoves(groups, 10)).toMatchObject({ chosen: [-1, 0, 0], value: 12, weight: 10 });
  });

  it('of nothing, for nothing and without a limit', () => {
    expect(chooseMoves([], 10)).toMatchObject({ chosen: [], value: 0, isExact: true });
    const groups = [[{ value: 5, weight: 1 }], [{ value: 3, weight: 0 }], []];
    expect(chooseMoves(groups, 0)).toMatchObject({ chosen: [-1, 0, -1], value: 3 });
    expect(chooseMoves(groups, Number.POSITIVE_INFINITY)).toMatchObject({ value: 8 });
  });

  it('never takes what saves nothing', () => {
    expect(chooseMoves([[{ value: 0, weight: 0 }], [{ value: -1, weight: 0 }]], 5)).toMatchObject({
      chosen: [-1, -1],
      value: 0,
    });
  });

  it('is found for hundreds of groups', () => {
    const random = seeded(9);
    const groups = Array.from({ length: 240 }, () =>
      Array.from({ length: 6 }, () => ({ value: random() * 1e15, weight: random() * 1e4 })),
    );
    const choice = chooseMoves(groups, 2e5);
    expect(choice.weight).toBeLessThanOrEqual(2e5);
    // Cut short or not: within a thousandth of what no choice can exceed.
    expect(choice.value).toBeGreaterThan(choice.bound * 0.999);
  });
});
