import { describe, expect, test } from 'vitest';
import { spendBy } from '../../src/audit/spend.ts';
import type { PricedCall, Target } from '../../src/domain/call.ts';
import { parseUsd } from '../../src/domain/money.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';

function target(model: string, over: Partial<Target> = {}): Target {
  return {
    provider: 'openai',
    model,
    modelRequested: model,
    operation: 'chat',
    tier: 'standard',
    region: '',
    format: 'flat',
    usageBasis: 'measured',
    timeSource: 'start',
    ...over,
  };
}

const OK = { status: 'ok', httpStatus: 200, errorType: '', stopReason: 'stop' } as const;
const GPT = target('gpt-4.1');
const DAY = Date.UTC(2026, 2, 1);

function call(over: Partial<PricedCall> = {}): PricedCall {
  return {
    id: 1,
    startedAtMs: DAY,
    latencyMs: null,
    target: GPT,
    outcome: OK,
    usage: { ...emptyUsage(), input: 100, output: 10 },
    maxTokens: null,
    temperatureMilli: null,
    userId: null,
    sessionKey: null,
    promptHash: null,
    systemHash: null,
    paramsHash: 0,
    answerHash: null,
    promptBytes: 0,
    task: 'qa',
    taskConfidence: 100,
    costPico: 1_000_000_000,
    ...over,
  };
}

const name = (id: number): string => `user-${id}`;

function resultOf(...calls: PricedCall[]) {
  const spend = spendBy();
  for (const each of calls) spend.add(each);
  return spend.result(name);
}

describe('spendBy', () => {
  test('nothing at all', () => {
    const { totals, period, spend } = resultOf();
    expect(totals).toMatchObject({ calls: 0, cost_usd: '0', priced_share: 0 });
    expect(period).toEqual({ from: null, to: null, timezone: 'UTC', calls_without_time: 0 });
    expect(spend.by_model).toEqual([]);
  });

  test('input is the whole input, cached is the part read from the cache', () => {
    const usage = {
      ...emptyUsage(),
      input: 1,
      cacheRead: 20,
      cacheWrite5m: 300,
      cacheWrite1h: 4000,
      inputAudio: 50_000,
      output: 6,
      reasoning: 5,
      outputAudio: 70,
    };
    expect(resultOf(call({ usage })).totals).toMatchObject({
      input_tokens: 54_321,
      cached_input_tokens: 20,
      cache_write_tokens: 4300,
      output_tokens: 76,
      reasoning_tokens: 5,
    });
  });

  test('an unpriced call is counted, never costed', () => {
    const strange = target('house-7b');
    const result = resultOf(call(), call({ target: strange, costPico: null }));
    expect(result.totals).toMatchObject({ calls: 2, priced_calls: 1, priced_share: 0.5 });
    expect(result.spend.by_model[1]).toMatchObject({
      model: 'house-7b',
      unpriced_calls: 1,
      share: 0,
    });
  });

  test('a call from the own cache costs nothing and adds no tokens', () => {
    const cached = call({ outcome: { ...OK, status: 'cached' }, costPico: null });
    expect(resultOf(call(), cached).totals).toMatchObject({
      calls: 2,
      cached_calls: 1,
      priced_calls: 2,
      input_tokens: 100,
      cost_usd: '0.001',
    });
  });

  test('failed calls count, with their tokens as logged', () => {
    const failed = (['error', 'timeout', 'cancelled'] as const).map((status) =>
      call({ outcome: { ...OK, status } }),
    );
    expect(resultOf(...failed, call()).totals).toMatchObject({
      failed_calls: 3,
      input_tokens: 400,
    });
  });

  test('two targets of one model are one row; counted and missing counts are told apart', () => {
    const result = resultOf(
      call(),
      call({ target: target('gpt-4.1', { usageBasis: 'tokenised' }) }),
      call({ target: target('gpt-4.1', { usageBasis: 'missing' }), costPico: null }),
    );
    expect(result.spend.by_model).toHaveLength(1);
    expect(result.spend.by_model[0]).toMatchObject({ calls: 3, cost_usd: '0.002' });
    expect([result.estimatedCalls, result.tokenisedCalls]).toEqual([0, 1]);
    expect(result.callsWithoutUsage).toBe(1);
  });

  test('calls and cost by what their counts rest on, in one order, nothing in two rows', () => {
    const on = (usageBasis: Target['usageBasis'], costPico: number | null) =>
      call({ target: target('gpt-4.1', { usageBasis }), costPico });
    const { totals } = resultOf(
      on('missing', null),
      on('estimated', 3_000_000_000),
      on('measured', 1_000_000_000),
      on('estimated', 4_000_000_000),
      on('tokenised', null),
    );
    const tokens = { input_tokens: 100, output_tokens: 10 };
    expect(totals.by_basis).toEqual([
      { basis: 'measured', calls: 1, unpriced_calls: 0, ...tokens, cost_usd: '0.001' },
      { basis: 'tokenised', calls: 1, unpriced_calls: 1, ...tokens, cost_usd: '0' },
      // 0.003 + 0.004
      {
        basis: 'estimated',
        calls: 2,
        unpriced_calls: 0,
        ...{ input_tokens: 200, output_tokens: 20 },
        cost_usd: '0.007',
      },
      { basis: 'missing', calls: 1, unpriced_calls: 1, ...tokens, cost_usd: '0' },
    ]);
  });

  test('a failed call without counts is free, no call of unknown cost', () => {
    const failed = call({
      target: target('gpt-4.1', { usageBasis: 'missing' }),
      outcome: { ...OK, status: 'error', httpStatus: 429 },
      usage: emptyUsage(),
      costPico: 0,
    });
    const result = resultOf(failed);
    expect([result.callsWithoutUsage, result.totals.priced_calls]).toEqual([0, 1]);
    expect(result.totals.by_basis).toMatchObject([{ basis: 'missing', unpriced_calls: 0 }]);
  });

  test('days are UTC, in order, with the calls without a time first', () => {
    const { spend, period } = resultOf(
      call({ startedAtMs: DAY + 86_400_000 }),
      call({ startedAtMs: DAY + 86_399_999 }),
      call({ startedAtMs: null }),
    );
    expect(spend.by_day.map(({ day }) => day)).toEqual([null, '2026-03-01', '2026-03-02']);
    expect(period.from).toBe('2026-03-01T23:59:59.999Z');
    expect(period.calls_without_time).toBe(1);
  });

  test('users are named by the caller, two ids of one name are one row', () => {
    const spend = spendBy();
    for (const userId of [1, 2, null]) spend.add(call({ userId }));
    const rows = spend.result(() => 'ann').spend.by_user;
    expect(rows.map(({ user, calls }) => [user, calls])).toEqual([
      ['ann', 2],
      [null, 1],
    ]);
  });

  test('sums stay exact far beyond 2^53 pico-dollars', () => {
    // 3,000 × 9,000,000,000,000,001 pico-USD = 27,000,000,000,000,003,000 pico-USD
    const calls = Array.from({ length: 3000 }, () => call({ costPico: 9_000_000_000_000_001 }));
    expect(resultOf(...calls).totals.cost_usd).toBe('27000000.000000003');
  });

  test('every grouping adds up to the total, in any order', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const targets = ['a', 'b', 'c'].map((model) => target(model));
    const calls = Array.from({ length: 500 }, () =>
      call({
        target: targets[random(3)] ?? GPT,
        task: (['qa', 'code', 'chat'] as const)[random(3)] ?? 'qa',
        userId: random(4),
        startedAtMs: random(9) === 0 ? null : DAY + random(5) * 86_400_000,
        costPico: random(8) === 0 ? null : random(1_000_000),
      }),
    );
    const forward = resultOf(...calls);
    expect(resultOf(...calls.toReversed())).toEqual(forward);
    for (const rows of Object.values(forward.spend)) {
      const sum = rows.reduce((total, row) => total + (parseUsd(row.cost_usd) ?? 0n), 0n);
      expect(sum).toBe(forward.costPico);
      expect(rows.reduce((total, row) => total + row.calls, 0)).toBe(500);
    }
  });

  test('half a million calls are quick', () => {
    const calls = Array.from({ length: 1000 }, (_, index) =>
      call({ userId: index % 50, startedAtMs: DAY + index * 3_600_000, costPico: index * 1000 }),
    );
    const spend = spendBy();
    const startMs = performance.now();
    for (let round = 0; round < 500; round++) for (const each of calls) spend.add(each);
    spend.result(name);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});
