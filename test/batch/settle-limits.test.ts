import { expect, test } from 'vitest';
import { DEFAULT_BREAKER } from '../../src/batch/breaker.ts';
import { Fleet, type Lane } from '../../src/batch/fleet.ts';
import type { Slot } from '../../src/batch/limiter.ts';
import { DEFAULT_RETRY } from '../../src/batch/retry.ts';
import { settleLimits } from '../../src/batch/settle-limits.ts';
import { FakeTimers } from './fake-time.ts';
import { answer, endpoint, failure, LIMITS } from './run-world.ts';

const NEED = { inputTokens: 10, outputTokens: 20 };

/** An endpoint with one slot taken, and what settles it. */
function taken(changes: Partial<typeof LIMITS> & { tokensPerMinute?: number } = {}) {
  const timers = new FakeTimers();
  const specs = [{ endpoint: endpoint('one'), models: null, limits: { ...LIMITS, ...changes } }];
  const random = () => 0.5;
  const fleet = new Fleet(specs, { timers, random, breaker: DEFAULT_BREAKER, adaptive: false });
  const lane = fleet.lanes[0] as Lane;
  const slot = lane.limiter.acquire(NEED, 'medium') as Slot;
  const entry = { isProbe: false };
  const settle = (attempt: ReturnType<typeof answer>): void =>
    settleLimits({ timers, random, retry: DEFAULT_RETRY }, { lane, slot, entry }, attempt);
  return { lane, settle, timers };
}

test('an answer frees its slot, and its latency is known', () => {
  const { lane, settle } = taken();
  settle(answer('yes', { latencyMs: 70 }));
  expect([lane.limiter.inFlight, lane.breaker.latencyMs, lane.barred]).toEqual([0, 70, null]);
});

test('a refusal for rate is not counted, and holds everybody back', () => {
  const { lane, settle, timers } = taken({ tokensPerMinute: 100_000 });
  settle(failure('rate_limited', 3_000));
  expect(lane.limiter.inFlight).toBe(0);
  expect(lane.limiter.isFree(NEED)).toBe(false);
  expect(lane.barred).toBeNull();
  return timers.pass(3_100).then(() => expect(lane.limiter.isFree(NEED)).toBe(true));
});

test.each([
  ['unauthorized', 'unauthorized'],
  ['quota_exhausted', 'quota'],
] as const)('%s takes its endpoint out, and says what it said', (code, reason) => {
  const { lane, settle } = taken();
  settle(failure(code));
  expect(lane.barred).toEqual({ reason, message: `it said ${code}` });
});

test('a wait beyond ten minutes is a quota', () => {
  const { lane, settle } = taken();
  settle(failure('rate_limited', 600_001));
  expect(lane.barred?.reason).toBe('quota');
  const patient = taken();
  patient.settle(failure('rate_limited', 600_000));
  expect(patient.lane.barred).toBeNull();
});
