/** Quality: what is moved within a limit, what a frontier says, and which calls a fit may see. */
import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import type { Task } from '../../src/domain/task.ts';
import { routingOf } from '../../src/policy/file-routing.ts';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';
import { QualityTable } from '../../src/policy/quality.ts';
import { cascadeChains } from '../../src/simulate/cascade-chains.ts';
import { frontierOf } from '../../src/simulate/frontier.ts';
import type { LeverPlan } from '../../src/simulate/lever.ts';
import { plansOf } from '../../src/simulate/lever-plans.ts';
import { type MakeRouting, routingPlan } from '../../src/simulate/lever-routing.ts';
import { expectedLoss, groupsOf } from '../../src/simulate/quality-groups.ts';
import { Routing } from '../../src/simulate/routing.ts';
import { partsOf, replayParts, simulate } from '../../src/simulate/simulate.ts';
import { call, FAKE_PRICER, seeded, T0 } from '../policy/calls.ts';
import { tableOf } from './calls.ts';

/** gpt-4o 100, gpt-4o-mini 99 at qa, 90 at classification, 50 at summaries; nothing else is known. */
const QUALITY = new QualityTable([
  { model: 'gpt-4o', task: 'qa', score: 100 },
  { model: 'gpt-4o', task: 'classification', score: 100 },
  { model: 'gpt-4o', task: 'summarization', score: 100 },
  { model: 'gpt-4o-mini', task: 'qa', score: 99 },
  { model: 'gpt-4o-mini', task: 'classification', score: 90 },
  { model: 'gpt-4o-mini', task: 'summarization', score: 50 },
]);

const POLICY = routingOf(
  parsePolicyFile(
    'routing: { rules: [{ if: { task: [qa, classification, summarization, creative] }, use: gpt-4o-mini }] }',
    'p.yaml',
  ),
);
const make: MakeRouting = (mayMove) => new Routing(POLICY, FAKE_PRICER, mayMove);

function calls(counts: Partial<Record<Task, number>>, startMs = 0): PricedCall[] {
  const tasks = Object.entries(counts).flatMap(([task, count]) =>
    Array.from({ length: count }, () => task as Task),
  );
  return tasks.map((task, at) =>
    call({ id: at, task, startedAtMs: T0 + startMs + at, promptHash: at }),
  );
}

function within(log: readonly PricedCall[], maxLoss: number, holdout = 0) {
  const table = tableOf(log);
  const plan = routingPlan(make, { quality: QUALITY, maxLoss });
  return simulate(table, [plan], { parts: partsOf(table, holdout), random: seeded(1) });
}

function movedTasks(log: readonly PricedCall[], maxLoss: number, holdout = 0): Task[] {
  return within(log, maxLoss, holdout).moves.map(({ task }) => task);
}

describe('a limit of quality lost', () => {
  // 100 calls: 40 qa lose 0.40 calls' worth, 20 classifications 2.0, 10 summaries 5.0, over 100.
  const log = calls({ qa: 40, classification: 20, summarization: 10, code: 30 });

  it('moves what fits, the most saved for each bit of quality first', () => {
    expect(movedTasks(log, 0)).toEqual([]);
    expect(movedTasks(log, 0.0039)).toEqual([]);
    expect(movedTasks(log, 0.004)).toEqual(['qa']);
    expect(movedTasks(log, 0.0239)).toEqual(['qa']);
    expect(movedTasks(log, 0.0241)).toEqual(['qa', 'classification']);
    expect(movedTasks(log, 0.0741)).toEqual(['qa', 'classification', 'summarization']);
  });

  it('is kept by what is then expected', () => {
    for (const maxLoss of [0, 0.004, 0.03, 0.5]) {
      const { moves, savings } = within(log, maxLoss);
      const { mean } = expectedLoss(groupsOf(moves, QUALITY), savings.pricedCalls);
      expect(mean).toBeLessThanOrEqual(maxLoss + 1e-12);
    }
  });

  it('never moves what nobody knows the loss of', () => {
    expect(movedTasks(calls({ creative: 10 }), 1)).toEqual([]);
    const plain = replayParts(
      tableOf(calls({ creative: 10 })),
      [routingPlan(make, null)],
      partsOf(tableOf([]), 0),
    );
    expect(plain.savings.levers[0]!.calls).toBe(10);
    const loss = expectedLoss(groupsOf(plain.moves, QUALITY), 10);
    expect(loss).toEqual({ mean: 0, movedCalls: 10, unknownCalls: 10 });
  });

  it('is fitted on the training alone', () => {
    // Training: 60 qa. Held out: 40 classifications, which the training never saw: they stay.
    const late = calls({ classification: 40 }, 1_000_000);
    const both = [...calls({ qa: 60 }), ...late];
    expect(movedTasks(both, 1)).toEqual(['classification', 'qa'].sort().reverse());
    expect(movedTasks(both, 1, 0.4)).toEqual([]);
    const { parts, savings } = within(both, 1, 0.4);
    expect([parts.trainingCalls, savings.pricedCalls, savings.savedPico]).toEqual([60, 40, 0n]);
  });
});

describe('the frontier', () => {
  const log = calls({ qa: 40, classification: 20, summarization: 10, creative: 5, code: 30 });

  function frontier(plans: readonly LeverPlan[]) {
    const table = tableOf(log);
    const steps = frontierOf(table, { plans, make, quality: QUALITY, parts: partsOf(table, 0) });
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    return step.value;
  }

  it('goes from no move to all of a known loss', () => {
    const { points, unknown, joined, pricedCalls } = frontier([routingPlan(make, null)]);
    // Each call saves 3.5e9 − 0.21e9 = 3.29e9.
    expect(points.map(({ added, savedPico }) => [added?.task ?? null, savedPico])).toEqual([
      [null, 0n],
      ['qa', 40n * 3_290_000_000n],
      ['classification', 60n * 3_290_000_000n],
      ['summarization', 70n * 3_290_000_000n],
    ]);
    // (40 × .01 + 20 × .10 + 10 × .50) / 105
    expect(points.at(-1)?.loss.mean).toBeCloseTo(7.4 / 105, 12);
    expect([unknown.map(({ task }) => task), joined, pricedCalls]).toEqual([['creative'], 0, 105]);
  });

  it('has what the other levers save on the rest in each point', () => {
    const half: LeverPlan = {
      id: 'half',
      create: () => ({
        id: 'half',
        apply(state) {
          state.costPico! /= 2;
          return 'needs_test';
        },
        words: () => ({ method: '', note: null }),
      }),
    };
    const { points } = frontier([routingPlan(make, null), half]);
    // 105 calls at 3.5e9; qa moved: 65 × 3.5e9 + 40 × 0.21e9; half of it is left.
    expect(points[0]?.afterPico).toBe((105n * 3_500_000_000n) / 2n);
    expect(points[1]?.afterPico).toBe((65n * 3_500_000_000n + 40n * 210_000_000n) / 2n);
  });
});

describe('the levers of a policy', () => {
  const world = { pricer: FAKE_PRICER, quality: QUALITY, maxLoss: null, limits: {} };
  const planned = (text: string) => {
    const { plans, missing } = plansOf({ ...world, policy: parsePolicyFile(text, 'p.yaml') });
    return [plans.map(({ id }) => id), missing];
  };

  it('are all it has settings for, in the usual order, or those it names', () => {
    const cache = 'cache: { ttl_hours: 1 }';
    const text = `output_caps: { qa: 5 }\n${cache}\nrouting: { preset: c2 }`;
    expect(planned(text)).toEqual([['exact_cache', 'routing', 'output_caps'], []]);
    expect(planned(`${text}\nlevers: [routing, exact_cache]`)).toEqual([
      ['routing', 'exact_cache'],
      [],
    ]);
    expect(planned('{}')).toEqual([[], []]);
    // What has defaults needs no section; what has none does.
    expect(planned('levers: [batch_tier, retries]')).toEqual([['batch_tier', 'retries'], []]);
    expect(planned('levers: [semantic_cache]')).toEqual([[], ['semantic_cache']]);
    for (const id of ['routing', 'cascade', 'gateway']) {
      expect(() => planned(`levers: [${id}]`)).toThrow(`the lever ${id} has no section`);
    }
    expect(planned(`${text}\nlevers: []`)).toEqual([[], []]);
  });
});

describe('the cascades of a policy', () => {
  const chain = 'cascade: [{ models: [gpt-4o-mini, gpt-4.1, gpt-4o] }]';
  const chains = (text: string, quality = QUALITY) =>
    cascadeChains(parsePolicyFile(text, 'p.yaml'), quality);

  it('pass on what the shares leave', () => {
    const [first] = chains(`${chain}\ncascade_split: { '*': [0.82, 0.13, 0.05] }`);
    // 1 − .82 = .18 come to the second, .18 − .13 = .05 to the third.
    expect(first?.otherwisePpm).toEqual([180_000, 50_000]);
    expect(first?.reachedPpm.size).toBe(0);
  });

  it('else what the scores say, and nothing for other tasks', () => {
    const quality = new QualityTable([
      { model: 'gpt-4o-mini', task: 'creative', score: 84 },
      { model: 'gpt-4.1', task: 'creative', score: 80 },
    ]);
    const [first] = chains(chain, quality);
    // 16 of 100 fail at the first; what fails at the second (20) is no more than came to it.
    expect(first?.reachedPpm.get('creative')).toEqual([160_000, 160_000]);
    expect(first?.reachedPpm.has('embedding')).toBe(false);
    expect(first?.otherwisePpm).toBe(null);
  });

  it('want a share for each model', () => {
    expect(() => chains(`${chain}\ncascade_split: { qa: [0.5, 0.5] }`)).toThrow(
      /2 shares for a cascade of 3 models/,
    );
  });
});
