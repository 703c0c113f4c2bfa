import { describe, expect, it } from 'vitest';
import type { PricedCall, Status } from '../../src/domain/call.ts';
import { FailedCalls } from '../../src/findings/failed-calls.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { call, outcome, T0 } from '../policy/calls.ts';

const ERROR = outcome({ status: 'error', httpStatus: 500 });
const LIMITED = outcome({ status: 'error', httpStatus: 429 });

function failures(calls: PricedCall[]): Finding {
  const finder = new FailedCalls();
  for (const one of calls) finder.add(one);
  return finder.result(10n ** 12n);
}

function at(ms: number, over: Partial<PricedCall> = {}): PricedCall {
  return call({ startedAtMs: T0 + ms, latencyMs: 100, ...over });
}

/** A failed call, unbilled. */
function failed(ms: number, over: Partial<PricedCall> = {}): PricedCall {
  return at(ms, { outcome: ERROR, costPico: 0, ...over });
}

describe('failed_calls', () => {
  it.each<[Status, number]>([
    ['error', 1],
    ['timeout', 1],
    ['cancelled', 1],
    ['ok', 0],
    ['filtered', 0],
    ['partial', 0],
    ['cached', 0],
  ])('%s: %i', (status, expected) => {
    expect(failures([at(0, { outcome: outcome({ status }) })]).calls).toBe(expected);
  });

  it('tells billed, unbilled and unpriced failures apart', () => {
    const found = failures([
      failed(0),
      failed(1, { costPico: 7 }),
      failed(2, { costPico: null }),
      failed(3, { startedAtMs: null, costPico: 5 }),
    ]);
    expect(found).toMatchObject({ calls: 4, unpricedCalls: 1, costPico: 12n });
    expect(found.counts.billed_calls).toBe(2);
    expect(found.exampleIds).toHaveLength(4);
  });

  it('counts a retry within 5 min of the failure: it came at 100 ms', () => {
    expect(failures([failed(0), at(100 + 300_000)]).counts.retry_calls).toBe(1);
    expect(failures([failed(0), at(100 + 300_001)]).counts.retry_calls).toBe(0);
    // In flight together is no retry.
    expect(failures([failed(0), at(99)]).counts.retry_calls).toBe(0);
  });

  it('counts a retry within 1 s as one without back-off', () => {
    expect(failures([failed(0), at(1099)]).counts.hasty_retry_calls).toBe(1);
    expect(failures([failed(0), at(1100)]).counts.hasty_retry_calls).toBe(0);
  });

  it('each failure accounts for one retry, which may fail itself', () => {
    expect(failures([failed(0), at(2000), at(4000)]).counts.retry_calls).toBe(1);
    const chain = failures([failed(0), failed(2000), failed(4000), at(6000)]);
    expect(chain).toMatchObject({ calls: 3, counts: { retry_calls: 3 } });
  });

  it('knows a retry by prompt and parameters, on whatever model', () => {
    expect(failures([failed(0), at(2000, { promptHash: 2 })]).counts.retry_calls).toBe(0);
    expect(failures([failed(0), at(2000, { paramsHash: 2 })]).counts.retry_calls).toBe(0);
    const unknown = { promptHash: null };
    expect(failures([failed(0, unknown), at(2000, unknown)]).counts.retry_calls).toBe(0);
  });

  it('counts five 429 in a row as a burst, once', () => {
    const limited = (count: number, gapMs: number) =>
      Array.from({ length: count }, (_, i) =>
        failed(i * gapMs, { outcome: LIMITED, promptHash: i }),
      );
    const bursts = (calls: PricedCall[]) => failures(calls).counts.rate_limit_bursts;
    expect(bursts(limited(4, 100))).toBe(0);
    expect(bursts(limited(5, 10_000))).toBe(1);
    expect(bursts(limited(5, 10_001))).toBe(0);
    expect(bursts(limited(50, 100))).toBe(1);
    expect(failures(limited(50, 100)).counts.rate_limited_calls).toBe(50);
  });

  it('remembers the last 4,096 failed prompts', () => {
    const storm = Array.from({ length: 4097 }, (_, i) => failed(0, { promptHash: i }));
    expect(failures([...storm, at(2000, { promptHash: 1 })]).counts.retry_calls).toBe(1);
    expect(failures([...storm, at(2000, { promptHash: 0 })]).counts.retry_calls).toBe(0);
  });
});
