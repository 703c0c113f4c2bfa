import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import type { Task } from '../../src/domain/task.ts';
import { QualityTable } from '../../src/policy/quality.ts';
import { plansOf } from '../../src/simulate/lever-plans.ts';
import { modelLatencies } from '../../src/simulate/model-latency.ts';
import { type Optimized, optimize } from '../../src/simulate/optimize.ts';
import { EMPTY_DRAFT, plainPolicy, policyOf } from '../../src/simulate/policy-draft.ts';
import type { MoveWorld } from '../../src/simulate/search-moves.ts';
import { partsOf, replayParts, trainingOf } from '../../src/simulate/simulate.ts';
import {
  below,
  call,
  FAKE_PRICER,
  oneOf,
  outcome,
  seeded,
  T0,
  target,
  usage,
} from '../policy/calls.ts';
import { randomLog, tableOf } from './calls.ts';

const HOUR_MS = 3_600_000;

/** Calls of one kind an hour apart, 3.5e9 pico-USD each on gpt-4o and 0.21e9 on gpt-4o-mini. */
function calls(count: number, over: Partial<PricedCall> = {}, from = 0): PricedCall[] {
  return Array.from({ length: count }, (_, at) =>
    call({ startedAtMs: T0 + (from + at) * HOUR_MS, promptHash: 1000 + from + at, ...over }),
  );
}

/** The calls of several lists by turns, an hour apart. */
function byTurns(...lists: readonly PricedCall[][]): PricedCall[] {
  const most = Math.max(...lists.map(({ length }) => length));
  const all = Array.from({ length: most }, (_, at) => lists.flatMap((list) => list[at] ?? []));
  return all.flat().map((one, at) => ({ ...one, startedAtMs: T0 + at * HOUR_MS }));
}

function worldOf(
  log: readonly PricedCall[],
  over: Partial<MoveWorld> = {},
  holdout = 0,
): MoveWorld {
  const table = tableOf(log);
  return {
    ...{ table, parts: partsOf(table, holdout), pricer: FAKE_PRICER, quality: new QualityTable() },
    ...{ semantic: null, maxLoss: 0.03, maxFalseHits: null, embed: null, maxLatencyMs: null },
    ...{ allow: 'likely', limitsOf: () => ({}), random: () => seeded(1), latencyOf: () => null },
    facts: { name: 'optimized', factsOf: () => ({}), scoresOf: () => null },
    destinations: ['gpt-4o-mini', 'deepseek-v3.2', 'gemini-2.5-flash'],
    ...over,
  };
}

function found(world: MoveWorld): Optimized {
  const steps = optimize(world);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const rulesOf = ({ trial }: Optimized) =>
  trial.draft.rules.map(({ task, from, to }) => `${task} ${from} ${to}`);

describe('a search', () => {
  it('moves what is worth its loss, at most one way each', () => {
    // qa loses 3 points to a small model, classification 1: together 2 on average.
    const log = byTurns(
      calls(10, { task: 'qa', usage: usage({ input: 2000, output: 200 }) }),
      calls(10, { task: 'classification' }, 10),
      calls(10, { task: 'code' }, 20),
    );
    const all = found(worldOf(log));
    expect(rulesOf(all).sort()).toEqual([
      'classification gpt-4o gpt-4o-mini',
      'qa gpt-4o gpt-4o-mini',
    ]);
    // 10 × 6.58e9 and 10 × 3.29e9.
    expect(all.trial.allowedPico).toBe(98_700_000_000n);
    // 30 points on qa and 10 on classification over 30 calls: 0.0133; qa alone is 0.01.
    expect(all.loss).toBeCloseTo(0.4 / 30, 12);
    expect(rulesOf(found(worldOf(log, { maxLoss: 0.012 })))).toEqual(['qa gpt-4o gpt-4o-mini']);
    expect(rulesOf(found(worldOf(log, { maxLoss: 0.009 })))).toEqual([
      'classification gpt-4o gpt-4o-mini',
    ]);
    const none = found(worldOf(log, { maxLoss: 0 }));
    expect(none.trial.draft).toEqual(EMPTY_DRAFT);
    const bars = none.movesNotTaken.map(({ bar, groups }) => [bar, groups]);
    expect(bars).toEqual([
      ['over_budget', 2],
      ['needs_test', 1],
    ]);
  });

  it('takes no move that nothing supports, unless that is allowed', () => {
    const log = calls(10, { task: 'qa', target: target({ model: 'claude-sonnet-4.5' }) });
    expect(rulesOf(found(worldOf(log)))).toEqual([]);
    const free = found(worldOf(log, { allow: 'needs_test' }));
    // 1,100 tokens at 0.42e6 cost 0.462e9, at gpt-4o-mini 0.21e9.
    expect(rulesOf(free)).toEqual(['qa claude-sonnet-4-5 gpt-4o-mini']);
    expect(free.trial.draft.rules[0]?.certainty).toBe('needs_test');
    expect(rulesOf(found(worldOf(calls(10, { task: 'qa' }), { allow: 'sure' })))).toEqual([]);
  });

  it('goes by scores of the user, and takes them for support', () => {
    const log = calls(10, { task: 'code' });
    const quality = new QualityTable([
      { model: 'gpt-4o', task: 'code', score: 80 },
      { model: 'deepseek-v3.2', task: 'code', score: 79 },
    ]);
    expect(rulesOf(found(worldOf(log, { quality })))).toEqual(['code gpt-4o deepseek-v3.2']);
    expect(rulesOf(found(worldOf(log, { quality, maxLoss: 0.005 })))).toEqual([]);
  });

  it('takes no move of unknown loss within a limit', () => {
    const log = calls(10, { task: 'creative' });
    const allow = 'needs_test';
    const kept = found(worldOf(log, { allow, maxLoss: 1 }));
    expect(rulesOf(kept)).toEqual([]);
    expect(kept.movesNotTaken).toMatchObject([{ bar: 'unknown_loss', groups: 1, calls: 10 }]);
    expect(rulesOf(found(worldOf(log, { allow, maxLoss: null })))).toHaveLength(1);
  });

  it('asks for labels as sure as the rule claims, and keeps the others', () => {
    const log = byTurns(
      calls(10, { task: 'qa', taskConfidence: 90 }),
      calls(10, { task: 'qa', taskConfidence: 70 }, 10),
      calls(10, { task: 'qa', taskConfidence: 59 }, 20),
    );
    const likely = found(worldOf(log));
    expect(likely.trial.draft.rules).toMatchObject([{ minConfidence: 80, certainty: 'likely' }]);
    expect(likely.trial.allowedPico).toBe(32_900_000_000n);
    const free = found(worldOf(log, { allow: 'needs_test' }));
    expect(free.trial.draft.rules).toMatchObject([
      { minConfidence: 80, certainty: 'likely' },
      { minConfidence: 60, certainty: 'needs_test' },
    ]);
    expect(free.trial.allowedPico).toBe(65_800_000_000n);
  });

  it('takes no rule that only one half of the training supports', () => {
    const steady = calls(20, { task: 'qa' });
    const once = calls(1, { task: 'translation' }, 20);
    const kept = found(worldOf([...steady, ...once]));
    expect(rulesOf(kept)).toEqual(['qa gpt-4o gpt-4o-mini']);
    expect(kept.movesNotTaken).toMatchObject([{ bar: 'chance', groups: 1, calls: 1 }]);
    // Nor a cache that one day's repeats would pay for.
    const repeats = calls(30, { promptHash: 7, answerHash: 3 }, 100).slice(0, 2);
    const { notTaken } = found(worldOf([...steady, ...repeats]));
    expect(notTaken).toContainEqual({ lever: 'exact_cache', reason: 'saves by chance alone' });
  });

  it('takes moves of models that came one after the other: each half of their own calls saves', () => {
    // Ten minutes, no sessions: gpt-4o first, then gpt-4.1.
    const models = ['gpt-4o', 'gpt-4.1'].map((model) => target({ model }));
    const log = calls(10, { task: 'qa' }).map((one, at) => {
      return call({ ...one, startedAtMs: T0 + at * 60_000, target: models[at < 5 ? 0 : 1]! });
    });
    const quality = new QualityTable([
      { model: 'gpt-4.1', task: 'qa', score: 80 },
      { model: 'gpt-4o-mini', task: 'qa', score: 80 },
      { model: 'gpt-4o', task: 'qa', score: 80 },
    ]);
    expect(rulesOf(found(worldOf(log, { quality }))).sort()).toEqual([
      'qa gpt-4.1 gpt-4o-mini',
      'qa gpt-4o gpt-4o-mini',
    ]);
  });

  it('says what is likely of moves and levers that --allow sure leaves out', () => {
    const twice = calls(20, { task: 'qa', temperatureMilli: 0 }).map((one, at) => {
      return { ...one, promptHash: at >> 1, answerHash: at };
    });
    const { movesNotTaken, notTaken } = found(worldOf(twice, { allow: 'sure' }));
    expect(movesNotTaken[0]?.bar).toBe('only_likely');
    expect(notTaken).toContainEqual({
      ...{ lever: 'exact_cache', reason: 'likely, not sure (--allow likely)' },
    });
  });

  it('takes what one half alone supports where sessions make it sure', () => {
    const before = calls(60, { task: 'code' });
    const session = (at: number) => ({ task: 'qa' as Task, sessionKey: 1 + at });
    const sessions = Array.from({ length: 40 }, (_, at) =>
      call({ startedAtMs: T0 + (60 + at / 40) * HOUR_MS, promptHash: 5000 + at, ...session(at) }),
    );
    expect(rulesOf(found(worldOf([...before, ...sessions])))).toEqual(['qa gpt-4o gpt-4o-mini']);
  });

  it('knows of a model only how fast it was before what is held out', () => {
    const mini = { target: target({ model: 'gpt-4o-mini' }), task: 'qa' as Task };
    const log = [
      ...calls(20, { task: 'qa' }),
      ...calls(2, { ...mini, latencyMs: 400 }, 20),
      ...calls(1, { ...mini, latencyMs: 900 }, 22),
      ...calls(9, { ...mini, latencyMs: 9000, outcome: outcome({ status: 'error' }) }, 23),
      ...calls(20, { ...mini, latencyMs: 1 }, 40),
    ];
    const table = tableOf(log);
    const parts = partsOf(table, 20 / log.length);
    const latencies = modelLatencies(table, parts);
    expect(latencies.get('gpt-4o-mini')).toEqual({ medianMs: 400, calls: 3 });
    expect(latencies.get('gpt-4o')).toEqual({ medianMs: 1000, calls: 20 });
    const latencyOf = (model: string) => latencies.get(model)?.medianMs ?? null;
    const within = (maxLatencyMs: number) =>
      found(worldOf(log, { maxLatencyMs, latencyOf, parts, table }));
    expect(rulesOf(within(400))).toEqual(['qa gpt-4o gpt-4o-mini']);
    const slow = within(399);
    expect(rulesOf(slow)).toEqual([]);
    expect(slow.movesNotTaken).toMatchObject([{ bar: 'too_slow', calls: 20 }]);
    const unknown = found(worldOf(log, { maxLatencyMs: 400, latencyOf: () => null }));
    expect(unknown.movesNotTaken).toMatchObject([{ bar: 'unknown_latency' }]);
  });

  it('turns a cache on where answers repeat, with no more reach than pays', () => {
    const log = calls(20, { temperatureMilli: 0 }).map((one, at) => ({
      ...one,
      promptHash: at % 5,
    }));
    const { trial } = found(worldOf(log));
    // Repeats come after 5 hours, for 20: an hour is too short, a day enough, a week adds nothing.
    expect(trial.draft.settings.get('exact_cache')).toMatchObject({
      ttl_hours: 24,
      capacity: 10_000,
    });
    // The first five are asked, 15 × 3.5e9 are saved.
    expect(trial.allowedPico).toBe(52_500_000_000n);
    expect(found(worldOf(log, { allow: 'sure' })).trial.draft.settings.size).toBe(0);
  });

  it('leaves calls where a lever behind the routing saves more on them', () => {
    const claude = target({ provider: 'anthropic', model: 'claude-sonnet-4.5' });
    const log = Array.from({ length: 40 }, (_, at) =>
      call({
        ...{ startedAtMs: T0 + at * 60_000, systemHash: 7, promptHash: at, target: claude },
        ...{ usage: usage({ input: 2016 + at, output: 10 }), task: 'qa' },
      }),
    );
    const allow = 'needs_test';
    const cached = found(worldOf(log, { allow, destinations: ['gemini-2.5-flash'] }));
    expect(rulesOf(cached)).toEqual([]);
    // 2,000 tokens written once, at 3.75e6 more each, and read 39 times, at 13.5e6 less.
    expect(cached.trial.allowedPico).toBe(39n * 27_000_000_000n - 7_500_000_000n);
    expect([...cached.trial.draft.settings.keys()]).toEqual(['prompt_cache']);
    expect(cached.notTaken.map(({ lever }) => lever)).not.toContain('prompt_cache');
    // At a sixth of that price moving saves more than reading: 0.42e6 a token against 15e6.
    const moved = found(worldOf(log, { allow, destinations: ['deepseek-v3.2'] }));
    expect(rulesOf(moved)).toEqual(['qa claude-sonnet-4-5 deepseek-v3.2']);
  });

  it('gives the same policy whatever is held out, and the same twice', () => {
    const random = seeded(3);
    const log = mixedLog(random, 400);
    const world = worldOf(log, { allow: 'needs_test' }, 0.4);
    const first = found(world);
    expect(first.trial.plain).toEqual(found(world).trial.plain);
    const { heldOut } = world.parts;
    expect(heldOut).not.toBeNull();
    const other = log.map((one, at) =>
      heldOut![at] === 1 ? { ...one, task: 'code' as Task } : one,
    );
    const again = found(worldOf(other, { allow: 'needs_test' }, 0.4));
    expect(again.trial.plain).toEqual(first.trial.plain);
    expect(again.trial.allowedPico).toBe(first.trial.allowedPico);
  });

  it('saves what its file saves when it is replayed, rule by rule', () => {
    const log = mixedLog(seeded(4), 500);
    const world = worldOf(log, { allow: 'needs_test', maxLoss: 0.2 }, 0.3);
    const { trial, rules } = found(world);
    const policy = policyOf(trial.plain, 'optimized');
    const { pricer, quality, limitsOf } = world;
    const besides = { pricer, quality, maxLoss: null, limits: limitsOf(policy) };
    const { plans } = plansOf({ policy, ...besides });
    const replay = replayParts(world.table, plans, trainingOf(world.parts));
    expect(replay.savings).toEqual(trial.replay.savings);
    const routing = replay.savings.levers.find(({ lever }) => lever === 'routing');
    const byRule = rules.flatMap(({ options }) => options).map(({ saved }) => saved.total);
    expect(byRule.reduce((sum, one) => sum + one, 0n)).toBe(routing?.savedPico);
    expect(byRule.length).toBeGreaterThan(2);
  });

  it('keeps its limits on any log', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = seeded(seed);
      const allow = oneOf(random, ['sure', 'likely', 'needs_test'] as const);
      const maxLoss = oneOf(random, [0, 0.005, 0.03, null]);
      const world = worldOf(randomLog(seed, 300), { allow, maxLoss }, oneOf(random, [0, 0.4]));
      const { trial, loss } = found(world);
      const { levers, baselinePico, afterPico, savedPico } = trial.replay.savings;
      expect(afterPico).toBe(baselinePico - savedPico);
      expect(trial.allowedPico).toBeGreaterThanOrEqual(0n);
      for (const { lever, byCertainty, savedPico: saved } of levers) {
        const { sure, likely, needs_test } = byCertainty;
        const allowed = { sure, likely: sure + likely, needs_test: sure + likely + needs_test };
        // Levers may be less sure than asked for by a tenth, rules not at all.
        const least = lever === 'routing' ? saved : (saved * 9n) / 10n;
        expect(allowed[allow]).toBeGreaterThanOrEqual(least);
      }
      const { pricedCalls } = trial.replay.savings;
      const lost = trial.replay.moves.reduce((sum, { task, from, to, calls: moved }) => {
        const known = world.quality.loss(task, from, to);
        if (maxLoss !== null) expect(known).not.toBeNull();
        return sum + Math.max(0, known?.loss ?? 0) * moved;
      }, 0);
      expect(lost / pricedCalls).toBeCloseTo(loss, 12);
      if (maxLoss !== null) expect(loss).toBeLessThanOrEqual(maxLoss + 1e-10);
    }
  });

  it('keeps a cache without which more calls would move than the limit of quality allows', () => {
    // Every prompt twice, 10 minutes apart: a cache serves 10 of 20 calls, for sure where the answer
    // was the same: 9 × 3.5e9 and 10 × 3.29e9 of moves are 64.4e9, without it moves are 65.8e9. A small
    // model loses 3 points on qa: on 10 of the calls 1.5 on average, on all of them 3.
    const log = calls(20, { task: 'qa', temperatureMilli: null }).map((one, at) => ({
      ...one,
      startedAtMs: T0 + at * 600_000,
      promptHash: at >> 1,
      answerHash: at === 19 ? 8 : 7,
    }));
    for (const maxLoss of [0.02, 0.03]) {
      const { trial, loss } = found(worldOf(log, { maxLoss }));
      const lost = trial.replay.moves.reduce((sum, { calls: moved }) => sum + 0.03 * moved, 0);
      expect(lost / 20).toBeLessThanOrEqual(maxLoss + 1e-12);
      expect(loss).toBeCloseTo(lost / 20, 12);
      expect(trial.allowedPico).toBe(maxLoss < 0.03 ? 64_400_000_000n : 65_800_000_000n);
      expect(trial.draft.settings.has('exact_cache')).toBe(maxLoss < 0.03);
    }
  });

  it('finds the best set of moves there is, by replaying all of them', () => {
    const random = seeded(6);
    for (let round = 0; round < 8; round++) {
      const log = mixedLog(random, 60).map((one) => ({ ...one, promptHash: one.id }));
      const maxLoss = below(random, 20) / 1000;
      const tasks: Task[] = ['qa', 'code', 'classification'];
      const world = worldOf(log, { allow: 'needs_test', maxLoss });
      const search = found(world);
      const best = bestOf(world, tasks, search);
      expect(search.trial.allowedPico).toBe(best);
      expect(search).toMatchObject({ isExact: true });
      expect(search.loss).toBeLessThanOrEqual(maxLoss + 1e-10);
    }
  });
});

/** gpt-4o calls of three tasks and many sizes, surely labelled, with repeats. */
function mixedLog(random: () => number, count: number): PricedCall[] {
  return Array.from({ length: count }, (_, at) =>
    call({
      startedAtMs: T0 + at * 60_000,
      promptHash: below(random, count),
      usage: usage({ input: 100 + below(random, 5000), output: below(random, 500) }),
      task: oneOf(random, ['qa', 'code', 'classification'] as const),
    }),
  );
}

/** Every way to send each task to one of the destinations or nowhere, replayed. */
function bestOf(world: MoveWorld, tasks: readonly Task[], { trial }: Optimized): bigint {
  const ways = [null, ...world.destinations];
  let best = 0n;
  for (let way = 0; way < ways.length ** tasks.length; way++) {
    const rules = tasks.flatMap((task, at) => {
      const to = ways[Math.floor(way / ways.length ** at) % ways.length] ?? null;
      const rule = {
        task,
        from: 'gpt-4o',
        to,
        minConfidence: 80,
        certainty: 'needs_test',
      } as const;
      return to === null ? [] : [rule];
    });
    const policy = policyOf(plainPolicy({ ...trial.draft, rules }, world.facts), 'all');
    const { pricer, quality } = world;
    const { plans } = plansOf({ policy, pricer, quality, maxLoss: null, limits: {} });
    const { savings, moves } = replayParts(world.table, plans, world.parts);
    const lost = moves.reduce((sum, { task, from, to, calls: moved }) => {
      return sum + Math.max(0, quality.loss(task, from, to)?.loss ?? 1) * moved;
    }, 0);
    if (lost > world.maxLoss! * savings.pricedCalls + 1e-9) continue;
    if (savings.savedPico > best) best = savings.savedPico;
  }
  return best;
}
