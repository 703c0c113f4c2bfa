import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { B4_RETRIES } from '../../src/policy/lever-presets.ts';
import { type RetryOptions, retriesPlan } from '../../src/simulate/lever-retries.ts';
import { call, outcome, T0 } from '../policy/calls.ts';
import { run } from './levers.ts';

/** An attempt at prompt 1 that starts after so many ms and takes 100 ms. */
function attempt(
  afterMs: number,
  status: number | 'ok' | 'timeout',
  over: Partial<PricedCall> = {},
) {
  const ended =
    status === 'ok'
      ? outcome()
      : status === 'timeout'
        ? outcome({ status: 'timeout', httpStatus: null, stopReason: '' })
        : outcome({ status: 'error', httpStatus: status, stopReason: '' });
  return call({
    startedAtMs: T0 + afterMs,
    latencyMs: 100,
    outcome: ended,
    costPico: 1000,
    ...over,
  });
}

function kept(calls: readonly PricedCall[], over: Partial<RetryOptions> = {}) {
  return run([retriesPlan(over)], calls);
}

describe('retries', () => {
  it('takes off attempts after an error of the request itself: sure', () => {
    const savings = kept([attempt(0, 400), attempt(5000, 400), attempt(60_000, 400)]);
    expect(savings.byCertainty).toEqual({ sure: 2000n, likely: 0n, needs_test: 0n });
    expect(savings.levers[0]?.calls).toBe(2);
  });

  it('lets 408, 409, 425 and 429 be tried again', () => {
    for (const status of [408, 409, 425, 429, 500, 503]) {
      // The pause before the first retry is 1 s from the failure's end at 100 ms.
      expect(kept([attempt(0, status), attempt(1100, status)]).savedPico).toBe(0n);
      expect(kept([attempt(0, status), attempt(1099, status)]).byCertainty.needs_test).toBe(1000n);
    }
  });

  it('doubles the pause', () => {
    // Ends at 100; second at 1,100 ends at 1,200; the third needs 2 s: from 3,200 on.
    const two = [attempt(0, 500), attempt(1100, 500)];
    expect(kept([...two, attempt(3199, 500)]).byCertainty.needs_test).toBe(1000n);
    expect(kept([...two, attempt(3200, 500)]).savedPico).toBe(0n);
  });

  it('takes off what is beyond three attempts: likely', () => {
    const calls = [0, 10_000, 20_000, 30_000, 40_000].map((at) => attempt(at, 500));
    const savings = kept(calls);
    expect(savings.byCertainty).toEqual({ sure: 0n, likely: 2000n, needs_test: 0n });
    // Five attempts at one prompt are a storm.
    expect(savings.levers[0]?.note).toContain('prompts tried 5 times or more: 1;');
  });

  it('keeps an answer that the limit would have lost, and counts it', () => {
    const calls = [0, 10_000, 20_000].map((at) => attempt(at, 500));
    const savings = kept([...calls, attempt(30_000, 'ok')]);
    expect(savings.savedPico).toBe(0n);
    expect(savings.levers[0]?.note).toContain('the rules forbid, kept as they are: 1');
  });

  it('pays a time-out and its answer once', () => {
    // The time-out was billed 300, the answer 1,000: 300 would not have been paid.
    const savings = kept([attempt(0, 'timeout', { costPico: 300 }), attempt(5000, 'ok')]);
    expect(savings.byCertainty.needs_test).toBe(300n);
    const dear = kept([attempt(0, 'timeout', { costPico: 5000 }), attempt(5000, 'ok')]);
    expect(dear.savedPico).toBe(1000n);
    const off = kept([attempt(0, 'timeout'), attempt(5000, 'ok')], { longerTimeout: false });
    expect(off.savedPico).toBe(0n);
  });

  it('begins anew after an answer, and after the window', () => {
    // The window of 300 s counts from the failure's end at 100 ms.
    expect(kept([attempt(0, 400), attempt(300_100, 400)]).savedPico).toBe(1000n);
    expect(kept([attempt(0, 400), attempt(300_101, 400)]).savedPico).toBe(0n);
    expect(kept([attempt(0, 400), attempt(500, 'ok'), attempt(1000, 400)]).savedPico).toBe(0n);
  });

  it('takes no call that started before the failure was known for a retry', () => {
    expect(kept([attempt(0, 400), attempt(99, 400)]).savedPico).toBe(0n);
    expect(kept([attempt(0, 400), attempt(100, 400)]).savedPico).toBe(1000n);
  });

  it('keeps prompts, parameters and models apart', () => {
    for (const other of [{ promptHash: 2 }, { paramsHash: 2 }, { promptBytes: 2 }]) {
      expect(kept([attempt(0, 400), attempt(5000, 400, other)]).savedPico).toBe(0n);
    }
  });

  it('the published rules: 5xx at once, 429 and 503 after a pause, other 4xx never', () => {
    const twice = (status: number) => kept([attempt(0, status), attempt(150, status)], B4_RETRIES);
    expect(twice(500).savedPico).toBe(0n);
    expect(twice(429).byCertainty.needs_test).toBe(1000n);
    expect(twice(503).byCertainty.needs_test).toBe(1000n);
    expect(twice(408).byCertainty.sure).toBe(1000n);
  });

  it('counts attempts that were not billed, at nothing', () => {
    const free = kept([attempt(0, 400), attempt(5000, 400, { costPico: 0 })]);
    expect(free.levers[0]).toMatchObject({ calls: 1, savedPico: 0n });
  });

  it('says which failures it cannot judge', () => {
    const savings = kept([
      attempt(0, 400, { startedAtMs: null }),
      attempt(0, 400, { promptHash: null }),
      attempt(0, 'ok', { promptHash: null }),
    ]);
    expect(savings.skipped.map(({ calls, reason }) => [calls, reason])).toEqual([
      [1, 'the log gives no time'],
      [1, 'the log holds no prompt'],
    ]);
  });

  it('saves nothing on a log in which every call failed once', () => {
    const calls = Array.from({ length: 50 }, (_, i) => attempt(i, 500, { promptHash: i }));
    expect(kept(calls)).toMatchObject({ savedPico: 0n, skipped: [] });
  });
});
