import { describe, expect, test } from 'vitest';
import { compareTraffic } from '../../src/compare/compare.ts';
import type { PricedCall } from '../../src/domain/call.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';
import { type PriceBook, priceBookFromFile } from '../../src/pricing/price.ts';

/** USD per million: dear 2/8, cheap 1/2, half (input only) and other 1/3. */
const BOOK: PriceBook = priceBookFromFile(
  {
    name: 'x.csv',
    text: 'model,provider,input,output\ndear,p,2,8\ncheap,p,1,2\nhalf,p,1,\nother,q,1,3\n',
  },
  null,
);

const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 1, 12);

interface Given {
  readonly input?: number;
  readonly output?: number;
  readonly atMs?: number | null;
  readonly task?: PricedCall['task'];
  readonly status?: PricedCall['outcome']['status'];
  readonly operation?: PricedCall['target']['operation'];
  readonly latencyMs?: number | null;
  readonly costPico?: number | null;
}

/** 1,000,000 in and 500,000 out on `dear`: $2 + $4. */
function call(given: Given = {}): PricedCall {
  const { input = 1_000_000, output = 500_000, atMs = START, task = 'chat' } = given;
  const { status = 'ok', operation = 'chat', latencyMs = null, costPico = 6e12 } = given;
  const usage = { ...emptyUsage(), input, output };
  return {
    ...({} as PricedCall),
    startedAtMs: atMs,
    latencyMs,
    target: {
      ...{ provider: 'p', model: 'dear', modelRequested: 'dear', operation, tier: 'standard' },
      ...{ region: '', format: 'flat', usageBasis: 'measured', timeSource: 'start' },
    },
    outcome: { status, httpStatus: null, errorType: '', stopReason: '' },
    usage,
    task,
    costPico,
  };
}

function compared(calls: readonly PricedCall[], windows: Readonly<Record<string, number>> = {}) {
  const names = ['dear', 'cheap', 'half', 'other', 'unknown'];
  const candidates = names.map((model) => ({ provider: '', model }));
  const traffic = compareTraffic(BOOK, candidates, (_, model) => windows[model] ?? null);
  for (const one of calls) traffic.add(one);
  return traffic.result();
}

describe('models', () => {
  test('the same tokens at each model, complete ones first and cheapest first', () => {
    const { models, costPico } = compared([call()]);
    expect(costPico).toBe(6n * 10n ** 12n);
    expect(models.map(({ model, costPico: cost }) => [model, cost])).toEqual([
      ['cheap', 2n * 10n ** 12n], // 1 × $1 + 0.5 × $2
      ['other', 25n * 10n ** 11n], // 1 × $1 + 0.5 × $3
      ['dear', 6n * 10n ** 12n],
      ['half', null],
      ['unknown', null],
    ]);
  });

  test('per month and year from the days of the log, both ends counted', () => {
    // 2 calls in 3 days: $12; a year 12 × 365 / 3 = $1,460, a month a twelfth: $121.666666666667.
    const result = compared([call(), call({ atMs: START + 2 * DAY })]);
    expect(result.period.days).toBe(3);
    expect(result.yearlyPico).toBe(1_460n * 10n ** 12n);
    expect(result.monthlyPico).toBe(121_666_666_666_667n);
    // cheap: $4, so $8 less: 8 × 365 / 3 = $973.333333333333 a year.
    expect(result.models[0]).toMatchObject({ savedYearlyPico: 973_333_333_333_333n });
  });

  test('without times there is no month', () => {
    const result = compared([call({ atMs: null })]);
    expect([result.period.days, result.monthlyPico, result.yearlyPico]).toEqual([0, null, null]);
    expect(result.models[0]).toMatchObject({ monthlyPico: null, savedMonthlyPico: null });
  });

  test('a call larger than the context window is counted, and there is no saving', () => {
    const fits = compared([call()], { cheap: 1_500_000 }).models;
    expect(fits[0]).toMatchObject({ model: 'cheap', tooLargeCalls: 0 });
    const models = compared([call(), call({ input: 10, output: 10 })], { cheap: 1_499_999 }).models;
    const cheap = models.find(({ model }) => model === 'cheap');
    // 10 × $1/M + 10 × $2/M = $0.00003
    expect(cheap).toMatchObject({ calls: 1, tooLargeCalls: 1, costPico: 30_000_000n });
    expect(cheap).toMatchObject({ savedMonthlyPico: null, savedYearlyPico: null });
  });

  test('failed, cached, other operations and unpriced calls are left out, and counted', () => {
    const result = compared([
      call({ status: 'error' }),
      call({ status: 'cached' }),
      call({ operation: 'embeddings' }),
      call({ costPico: null }),
    ]);
    expect([result.calls, result.otherCalls, result.unpricedCalls]).toEqual([0, 3, 1]);
    expect(result.useCases).toEqual([]);
  });
});

describe('use cases', () => {
  test('the cheapest, and the cheapest of another provider; cost of 1,000 calls', () => {
    const [chat, code] = compared([
      call(),
      call({ input: 2_000_000 }),
      call({ task: 'code', output: 0 }),
    ]).useCases;
    // 2 calls on dear as given ($12): $6,000 per 1,000. cheap: $2 + $3 = $5 → $2,500; other: $2.5 + $3.5.
    expect(chat).toEqual({
      task: 'chat',
      calls: 2,
      per1000Pico: 6_000n * 10n ** 12n,
      primary: { model: 'cheap', per1000Pico: 2_500n * 10n ** 12n },
      backup: { model: 'other', per1000Pico: 3_000n * 10n ** 12n },
    });
    // Without output `half` has a price, too: $1 a call for all three; names decide, then the provider.
    expect(code?.primary?.model).toBe('cheap');
    expect(code?.backup?.model).toBe('other');
  });

  test('nobody who cannot take every call', () => {
    const windows = { cheap: 1, other: 1, dear: 1 };
    expect(compared([call()], windows).useCases[0]).toMatchObject({ primary: null, backup: null });
  });
});

test('latency by model as observed, without failed and cached calls', () => {
  const { latencies } = compared([
    call({ latencyMs: 100 }),
    call({ latencyMs: 300 }),
    call({ latencyMs: 9, status: 'timeout' }),
    call({ latencyMs: 1, status: 'cached' }),
    call({ latencyMs: null }),
  ]);
  expect(latencies).toEqual([{ provider: 'p', model: 'dear', calls: 2, p50Ms: 100, p99Ms: 300 }]);
});
