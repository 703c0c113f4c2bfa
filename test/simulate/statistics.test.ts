import { describe, expect, it } from 'vitest';
import { BlockBuilder } from '../../src/simulate/blocks.ts';
import { shareInterval } from '../../src/simulate/bootstrap.ts';
import {
  clopperPearsonUpper,
  normalQuantile,
  studentQuantile,
} from '../../src/simulate/distributions.ts';
import { falseHitRates, thresholdWithin } from '../../src/simulate/false-hits.ts';
import { holdoutFrom, isHeldOut } from '../../src/simulate/holdout.ts';
import { displayInterval, quantile } from '../../src/simulate/interval.ts';
import { shapley } from '../../src/simulate/shapley.ts';
import { call, seeded, T0 } from '../policy/calls.ts';

const DAY = 86_400_000;

describe('distributions, against printed tables', () => {
  it('normal and Student', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232, 6);
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.7062, 3);
    expect(studentQuantile(0.975, 19)).toBeCloseTo(2.093024, 5);
    expect(studentQuantile(0.025, 30)).toBeCloseTo(-2.042272, 5);
  });

  it('Clopper and Pearson: none seen is 1 - 0.05^(1/n)', () => {
    expect(clopperPearsonUpper(0, 10)).toBeCloseTo(1 - 0.05 ** (1 / 10), 9);
    expect(clopperPearsonUpper(0, 299)).toBeCloseTo(1 - 0.05 ** (1 / 299), 9);
    // 1 of 10: 0.3942; 5 of 100: 0.1023; 10 of 100: 0.1637 (one-sided, 95 %).
    expect(clopperPearsonUpper(1, 10)).toBeCloseTo(0.3942, 4);
    expect(clopperPearsonUpper(5, 100)).toBeCloseTo(0.1023, 4);
    expect(clopperPearsonUpper(10, 100)).toBeCloseTo(0.1637, 4);
    expect([clopperPearsonUpper(0, 0), clopperPearsonUpper(3, 3)]).toEqual([1, 1]);
    expect(() => clopperPearsonUpper(2, 1)).toThrow(RangeError);
  });

  it('is the rate at which so few would be seen once in twenty', () => {
    // P(at most 2 of 20) at the bound, added up term by term.
    const rate = clopperPearsonUpper(2, 20);
    const term = (k: number, choose: number) => choose * rate ** k * (1 - rate) ** (20 - k);
    expect(term(0, 1) + term(1, 20) + term(2, 190)).toBeCloseTo(0.05, 9);
  });

  it('quantiles lie between neighbours in proportion', () => {
    const values = Float64Array.of(1, 2, 4);
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(values, share))).toEqual([
      1, 1.5, 2, 3, 4,
    ]);
  });
});

describe('the interval of a share', () => {
  const random = seeded(42);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

  /** A session: skewed cost, and a saved share that grows with it. */
  function session(spread: number): [paid: number, saved: number] {
    const paid = Math.exp(spread * normal());
    return [paid, paid / (1 + Math.exp(-0.8 * normal() - 0.3 * Math.log(paid)))];
  }

  it.each([
    [20, 0.5],
    [20, 1],
    [40, 0.5],
    [40, 1],
  ])(
    'covers the truth: %i blocks of spread %d',
    (blocks, spread) => {
      let [paidInAll, savedInAll] = [0, 0];
      for (let i = 0; i < 1_000_000; i++) {
        const [paid, saved] = session(spread);
        paidInAll += paid;
        savedInAll += saved;
      }
      const truth = savedInAll / paidInAll;
      // 2,000: the standard error of a coverage of 0.95 is 0.5 points.
      const rounds = 2000;
      let covered = 0;
      for (let round = 0; round < rounds; round++) {
        const drawn = Array.from({ length: blocks }, () => session(spread));
        const paid = Float64Array.from(drawn, ([amount]) => amount);
        const saved = Float64Array.from(drawn, ([, amount]) => amount);
        const { low, high } = shareInterval(
          { paid, saved, calls: blocks },
          { random, resamples: 200 },
        );
        if (low! <= truth && truth <= high!) covered += 1;
      }
      expect(covered / rounds).toBeGreaterThanOrEqual(0.93);
    },
    60_000,
  );

  it('is a point where all blocks are alike, and none for fewer than two', () => {
    const alike = { paid: Float64Array.of(2, 2, 2), saved: Float64Array.of(1, 1, 1), calls: 9 };
    expect(shareInterval(alike, { random })).toMatchObject({
      estimate: 0.5,
      low: 0.5,
      high: 0.5,
      blocks: 3,
      calls: 9,
    });
    const one = { paid: Float64Array.of(2), saved: Float64Array.of(1), calls: 1 };
    expect(shareInterval(one, { random })).toMatchObject({ estimate: 0.5, low: null, high: null });
    const none = { paid: new Float64Array(0), saved: new Float64Array(0), calls: 0 };
    expect(shareInterval(none, { random })).toMatchObject({ estimate: 0, low: null });
  });

  it('stays within 0 and 1, and is the same for the same seed', () => {
    const blocks = {
      paid: Float64Array.of(1, 1, 1, 9),
      saved: Float64Array.of(0, 0, 1, 9),
      calls: 4,
    };
    const [a, b] = [1, 1].map((seed) => shareInterval(blocks, { random: seeded(seed) }));
    expect(a).toEqual(b);
    expect(a!.low).toBeGreaterThanOrEqual(0);
    expect(a!.high).toBeLessThanOrEqual(1);
    expect(displayInterval({ ...a!, low: null }, String)).toBe('0.8333333333333334');
  });
});

describe('blocks', () => {
  it('gathers sessions whole, and days', () => {
    const builder = new BlockBuilder();
    builder.add(call({ sessionKey: 1, startedAtMs: T0 }), true);
    builder.add(call({ sessionKey: 1, startedAtMs: T0 + DAY }), true);
    builder.add(call({ sessionKey: null, userId: 5, startedAtMs: T0 }), true);
    builder.add(call({ sessionKey: null, userId: 5, startedAtMs: T0 }), false);
    builder.add(call({ sessionKey: null, userId: 5, startedAtMs: T0 + DAY }), true);
    expect([...builder.by('session').blockOf]).toEqual([0, 0, 1, -1, 2]);
    expect([...builder.by('day').blockOf]).toEqual([0, 1, 0, -1, 1]);
    expect(builder.finish()).toMatchObject({ kind: 'session', blocks: 3, gathered: 3 });
  });

  it('takes days where there are twenty of them', () => {
    const builder = new BlockBuilder();
    for (let at = 0; at < 40; at++) {
      builder.add(call({ sessionKey: at, startedAtMs: T0 + (at % 20) * DAY }), true);
    }
    expect(builder.finish()).toMatchObject({ kind: 'day', blocks: 20 });
  });

  it('pools sessions beyond two thousand, each whole', () => {
    const builder = new BlockBuilder();
    // Session 2,000 is the 2,001st: it shares the first one's block, both its calls.
    for (let at = 0; at < 2001; at++) builder.add(call({ sessionKey: at }), true);
    builder.add(call({ sessionKey: 2000 }), true);
    const { blocks, gathered, blockOf } = builder.finish();
    expect([blocks, gathered]).toEqual([2000, 2001]);
    expect([...blockOf.subarray(1998)]).toEqual([1998, 1999, 0, 0]);
  });
});

describe('holdout', () => {
  it('splits by time and keeps equal times together', () => {
    const times = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    expect(holdoutFrom(times, 0.4)).toEqual({ fromMs: 7, trainingCalls: 6, heldOutCalls: 4 });
    expect(holdoutFrom(Float64Array.of(1, 2, 2, 2), 0.5)).toMatchObject({
      fromMs: 2,
      trainingCalls: 1,
    });
    expect(holdoutFrom(Float64Array.of(1, 1), 0.5)).toMatchObject({
      fromMs: null,
      heldOutCalls: 0,
    });
    expect(holdoutFrom(times, 0)).toMatchObject({ fromMs: null, trainingCalls: 10 });
    expect(() => holdoutFrom(times, 1)).toThrow(RangeError);
  });

  it('leaves a session where it began', () => {
    const test = isHeldOut(5);
    const calls: [number | null, number | null][] = [
      [1, 7],
      [null, null],
      [5, 7],
      [5, 8],
      [6, null],
      [9, 7],
      [9, 8],
    ];
    expect(calls.map(([at, session]) => test(at, session))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
      true,
    ]);
  });
});

describe('Shapley', () => {
  const random = seeded(3);

  it('by hand: two levers that overlap', () => {
    // A alone 60, B alone 40, both 70: A (60 + 30) / 2 = 45, B (40 + 10) / 2 = 25.
    const saving = (set: number) => [0n, 60n, 40n, 70n][set]!;
    expect(shapley(2, saving, { random })).toMatchObject({
      shares: [45n, 25n],
      isExact: true,
      replays: 4,
    });
  });

  it('adds up to the last digit, whatever the savings', () => {
    for (let levers = 0; levers <= 10; levers++) {
      const savings = Array.from({ length: 2 ** levers }, () =>
        BigInt(Math.floor(random() * 1e12)),
      );
      const { shares, isExact } = shapley(levers, (set) => savings[set]!, { random, orders: 50 });
      const sum = shares.reduce((total, share) => total + share, 0n);
      expect(sum).toBe(savings.at(-1)! - savings[0]!);
      expect(isExact).toBe(levers <= 8);
    }
  });

  it('samples above eight, near the truth, and says how near', () => {
    // Each lever takes a tenth of what is left: all are worth the same.
    const bits = (set: number) => set.toString(2).replaceAll('0', '').length;
    const saving = (set: number) => BigInt(Math.round(1e9 * (1 - 0.9 ** bits(set))));
    const { shares, standardErrors, orders } = shapley(10, saving, { random });
    const mean = Number(saving(1023)) / 10;
    expect(orders).toBe(200);
    shares.forEach((share, lever) => {
      expect(Math.abs(Number(share) - mean)).toBeLessThan(5 * standardErrors[lever]! + 1);
    });
  });

  it('of no lever and of too many', () => {
    expect(shapley(0, () => 5n, { random }).shares).toEqual([]);
    expect(() => shapley(31, () => 0n, { random })).toThrow(RangeError);
  });
});

describe('false hits', () => {
  const pairs = (count: number, similarity: number, wrong: number) =>
    Array.from({ length: count }, (_, i) => ({ similarity, answersAgree: i >= wrong }));

  it('counts pairs at or above each threshold', () => {
    const rates = falseHitRates([...pairs(10, 0.95, 0), ...pairs(10, 0.8, 1)], [0.8, 0.95, 1]);
    expect(
      rates.map(({ threshold, pairs: count, falseHits, rate }) => [
        threshold,
        count,
        falseHits,
        rate,
      ]),
    ).toEqual([
      [1, 0, 0, null],
      [0.95, 10, 0, 0],
      [0.8, 20, 1, 0.05],
    ]);
    expect(rates[0]!.upperBound).toBe(1);
    expect(() => falseHitRates([], [1.2])).toThrow(RangeError);
  });

  it('chooses the lowest threshold within the bound, and stops at the first that fails', () => {
    // None wrong of 400: at most 0.75 %. Then 20 wrong of 800: above. Then 20 of 8,800: below again.
    const rates = falseHitRates(
      [...pairs(400, 0.95, 0), ...pairs(400, 0.85, 20), ...pairs(8000, 0.7, 0)],
      [1, 0.95, 0.85, 0.7],
    );
    expect(thresholdWithin(rates, 0.01)?.threshold).toBe(0.95);
    expect(thresholdWithin(rates, 0.05)?.threshold).toBe(0.7);
    expect(thresholdWithin(rates, 0.001)).toBeNull();
    expect(thresholdWithin(falseHitRates([]), 0.01)).toBeNull();
  });
});
