/** The replay of a policy, against a second one by other means: per key, by reuse distance, in BigInt. */
import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { policyNamed } from '../../src/policy/presets.ts';
import { BatchTier } from '../../src/simulate/batch-tier.ts';
import { type CacheOptions, ExactCache } from '../../src/simulate/exact-cache.ts';
import type { LeverPlan } from '../../src/simulate/lever.ts';
import { batchTierPlan } from '../../src/simulate/lever-batch-tier.ts';
import { routingPlan } from '../../src/simulate/lever-routing.ts';
import { replayLevers } from '../../src/simulate/replay.ts';
import { Routing } from '../../src/simulate/routing.ts';
import { partsOf, replayParts, simulate } from '../../src/simulate/simulate.ts';
import { call, FAKE_PRICER, RATES, seeded, T0, target, usage } from '../policy/calls.ts';
import { lever, paid, probe, randomLog, type Seen, tableOf } from './calls.ts';

const DAY = 86_400_000;
const BATCH = { minCalls: 4, maxPauseMs: 1500, maxRunMs: 60_000 };

function cachePlan(options: Partial<CacheOptions>): LeverPlan {
  return { id: 'exact_cache', create: () => new ExactCache(options) };
}

const routing = () => {
  const policy = policyNamed('conservative');
  return routingPlan((mayMove) => new Routing(policy, FAKE_PRICER, mayMove), null);
};

function run(log: readonly PricedCall[], plans: readonly LeverPlan[], holdout = 0) {
  const table = tableOf(log);
  return simulate(table, plans, { parts: partsOf(table, holdout), random: seeded(9) });
}

describe('the columns', () => {
  it('give back every call as it was', () => {
    const log = randomLog(3, 400);
    const audio = usage({ input: 5, inputAudio: 7, webSearches: 1, cacheReadImage: 2 });
    const all = { complexityPercent: 100, hasTools: true, hasSchema: true };
    const none = { complexityPercent: 0, hasTools: false, hasSchema: false };
    const last = { task: 'embedding', taskConfidence: 100 } as const;
    log.push(
      call({ usage: audio, costPico: Number.MAX_SAFE_INTEGER, maxTokens: 2 ** 40, ...none }),
    );
    const zero = { temperatureMilli: 0, sessionKey: 0, userId: 0 };
    log.push(call({ ...zero, promptHash: 2 ** 53 - 1, ...all, ...last }));
    const read: PricedCall[] = [];
    tableOf(log).each((one) => read.push({ ...one, usage: { ...one.usage } }));
    expect(read).toEqual(log);
  });

  it('are empty for nothing', () => {
    expect(run([], [routing()])).toMatchObject({
      savings: { baselinePico: 0n, savedPico: 0n, pricedCalls: 0 },
      total: { low: null, high: null },
    });
  });
});

describe('keep everything as it is', () => {
  it.each([1, 2, 3])('costs what was paid, to the last digit (seed %i)', (seed) => {
    const log = randomLog(seed, 1000);
    const { savings } = run(log, []);
    expect(savings).toMatchObject({ baselinePico: paid(log), afterPico: paid(log), savedPico: 0n });
  });

  it('is exact beyond 2^53 pico-USD', () => {
    const costPico = Number.MAX_SAFE_INTEGER;
    const { savings } = run(
      [1, 2, 3].map((id) => call({ id, costPico })),
      [],
    );
    expect(savings.afterPico).toBe(3n * BigInt(costPico));
  });
});

/** Whether each call is served: each key on its own, held by how many others were used since. */
function servedByKey(log: readonly PricedCall[], { ttlMs, capacity, scope }: CacheOptions) {
  const uses = log.flatMap((one, position) => (mayCache(one) ? [{ one, position }] : []));
  const keys = uses.map(({ one }) => {
    const user = scope === 'user' ? one.userId : '';
    return [one.promptHash, one.paramsHash, one.target.model, user].join(' ');
  });
  const served = log.map(() => false);
  for (const key of new Set(keys)) {
    let storedMs: number | null = null;
    let lastUse = -1;
    keys.forEach((other, use) => {
      if (other !== key) return;
      const { one, position } = uses[use]!;
      const between = new Set(keys.slice(lastUse + 1, use));
      const isHeld = lastUse >= 0 && between.size < capacity;
      lastUse = use;
      const nowMs = one.startedAtMs!;
      const arrivesMs = nowMs + (one.latencyMs ?? 30_000);
      if (!isHeld || storedMs === null) storedMs = arrivesMs;
      else if (nowMs >= storedMs && nowMs - storedMs <= ttlMs) served[position] = true;
      else if (nowMs > storedMs || arrivesMs < storedMs) storedMs = arrivesMs;
    });
  }
  return served;
}

function mayCache(one: PricedCall): boolean {
  const isCool = (one.temperatureMilli ?? 0) <= 300;
  return (
    one.outcome.status === 'ok' && one.promptHash !== null && one.startedAtMs !== null && isCool
  );
}

/** The cost of a call on the smaller sibling, counted in whole pico-USD; null where it stays. */
function routedPico(one: PricedCall): bigint | null {
  const isSure = one.taskConfidence >= 60 && one.task !== 'code';
  const siblings: Record<string, string> = { 'gpt-4o': 'gpt-4o-mini', 'gpt-4.1': 'gpt-4.1-mini' };
  const rates = RATES[siblings[one.target.model] ?? ''];
  if (!isSure || rates === undefined || one.costPico === null) return null;
  const input = BigInt(one.usage.input + one.usage.cacheRead);
  const cost = input * BigInt(rates[0]) + BigInt(one.usage.output) * BigInt(rates[1]);
  return cost < BigInt(one.costPico) ? cost : null;
}

describe('an independent replay', () => {
  const settings: CacheOptions[] = [
    { ttlMs: 20_000, capacity: 5, maxTemperatureMilli: 300, scope: 'shared' },
    { ttlMs: 60_000, capacity: 1000, maxTemperatureMilli: 300, scope: 'user' },
    { ttlMs: 3_600_000, capacity: 1, maxTemperatureMilli: 300, scope: 'shared' },
  ];
  const cases = settings.flatMap((setting) => [11, 12].map((seed) => ({ seed, ...setting })));

  it.each(cases)('agrees call by call ($scope, $capacity answers, seed $seed)', (one) => {
    const { seed, ...setting } = one;
    const log = randomLog(seed, 1500);
    const [afterCache, afterRouting]: [Seen[], Seen[]] = [[], []];
    const plans = [cachePlan(setting), probe(afterCache), routing(), probe(afterRouting)];
    const { savings } = run(log, plans);
    const served = servedByKey(log, setting);
    expect(afterCache.map((state) => state.served)).toEqual(
      log.map(({ outcome }, at) => served[at] || outcome.status === 'cached'),
    );
    let [byCache, byRouting] = [0n, 0n];
    log.forEach((logged, at) => {
      const isGone = served[at] === true || logged.outcome.status === 'cached';
      const pico = logged.costPico === null ? null : BigInt(logged.costPico);
      if (served[at] === true) byCache += pico ?? 0n;
      const routed = isGone || pico === 0n ? null : routedPico(logged);
      if (routed !== null) byRouting += pico! - routed;
      const left = served[at] === true && pico !== null ? 0n : pico;
      const expected = routed ?? left;
      expect(afterRouting[at]?.costPico).toBe(expected === null ? null : Number(expected));
    });
    expect(byCache).toBeGreaterThan(0n);
    expect(byRouting).toBeGreaterThan(0n);
    const saved = savings.levers.map(({ savedPico }) => savedPico);
    expect(saved).toEqual([byCache, 0n, byRouting, 0n]);
    expect(savings.afterPico).toBe(paid(log) - byCache - byRouting);
  });
});

describe('batch_tier among other levers', () => {
  it.each([1, 2, 3])('at the end saves what the streaming one does (seed %i)', (seed) => {
    // One system prompt and no users nor sessions: runs are long enough to be bulk.
    const log = randomLog(seed, 2000).map((one) => {
      return { ...one, userId: null, systemHash: 1, sessionKey: null };
    });
    const streamed = replayLevers([new ExactCache({}), new BatchTier(FAKE_PRICER, BATCH)]);
    for (const one of log) streamed.add(one);
    const { savings } = run(log, [cachePlan({}), batchTierPlan(FAKE_PRICER, BATCH)]);
    const amounts = ({ calls, savedPico }: { calls: number; savedPico: bigint }) => [
      calls,
      savedPico,
    ];
    expect(savings.levers.map(amounts)).toEqual(streamed.result().levers.map(amounts));
    expect(savings.levers[1]!.calls).toBeGreaterThan(0);
    const byReason = (list: readonly { reason: string }[]) =>
      [...list].sort((a, b) => (a.reason < b.reason ? -1 : 1));
    expect(byReason(savings.skipped)).toEqual(
      byReason(streamed.result().skipped.filter(({ calls }) => calls > 0)),
    );
  });

  it('leaves the batch price to what comes after it', () => {
    // 60 calls 10 ms apart at 3.5e9 each: batched 1.75e9; then on gpt-4o-mini at the batch tier 0.105e9.
    const log = Array.from({ length: 60 }, (_, id) =>
      call({ id, startedAtMs: T0 + id * 10, promptHash: id, task: 'qa' }),
    );
    const { savings } = run(log, [batchTierPlan(FAKE_PRICER), routing()]);
    expect(savings.levers.map(({ savedPico }) => savedPico)).toEqual([
      60n * 1_750_000_000n,
      60n * 1_645_000_000n,
    ]);
    expect(savings.afterPico).toBe(60n * 105_000_000n);
  });

  it('finds no run in what a cache has thinned out', () => {
    const log = Array.from({ length: 60 }, (_, id) =>
      call({ id, startedAtMs: T0 + id * 10, latencyMs: 0, promptHash: 1 }),
    );
    const { savings } = run(log, [cachePlan({}), batchTierPlan(FAKE_PRICER)]);
    expect(savings.levers.map(({ calls }) => calls)).toEqual([59, 0]);
  });
});

describe('the parts', () => {
  it.each([1, 2, 3, 4])('add up in any order of levers (seed %i)', (seed) => {
    const log = randomLog(seed, 1200);
    const plans = [cachePlan({}), routing(), batchTierPlan(FAKE_PRICER, BATCH)];
    for (const order of [plans, [...plans].reverse(), [plans[1]!, plans[2]!, plans[0]!]]) {
      const { savings } = run(log, order, seed === 4 ? 0.4 : 0);
      const sum = savings.levers.reduce((so, { savedPico }) => so + savedPico, 0n);
      const { sure, likely, needs_test } = savings.byCertainty;
      expect([sum, sure + likely + needs_test]).toEqual([savings.savedPico, savings.savedPico]);
      expect(savings.baselinePico - savings.savedPico).toBe(savings.afterPico);
    }
  });

  it('count what a lever costs itself', () => {
    const costly = lever('costly', (state) => {
      state.costPico! -= 100;
      state.ownPico += 30;
      return 'needs_test';
    });
    const free = lever('free', (state) => {
      state.costPico = 0;
      return 'likely';
    });
    // 1,000 paid: saves 100 − 30 = 70, then the 900 that are left; the 30 stay.
    const { savings } = run([call({ costPico: 1000 })], [costly, free]);
    expect(savings.levers.map(({ savedPico }) => savedPico)).toEqual([70n, 900n]);
    expect(savings.afterPico).toBe(30n);
  });

  it('may be negative', () => {
    const dear = lever('dear', (state) => {
      state.costPico! += 5;
      return 'needs_test';
    });
    expect(run([call({ costPico: 10 })], [dear]).savings).toMatchObject({
      savedPico: -5n,
      afterPico: 15n,
    });
  });

  it('refuse a change that is not told, and a cost that is no whole number', () => {
    const one = [call({ costPico: 10 })];
    const hidden = lever('hidden', (state) => {
      state.costPico = 9;
      return null;
    });
    expect(() => run(one, [hidden])).toThrow(/hidden/);
    const broken = lever('broken', (state) => {
      state.costPico = 0.5;
      return 'sure';
    });
    expect(() => run(one, [broken])).toThrow(/safe integer/);
  });
});

describe('a holdout', () => {
  /** Ten calls a day apart, 1,000 pico-USD each; call 5 continues the session of call 3. */
  const log = Array.from({ length: 10 }, (_, id) =>
    call({
      ...{ id, startedAtMs: T0 + id * DAY, costPico: 1000, promptHash: 7, latencyMs: 0 },
      sessionKey: id === 3 || id === 6 ? 99 : null,
    }),
  );

  it('reports the later part alone, sessions where they began, caches warm', () => {
    const forever = cachePlan({ ttlMs: Number.POSITIVE_INFINITY });
    const { savings, parts, total } = run(log, [forever], 0.4);
    // The last four are 6 to 9; 6 belongs to the session of 3. All are served by the answer of 0.
    expect(parts).toMatchObject({ fromMs: T0 + 6 * DAY, trainingCalls: 7, heldOutCalls: 3 });
    expect(savings).toMatchObject({ pricedCalls: 3, baselinePico: 3000n, savedPico: 3000n });
    expect(total).toMatchObject({ calls: 3, blocks: 3 });
  });

  it('is none where times do not tell calls apart', () => {
    const same = [1, 2, 3].map((id) => call({ id }));
    expect(run(same, [], 0.4).parts).toMatchObject({ heldOut: null, fromMs: null });
    const undated = [1, 2].map((id) => call({ id, startedAtMs: null }));
    expect(run(undated, [cachePlan({})], 0.4)).toMatchObject({
      parts: { heldOut: null },
      savings: {
        skipped: [{ lever: 'exact_cache', calls: 2, reason: 'the log gives no time' }],
      },
    });
  });
});

describe('intervals', () => {
  it('hold the estimate, and there are none from one block', () => {
    const log = randomLog(5, 1500);
    const { total, intervals, savings } = run(log, [cachePlan({}), routing()]);
    const share = Number(savings.savedPico) / Number(savings.baselinePico);
    expect(total.estimate).toBeCloseTo(share, 12);
    expect(total.low!).toBeLessThan(share);
    expect(total.high!).toBeGreaterThan(share);
    expect(intervals[0]!.estimate + intervals[1]!.estimate).toBeCloseTo(share, 12);
    expect(run([call()], [cachePlan({})]).total).toMatchObject({ low: null, high: null });
  });

  it('are the same for the same seed', () => {
    const log = randomLog(6, 500);
    expect(run(log, [routing()]).total).toEqual(run(log, [routing()]).total);
  });
});

describe('moves', () => {
  it('come by task, and together are the lever', () => {
    const log = randomLog(7, 1000);
    const { moves, savings } = run(log, [cachePlan({}), routing()]);
    const { calls, savedPico } = savings.levers[1]!;
    expect(moves.reduce((sum, move) => sum + move.calls, 0)).toBe(calls);
    expect(moves.reduce((sum, move) => sum + move.savedPico, 0n)).toBe(savedPico);
    expect(new Set(moves.map(({ task }) => task))).toEqual(
      new Set(['qa', 'chat', 'classification']),
    );
    const plain = replayParts(tableOf(log), [cachePlan({}), routing()], partsOf(tableOf(log), 0));
    expect(plain).toEqual({ savings, moves });
  });

  it('are none where the same model gets another tier', () => {
    const log = Array.from({ length: 60 }, (_, id) =>
      call({ id, startedAtMs: T0 + id, target: target(), promptHash: id }),
    );
    expect(run(log, [batchTierPlan(FAKE_PRICER)]).moves).toEqual([]);
  });
});
