import { describe, expect, test } from 'vitest';
import { PlanSum, type RowPlan } from '../../src/batch/plan.ts';
import { endpoint, LIMITS } from './run-world.ts';

function plan(more: Partial<RowPlan> = {}): RowPlan {
  return {
    ...{ row: 1, model: 'a', task: 'qa', reason: '', inputTokens: 100, outputTokens: 50 },
    ...{ outputBasis: 'assumed', lowPico: 1, likelyPico: 2, highPico: 3, worstPico: 9 },
    ...{ openOutputTokens: null, fault: '' },
    ...more,
  } as RowPlan;
}

function sumOf(...plans: RowPlan[]): PlanSum {
  const sum = new PlanSum();
  for (const one of plans) sum.add(one);
  return sum;
}

describe('a sum of plans', () => {
  test('is exact, as a whole and by model', () => {
    const large = Number.MAX_SAFE_INTEGER - 1;
    const sum = sumOf(plan(), plan({ model: 'b', likelyPico: large }), plan({ likelyPico: large }));
    expect(sum.total).toMatchObject({ rows: 3, inputTokens: 300, outputTokens: 150, low: 3n });
    // Beyond 2^53, where numbers would round.
    expect(sum.total.likely).toBe(2n + 2n * BigInt(large));
    expect(sum.byModel.get('a')).toMatchObject({ rows: 2, likely: 2n + BigInt(large) });
    expect(sum.byModel.get('b')).toMatchObject({ rows: 1, likely: BigInt(large) });
  });

  test('counts what has no price, and what cannot be asked, in no amount', () => {
    const unpriced = plan({ lowPico: null, likelyPico: null, highPico: null, worstPico: null });
    const fault = plan({ model: '', lowPico: 0, likelyPico: 0, highPico: 0, fault: 'empty' });
    const { total } = sumOf(plan(), unpriced, fault);
    expect(total).toMatchObject({ rows: 3, unpriced: 1, faults: 1, low: 1n, likely: 2n, high: 3n });
  });
});

describe('how long limits make it take', () => {
  const at = (limits: Partial<typeof LIMITS> | Record<string, number>) => ({
    endpoint: endpoint('one'),
    models: null,
    limits: { ...LIMITS, ...limits },
  });
  // 60 rows with 100 tokens in and 50 out: 6,000 in, 3,000 out.
  const sum = sumOf(...Array.from({ length: 60 }, () => plan()));
  const minutes = (...limits: Record<string, number>[]) => {
    const ms = sum.durationMs(limits.map(at));
    return ms === null ? null : ms / 60_000;
  };

  test('is what the tightest of them needs', () => {
    expect(minutes({ requestsPerMinute: 30 })).toBe(2);
    expect(minutes({ tokensPerMinute: 4_500 })).toBe(2);
    expect(minutes({ inputTokensPerMinute: 1_500 })).toBe(4);
    expect(minutes({ outputTokensPerMinute: 1_000 })).toBe(3);
    expect(minutes({ requestsPerMinute: 30, outputTokensPerMinute: 1_000 })).toBe(3);
  });

  test('is less with a second endpoint, and unknown where one has no limit', () => {
    expect(minutes({ requestsPerMinute: 30 }, { requestsPerMinute: 90 })).toBe(0.5);
    expect(minutes({ requestsPerMinute: 30 }, {})).toBeNull();
    expect(minutes({})).toBeNull();
    expect(sum.durationMs([])).toBeNull();
  });

  test('does not count rows that cannot be asked', () => {
    const faults = sumOf(plan(), plan({ fault: 'empty' }));
    expect(faults.durationMs([at({ requestsPerMinute: 1 })])).toBe(60_000);
  });
});
