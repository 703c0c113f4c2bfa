import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import type { Usage } from '../../src/domain/tokens.ts';
import { policyNamed } from '../../src/policy/presets.ts';
import type { Pricer, PriceTarget } from '../../src/policy/pricer.ts';
import type { Savings } from '../../src/simulate/pipeline.ts';
import { replayLevers } from '../../src/simulate/replay.ts';
import { Routing, type RoutingLimits } from '../../src/simulate/routing.ts';
import {
  below,
  call,
  FAKE_PRICER,
  oneOf,
  outcome,
  seeded,
  target,
  usage,
} from '../policy/calls.ts';

function routed(calls: PricedCall[], policy = 'conservative'): Savings {
  const replayed = replayLevers([new Routing(policyNamed(policy), FAKE_PRICER)]);
  for (const one of calls) replayed.add(one);
  return replayed.result();
}

describe('routing', () => {
  it('prices the same tokens on the sibling', () => {
    // gpt-4o: 1,000 × 2.5e6 + 100 × 10e6 = 3.50e9; mini: 1,000 × 0.15e6 + 100 × 0.6e6 = 0.21e9.
    const savings = routed([call({ task: 'qa' }), call({ task: 'code' })]);
    expect(savings.baselinePico).toBe(7_000_000_000n);
    expect(savings.savedPico).toBe(3_290_000_000n);
    expect(savings.levers[0]).toMatchObject({ lever: 'routing', calls: 1 });
    expect(savings.byCertainty).toEqual({ sure: 0n, likely: 3_290_000_000n, needs_test: 0n });
  });

  it('assumes a cold prompt cache on the other model', () => {
    const warm = usage({
      input: 100,
      cacheRead: 800,
      cacheWrite5m: 60,
      cacheWrite1h: 40,
      output: 10,
    });
    // gpt-4o: 100 × 2.5e6 + 800 × 0.25e6 + 100 × 3.125e6 + 10 × 10e6 = 862.5e6.
    // mini: 1,000 × 0.15e6 + 10 × 0.6e6 = 156e6. Saved: 706.5e6.
    expect(routed([call({ task: 'qa', usage: warm })]).savedPico).toBe(706_500_000n);
  });

  it('leaves a call whose price would not fall', () => {
    // Reads of a warm cache at a tenth: 1e6 × 0.25e6 = 0.25e12 < 0.42e12 on deepseek-v3.2.
    const warm = call({ usage: usage({ cacheRead: 100_000 }), task: 'extraction' });
    const savings = routed([warm], 'c2');
    expect(savings).toMatchObject({ savedPico: 0n, skipped: [] });
    expect(savings.levers[0]!.calls).toBe(0);
  });

  it('leaves calls on a model without a price, and counts them', () => {
    const savings = routed([call({ task: 'translation' })], 'e3');
    expect(savings.savedPico).toBe(0n);
    expect(savings.skipped).toEqual([
      { lever: 'routing', calls: 1, reason: 'the model routed to has no price' },
    ]);
  });

  it('says from which model to which, largest saving first, targets of one model together', () => {
    // gpt-4o → gpt-4o-mini saves 3.29e9 a call; half the input and no output 500 × 2.35e6 =
    // 1.175e9.
    const flex = target({ tier: 'flex' });
    const small = usage({ input: 500 });
    const dear = target({ model: 'gpt-4.1' });
    const { levers } = routed([
      call({ task: 'qa', target: dear }),
      call({ task: 'qa' }),
      call({ task: 'qa', target: flex, usage: small }),
      call({ task: 'code' }),
    ]);
    const mini = { from: 'gpt-4o', to: 'gpt-4o-mini', calls: 2, savedPico: 4_465_000_000n };
    expect(levers[0]?.moves).toEqual([mini]);
    expect(levers[0]).toMatchObject({ calls: 2, savedPico: 4_465_000_000n });
  });

  it('moves add up to the lever, to the last digit', () => {
    const random = seeded(5);
    const models = ['gpt-4o', 'gpt-4.1', 'claude-sonnet-4.5', 'gemini-2.5-flash'];
    const calls = Array.from({ length: 500 }, () =>
      call({
        task: oneOf(random, ['qa', 'translation', 'code', 'other']),
        target: target({ model: oneOf(random, models) }),
        usage: usage({ input: below(random, 5000), output: below(random, 900) }),
      }),
    );
    for (const policy of ['conservative', 'b2', 'c2']) {
      const [lever] = routed(calls, policy).levers;
      const moves = lever?.moves ?? [];
      expect(moves.reduce((sum, move) => sum + move.calls, 0)).toBe(lever?.calls);
      expect(moves.reduce((sum, move) => sum + move.savedPico, 0n)).toBe(lever?.savedPico);
      expect(new Set(moves.map(({ from, to }) => `${from} ${to}`)).size).toBe(moves.length);
    }
  });

  it('takes the cheapest of a pool', () => {
    // b2 balanced: deepseek-v3.2 at 0.42e6 a token × 1,100 = 462e6, gemini-2.5-flash 2.75e9.
    expect(routed([call()], 'b2').savedPico).toBe(3_500_000_000n - 462_000_000n);
  });

  it('leaves calls that do not fit, or are not text', () => {
    // gpt-4o-mini takes 128,000 tokens in all.
    const fits = call({ task: 'qa', usage: usage({ input: 127_999, output: 1 }) });
    const tooLong = call({ task: 'qa', usage: usage({ input: 128_000, output: 1 }) });
    const audio = call({ task: 'qa', usage: usage({ input: 1, inputAudio: 1 }) });
    const savings = routed([fits, tooLong, audio]);
    expect(savings.levers[0]!.calls).toBe(1);
    expect(savings.skipped.map(({ calls }) => calls)).toEqual([1, 1]);
  });

  it("asks for prices at the call's tier, and its region only on the same provider", () => {
    const asked: PriceTarget[] = [];
    const pricer = {
      schedule(asks: PriceTarget) {
        asked.push(asks);
        return { cost: () => 0 };
      },
    };
    const flex = target({ tier: 'flex', region: 'eu' });
    for (const policy of ['conservative', 'c2']) {
      const lever = new Routing(policyNamed(policy), pricer);
      replayLevers([lever]).add(call({ target: flex, task: 'qa', costPico: 5 }));
    }
    expect(asked).toMatchObject([
      { provider: 'openai', model: 'gpt-4o-mini', tier: 'flex', region: 'eu' },
      { provider: 'google', model: 'gemini-2.5-flash', tier: 'flex', region: '' },
    ]);
  });

  describe('limits', () => {
    const nobody = { contextTokens: null, latencyMs: null, tools: null };
    const limited = (calls: PricedCall[], limits: RoutingLimits, policy = 'b2') => {
      const replayed = replayLevers([new Routing(policyNamed(policy), FAKE_PRICER, null, limits)]);
      for (const one of calls) replayed.add(one);
      return replayed.result();
    };
    const toolCall = call({ outcome: outcome({ stopReason: 'tool_calls' }) });

    it('calls with tools only go to models that take them', () => {
      // b2 balanced: deepseek-v3.2 462e6 without tools, gemini-2.5-flash 1,100 × 2.5e6 = 2.75e9.
      const abilitiesOf = ({ model }: { model: string }) => ({
        ...nobody,
        tools: model === 'deepseek-v3.2' ? false : null,
      });
      expect(limited([toolCall], { abilitiesOf }).savedPico).toBe(750_000_000n);
      const plain = call({ hasTools: false });
      expect(limited([plain], { abilitiesOf }).savedPico).toBe(3_038_000_000n);
      // Whether it has tools is not known.
      expect(limited([call()], { abilitiesOf }).savedPico).toBe(750_000_000n);
      const unknown = limited([call()], { abilitiesOf: () => ({ ...nobody, tools: false }) });
      expect(unknown.skipped).toEqual([
        {
          ...{ lever: 'routing', calls: 1 },
          reason: 'whether the call has tools is not known, and no model of the route takes them',
        },
      ]);
      const none = limited([toolCall], { abilitiesOf: () => ({ ...nobody, tools: false }) });
      expect(none.savedPico).toBe(0n);
      expect(none.skipped.map(({ reason }) => reason)).toEqual([
        'no model of the route takes tools',
      ]);
    });

    it('models slower than the limit are left out', () => {
      // gemini-2.5-flash 28 ms, deepseek-v3.2 35 ms, as the policy states.
      expect(limited([call()], { maxLatencyMs: 35 }).savedPico).toBe(3_038_000_000n);
      expect(limited([call()], { maxLatencyMs: 34 }).savedPico).toBe(750_000_000n);
      expect(limited([call()], { maxLatencyMs: 27 }).skipped.map(({ reason }) => reason)).toEqual([
        'no model of the route is known to be within the latency limit',
      ]);
    });

    it('models of which nobody knows how fast they are do not pass a latency limit', () => {
      // Measured, and not what the policy's source states: 28 and 35 ms.
      const latencyOf = ({ model }: { model: string }) =>
        model === 'gemini-2.5-flash' ? 900 : null;
      expect(limited([call()], { maxLatencyMs: 900, latencyOf }).savedPico).toBe(750_000_000n);
      expect(limited([call()], { maxLatencyMs: 899, latencyOf }).savedPico).toBe(0n);
      expect(limited([call()], { latencyOf }).savedPico).toBe(3_038_000_000n);
    });

    it('calls that came with tools only go to models that take them', () => {
      const abilitiesOf = ({ model }: { model: string }) => ({
        ...nobody,
        tools: model === 'deepseek-v3.2' ? false : null,
      });
      expect(limited([call({ hasTools: true })], { abilitiesOf }).savedPico).toBe(750_000_000n);
      expect(limited([call({ hasTools: false })], { abilitiesOf }).savedPico).toBe(3_038_000_000n);
    });

    it('windows that the policy does not state are looked up', () => {
      const abilitiesOf = () => ({ ...nobody, contextTokens: 1100 });
      const qa = (input: number) => call({ task: 'other', usage: usage({ input, output: 100 }) });
      const e3 = (input: number) => limited([qa(input)], { abilitiesOf }, 'e3').skipped;
      expect(e3(1000).map(({ reason }) => reason)).toEqual(['the model routed to has no price']);
      expect(e3(1001).map(({ reason }) => reason)).toEqual([
        'the call does not fit the context window of the model routed to',
      ]);
    });

    it('tokens are counted anew for the other tokenizer', () => {
      // 1,000 + 100 tokens are 1,120 + 112 there: 1,232 × 0.42e6 = 517.44e6.
      const recount = () => 1120;
      expect(limited([call()], { recount }).savedPico).toBe(3_500_000_000n - 517_440_000n);
      // 128,000 tokens of window hold 114,285 of this model's.
      const big = (input: number) => call({ usage: usage({ input, output: 1 }) });
      expect(limited([big(114_284)], { recount }).levers[0]?.calls).toBe(1);
      expect(limited([big(114_285)], { recount }).skipped).toHaveLength(1);
    });
  });

  it('pays for writing to the other cache where marks were paid before', () => {
    // sonnet 4.5 at 15e6: 100 + 1,000 read at a tenth + 10 out = 1.5e9 + 1.5e9 + 0.15e9 = 3.15e9.
    // Haiku 4.5 at 1e6 and 5e6: 100 + 1,000 written at 5/4 + 10 out = 0.1e9 + 1.25e9 + 0.05e9 =
    // 1.4e9.
    const asked: Usage[] = [];
    const pricer: Pricer = {
      schedule: () => ({
        cost(use) {
          asked.push({ ...use });
          return use.input * 1e6 + use.cacheWrite5m * 1.25e6 + use.output * 5e6;
        },
      }),
    };
    const claude = target({ provider: 'anthropic', model: 'claude-sonnet-4.5' });
    const warm = call({
      ...{ target: claude, task: 'qa' },
      usage: usage({ input: 100, cacheRead: 1000, output: 10 }),
    });
    const replayed = replayLevers([new Routing(policyNamed('conservative'), pricer)]);
    replayed.add(warm);
    expect(warm.costPico).toBe(3_150_000_000);
    expect(replayed.result().savedPico).toBe(1_750_000_000n);
    expect(asked).toMatchObject([{ input: 100, cacheRead: 0, cacheWrite5m: 1000, output: 10 }]);
  });

  it('leaves unpriced calls alone', () => {
    expect(routed([call({ task: 'qa', costPico: null })])).toMatchObject({
      savedPico: 0n,
      unpricedCalls: 1,
      skipped: [],
    });
  });
});
