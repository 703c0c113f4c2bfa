import { describe, expect, test } from 'vitest';
import type { AnswerCache, CachedAnswer } from '../../src/batch/ports.ts';
import type { Row } from '../../src/batch/row.ts';
import { createRunner } from '../../src/batch/runner.ts';
import type { FailureCode } from '../../src/providers/provider.ts';
import { seeded } from './fake-time.ts';
import {
  answer,
  COSTS,
  CountingBudget,
  endpoint,
  failure,
  LIMITS,
  NO_LIMITS,
  RunWorld,
  row,
  rows,
} from './run-world.ts';

describe('rows in, results out', () => {
  test('nothing in, nothing out', async () => {
    const world = new RunWorld(() => answer());
    expect(await world.run([])).toEqual({
      stop: 'done',
      message: null,
      results: 0,
    });
    expect(world.time.size).toBe(0);
  });

  test('one row: begun on disk, sent, ended, finished', async () => {
    const world = new RunWorld(() => answer('forty-two'));
    const end = await world.run(rows(1));
    expect(end).toEqual({ stop: 'done', message: null, results: 1 });
    expect(world.journal).toEqual(['begin 0.1 small', 'end 0.1 answer 40', 'finish 0 done']);
    expect(world.results[0]).toMatchObject({
      status: 'done',
      model: 'small',
      endpointId: 'one',
      why: 'first_choice',
      cache: 'miss',
      attempts: 1,
      costPico: 40,
      latencyMs: 50,
      answer: { text: 'forty-two', model: 'small-2026' },
    });
  });

  test('as many in flight as allowed, and no more', async () => {
    const world = new RunWorld(() => answer());
    await world.run(rows(40));
    expect(world.mostInFlight).toBe(4);
    // 40 rows, 4 at a time, 50 ms each.
    expect(world.time.nowMs()).toBe(500);
    expect(world.results).toHaveLength(40);
  });

  test('rows are pulled as they can be held: 2 × concurrency + 64', async () => {
    let pulled = 0;
    async function* endless(): AsyncGenerator<Row> {
      for (;;) yield row(pulled++);
    }
    const world = new RunWorld(() => answer());
    const running = createRunner(world.options()).run(endless());
    await world.time.pass(10);
    expect(pulled).toBe(72);
    await world.time.pass(50);
    expect(pulled).toBe(76);
    world.interrupt.abort();
    const end = await world.time.until(running);
    // 4 done, 4 in flight finish, 68 go back; one more was being pulled at the most.
    expect(end).toMatchObject({ stop: 'interrupted', results: 8 });
  });

  test('whoever takes the results holds the rows back', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const world = new RunWorld(() => answer());
    const running = createRunner(world.options({ onResult: () => gate })).run(rows(200));
    await world.time.pass(60_000);
    expect(world.sent).toHaveLength(72);
    release();
    await world.time.until(running);
    expect(world.sent).toHaveLength(200);
  });

  test('a source that breaks ends the run with its error, after what is in flight', async () => {
    async function* broken(): AsyncGenerator<Row> {
      yield row(0);
      throw new RangeError('line 2 is no row');
    }
    const world = new RunWorld(() => answer());
    await expect(world.run(broken())).rejects.toThrow('line 2 is no row');
    expect(world.inFlight).toBe(0);
  });

  test('a source that hangs does not keep an interrupted run', async () => {
    async function* hanging(): AsyncGenerator<Row> {
      yield row(0);
      await new Promise(() => {});
    }
    const world = new RunWorld(() => answer());
    const running = createRunner(world.options()).run(hanging());
    await world.time.pass(100);
    world.interrupt.abort();
    expect(await running).toMatchObject({ stop: 'interrupted', results: 1 });
  });
});

describe('the journal', () => {
  test('nothing is sent before it is on disk', async () => {
    const world = new RunWorld(() => answer());
    const options = world.options();
    let write = (): void => {};
    const disk = new Promise<void>((resolve) => {
      write = resolve;
    });
    const running = createRunner({
      ...options,
      journal: { ...options.journal, begin: () => disk },
    }).run(rows(1));
    await world.time.pass(1000);
    expect(world.sent).toHaveLength(0);
    write();
    await world.time.until(running);
    expect(world.sent).toHaveLength(1);
  });

  test('a full disk ends the run, with nothing sent and nothing reserved', async () => {
    const world = new RunWorld(() => answer());
    const budget = new CountingBudget(1000);
    const options = world.options({ budget });
    const full = async (): Promise<void> => {
      throw new Error('disk full');
    };
    const runner = createRunner({ ...options, journal: { ...options.journal, begin: full } });
    await expect(world.time.until(runner.run(rows(10)))).rejects.toThrow('disk full');
    expect(world.sent).toHaveLength(0);
    expect(budget).toMatchObject({ spent: 0, reserved: 0 });
  });

  test('a locked ledger that cannot reserve ends the run, and its slot is free', async () => {
    const world = new RunWorld(() => answer());
    const budget = new CountingBudget(1000);
    budget.reserve = () => {
      throw new Error('the ledger is locked');
    };
    const runner = createRunner(world.options({ budget }));
    await expect(world.time.until(runner.run(rows(10)))).rejects.toThrow('locked');
    expect(world.sent).toHaveLength(0);
  });

  test('a ledger that gets locked while rows wait for change loses no attempt', async () => {
    const world = new RunWorld(() => answer());
    const budget = new CountingBudget(250);
    const reserve = budget.reserve.bind(budget);
    budget.reserve = (worstPico) => {
      if (world.time.nowMs() > 0) throw new Error('the ledger is locked');
      return reserve(worstPico);
    };
    await expect(world.run(rows(10), { budget })).rejects.toThrow('locked');
    // Two fit; both ended, on disk and in the budget.
    expect(world.journal.filter((line) => line.startsWith('end'))).toHaveLength(2);
    expect(budget).toMatchObject({ spent: 80, reserved: 0 });
  });

  test('a sender that throws leaves the worst case spent', async () => {
    const world = new RunWorld(() => Promise.reject(new TypeError('a bug')));
    const budget = new CountingBudget(1000);
    await expect(world.run(rows(1), { budget })).rejects.toThrow('a bug');
    expect(budget).toMatchObject({ spent: 100, reserved: 0 });
  });
});

describe('failures', () => {
  const codesRetried: FailureCode[] = [
    ...(['rate_limited', 'server_error', 'gateway_error'] as const),
    ...(['unreachable', 'connection_lost', 'timed_out'] as const),
  ];
  test.each(codesRetried)('%s: tried again', async (code) => {
    const world = new RunWorld((_, nth) => (nth === 1 ? failure(code) : answer()));
    await world.run(rows(1));
    expect(world.results[0]).toMatchObject({ status: 'done', attempts: 2 });
  });

  test.each(['bad_request', 'bad_answer'] as const)('%s: never again', async (code) => {
    const world = new RunWorld(() => failure(code));
    expect(await world.run(rows(1))).toMatchObject({ stop: 'done', results: 1 });
    expect(world.results[0]).toMatchObject({
      status: 'failed',
      attempts: 1,
      failure: { code, message: `it said ${code}` },
    });
  });

  test('back-off doubles, half of it on average; after the fifth attempt it fails', async () => {
    const world = new RunWorld(() => failure('server_error'));
    await world.run(rows(1));
    // Half of 1, 2, 4 and 8 s, and 50 ms for each attempt before.
    expect(world.sent.map(({ atMs }) => atMs)).toEqual([0, 550, 1600, 3650, 7700]);
    expect(world.results[0]).toMatchObject({ status: 'failed', attempts: 5, costPico: 0 });
  });

  test('attempts of one row bear one idempotency key, those of another model another', async () => {
    const world = new RunWorld(({ model }) =>
      model === 'large' ? answer() : failure('server_error'),
    );
    await world.run(rows(1), {
      chainOf: () => ({
        id: 'chain',
        steps: [
          { model: 'small', checks: [] },
          { model: 'large', checks: [] },
        ],
        maxRowPico: null,
      }),
      retry: { maxAttempts: 2 },
    });
    expect(world.sent.map(({ options }) => options.idempotencyKey)).toEqual([
      'run-0',
      'run-0',
      'run-0-1',
    ]);
  });

  test('retry-after holds the endpoint back, and no row is lost', async () => {
    const world = new RunWorld((_, nth) => (nth === 1 ? failure('rate_limited', 3000) : answer()));
    await world.run(rows(20));
    const after = world.sent.slice(4).map(({ atMs }) => atMs);
    // Four were out at once; the first came back after 50 ms with a wait of 3 s.
    expect(Math.min(...after)).toBeGreaterThanOrEqual(3050);
    expect(world.results.filter(({ status }) => status === 'done')).toHaveLength(20);
  });

  test('429s alone never use a row up', async () => {
    const world = new RunWorld((_, nth) => (nth <= 30 ? failure('rate_limited') : answer()));
    await world.run(rows(1));
    expect(world.results[0]).toMatchObject({ status: 'done', attempts: 31 });
  });

  test('… but the time for a row does', async () => {
    const world = new RunWorld(() => failure('rate_limited', 20_000));
    await world.run(rows(1), { retry: { rowTimeoutMs: 60_000 } });
    expect(world.results[0]).toMatchObject({ status: 'failed', failure: { code: 'rate_limited' } });
    expect(world.time.nowMs()).toBeLessThan(60_000);
  });

  test('a wait of hours is a quota: the run stops, its rows are pending', async () => {
    const world = new RunWorld(() => failure('rate_limited', 7 * 3_600_000));
    expect(await world.run(rows(50))).toEqual({
      stop: 'quota',
      message: 'it said rate_limited',
      results: 0,
    });
    expect(world.sent.length).toBeLessThanOrEqual(4);
    expect(world.time.nowMs()).toBeLessThan(1000);
  });

  test.each([
    ['unauthorized', 'unauthorized'],
    ['quota_exhausted', 'quota'],
  ] as const)('%s: stops at once, not 5,000 times', async (code, stop) => {
    const world = new RunWorld(() => failure(code));
    const end = await world.run(rows(5000));
    expect(end).toMatchObject({ stop, message: `it said ${code}`, results: 0 });
    expect(world.sent.length).toBeLessThanOrEqual(4);
  });

  test('a certificate that is not trusted stops at once: no row fails for it', async () => {
    const world = new RunWorld(
      () => ({ ...failure('unreachable'), isRetryable: false }) as Attempt,
    );
    const end = await world.run(rows(50));
    expect(end).toMatchObject({ stop: 'outage', message: 'it said unreachable', results: 0 });
    expect([world.results, world.sent.length <= 4]).toEqual([[], true]);
  });

  test('the time for an attempt is never more than the row has left', async () => {
    const world = new RunWorld(() => failure('timed_out'));
    await world.run(rows(1), { retry: { tryTimeoutMs: 2000, rowTimeoutMs: 2300 } });
    // Half of 1 s after 50 ms, half of 2 s after 100 ms: 1,600 ms, with 700 left; then none are.
    expect(world.sent.map(({ options }) => options.timeoutMs)).toEqual([2000, 1750, 700]);
  });
});

describe('budget', () => {
  test('the last rows go one after the other, then the run stops', async () => {
    const world = new RunWorld(() => answer());
    const budget = new CountingBudget(500);
    const end = await world.run(rows(50), { budget });
    // At 40 each the 11th finds 500 - 10 × 40 = 100 left, its worst case; the 12th does not.
    expect(end).toMatchObject({ stop: 'budget', results: 11 });
    expect(budget).toMatchObject({ spent: 440, reserved: 0, most: 500 });
  });

  test('64 at once, costs of any size, failures that may be billed: never exceeded', async () => {
    for (const seed of [1, 2, 3]) {
      const random = seeded(seed);
      const world = new RunWorld(() => {
        const dice = random();
        if (dice < 0.1) return failure('connection_lost');
        if (dice < 0.2) return failure('server_error');
        return answer('yes', { latencyMs: Math.ceil(random() * 200) });
      });
      const budget = new CountingBudget(100_000);
      const costs = {
        worstPico: ({ index }: Row) => 100 + (index % 900),
        actualPico: () => Math.floor(random() * 100),
      };
      const end = await world.run(rows(3000), {
        budget,
        costs,
        endpoints: [
          { endpoint: endpoint('one'), models: null, limits: { ...LIMITS, concurrency: 64 } },
        ],
      });
      expect(world.mostInFlight).toBe(64);
      expect(end.stop).toBe('budget');
      expect(budget.most).toBeLessThanOrEqual(100_000);
      expect(budget.reserved).toBe(0);
      const counted = world.results.reduce(
        (sum, { costPico, uncertainPico }) => sum + (costPico ?? 0) + uncertainPico,
        0,
      );
      // What rows that went back to pending spent is in the budget, but in no result.
      expect(counted).toBeLessThanOrEqual(budget.spent);
    }
  });

  test('what may have been billed stays spent at its worst', async () => {
    const world = new RunWorld((_, nth) => (nth === 1 ? failure('gateway_error') : answer()));
    const budget = new CountingBudget(1000);
    await world.run(rows(1), { budget });
    expect(world.results[0]).toMatchObject({ costPico: 40, uncertainPico: 100 });
    expect(budget).toMatchObject({ spent: 140, reserved: 0 });
  });

  test('an answer without usage costs the worst, and its cost is unknown', async () => {
    const world = new RunWorld(() => answer('yes', { usage: null }));
    const budget = new CountingBudget(1000);
    await world.run(rows(1), { budget, costs: { ...COSTS, actualPico: () => null } });
    expect(world.results[0]).toMatchObject({ status: 'done', costPico: null });
    expect(budget.spent).toBe(100);
  });

  test('a model without a price is not asked under a budget', async () => {
    const world = new RunWorld(() => answer());
    const costs = { ...COSTS, worstPico: () => null, actualPico: () => null };
    await world.run(rows(1), { budget: new CountingBudget(1000), costs });
    expect(world.sent).toHaveLength(0);
    expect(world.results[0]).toMatchObject({ status: 'failed', failure: { code: 'unpriced' } });
    const free = new RunWorld(() => answer());
    await free.run(rows(1), { costs });
    expect(free.results[0]).toMatchObject({ status: 'done', costPico: null });
  });
});

/** Answers kept in a map. */
class MapCache implements AnswerCache {
  readonly kept = new Map<string, CachedAnswer>();
  get(key: string): CachedAnswer | null {
    return this.kept.get(key) ?? null;
  }
  put(key: string, cached: CachedAnswer): void {
    this.kept.set(key, cached);
  }
}

describe('the cache', () => {
  test('identical rows are asked once, whoever comes later too', async () => {
    const world = new RunWorld(() => answer('once'));
    const cache = new MapCache();
    const input = [...rows(3, { cacheKey: 'a' }), row(3, { cacheKey: 'b' })];
    await world.run(input, { cache });
    expect(world.sent).toHaveLength(2);
    expect(world.results.map(({ cache: use }) => use).sort()).toEqual([
      ...['miss', 'miss', 'shared', 'shared'],
    ]);
    const shared = world.results.find(({ cache: use }) => use === 'shared');
    expect(shared).toMatchObject({ attempts: 0, costPico: 0, savedByCachePico: 40 });
    await world.run([row(9, { cacheKey: 'a' })], { cache });
    expect(world.sent).toHaveLength(2);
    expect(world.results.at(-1)).toMatchObject({
      cache: 'exact',
      attempts: 0,
      costPico: 0,
      savedByCachePico: 40,
      answer: { text: 'once' },
    });
  });

  test('the model is a part of the key', async () => {
    const world = new RunWorld(() => answer());
    const cache = new MapCache();
    await world.run([row(0, { cacheKey: 'a' }), row(1, { cacheKey: 'a', model: 'large' })], {
      cache,
    });
    expect(world.sent).toHaveLength(2);
    expect([...cache.kept.keys()]).toEqual(['a small openai', 'a large openai']);
  });

  test('identical rows share a failure too; rows without a key share nothing', async () => {
    const world = new RunWorld(() => failure('bad_request'));
    await world.run([...rows(3, { cacheKey: 'a' }), row(3), row(4)]);
    expect(world.sent).toHaveLength(3);
    expect(world.results.filter(({ status }) => status === 'failed')).toHaveLength(5);
    expect(world.results.every(({ savedByCachePico }) => savedByCachePico === null)).toBe(true);
  });

  test('a cache that has to ask first is waited for', async () => {
    const world = new RunWorld(() => answer());
    const cache: AnswerCache = { get: async () => null, put() {} };
    await world.run(rows(2, { cacheKey: 'a' }), { cache });
    expect(world.sent).toHaveLength(1);
  });
});

describe('stopping', () => {
  test('the first Ctrl-C lets what is in flight finish', async () => {
    const world = new RunWorld(() => answer());
    const running = createRunner(world.options()).run(rows(20));
    await world.time.pass(60);
    world.interrupt.abort();
    const end = await world.time.until(running);
    expect(end).toMatchObject({ stop: 'interrupted', results: 8 });
    expect(world.sent).toHaveLength(8);
    expect(world.time.size).toBe(0);
  });

  test('the second one cancels: what was sent is unknown, at its worst', async () => {
    const world = new RunWorld(() => answer());
    const budget = new CountingBudget(10_000);
    const running = createRunner(world.options({ budget })).run(rows(20));
    await world.time.pass(60);
    world.interrupt.abort();
    world.cancel.abort();
    expect(await world.time.until(running)).toMatchObject({ stop: 'interrupted', results: 8 });
    expect(world.results.filter(({ status }) => status === 'unknown')).toHaveLength(4);
    // Four answered at 40, four unknown at 100.
    expect(budget).toMatchObject({ spent: 560, reserved: 0 });
  });

  test('a row in back-off is pending, not failed', async () => {
    const world = new RunWorld(() => failure('server_error'));
    const running = createRunner(world.options()).run(rows(1));
    await world.time.pass(100);
    world.interrupt.abort();
    expect(await running).toMatchObject({ stop: 'interrupted', results: 0 });
    expect(world.time.size).toBe(0);
  });

  test('interrupted before it began, nothing is sent', async () => {
    const world = new RunWorld(() => answer());
    world.interrupt.abort();
    expect(await world.run(rows(5))).toMatchObject({ stop: 'interrupted', results: 0 });
    expect(world.sent).toHaveLength(0);
  });
});

describe('several endpoints', () => {
  const two = ['one', 'two'].map((id) => ({
    endpoint: endpoint(id),
    models: null,
    limits: LIMITS,
  }));

  test('a refused key takes its endpoint out, the other one goes on', async () => {
    const world = new RunWorld(({ endpoint: id }) =>
      id === 'one' ? failure('unauthorized') : answer(),
    );
    expect(await world.run(rows(50), { endpoints: two })).toMatchObject({ stop: 'done' });
    expect(world.sent.filter(({ endpoint: id }) => id === 'one').length).toBeLessThanOrEqual(4);
    expect(world.results.every(({ status }) => status === 'done')).toBe(true);
  });

  test('five failures in a row take one out; after 60 s one probe finds it well again', async () => {
    const random = seeded(7);
    const world = new RunWorld(({ endpoint: id, atMs }) =>
      id === 'one' && atMs < 30_000 ? failure('server_error') : answer('yes', { latencyMs: 1000 }),
    );
    await world.run(rows(1000), { endpoints: two, random });
    const toOne = world.sent.filter(({ endpoint: id }) => id === 'one').map(({ atMs }) => atMs);
    // At most the five and those that were out with them.
    expect(toOne.filter((atMs) => atMs < 60_000).length).toBeLessThanOrEqual(8);
    expect(toOne.filter((atMs) => atMs >= 60_000).length).toBeGreaterThan(100);
    expect(world.results.every(({ status }) => status === 'done')).toBe(true);
  });

  test('a model is asked only where it is served', async () => {
    const world = new RunWorld(() => answer());
    const endpoints = [
      { endpoint: endpoint('one'), models: ['small'], limits: LIMITS },
      { endpoint: endpoint('two'), models: ['large'], limits: LIMITS },
    ];
    const input = [row(0), row(1, { model: 'large' }), row(2, { model: 'huge' })];
    await world.run(input, { endpoints });
    expect(world.sent.map(({ index, endpoint: id }) => [index, id])).toEqual([
      [0, 'one'],
      [1, 'two'],
    ]);
    const failed = world.results.find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({ row: { index: 2 }, failure: { code: 'no_endpoint' } });
  });

  test('an address that was never reached ends the run at once', async () => {
    const world = new RunWorld(() => failure('unreachable'));
    const end = await world.run(rows(1000));
    const message = 'the endpoints of small do not work: it said unreachable';
    expect(end).toMatchObject({ stop: 'outage', message });
    expect(world.sent.length).toBeLessThanOrEqual(8);
    expect(world.time.nowMs()).toBeLessThan(10_000);
  });

  test('an endpoint that stays down is probed five times, then the run ends', async () => {
    const world = new RunWorld(({ atMs }) => (atMs < 100 ? answer() : failure('server_error')));
    const end = await world.run(rows(1000));
    expect(end.stop).toBe('outage');
    expect(world.time.nowMs()).toBeGreaterThan(5 * 60_000);
    expect(world.time.nowMs()).toBeLessThan(7 * 60_000);
  });
});

describe('limits', () => {
  test('limits of the headers are kept from the first answer on', async () => {
    const world = new RunWorld(() =>
      answer('yes', { limits: { ...NO_LIMITS, requestsPerMinute: 60 } }),
    );
    await world.run(rows(64));
    // Four before the first answer, then one a second: the 64th about 60 s later.
    expect(world.time.nowMs()).toBeGreaterThan(58_000);
    expect(world.time.nowMs()).toBeLessThan(64_000);
  });

  test('adaptive: overload halves what is in flight, answers raise it', async () => {
    const capacity = 20;
    const world: RunWorld = new RunWorld(() =>
      world.inFlight > capacity ? { ...failure('rate_limited', 1), latencyMs: 1 } : answer(),
    );
    await world.run(rows(3000), {
      adaptive: true,
      endpoints: [
        { endpoint: endpoint('one'), models: null, limits: { ...LIMITS, concurrency: 256 } },
      ],
    });
    expect(world.results.every(({ status }) => status === 'done')).toBe(true);
    expect(world.mostInFlight).toBeLessThan(2 * capacity + 2);
    // At 20 in flight 3,000 rows of 50 ms are 7.5 s; AIMD stays between half and all of it.
    expect(world.time.nowMs()).toBeLessThan(15_000);
    expect(world.sent.length - 3000).toBeLessThan(150);
  });
});
