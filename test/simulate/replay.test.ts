import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import type { Task } from '../../src/domain/task.ts';
import { policyNamed } from '../../src/policy/presets.ts';
import { ExactCache } from '../../src/simulate/exact-cache.ts';
import type { Lever } from '../../src/simulate/lever.ts';
import type { Savings } from '../../src/simulate/pipeline.ts';
import { type ReplayOptions, replay, replayLevers } from '../../src/simulate/replay.ts';
import { Routing } from '../../src/simulate/routing.ts';
import {
  below,
  call,
  FAKE_PRICER,
  GPT_4O,
  OK,
  oneOf,
  outcome,
  seeded,
  T0,
  target,
  usage,
} from '../policy/calls.ts';

const OFF: ReplayOptions = { pricer: FAKE_PRICER, policy: null, cache: null, batch: null };
const CACHE = { ttlMs: 20_000, capacity: 3, maxTemperatureMilli: 300 };
const BATCH = { minCalls: 4, maxPauseMs: 1500, maxRunMs: 60_000 };

function savings(calls: readonly PricedCall[], over: Partial<ReplayOptions> = {}): Savings {
  const replayed = replay({ ...OFF, ...over });
  for (const one of calls) replayed.add(one);
  return replayed.result();
}

const TARGETS = [GPT_4O, target({ model: 'gpt-4.1' }), target({ tier: 'flex' })];
const OUTCOMES = [OK, OK, OK, outcome({ status: 'error' }), outcome({ status: 'cached' })];
const SYSTEMS = [1, null];

/** A log in time order, with repeats, bulk runs, failures, warm caches and unpriced calls. */
function randomLog(seed: number, length: number): PricedCall[] {
  const random = seeded(seed);
  let nowMs = T0;
  return Array.from({ length }, (_, i) => {
    nowMs += below(random, 10) === 0 ? below(random, 20_000) : below(random, 300);
    return call({
      id: i,
      startedAtMs: i < length / 50 ? null : nowMs,
      latencyMs: oneOf(random, [100, 2000, null]),
      target: oneOf(random, TARGETS),
      outcome: oneOf(random, OUTCOMES),
      usage: usage({
        input: below(random, 9000),
        cacheRead: oneOf(random, [0, 0, 640]),
        output: below(random, 500),
      }),
      temperatureMilli: oneOf(random, [0, 0, 300, 700, null]),
      promptHash: below(random, 8),
      systemHash: oneOf(random, SYSTEMS),
      answerHash: oneOf(random, [5, 6, null]),
      task: oneOf<Task>(random, ['qa', 'code', 'chat']),
      taskConfidence: oneOf(random, [50, 70, 90]),
      ...(below(random, 20) === 0 ? { costPico: null } : {}),
    });
  });
}

describe('the replay', () => {
  it('with no levers returns what was paid, to the last digit', () => {
    const log = randomLog(1, 500);
    const paid = log.reduce((sum, { costPico }) => sum + BigInt(costPico ?? 0), 0n);
    const kept = savings(log);
    expect(kept).toMatchObject({ baselinePico: paid, afterPico: paid, savedPico: 0n, levers: [] });
    expect(kept.pricedCalls + kept.unpricedCalls).toBe(500);
    expect(kept.unpricedCalls).toBe(log.filter(({ costPico }) => costPico === null).length);
    expect(savings([...log].reverse()).baselinePico).toBe(paid);
  });

  it('is exact beyond 2^53 pico-USD', () => {
    const costPico = Number.MAX_SAFE_INTEGER;
    const big = Array.from({ length: 5 }, (_, i) =>
      call({ startedAtMs: T0 + i * 1000, costPico, latencyMs: 0 }),
    );
    const saved = savings(big, { cache: {} });
    expect(saved.baselinePico).toBe(5n * BigInt(costPico));
    expect(saved.savedPico).toBe(4n * BigInt(costPico));
  });

  it('has nothing to say about nothing', () => {
    expect(savings([], { cache: {}, policy: policyNamed('c2'), batch: {} })).toMatchObject({
      baselinePico: 0n,
      afterPico: 0n,
      savedPico: 0n,
      pricedCalls: 0,
      unpricedCalls: 0,
      skipped: [],
    });
  });

  it('leaves a lone call and a log of failures as they are, apart from routing', () => {
    const failed = Array.from({ length: 60 }, (_, i) =>
      call({ startedAtMs: T0 + i, outcome: outcome({ status: 'error' }), costPico: 0 }),
    );
    expect(savings(failed, { cache: {}, policy: policyNamed('c2'), batch: {} }).savedPico).toBe(0n);
    expect(savings([call()], { cache: {}, batch: {} }).savedPico).toBe(0n);
  });

  it('uses the defaults for what is left out, and turns off what is null', () => {
    const on = replay({ pricer: FAKE_PRICER, policy: policyNamed('conservative') });
    expect(on.result().levers.map(({ lever }) => lever)).toEqual([
      'exact_cache',
      'routing',
      'batch_tier',
    ]);
    expect(savings([], { batch: {} }).levers.map(({ lever }) => lever)).toEqual(['batch_tier']);
  });

  it('lets each lever see what those before it left', () => {
    // 51 questions 10 ms apart, one asked again. gpt-4o 3.5e9 each: 52 × 3.5e9 = 182e9.
    const calls = Array.from({ length: 51 }, (_, i) =>
      call({ startedAtMs: T0 + i * 10, latencyMs: 5, promptHash: i, task: 'qa' }),
    );
    calls.push(call({ startedAtMs: T0 + 520, promptHash: 0, task: 'qa' }));
    const saved = savings(calls, { cache: {}, policy: policyNamed('conservative'), batch: {} });
    // Cache: 1 × 3.5e9. Routing: 51 × (3.5e9 - 0.21e9). Batch: 51 × 0.21e9 / 2.
    expect(saved.levers.map(({ calls: n, savedPico }) => [n, savedPico])).toEqual([
      [1, 3_500_000_000n],
      [51, 167_790_000_000n],
      [51, 5_355_000_000n],
    ]);
    expect(saved.baselinePico).toBe(182_000_000_000n);
    expect(saved.afterPico).toBe(5_355_000_000n);
  });
});

/** What is left to pay after cache and routing, read from the state behind them. */
class Probe implements Lever {
  readonly id = 'probe';
  left = 0n;
  apply({ costPico }: { costPico: number | null }): null {
    this.left += BigInt(costPico ?? 0);
    return null;
  }
  words() {
    return { method: '', note: null };
  }
}

describe('savings', () => {
  it.each([1, 2, 3, 4, 5])('add up, whatever is replayed (seed %i)', (seed) => {
    const log = randomLog(seed, 2000);
    for (const policy of [null, policyNamed('conservative'), policyNamed('b2')]) {
      const saved = savings(log, { cache: CACHE, policy, batch: BATCH });
      const parts = saved.levers.reduce((sum, { savedPico }) => sum + savedPico, 0n);
      const { sure, likely, needs_test } = saved.byCertainty;
      expect(saved.savedPico).toBe(parts);
      expect(sure + likely + needs_test).toBe(parts);
      expect(saved.baselinePico - saved.afterPico).toBe(parts);
      expect(saved.afterPico).toBeGreaterThanOrEqual(0n);
      for (const lever of saved.levers) {
        const by = lever.byCertainty;
        expect(by.sure + by.likely + by.needs_test).toBe(lever.savedPico);
        expect(lever.savedPico).toBeGreaterThanOrEqual(0n);
      }
    }
  });

  it.each([11, 12, 13])('are what is no longer paid (seed %i)', (seed) => {
    const log = randomLog(seed, 2000);
    const probe = new Probe();
    const levers = leversOf({ ...OFF, cache: CACHE, policy: policyNamed('conservative') });
    const replayed = replayLevers([...levers, probe]);
    for (const one of log) replayed.add(one);
    expect(replayed.result().afterPico).toBe(probe.left);
  });

  it.each([21, 22, 23, 24])('are those of a plain replay (seed %i)', (seed) => {
    const log = randomLog(seed, 2000);
    const policy = policyNamed('conservative');
    const saved = savings(log, { cache: CACHE, policy, batch: BATCH });
    const byLever = saved.levers.map(({ calls, savedPico }) => [calls, savedPico]);
    expect(byLever).toEqual(plainReplay(log));
    expect(byLever.every(([calls]) => Number(calls) > 0)).toBe(true);
  });
});

function leversOf(options: ReplayOptions): Lever[] {
  const levers: Lever[] = [];
  if (options.cache) levers.push(new ExactCache(options.cache));
  if (options.policy) levers.push(new Routing(options.policy, options.pricer));
  return levers;
}

/** The same three levers with Maps, lists and a second pass: calls and saving of each. */
function plainReplay(log: readonly PricedCall[]): [number, bigint][] {
  const rest = plainCache(log);
  const routed = plainRouting(rest.left);
  return [rest.saved, routed.saved, plainBatch(routed.left)];
}

interface Left {
  call: PricedCall;
  model: string;
  pico: number;
}

function plainCache(log: readonly PricedCall[]): { left: Left[]; saved: [number, bigint] } {
  const stored = new Map<string, { atMs: number }>();
  const left: Left[] = [];
  const saved: [number, bigint] = [0, 0n];
  for (const one of log) {
    const { startedAtMs: nowMs, temperatureMilli } = one;
    const status = one.outcome.status;
    let isHit = false;
    if (status === 'ok' && nowMs !== null && (temperatureMilli ?? 0) <= 300) {
      const key = `${one.promptHash} ${one.target.model}`;
      const entry = stored.get(key);
      const mineMs = nowMs + (one.latencyMs ?? 30_000);
      stored.delete(key);
      if (entry === undefined && stored.size === CACHE.capacity) {
        stored.delete([...stored.keys()][0]!);
      }
      isHit = entry !== undefined && entry.atMs <= nowMs && nowMs - entry.atMs <= CACHE.ttlMs;
      const isStale = entry === undefined || entry.atMs <= nowMs || mineMs < entry.atMs;
      stored.set(key, isHit || !isStale ? entry! : { atMs: mineMs });
    }
    if (one.costPico === null || status === 'cached') continue;
    if (!isHit) {
      left.push({ call: one, model: one.target.model, pico: one.costPico });
      continue;
    }
    saved[0] += 1;
    saved[1] += BigInt(one.costPico);
  }
  return { left, saved };
}

/** Input and output rates of the siblings; these have no cached input. */
function plainRouting(calls: Left[]): { left: Left[]; saved: [number, bigint] } {
  const saved: [number, bigint] = [0, 0n];
  const left = calls.map(({ call: one, model, pico }) => {
    const sibling = model === 'gpt-4o' ? 'gpt-4o-mini' : 'gpt-4.1-mini';
    const { input, cacheRead, output } = one.usage;
    const cheap = (input + cacheRead) * 150_000 + output * 600_000;
    const isMoved =
      one.task !== 'code' && one.taskConfidence >= 60 && sibling === 'gpt-4o-mini' && cheap < pico;
    if (!isMoved) return { call: one, model, pico };
    saved[0] += 1;
    saved[1] += BigInt(pico - cheap);
    return { call: one, model: sibling, pico: cheap };
  });
  return { left, saved };
}

/** The fake batch tier is half of everything. */
function plainBatch(calls: readonly Left[]): [number, bigint] {
  const open = new Map<string, Left[]>();
  const runs: Left[][] = [];
  for (const one of calls) {
    const { target: on, startedAtMs, outcome: end, task, systemHash } = one.call;
    if (on.tier !== 'standard' || startedAtMs === null) continue;
    if (end.status !== 'ok' || task === 'chat') continue;
    const key = `${one.model} ${systemHash}`;
    const run = open.get(key);
    const last = run?.at(-1)?.call.startedAtMs;
    if (run !== undefined && startedAtMs - last! <= BATCH.maxPauseMs) run.push(one);
    else {
      const fresh = [one];
      open.set(key, fresh);
      runs.push(fresh);
    }
  }
  const bulk = runs.filter((run) => run.length >= BATCH.minCalls).flat();
  const paid = bulk.filter(({ pico }) => pico > 0);
  return [paid.length, paid.reduce((sum, { pico }) => sum + BigInt(pico / 2), 0n)];
}
