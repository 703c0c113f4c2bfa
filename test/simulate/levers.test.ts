/** All levers on seeded logs: sums, and independent replays by another method. */
import { describe, expect, it, test } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { B4_RETRIES, D5_OUTPUT_CAPS, E6_COMPRESSION } from '../../src/policy/lever-presets.ts';
import type { LeverPlan } from '../../src/simulate/lever.ts';
import { batchTierPlan } from '../../src/simulate/lever-batch-tier.ts';
import { cascadePlan } from '../../src/simulate/lever-cascade.ts';
import { compressionPlan } from '../../src/simulate/lever-compression.ts';
import { gatewayPlan } from '../../src/simulate/lever-gateway.ts';
import { outputCapsPlan } from '../../src/simulate/lever-output-caps.ts';
import { promptCachePlan } from '../../src/simulate/lever-prompt-cache.ts';
import { retriesPlan } from '../../src/simulate/lever-retries.ts';
import { trimmingPlan } from '../../src/simulate/lever-trimming.ts';
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
import { run } from './levers.ts';

const CLAUDE = target({ provider: 'anthropic', model: 'claude-sonnet-4.5' });
const ref = (model: string) => ({
  ...{ provider: 'openai', model, contextTokens: null, latencyMs: null },
});

const PLANS: readonly LeverPlan[] = [
  retriesPlan(B4_RETRIES),
  cascadePlan(FAKE_PRICER, {
    chains: [
      {
        condition: { matches: ({ task }) => task === 'qa' },
        models: [ref('gpt-4o-mini'), ref('gpt-4o')],
        reachedPpm: new Map(),
        otherwisePpm: [137_451],
      },
    ],
  }),
  promptCachePlan(FAKE_PRICER),
  compressionPlan(FAKE_PRICER, {
    ...{ ...E6_COMPRESSION, compressor: ref('gpt-4o-mini') },
  }),
  trimmingPlan(FAKE_PRICER, { keptTurns: 2, minInputTokens: 0 }),
  outputCapsPlan(FAKE_PRICER, { caps: D5_OUTPUT_CAPS }),
  gatewayPlan({ rates: [{ provider: null, model: null, ratio: '0.917' }] }),
  batchTierPlan(FAKE_PRICER, { minCalls: 2, maxPauseMs: 8000 }),
];

/** One of twenty conversations that grow by 1,000 tokens a turn. */
function turnOf(i: number): Partial<PricedCall> {
  const conversation = (i / 5) % 20;
  return {
    ...{
      sessionKey: 1000 + conversation,
      systemHash: null,
      target: target(),
      promptHash: 1000 + i,
    },
    outcome: outcome(),
    usage: usage({ input: 1000 * (1 + Math.floor(i / 100)), output: 500 }),
  };
}

/** Sessions, repeats, failures, caches and bursts, in time order. */
function log(seed: number): PricedCall[] {
  const random = seeded(seed);
  let now = T0;
  let again: Partial<PricedCall> = {};
  return Array.from({ length: 1500 }, (_, i) => {
    now += below(random, 10) === 0 ? below(random, 600_000) : below(random, 900);
    const failed = below(random, again.promptHash === undefined ? 12 : 2) === 0;
    const one = call({
      startedAtMs: now,
      latencyMs: below(random, 3000),
      target: oneOf(random, [target(), target({ model: 'gpt-4.1' }), CLAUDE]),
      outcome: failed
        ? outcome({ status: oneOf(random, ['error', 'timeout']), httpStatus: null, stopReason: '' })
        : outcome({ stopReason: oneOf(random, ['stop', 'stop', 'stop', 'tool_calls']) }),
      task: oneOf(random, ['qa', 'classification', 'code', 'chat']),
      promptHash: below(random, 400),
      systemHash: oneOf(random, [null, 1, 2, 3]),
      sessionKey: oneOf(random, [null, below(random, 200)]),
      usage: usage({
        input: 40 * below(random, 200),
        output: below(random, 900),
        cacheRead: oneOf(random, [0, 0, 0, 128 * below(random, 20)]),
        cacheWrite5m: oneOf(random, [0, 0, 0, 40 * below(random, 20)]),
      }),
      ...again,
      ...(i % 5 === 0 && again.promptHash === undefined ? turnOf(i) : {}),
    });
    // What failed is sent again, soon after it ended.
    again = {};
    if (failed) {
      again = { promptHash: one.promptHash, target: one.target };
      now += one.latencyMs ?? 0;
    }
    return one;
  });
}

describe.each([1, 2, 3])('all levers (seed %i)', (seed) => {
  const calls = log(seed);

  test('add up to the last digit, in any order', () => {
    for (const plans of [PLANS, [...PLANS].reverse()]) {
      const { levers, baselinePico, afterPico, savedPico, byCertainty } = run(plans, calls);
      const sum = levers.reduce((so, lever) => so + lever.savedPico, 0n);
      expect(baselinePico - afterPico).toBe(sum);
      expect(savedPico).toBe(sum);
      expect(byCertainty.sure + byCertainty.likely + byCertainty.needs_test).toBe(sum);
      expect(afterPico).toBeGreaterThan(0n);
    }
  });

  test('each is at work, and the same twice', () => {
    for (const plan of PLANS) {
      const { levers } = run([plan], calls);
      expect(levers[0]?.calls, plan.id).toBeGreaterThan(0);
      expect(run([plan], calls).levers).toEqual(levers);
      // Writes to a cache, and the compressor, may cost more than they save here.
      const mayLose = plan.id === 'prompt_cache' || plan.id === 'compression';
      if (!mayLose) expect(levers[0]?.savedPico, plan.id).toBeGreaterThan(0n);
    }
  });
});

describe('trimming against the messages themselves', () => {
  it.each([11, 12, 13])('seed %i', (seed) => {
    // Each session is written as messages; a trimmed prompt is put together from them.
    const random = seeded(seed);
    const calls: PricedCall[] = [];
    let expected = 0;
    const keptTurns = 1 + below(random, 4);
    for (let session = 0; session < 40; session++) {
      const system = below(random, 500);
      const asked: number[] = [];
      const answered: number[] = [];
      for (let turn = 0; turn < 1 + below(random, 14); turn++) {
        asked.push(1 + below(random, 200));
        const history = answered.reduce((sum, answer, i) => sum + asked[i]! + answer, 0);
        const input = system + history + asked[turn]!;
        const output = below(random, 300);
        calls.push(call({ startedAtMs: T0, sessionKey: session, usage: usage({ input, output }) }));
        answered.push(output);
        let trimmed = system + asked[0]!;
        for (let i = Math.max(0, turn - keptTurns); i < turn; i++) {
          trimmed += (i === 0 ? 0 : asked[i]!) + answered[i]!;
        }
        if (turn > 0) trimmed += asked[turn]!;
        expected += (input - trimmed) * 2_500_000;
      }
    }
    const plan = trimmingPlan(FAKE_PRICER, { keptTurns, minInputTokens: 0 });
    expect(run([plan], calls).savedPico).toBe(BigInt(expected));
    expect(expected).toBeGreaterThan(0);
  });
});

describe('marked system prompts against a plain replay', () => {
  it.each([21, 22, 23])('seed %i', (seed) => {
    const random = seeded(seed);
    const sizes = [1500, 2500, 900, 4000];
    let now = T0;
    const calls = Array.from({ length: 600 }, (_, i) => {
      now += below(random, 120_000);
      const system = below(random, sizes.length);
      // The shortest request has 16 tokens; each system prompt gets one early.
      const input = sizes[system]! + 16 + (i < 100 ? 0 : below(random, 300));
      return call({
        ...{ startedAtMs: now, target: CLAUDE, systemHash: system, promptHash: i },
        usage: usage({ input, output: 5 }),
      });
    });
    const lastMs = new Map<number, number>();
    let expected = 0;
    for (const { systemHash, startedAtMs } of calls) {
      const tokens = sizes[systemHash!]!;
      const last = lastMs.get(systemHash!);
      lastMs.set(systemHash!, startedAtMs!);
      if (tokens < 1024) continue;
      const isHit = last !== undefined && startedAtMs! - last <= 300_000;
      expected += tokens * (isHit ? 13_500_000 : -3_750_000);
    }
    expect(run([promptCachePlan(FAKE_PRICER)], calls).savedPico).toBe(BigInt(expected));
  });
});
