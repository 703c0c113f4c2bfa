import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/domain/task.ts';
import { D5_OUTPUT_CAPS } from '../../src/policy/lever-presets.ts';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';
import { QualityTable } from '../../src/policy/quality.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import { cascadeChains } from '../../src/simulate/cascade-chains.ts';
import { batchTierPlan } from '../../src/simulate/lever-batch-tier.ts';
import { type CascadeChain, cascadePlan } from '../../src/simulate/lever-cascade.ts';
import { gatewayPlan } from '../../src/simulate/lever-gateway.ts';
import { outputCapsPlan } from '../../src/simulate/lever-output-caps.ts';
import { promptCachePlan } from '../../src/simulate/lever-prompt-cache.ts';
import { call, FAKE_PRICER, outcome, target, usage } from '../policy/calls.ts';
import { run } from './levers.ts';

const ref = (provider: string, model: string) => ({
  ...{ provider, model, contextTokens: null, latencyMs: null },
});

function chain(reached: readonly number[], over: Partial<CascadeChain> = {}): CascadeChain {
  const models = [ref('openai', 'gpt-4o-mini'), ref('openai', 'gpt-4o')];
  return { condition: null, models, reachedPpm: new Map(), otherwisePpm: reached, ...over };
}

function sent(chains: readonly CascadeChain[], calls = [call()]) {
  return run([cascadePlan(FAKE_PRICER, { chains })], calls);
}

describe('cascade', () => {
  it('pays every attempt, as often as it is made', () => {
    // mini 0.21e9, gpt-4o 3.5e9: 0.21e9 + 18 % × 3.5e9 = 0.84e9; saved 2.66e9.
    const savings = sent([chain([180_000])]);
    expect(savings.savedPico).toBe(2_660_000_000n);
    expect(savings.byCertainty.needs_test).toBe(savings.savedPico);
    expect(savings.levers[0]?.moves).toMatchObject([
      { from: 'gpt-4o', to: 'cascade: gpt-4o-mini > gpt-4o' },
    ]);
  });

  it('stays where as many are passed on as to save nothing', () => {
    // 0.21e9 + 94 % × 3.5e9 = 3.5e9: nothing saved.
    expect(sent([chain([940_000])]).levers[0]?.calls).toBe(0);
    expect(sent([chain([939_999])]).savedPico).toBe(3_500n);
    expect(sent([chain([0])]).savedPico).toBe(3_290_000_000n);
    expect(sent([chain([1_000_000])]).savedPico).toBe(0n);
  });

  it('rounds the expectation up, so the saving down', () => {
    // Two models at 10 and 3 pico-USD a call; 333,333 of a million come to the second.
    const third = [ref('a', 'one'), ref('a', 'two')];
    const pricer = {
      schedule: ({ model }: { model: string }) => ({ cost: () => (model === 'one' ? 10 : 3) }),
    };
    const chains = [chain([333_333], { models: third })];
    // 10 + 0.333333 × 3 = 10.999999 → 11; of 100 paid 89 are saved.
    const savings = run([cascadePlan(pricer, { chains })], [call({ costPico: 100 })]);
    expect(savings.savedPico).toBe(89n);
  });

  it('goes by task, then by the others, else leaves the call and says so', () => {
    const reachedPpm = new Map<Task, readonly number[]>([['qa', [100_000]]]);
    const both = chain([180_000], { reachedPpm });
    // 3.5e9 - (0.21e9 + 0.35e9) = 2.94e9
    expect(sent([both], [call({ task: 'qa' })]).savedPico).toBe(2_940_000_000n);
    expect(sent([both], [call({ task: 'code' })]).savedPico).toBe(2_660_000_000n);
    const only = sent([{ ...both, otherwisePpm: null }], [call({ task: 'code' })]);
    expect(only.savedPico).toBe(0n);
    expect(only.skipped).toEqual([
      { lever: 'cascade', calls: 1, reason: 'no expectation for its task' },
    ]);
  });

  it('takes the first cascade whose condition holds', () => {
    const never = { matches: () => false };
    expect(sent([chain([0], { condition: never })]).savedPico).toBe(0n);
    expect(sent([chain([0], { condition: never }), chain([180_000])]).savedPico).toBe(
      2_660_000_000n,
    );
  });

  it('assumes cold caches', () => {
    // 1,000 read at a tenth and 100 out: 0.25e9 + 1e9 = 1.25e9. Cold: mini 0.21e9 + 18 % × 3.5e9.
    const warm = call({ usage: usage({ cacheRead: 1000, output: 100 }) });
    expect(sent([chain([180_000])], [warm]).savedPico).toBe(1_250_000_000n - 840_000_000n);
  });

  it('is priced by no later lever as if it were one model', async () => {
    const book = await loadPriceBook('catalogue');
    const plans = [
      cascadePlan(book, { chains: [chain([180_000])] }),
      promptCachePlan(book, { arm: 'neutral' }),
      outputCapsPlan(book, { caps: D5_OUTPUT_CAPS }),
      gatewayPlan({ rates: [{ provider: 'openai', model: null, ratio: '0.5' }] }),
      batchTierPlan(book, { minCalls: 1 }),
    ];
    const long = call({ task: 'qa', usage: usage({ input: 1000, output: 1000 }) });
    expect(run(plans, [long]).levers.map(({ calls }) => calls)).toEqual([1, 0, 0, 0, 0]);
  });

  it('leaves what no text model can be asked twice, failures, and models without a price', () => {
    const savings = sent(
      [chain([180_000])],
      [
        call({ outcome: outcome({ stopReason: 'tool_calls' }) }),
        call({ usage: usage({ input: 1, inputImage: 1 }), costPico: 5 }),
        call({ outcome: outcome({ status: 'error' }) }),
        call({ target: target({ operation: 'embeddings' }) }),
        call({ costPico: null }),
      ],
    );
    expect(savings.savedPico).toBe(0n);
    expect(savings.skipped.map(({ calls }) => calls)).toEqual([2]);
    const unknown = chain([1], { models: [ref('a', 'new'), ref('openai', 'gpt-4o')] });
    expect(sent([unknown]).skipped.map(({ reason }) => reason)).toEqual([
      'a model of the cascade has no price',
    ]);
  });

  it.each([
    [[], 'fewer shares than models'],
    [[1_000_001], 'more than all'],
    [[-1], 'less than none'],
    [[0.5], 'a share that is no whole number'],
    [[1, 1], 'more shares than models'],
  ])('refuses %j: %s', (reached) => {
    expect(() => cascadePlan(FAKE_PRICER, { chains: [chain(reached)] })).toThrow(RangeError);
  });

  it('refuses shares that grow, and one model', () => {
    const models = [ref('a', 'gpt-4o-mini'), ref('a', 'gpt-4o'), ref('a', 'gpt-4.1')];
    const grows = chain([100, 200], { models });
    expect(() => cascadePlan(FAKE_PRICER, { chains: [grows] })).toThrow(RangeError);
    const one = chain([], { models: models.slice(0, 1) });
    expect(() => cascadePlan(FAKE_PRICER, { chains: [one] })).toThrow(RangeError);
  });
});

/** The article's three models. */
function published(split: string) {
  const models = 'cascade: [{ models: [Qwen/Qwen3-8B, deepseek-v4-flash, deepseek-reasoner] }]';
  const policy = parsePolicyFile(`${models}\n${split}`, 'e4.yaml');
  return { chains: cascadeChains(policy, new QualityTable([])) };
}

describe('E4: 82 / 13 / 5', () => {
  it('a thousand answers of 840 tokens', async () => {
    // Qwen3-8B $0.01, deepseek-v4-flash $0.25, deepseek-reasoner $2.50 a million tokens of output.
    // 840 × (0.01 + 18 % × 0.25 + 5 % × 2.50) = 840 × 0.18 = $151.2 a million, $0.1512 a thousand;
    // gpt-4o at $10: $8.40.
    const book = await loadPriceBook('commodity-2026');
    const calls = Array.from({ length: 1000 }, () =>
      call({ usage: usage({ output: 840 }), costPico: 840 * 10_000_000 }),
    );
    const savings = run([cascadePlan(book, published('cascade_split: e4'))], calls);
    expect(savings.baselinePico).toBe(8_400_000_000_000n);
    expect(savings.afterPico).toBe(151_200_000_000n);
  });

  it('without a split goes by the published scores of each task', async () => {
    // Classification: Qwen3-8B 91, flash 92 of 100: 9 % are passed on, 8 % twice.
    // 840 × (0.01 + 9 % × 0.25 + 8 % × 2.50) = 840 × 0.2325 = 195.3 → $0.0001953 a call.
    const book = await loadPriceBook('commodity-2026');
    const one = (task: Task) =>
      call({ task, usage: usage({ output: 840 }), costPico: 840 * 10_000_000 });
    const savings = run(
      [cascadePlan(book, published('name: scores'))],
      [one('classification'), one('creative')],
    );
    expect(savings.afterPico).toBe(195_300_000n + 8_400_000_000n);
    expect(savings.skipped).toMatchObject([{ calls: 1 }]);
  });
});
