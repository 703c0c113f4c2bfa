/** Retry, breaker, adaptive concurrency, waiting and purse: each on its own. */
import { describe, expect, test } from 'vitest';
import { Aimd } from '../../src/batch/adaptive.ts';
import { Breaker, DEFAULT_BREAKER } from '../../src/batch/breaker.ts';
import { fallsBack } from '../../src/batch/chain.ts';
import { Fleet } from '../../src/batch/fleet.ts';
import type { Reservation } from '../../src/batch/ports.ts';
import { Purse } from '../../src/batch/purse.ts';
import { backoffMs, DEFAULT_RETRY, decideRetry, type Tries } from '../../src/batch/retry.ts';
import { Waiting } from '../../src/batch/waiting.ts';
import type { AttemptFailure, FailureCode } from '../../src/providers/provider.ts';
import { FakeTimers } from './fake-time.ts';
import { CountingBudget, endpoint, failure, LIMITS } from './run-world.ts';

const FIRST: Tries = { attempts: 1, refusedForRate: 0, elapsedMs: 0, hasNextModel: false };
const decide = (
  code: FailureCode,
  tries: Partial<Tries> = {},
  retryAfterMs: number | null = null,
) =>
  decideRetry(
    failure(code, retryAfterMs) as AttemptFailure,
    { ...FIRST, ...tries },
    DEFAULT_RETRY,
    () => 0.5,
  );

describe('retry', () => {
  test('full jitter: from 0 to the doubled base, at most a minute', () => {
    const at = (attempt: number, random: number) => backoffMs(attempt, DEFAULT_RETRY, () => random);
    expect([at(1, 0), at(1, 0.5), at(2, 0.5), at(6, 0.5), at(7, 0.5)]).toEqual([
      0, 500, 1000, 16_000, 30_000,
    ]);
    expect(at(10_000, 0.5)).toBe(30_000);
  });

  test.each([
    ['server_error', { kind: 'retry', waitMs: 500 }],
    ['timed_out', { kind: 'retry', waitMs: 500 }],
    ['bad_request', { kind: 'give_up' }],
    ['bad_answer', { kind: 'give_up' }],
    ['unauthorized', { kind: 'stop', reason: 'unauthorized' }],
    ['quota_exhausted', { kind: 'stop', reason: 'quota' }],
  ] as const)('%s', (code, decision) => {
    expect(decide(code)).toEqual(decision);
  });

  test('one below, at and above the most attempts', () => {
    expect(decide('server_error', { attempts: 4 }).kind).toBe('retry');
    expect(decide('server_error', { attempts: 5 }).kind).toBe('give_up');
    expect(decide('server_error', { attempts: 6 }).kind).toBe('give_up');
  });

  test('refusals for rate count only where another model can take over', () => {
    const tries = { attempts: 5, refusedForRate: 5 };
    expect(decide('rate_limited', tries).kind).toBe('retry');
    expect(decide('rate_limited', { ...tries, hasNextModel: true }).kind).toBe('give_up');
    // Nor do they use up the attempts of other failures.
    expect(decide('server_error', { attempts: 9, refusedForRate: 5 }).kind).toBe('retry');
  });

  test('a wait that is asked for is kept, with a tenth of jitter at most', () => {
    expect(decide('rate_limited', {}, 2000)).toEqual({ kind: 'retry', waitMs: 2200 });
    expect(decide('server_error', {}, 60_000)).toEqual({ kind: 'retry', waitMs: 60_500 });
    expect(decide('rate_limited', {}, 600_000).kind).toBe('retry');
    expect(decide('rate_limited', {}, 600_001)).toEqual({ kind: 'stop', reason: 'quota' });
  });

  test('no retry begins after the time for the row', () => {
    expect(decide('server_error', { elapsedMs: 1_799_499 }).kind).toBe('retry');
    expect(decide('server_error', { elapsedMs: 1_799_500 }).kind).toBe('give_up');
  });
});

describe('fallback', () => {
  test('outages and limits always, refusals of the request only on any', () => {
    for (const code of ['rate_limited', 'quota_exhausted', 'server_error', 'timed_out'] as const)
      expect([fallsBack(code), fallsBack(code, 'any')]).toEqual([true, true]);
    for (const code of ['bad_request', 'unauthorized'] as const)
      expect(fallsBack(code)).toBe(false);
  });
});

describe('breaker', () => {
  const NO_PROBE = { isProbe: false };
  const PROBE = { isProbe: true };
  const failing = (times: number, atMs = 0): Breaker => {
    const breaker = new Breaker(DEFAULT_BREAKER);
    breaker.worked(10);
    for (let i = 0; i < times; i++) breaker.failed('server_error', atMs, NO_PROBE);
    return breaker;
  };

  test('the fifth failure in a row takes it out, the fourth does not', () => {
    expect(failing(4).waitMs(0)).toBe(0);
    expect(failing(5).waitMs(0)).toBe(60_000);
    const mended = failing(4);
    mended.worked(10);
    mended.failed('timed_out', 0, NO_PROBE);
    expect(mended.waitMs(0)).toBe(0);
  });

  test('after 60 s one probe goes, and only one', () => {
    const breaker = failing(5, 1000);
    expect(breaker.enter(60_999)).toBeNull();
    expect(breaker.enter(61_000)).toEqual(PROBE);
    expect(breaker.enter(61_000)).toBeNull();
    breaker.failed('server_error', 62_000, PROBE);
    expect(breaker.waitMs(62_000)).toBe(60_000);
    expect(breaker.enter(122_000)).toEqual(PROBE);
    breaker.worked(10);
    expect(breaker.waitMs(122_000)).toBe(0);
  });

  test('a probe that was not sent leaves room for another', () => {
    const breaker = failing(5);
    breaker.enter(60_000);
    breaker.leave(PROBE);
    expect(breaker.enter(60_000)).toEqual(PROBE);
  });

  test('what was out before the probe neither ends it nor counts as one', () => {
    const breaker = new Breaker(DEFAULT_BREAKER);
    const before = breaker.enter(0);
    expect(before).toEqual(NO_PROBE);
    for (let i = 0; i < 5; i++) breaker.failed('server_error', 0, NO_PROBE);
    breaker.enter(60_000);
    breaker.leave(NO_PROBE);
    for (let i = 0; i < 9; i++) breaker.failed('server_error', 60_001, NO_PROBE);
    breaker.failed('aborted', 60_001, NO_PROBE);
    // The probe is still out, and has not failed.
    expect(breaker.waitMs(60_002)).toBe(Number.POSITIVE_INFINITY);
    expect(breaker.isHopeless).toBe(false);
    breaker.failed('server_error', 60_003, PROBE);
    expect(breaker.waitMs(60_003)).toBe(60_000);
  });

  test.each(['rate_limited', 'bad_request', 'unauthorized', 'aborted'] as const)(
    '%s is no outage',
    (code) => {
      const breaker = new Breaker(DEFAULT_BREAKER);
      for (let i = 0; i < 20; i++) breaker.failed(code, 0, NO_PROBE);
      expect(breaker.waitMs(0)).toBe(0);
    },
  );

  test('latency is a mean that follows: a tenth of each new one', () => {
    const breaker = new Breaker(DEFAULT_BREAKER);
    expect(breaker.latencyMs).toBeNull();
    breaker.worked(100);
    breaker.worked(200);
    expect(breaker.latencyMs).toBe(110);
  });

  test('hopeless: never reached, or five failed probes', () => {
    const unreached = new Breaker(DEFAULT_BREAKER);
    for (let i = 0; i < 5; i++) unreached.failed('unreachable', 0, NO_PROBE);
    expect(unreached.isHopeless).toBe(true);
    const down = failing(5);
    for (let probe = 1; probe <= 5; probe++) {
      expect(down.isHopeless).toBe(false);
      expect(down.enter(probe * 60_000)).toEqual(PROBE);
      down.failed('server_error', probe * 60_000, PROBE);
    }
    expect(down.isHopeless).toBe(true);
  });
});

describe('fleet', () => {
  test('a fast endpoint is chosen as much more often as it is faster', () => {
    const timers = new FakeTimers();
    let dice = 0;
    const specs = ['fast', 'slow'].map((id) => ({
      endpoint: endpoint(id),
      models: null,
      limits: LIMITS,
    }));
    const options = { timers, random: () => dice, breaker: DEFAULT_BREAKER, adaptive: false };
    const fleet = new Fleet(specs, options);
    fleet.lanes[0]?.breaker.worked(100);
    fleet.lanes[1]?.breaker.worked(300);
    const chosen = { fast: 0, slow: 0 };
    for (let i = 0; i < 100; i++) {
      dice = i / 100;
      const choice = fleet.choose('small', { inputTokens: 1, outputTokens: 1 });
      if (choice.kind === 'lane') chosen[choice.lane.endpoint.id as 'fast' | 'slow']++;
    }
    // 1/100 against 1/300: three quarters.
    expect(chosen).toEqual({ fast: 75, slow: 25 });
  });
});

describe('adaptive', () => {
  test('doubles its speed at first, then one more for each round, half after an overload', () => {
    const aimd = new Aimd(100);
    expect(aimd.limit).toBe(4);
    for (let i = 0; i < 6; i++) aimd.answered(true);
    expect(aimd.limit).toBe(10);
    aimd.overloaded(9);
    expect(aimd.limit).toBe(5);
    for (let i = 0; i < 4; i++) aimd.answered(true);
    expect(aimd.limit).toBe(5);
    aimd.answered(true);
    expect(aimd.limit).toBe(6);
  });

  test('overloads that were out together count once', () => {
    const aimd = new Aimd(100);
    for (let i = 0; i < 12; i++) aimd.answered(true);
    for (let out = 15; out >= 0; out--) aimd.overloaded(out);
    expect(aimd.limit).toBe(8);
    aimd.overloaded(3);
    expect(aimd.limit).toBe(4);
  });

  test('stays from 1 to the most, and does not grow unused', () => {
    const aimd = new Aimd(5);
    for (let i = 0; i < 50; i++) aimd.answered(true);
    expect(aimd.limit).toBe(5);
    for (let i = 0; i < 9; i++) aimd.overloaded(0);
    expect(aimd.limit).toBe(1);
    for (let i = 0; i < 9; i++) aimd.answered(false);
    expect(aimd.limit).toBe(1);
    expect(new Aimd(2).limit).toBe(2);
  });
});

describe('waiting', () => {
  test('long lines stay in order', () => {
    const waiting = new Waiting<number>();
    const out: (number | undefined)[] = [];
    for (let i = 0; i < 5000; i++) waiting.push(i, 'medium');
    for (let i = 0; i < 3000; i++) out.push(waiting.shift());
    for (let i = 5000; i < 6000; i++) waiting.push(i, 'medium');
    while (waiting.size > 0) out.push(waiting.shift());
    expect(out).toEqual(Array.from({ length: 6000 }, (_, i) => i));
    expect(waiting.shift()).toBeUndefined();
    expect(waiting.peek()).toBeUndefined();
  });
});

describe('purse', () => {
  test('who does not fit waits for change, in order', async () => {
    const purse = new Purse(new CountingBudget(100));
    const first = purse.reserve(80) as Reservation;
    const granted: string[] = [];
    const big = Promise.resolve(purse.reserve(90)).then((r) => granted.push(r ? 'big' : 'none'));
    const small = Promise.resolve(purse.reserve(10)).then((r) =>
      granted.push(r ? 'small' : 'none'),
    );
    purse.settle(first, 0);
    await Promise.all([big, small]);
    expect(granted).toEqual(['big', 'small']);
  });

  test('with nothing in flight there is no change to wait for', async () => {
    const purse = new Purse(new CountingBudget(100));
    expect(purse.reserve(101)).toBeNull();
    const first = purse.reserve(80) as Reservation;
    const waiting = purse.reserve(90);
    purse.settle(first, 70);
    expect(await waiting).toBeNull();
    expect(purse.reserve(30)).not.toBeNull();
  });
});
