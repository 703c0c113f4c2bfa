/**
 * The articles' headline figures, from workloads of the mix they state: A8, C6, E8.
 *
 * Each mix is generated so that the figure comes out exactly, in seeded order; the arithmetic
 * stands beside it, and so does what in the article does not add up.
 */
import { describe, expect, test } from 'vitest';
import type { PricedCall, Target } from '../../src/domain/call.ts';
import type { Task } from '../../src/domain/task.ts';
import type { Usage } from '../../src/domain/tokens.ts';
import { routingOf } from '../../src/policy/file-routing.ts';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';
import { policyNamed } from '../../src/policy/presets.ts';
import type { Pricer } from '../../src/policy/pricer.ts';
import { QualityTable } from '../../src/policy/quality.ts';
import type { RoutingPolicy } from '../../src/policy/route.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import { cascadeChains } from '../../src/simulate/cascade-chains.ts';
import { ExactCache } from '../../src/simulate/exact-cache.ts';
import type { LeverPlan } from '../../src/simulate/lever.ts';
import { batchTierPlan } from '../../src/simulate/lever-batch-tier.ts';
import { type CascadeOptions, cascadePlan } from '../../src/simulate/lever-cascade.ts';
import { routingPlan } from '../../src/simulate/lever-routing.ts';
import { Routing } from '../../src/simulate/routing.ts';
import { below, call, seeded, T0, target, usage } from '../policy/calls.ts';
import { run } from './levers.ts';

/** Calls of one kind. */
interface Kind {
  readonly count: number;
  readonly task: Task;
  readonly used: Usage;
  /** Distinct prompts among them; all others repeat one of these. */
  readonly distinct?: number;
  readonly userId?: number;
  /** Sessions with another call to come are not for a batch. */
  readonly sessionKey?: number;
}

/** The kinds in seeded order, 10 ms apart, each answered after 5 ms, on one model. */
function workload(on: Target, kinds: readonly Kind[], pricer: Pricer): PricedCall[] {
  const random = seeded(2026);
  const drafts = kinds.flatMap((kind, k) => {
    const { count, distinct = count } = kind;
    return Array.from({ length: count }, (_, i) => ({ kind, prompt: k * 1e6 + (i % distinct) }));
  });
  for (let i = drafts.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    [drafts[i], drafts[j]] = [drafts[j]!, drafts[i]!];
  }
  const schedule = pricer.schedule(on);
  return drafts.map(({ kind, prompt }, i) => {
    const costPico = schedule.cost(kind.used, T0);
    if (typeof costPico === 'string') throw new Error(costPico);
    return call({
      ...{ startedAtMs: T0 + i * 10, latencyMs: 5, target: on, promptHash: prompt, costPico },
      ...{ task: kind.task, usage: kind.used, userId: kind.userId ?? null },
      sessionKey: kind.sessionKey ?? null,
    });
  });
}

const exactCache: LeverPlan = { id: 'exact_cache', create: () => new ExactCache() };

function routedBy(policy: RoutingPolicy, pricer: Pricer): LeverPlan {
  return routingPlan((mayMove) => new Routing(policy, pricer, mayMove), null);
}

/**
 * A price book whose Batch API costs half, as the providers' do; the articles' tables have none.
 */
function withBatch(pricer: Pricer): Pricer {
  return {
    schedule(asked) {
      const { cost } = pricer.schedule({ ...asked, tier: 'standard' });
      if (asked.tier !== 'batch') return { cost };
      return {
        cost(used, atMs) {
          const whole = cost(used, atMs);
          return typeof whole === 'string' ? whole : whole / 2;
        },
      };
    },
  };
}

describe('A8: 85 % less, of which routing 40 %, the cache 35 %, batching the rest', () => {
  test('the parts are shares of the same bill', async () => {
    // Everything on claude-sonnet-4.5 ($15 / $75); 1,000 + 200 tokens are $0.03 a call.
    // deepseek-v3.2 ($0.42 / $2.10) costs 2.8 % of that: 97.2 % less (the article says 96.8 %). Of
    // 24,300 calls
    //   8,505 repeat a prompt whose answer is there:      8,505 / 24,300 = 35 %
    //  10,000 go to deepseek-v3.2: 10,000 × 0.972 = 9,720 / 24,300 = 40 %
    //   4,860 are a bulk run at half:   4,860 / 2 = 2,430 / 24,300 = 10 %
    //     935 stay as they are; 15 % of $12,400 are $1,860.
    const book = withBatch(await loadPriceBook('router-2026'));
    const used = usage({ input: 1000, output: 200 });
    const calls = workload(
      target({ provider: 'anthropic', model: 'claude-sonnet-4.5' }),
      [
        // 935 prompts, asked 9,440 times: 8,505 repeats.
        { count: 8505 + 935, distinct: 935, task: 'reasoning', used, sessionKey: 1 },
        { count: 10_000, task: 'classification', used, sessionKey: 2 },
        { count: 4860, task: 'analysis', used, userId: 1 },
      ],
      book,
    );
    const policy = routingOf(
      parsePolicyFile(
        'routing: { rules: [{ if: { task: classification }, use: [deepseek-v3.2] }] }',
        'a8.yaml',
      ),
    );
    const plans = [exactCache, routedBy(policy, book), batchTierPlan(book)];
    const { baselinePico, afterPico, levers } = run(plans, calls);
    expect(calls).toHaveLength(24_300);
    expect(baselinePico).toBe(24_300n * 30_000_000_000n);
    expect(levers.map(({ savedPico }) => (savedPico * 100n) / baselinePico)).toEqual([
      35n,
      40n,
      10n,
    ]);
    expect(afterPico * 100n).toBe(baselinePico * 15n);
    expect((12_400n * afterPico) / baselinePico).toBe(1860n);
  });

  test('what does not add up', () => {
    // 2.1 million tokens a day are 63 million a month. At the dearest rate of its own table, $75 a
    // million, that is $4,725: $12,400 cannot be.
    expect(2.1 * 30 * 75).toBeCloseTo(4725);
    // One after the other the three would leave (1 - .40) × (1 - .35) = 39 %; to come to 15 %,
    // batches would have to save 1 - .15 / .39 = 61.5 % of the rest. A Batch API saves half: 80.5 %
    // in all.
    expect(1 - 0.15 / (0.6 * 0.65)).toBeCloseTo(0.615, 3);
    expect(1 - 0.6 * 0.65 * 0.5).toBeCloseTo(0.805);
    // 70 % of the calls at 96.8 % less would be 67.8 % by routing alone, not 40 %.
    expect(0.7 * 0.968).toBeCloseTo(0.678, 3);
  });
});

describe('C6: $5,000 to $800 a month, the router alone 62 %', () => {
  // gpt-4.1 costs $8.00 for all tokens, deepseek-v3.2 $0.42 (94.75 % less), gemini-2.5-flash $2.50
  // (68.75 % less). Of 1,000 calls 375 classify or extract, 385 translate or analyse, 240 reason:
  // 375 × .9475 + 385 × .6875 = 355.3125 + 264.6875 = 620 of 1,000.
  const used = usage({ input: 500, output: 100 });
  const on = target({ model: 'gpt-4.1' });

  test('the router alone: 62 %', async () => {
    const book = await loadPriceBook('flat-2026');
    const calls = workload(
      on,
      [
        { count: 375, task: 'classification', used },
        { count: 385, task: 'translation', used },
        { count: 240, task: 'reasoning', used },
      ],
      book,
    );
    const router = routedBy(policyNamed('c2'), book);
    const { baselinePico, afterPico } = run([router], calls);
    // 1,000 × 600 tokens × $8 / 1,000,000 = $4.80
    expect(baselinePico).toBe(4_800_000_000_000n);
    expect(afterPico * 100n).toBe(baselinePico * 38n);
  });

  test('with a cache before it: 84 %', async () => {
    // $800 of $5,000 is 16 %: (1 - h) × 38 % = 16 % for h = 11 / 19 = 57.9 % of calls answered by
    // the cache, within the 40 to 60 % the article claims for it. In each group of 19 calls 8
    // prompts are new: 19,000 calls, 8,000 prompts.
    const book = await loadPriceBook('flat-2026');
    const calls = workload(
      on,
      [
        { count: 375 * 19, distinct: 375 * 8, task: 'classification', used },
        { count: 385 * 19, distinct: 385 * 8, task: 'translation', used },
        { count: 240 * 19, distinct: 240 * 8, task: 'reasoning', used },
      ],
      book,
    );
    const router = routedBy(policyNamed('c2'), book);
    const { baselinePico, afterPico, levers } = run([exactCache, router], calls);
    expect(levers[0]?.calls).toBe(11_000);
    expect(afterPico * 100n).toBe(baselinePico * 16n);
    expect((5000n * afterPico) / baselinePico).toBe(800n);
    // Behind the cache the router saves 62 % of 8/19: 26.1 % of the whole, not 62 %.
    expect(Number(levers[1]?.savedPico) / Number(baselinePico)).toBeCloseTo(0.261, 3);
  });

  test('what does not add up', () => {
    // 2.3 million requests a day are 69 million a month: $5,000 is $0.0000725 a request, less than
    // half of the $0.00017 that one is said to cost after all savings; at $0.008 they would be
    // $552,000.
    expect(5000 / 69e6).toBeCloseTo(0.0000725, 7);
    expect(69e6 * 0.008).toBeCloseTo(552_000);
    // $0.008 are 1,000 tokens at $8. The same on deepseek-v3.2 are $0.00042; $0.00017 are 405
    // tokens: the figure needs 60 % fewer tokens beside the other model.
    expect(1000 * 0.42e-6).toBeCloseTo(0.00042);
    expect(405 * 0.42e-6).toBeCloseTo(0.00017, 6);
  });
});

describe('E8: 82 / 13 / 5', () => {
  const on = target({ model: 'gpt-4o' });
  const E4 = parsePolicyFile(
    `cascade: [{ models: [Qwen/Qwen3-8B, deepseek-v4-flash, deepseek-reasoner] }]
cascade_split: e4`,
    'e8.yaml',
  );
  const chains = cascadeChains(E4, new QualityTable([]));
  const models = chains[0]!.models;
  /** Which model answers is known of each kind: simple by the first, and so on. */
  const bySize: CascadeOptions = {
    chains: [
      {
        ...{ condition: null, models, otherwisePpm: null },
        reachedPpm: new Map<Task, readonly number[]>([
          ['qa', [0, 0]],
          ['summarization', [1_000_000, 0]],
          ['reasoning', [1_000_000, 1_000_000]],
        ]),
      },
    ],
  };

  async function thousand(simple: number, medium: number, complex: number) {
    const book = await loadPriceBook('commodity-2026');
    const calls = workload(
      on,
      [
        { count: 820, task: 'qa', used: usage({ output: simple }) },
        { count: 130, task: 'summarization', used: usage({ output: medium }) },
        { count: 50, task: 'reasoning', used: usage({ output: complex }) },
      ],
      book,
    );
    return run([cascadePlan(book, bySize)], calls);
  }

  test('$8.40 to $0.62 per 1,000 requests', async () => {
    // gpt-4o's output costs $10 a million tokens: $8.40 per 1,000 requests are 840 tokens each.
    // Answers of 555, 1,375 and 4,123 tokens: 820 × 555 + 130 × 1,375 + 50 × 4,123 = 840,000.
    // Qwen3-8B $0.01, deepseek-v4-flash $0.25, deepseek-reasoner $2.50; failed attempts are paid:
    //   820 × 555   × 0.01                =   4,551
    //   130 × 1,375 × (0.01 + 0.25)       =  46,475
    //    50 × 4,123 × (0.01 + 0.25 + 2.5) = 568,974
    // together 620,000 millionths of a dollar: $0.62, 92.6 % less.
    const { baselinePico, afterPico } = await thousand(555, 1375, 4123);
    expect(baselinePico).toBe(8_400_000_000_000n);
    expect(afterPico).toBe(620_000_000_000n);
    expect(1 - 0.62 / 8.4).toBeCloseTo(0.926, 3);
  });

  test('$420 to $28 a month', async () => {
    // 50,000 requests at $8.40 per 1,000 are $420. $28 are $0.56 per 1,000:
    //   820 × 480   × 0.01 =   3,936
    //   130 × 2,080 × 0.26 =  70,304
    //    50 × 3,520 × 2.76 = 485,760
    // together 560,000; and 820 × 480 + 130 × 2,080 + 50 × 3,520 = 840,000 tokens.
    const { baselinePico, afterPico } = await thousand(480, 2080, 3520);
    expect(baselinePico * 50n).toBe(420_000_000_000_000n);
    expect(afterPico * 50n).toBe(28_000_000_000_000n);
  });

  test('what does not add up', async () => {
    // The two headlines are not of one mix: $28 of $420 is 93.3 % less, $0.62 of $8.40 is 92.6 %.
    expect(1 - 28 / 420).toBeCloseTo(0.933, 3);
    // $8.40 per 1,000 over 2.4 million requests is $20,160, not $420: that is 50,000 requests.
    expect((2_400_000 * 8.4) / 1000).toBeCloseTo(20_160);
    // With answers of one length the split alone would save 98.2 %: 840 × (.01 + .18 × .25 + .05 ×
    // 2.5) = 151.2 → $0.1512. Both headlines need the hard requests to have the long answers.
    const book = await loadPriceBook('commodity-2026');
    const same = workload(on, [{ count: 1000, task: 'qa', used: usage({ output: 840 }) }], book);
    expect(run([cascadePlan(book, { chains })], same).afterPico).toBe(151_200_000_000n);
  });
});
