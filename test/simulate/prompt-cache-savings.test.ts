import { describe, expect, it } from 'vitest';
import { PLAIN_RULES, replayPromptCache } from '../../src/simulate/prompt-cache.ts';
import { inputCostRatio, SavedTally } from '../../src/simulate/prompt-cache-cost.ts';
import {
  type PartedPrompt,
  staticFirst,
  traceOfParts,
} from '../../src/simulate/prompt-cache-order.ts';
import { cacheKindOf, providerCache } from '../../src/simulate/prompt-cache-rules.ts';
import { call, FAKE_PRICER, usage } from '../policy/calls.ts';

describe('what is saved already', () => {
  it('is every token fresh, less what was paid', () => {
    const tally = new SavedTally(FAKE_PRICER);
    // gpt-4o: 2,500,000 a token; 800 read at a tenth save 800 × 2,250,000 = 1.8e9.
    tally.add(call({ usage: usage({ input: 200, cacheRead: 800, output: 10 }) }));
    // 400 written at 5/4: 400 × 625,000 = 2.5e8 more than fresh.
    tally.add(call({ usage: usage({ input: 100, cacheWrite5m: 400 }) }));
    tally.add(call());
    tally.add(call({ usage: usage({ cacheRead: 5 }), costPico: null }));
    expect(tally.result()).toEqual({
      ...{ calls: 2, readTokens: 800, writtenTokens: 400, unpricedCalls: 1 },
      ...{ savedPico: 1_550_000_000n, surchargePico: -250_000_000n },
    });
  });

  it('as a ratio: 1,000 tokens, 500 read at 0.1, 200 written at 1.25', () => {
    // 300 + 50 + 250 = 600.
    const tokens = { inputTokens: 1000, hitTokens: 500, writtenTokens: 200 };
    expect(inputCostRatio(tokens, { readRatio: 0.1, writeRatio: 1.25 })).toBeCloseTo(0.6, 12);
    expect(inputCostRatio(tokens, { readRatio: null, writeRatio: 1 })).toBeNull();
  });
});

describe('the order of the parts', () => {
  /** A question before a document that all prompts share; the last turn must stay last. */
  const prompts: PartedPrompt[] = [1, 2, 3].map((question) => ({
    ...{ startedAtMs: question, latencyMs: null, outputTokens: 1, scope: '' },
    parts: [
      { hash: question, tokens: 100, isMovable: true },
      { hash: 77, tokens: 900, isMovable: true },
      { hash: 500 + question, tokens: 50, isMovable: false },
    ],
  }));

  it('static first reads what they share', () => {
    const hits = (trace: ReturnType<typeof staticFirst>) =>
      replayPromptCache(trace, PLAIN_RULES).hitTokens;
    expect(hits(traceOfParts(prompts, 100))).toBe(0);
    // Two of three read the 900 tokens of the document.
    expect(hits(staticFirst(prompts, 100))).toBe(1800);
  });

  it('tells blocks that end inside a part by how much of it they hold', () => {
    const trace = staticFirst(prompts, 512);
    // 1,050 tokens are 3 blocks; only the first 512 are all of the shared document.
    expect([trace.blocks.length, trace.distinctBlocks]).toEqual([9, 1 + 3 * 2]);
  });
});

describe("providers' rules", () => {
  it.each([
    ['anthropic-5m', 'claude-sonnet-4-5', 1024],
    ['anthropic-5m', 'claude-opus-4-5-20251101', 4096],
    ['anthropic-1h', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', 4096],
    ['anthropic-5m', 'claude-3-5-haiku-20241022', 2048],
    ['openai', 'gpt-4o', 1024],
    ['google-implicit', 'gemini-2.5-flash', 2048],
    ['deepseek', '', 64],
  ] as const)('%s, %s: from %i tokens', (kind, model, minTokens) => {
    expect(providerCache(kind, model, 'neutral').rules.minTokens).toBe(minTokens);
  });

  it('the pessimistic arm never lives longer, and waits for the answer', () => {
    for (const kind of ['openai', 'anthropic-1h', 'google-implicit', 'deepseek'] as const) {
      const [neutral, careful] = [
        providerCache(kind, '', 'neutral'),
        providerCache(kind, '', 'pessimistic'),
      ];
      expect(careful.rules.ttlMs!).toBeLessThanOrEqual(neutral.rules.ttlMs!);
      expect([neutral.rules.readable, careful.rules.readable]).toEqual(['at_start', 'at_answer']);
    }
  });

  it('charges writes where they cost more', () => {
    const of = (kind: 'openai' | 'anthropic-1h', model: string) => {
      const { writeRatio, writeCounter } = providerCache(kind, model, 'neutral');
      return [writeRatio, writeCounter];
    };
    expect(of('openai', 'gpt-4o')).toEqual([1, null]);
    expect(of('openai', 'gpt-5.6')).toEqual([1.25, 'cacheWrite5m']);
    expect(of('anthropic-1h', 'claude-opus-4-1')).toEqual([2, 'cacheWrite1h']);
  });

  it('knows whose cache a model has', () => {
    const kinds = [
      'gpt-4o-mini',
      'claude-sonnet-4-5',
      'gemini-2.5-pro',
      'deepseek-chat',
      'gpt-4',
      'llama-3',
    ];
    expect(kinds.map((model) => cacheKindOf('', model))).toEqual([
      ...['openai', 'anthropic-5m', 'google-implicit', 'deepseek', null, null],
    ]);
  });
});
