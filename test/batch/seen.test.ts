import { expect, test } from 'vitest';
import type { AttemptStart } from '../../src/batch/ports.ts';
import { createRunner } from '../../src/batch/runner.ts';
import { Seen } from '../../src/batch/seen.ts';
import type { Attempt } from '../../src/providers/provider.ts';
import { answer, endpoint, failure, RunWorld, row } from './run-world.ts';

const start = (number = 1, model = 'small'): AttemptStart => ({
  ...{ number, model, endpoint: endpoint('one'), startedAtMs: 0, worstPico: 100 },
});

test('nothing seen: no rate, no percentiles, no zero that means unknown', () => {
  const seen = new Seen(null, 0);
  expect(seen.now(0)).toMatchObject({ done: 0, requestsPerMinute: 0, etaMs: null });
  expect(seen.inAll(0)).toMatchObject({ successBp: null, p50Ms: null, models: [] });
  expect(new Seen(10, 0).now(5000).etaMs).toBeNull();
  expect(new Seen(0, 0).now(0).etaMs).toBe(0);
});

test('the rate is that of the last seconds', () => {
  const seen = new Seen(null, 1000);
  // 2 a second for 20 s, then nothing.
  for (let ms = 1000; ms < 21_000; ms += 500)
    seen.attempt(start(), { attempt: answer(), costPico: 1 }, ms);
  expect(seen.now(20_999).requestsPerMinute).toBeCloseTo(120, 0);
  // 10 s after second 20 began, its predecessors are gone; 5 s after, half are.
  expect(seen.now(25_500).requestsPerMinute).toBeGreaterThan(50);
  expect(seen.now(25_500).requestsPerMinute).toBeLessThan(70);
  expect(seen.now(60_000).requestsPerMinute).toBe(0);
});

test('costs, tokens and failures by model; unknown costs are counted, not summed', () => {
  const seen = new Seen(null, 0);
  const told: [AttemptStart, Attempt, number | null][] = [
    [start(1), failure('server_error'), 0],
    [{ ...start(2), isRetry: true }, answer('x', { latencyMs: 100 }), 40],
    [start(1), failure('connection_lost'), null],
    [start(2, 'large'), answer('y', { latencyMs: 300 }), 500],
    [start(1), answer('z', { latencyMs: 200, usage: null }), null],
  ];
  for (const [begun, attempt, costPico] of told) seen.attempt(begun, { attempt, costPico }, 10);
  const all = seen.inAll(1000);
  // The worst case of what was lost, and of the answer that names no usage.
  expect(all).toMatchObject({ spentPico: 540n, uncertainPico: 200n, unpriced: 1 });
  expect(all).toMatchObject({ requests: 5, retries: 1, p50Ms: 200, p95Ms: 300, p99Ms: 300 });
  // Each priced answer has 10 tokens in and 5 out.
  expect(all.models).toEqual([
    {
      ...{ model: 'large', requests: 1, failures: 0, inputTokens: 10, outputTokens: 5 },
      ...{ costPico: 500n, unpriced: 0, p50Ms: 300, p95Ms: 300 },
    },
    {
      ...{ model: 'small', requests: 4, failures: 2, inputTokens: 10, outputTokens: 5 },
      ...{ costPico: 40n, unpriced: 1, p50Ms: 100, p95Ms: 200 },
    },
  ]);
});

test('rows that cannot be asked have failed, and are no longer to come', () => {
  const seen = new Seen(4, 0);
  for (let ms = 0; ms < 2; ms++) seen.fault(ms);
  // Two of four rows in one second: the others take another one.
  expect(seen.now(1000)).toMatchObject({ done: 0, failed: 2, etaMs: 1000 });
  expect(seen.inAll(1000)).toMatchObject({ failures: [['bad_row', 2]], successBp: 0, requests: 0 });
});

test('a run as it is seen', async () => {
  const world = new RunWorld(({ index }) => (index === 1 ? failure('bad_request') : answer()));
  const seen = new Seen(4, 0);
  const options = world.options();
  const runner = createRunner({
    ...options,
    journal: {
      ...options.journal,
      end: (_, begun, end) => seen.attempt(begun, end, world.time.nowMs()),
    },
    onResult: (result) => {
      seen.result(result, world.time.nowMs());
      return undefined;
    },
  });
  const input = [row(0, { cacheKey: 'a' }), row(1), row(2, { cacheKey: 'a' })];
  await world.time.until(runner.run(input));
  await world.time.pass(950);
  const all = seen.inAll(world.time.nowMs());
  expect(all).toMatchObject({
    ...{ done: 2, failed: 1, unknown: 0, cached: 1, total: 4 },
    ...{ durationMs: 1000, rowsPerSecond: 3, requests: 2, retries: 0 },
    // 2 of 3, rounded down.
    successBp: 6666,
    spentPico: 40n,
    savedByCachePico: 40n,
    failures: [['bad_request', 1]],
  });
  // One row left at three a second.
  expect(all.etaMs).toBe(333);
});
