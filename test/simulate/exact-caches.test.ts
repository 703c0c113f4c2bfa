import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { type CacheCalls, CacheCallsBuilder } from '../../src/simulate/cache-calls.ts';
import { capacityCurve } from '../../src/simulate/capacity-curve.ts';
import { ExactCache } from '../../src/simulate/exact-cache.ts';
import {
  type ExactCacheSetting,
  replayExactCache,
  replayExactCaches,
} from '../../src/simulate/exact-caches.ts';
import { KeyInterner } from '../../src/simulate/key-interner.ts';
import { replayLevers } from '../../src/simulate/replay.ts';
import { below, call, outcome, seeded, T0, target } from '../policy/calls.ts';

const COST = 3_500_000_000;
const ALL: ExactCacheSetting = {
  ttlMs: null,
  capacity: null,
  maxTemperatureMilli: 300,
  scope: 'shared',
};

function columns(calls: readonly PricedCall[]): CacheCalls {
  const builder = new CacheCallsBuilder();
  for (const one of calls) builder.add(one);
  return builder.finish();
}

function at(ms: number, over: Partial<PricedCall> = {}): PricedCall {
  return call({ startedAtMs: T0 + ms, ...over });
}

/** Traffic with bursts, slow answers, equal times, several users, warm calls and models. */
function traffic(seed: number, count: number): PricedCall[] {
  const random = seeded(seed);
  const prompts = 3 + below(random, 60);
  const other = target({ model: 'gpt-4o-mini' });
  let nowMs = 0;
  return Array.from({ length: count }, () => {
    nowMs += random() < 0.3 ? 0 : below(random, 400);
    const latencyMs = random() < 0.1 ? null : below(random, random() < 0.2 ? 9000 : 300);
    return at(nowMs, {
      promptHash: Math.floor(prompts * random() ** 2),
      latencyMs,
      userId: random() < 0.2 ? null : below(random, 3),
      temperatureMilli: random() < 0.2 ? null : below(random, 3) * 300,
      target: random() < 0.8 ? target() : other,
      ...(random() < 0.1 ? { costPico: null } : {}),
      ...(random() < 0.05 ? { outcome: outcome({ status: 'error' }) } : {}),
    });
  });
}

/** A cache as a Map in order of use: nothing of it is shared with the code. */
function plainHits(calls: readonly PricedCall[], setting: ExactCacheSetting): number[] {
  const held = new Map<string, number>();
  const hits: number[] = [];
  calls.forEach((one, index) => {
    if (one.outcome.status !== 'ok') return;
    if (one.temperatureMilli !== null && one.temperatureMilli > setting.maxTemperatureMilli) return;
    const user = setting.scope === 'user' ? one.userId : '';
    const key = JSON.stringify([one.promptHash, one.target.model, user]);
    const nowMs = one.startedAtMs!;
    const answeredMs = nowMs + (one.latencyMs ?? 30_000);
    const stored = held.get(key);
    held.delete(key);
    let keep = answeredMs;
    if (stored !== undefined) {
      const isFresh = setting.ttlMs === null || nowMs - stored <= setting.ttlMs;
      if (stored <= nowMs && isFresh) hits.push(index);
      if (stored > nowMs) keep = Math.min(stored, answeredMs);
      else if (isFresh) keep = stored;
    }
    held.set(key, keep);
    if (held.size > (setting.capacity ?? Number.POSITIVE_INFINITY))
      held.delete(held.keys().next().value!);
  });
  return hits;
}

function hitsOf(calls: CacheCalls, setting: ExactCacheSetting): number[] {
  const hits = new Uint8Array(calls.calls);
  replayExactCache(calls, setting, hits);
  return [...hits].flatMap((hit, index) => (hit === 1 ? [calls.position[index]!] : []));
}

const SETTINGS: ExactCacheSetting[] = [null, 500, 20_000].flatMap((ttlMs) =>
  [null, 0, 1, 2, 9, 40].flatMap((capacity) =>
    (['shared', 'user'] as const).map((scope) => ({
      ttlMs,
      capacity,
      scope,
      maxTemperatureMilli: capacity === 9 ? 600 : 300,
    })),
  ),
);

describe('exact caches', () => {
  it.each([1, 2, 3, 4, 5])('agree call by call with a plain replay: seed %i', (seed) => {
    const calls = traffic(seed, 1500);
    const cacheCalls = columns(calls);
    for (const setting of SETTINGS)
      expect(hitsOf(cacheCalls, setting)).toEqual(plainHits(calls, setting));
  });

  it('agree with the lever', () => {
    const calls = traffic(9, 3000);
    const setting = { ...ALL, ttlMs: 20_000, capacity: 12 };
    const lever = replayLevers([new ExactCache({ ttlMs: 20_000, capacity: 12 })]);
    for (const one of calls) lever.add(one);
    const [result] = replayExactCaches(columns(calls), [setting]);
    const { savedPico, calls: priced } = lever.result().levers[0]!;
    expect(result).toMatchObject({ savedPico });
    expect(result!.hits - result!.unpricedHits).toBe(priced);
  });

  it('serve users apart, if told so', () => {
    const calls = columns([at(0, { userId: 1 }), at(5000, { userId: 2 }), at(9000, { userId: 1 })]);
    expect(hitsOf(calls, ALL)).toEqual([1, 2]);
    expect(hitsOf(calls, { ...ALL, scope: 'user' })).toEqual([2]);
  });

  it('count what has no time, and leave out what no cache may answer', () => {
    const unfit = [
      call({ startedAtMs: null }),
      at(0, { outcome: outcome({ status: 'cached' }) }),
      at(0, { promptHash: null }),
    ];
    expect(columns(unfit)).toMatchObject({ calls: 0, undatedCalls: 1 });
    expect(replayExactCaches(columns([]), [ALL])[0]).toMatchObject({ hits: 0, savedPico: 0n });
  });

  it('save the cost of priced hits', () => {
    const calls = columns([at(0), at(5000), at(9000, { costPico: null })]);
    expect(replayExactCache(calls, ALL)).toMatchObject({
      ...{ calls: 3, hits: 2, unpricedHits: 1, savedPico: BigInt(COST) },
    });
  });
});

describe('the capacity curve', () => {
  it.each([11, 12, 13, 14, 15, 16])('is the replay at every capacity: seed %i', (seed) => {
    const calls = columns(traffic(seed, 900));
    for (const ttlMs of [null, 500, 20_000]) {
      for (const scope of ['shared', 'user'] as const) {
        const setting = { ttlMs, scope, maxTemperatureMilli: 300 };
        const curve = capacityCurve(calls, setting);
        for (let capacity = 0; capacity <= curve.maxCapacity + 1; capacity++) {
          const { hits, savedPico } = replayExactCache(calls, { ...setting, capacity });
          expect([capacity, curve.hitsAt(capacity)]).toEqual([capacity, hits]);
          expect(curve.savedPicoAt(capacity)).toBe(savedPico);
        }
        const all = replayExactCache(calls, { ...setting, capacity: null });
        expect(curve.hitsAt(null)).toBe(all.hits);
        expect(curve.calls).toBe(all.calls);
      }
    }
  });

  it('by hand: A B A C B A', () => {
    // Distances: A 1, B 2 (A, C), A 2 (C, B): one hit from 2 answers on, three from 3 on.
    const keys = [1, 2, 1, 3, 2, 1];
    const calls = columns(keys.map((promptHash, i) => at(i * 5000, { promptHash })));
    const curve = capacityCurve(calls, ALL);
    expect([0, 1, 2, 3, 4].map((capacity) => curve.hitsAt(capacity))).toEqual([0, 0, 1, 3, 3]);
  });

  it('of nothing', () => {
    expect(capacityCurve(columns([]), ALL)).toMatchObject({ calls: 0, maxCapacity: 0 });
    expect(capacityCurve(columns([]), ALL).hitsAt(5)).toBe(0);
  });
});

describe('KeyInterner', () => {
  it('numbers distinct keys in the order they come, beyond a page', () => {
    const interner = new KeyInterner();
    const ids = Array.from({ length: 50_000 }, (_, i) =>
      interner.idOf(i % 40_000, 1, i % 2, 2 ** 50),
    );
    expect(ids.slice(0, 3)).toEqual([0, 1, 2]);
    expect(ids[45_000]).toBe(5000);
    expect(interner.size).toBe(40_000);
  });
});
