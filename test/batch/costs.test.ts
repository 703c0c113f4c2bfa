import { describe, expect, test } from 'vitest';
import { BatchCosts } from '../../src/batch/costs.ts';
import type { Answer } from '../../src/batch/row.ts';
import type { PlannedRow } from '../../src/batch/rows.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';
import { openPriceBook } from '../../src/pricing/price.ts';
import type { Prompt } from '../../src/providers/provider.ts';
import { prompt } from '../providers/asking.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 9);
const OPENAI = { provider: 'openai' };

/** Dollars per million tokens are pico-dollars × 1e6 per token: $2.50 is 2,500,000 a token. */
const book = await openPriceBook({
  prices: ['plain:input=2.5,output=10', 'caching:input=3,output=15,cache_write_5m=3.75'],
});

function costs(contextTokens: number | null = null, nowMs = NOW_MS): BatchCosts {
  return new BatchCosts({
    book,
    clock: { now: () => nowMs },
    contextTokensOf: () => contextTokens,
  });
}

function row(worstInputTokens: number, more: Partial<Prompt> = {}): PlannedRow {
  return { worstInputTokens, prompt: prompt(more) } as PlannedRow;
}

function answer(more: Partial<Answer> = {}): Answer {
  const usage = { ...emptyUsage(), input: 100, output: 10 };
  return {
    text: '',
    model: 'plain',
    usage,
    tier: null,
    stopReason: 'stop',
    embedding: null,
    ...more,
  };
}

describe('the worst case', () => {
  test('is the whole input and max_tokens of output', () => {
    // 100 × 2,500,000 + 20 × 10,000,000.
    expect(costs().worstPico(row(100, { maxTokens: 20 }), 'plain', OPENAI)).toBe(450_000_000);
  });

  test('without max_tokens is the model’s window; with both, the smaller one', () => {
    // 100 × 2,500,000 + 1,000 × 10,000,000.
    expect(costs(1_000).worstPico(row(100), 'plain', OPENAI)).toBe(10_250_000_000);
    const large = row(100, { maxTokens: 5_000 });
    expect(costs(1_000).worstPico(large, 'plain', OPENAI)).toBe(10_250_000_000);
    const small = row(100, { maxTokens: 20 });
    expect(costs(1_000).worstPico(small, 'plain', OPENAI)).toBe(450_000_000);
  });

  test('is unknown where nothing limits the answer, or the model has no price: never 0', () => {
    expect(costs().worstPico(row(100), 'plain', OPENAI)).toBeNull();
    expect(costs().worstPico(row(100, { maxTokens: 1 }), 'nobody-knows', OPENAI)).toBeNull();
  });

  test('has the input written to a cache where that is dearer', () => {
    // 100 × 3,750,000 + 10 × 15,000,000.
    expect(costs().worstPico(row(100, { maxTokens: 10 }), 'caching', OPENAI)).toBe(525_000_000);
  });

  test('of embeddings has no output', () => {
    const asked = row(100, { operation: 'embeddings' });
    expect(costs().worstPico(asked, 'plain', OPENAI)).toBe(250_000_000);
  });

  test('is that of the dearer price where one changes while it is asked', () => {
    // Of Claude Sonnet 4.5 an input beyond 200,000 tokens makes all of it dearer.
    const below = costs().worstPico(row(200_000, { maxTokens: 1 }), 'claude-sonnet-4-5', {
      provider: 'anthropic',
    });
    const above = costs().worstPico(row(200_001, { maxTokens: 1 }), 'claude-sonnet-4-5', {
      provider: 'anthropic',
    });
    expect(Number(above) / Number(below)).toBeGreaterThan(1.5);
  });
});

describe('the actual cost', () => {
  test('is that of the model that answered, at the tier it names', () => {
    // 100 × 2,500,000 + 10 × 10,000,000.
    expect(costs().actualPico(answer(), 'plain', OPENAI)).toBe(350_000_000);
    const other = answer({ model: 'caching' });
    // 100 × 3,000,000 + 10 × 15,000,000.
    expect(costs().actualPico(other, 'plain', OPENAI)).toBe(450_000_000);
    expect(costs().actualPico(answer({ model: '' }), 'plain', OPENAI)).toBe(350_000_000);
  });

  test('is unknown without counts, and without a price: never 0', () => {
    expect(costs().actualPico(answer({ usage: null }), 'plain', OPENAI)).toBeNull();
    const unknown = answer({ model: 'nobody-knows' });
    expect(costs().actualPico(unknown, 'nobody-knows', OPENAI)).toBeNull();
  });

  test('is never above the worst case, whatever was used of it', () => {
    const asked = row(1_000, { maxTokens: 500 });
    const worst = costs().worstPico(asked, 'caching', OPENAI) ?? 0;
    for (let cached = 0; cached <= 1_000; cached += 100) {
      for (const [name, rest] of [
        ['cacheRead', 'input'],
        ['cacheWrite5m', 'input'],
        ['input', 'cacheRead'],
      ] as const) {
        const usage = { ...emptyUsage(), output: 500 };
        usage[name] += cached;
        usage[rest] += 1_000 - cached;
        const actual = costs().actualPico(answer({ model: 'caching', usage }), 'caching', OPENAI);
        expect(actual === null || actual <= worst).toBe(true);
      }
    }
  });
});

test('a usage has the price of now', () => {
  const usage = { ...emptyUsage(), input: 4, output: 1 };
  // 4 × 2,500,000 + 10,000,000.
  expect(costs().usagePico('plain', 'openai', usage)).toBe(20_000_000);
  expect(costs().usagePico('nobody-knows', 'openai', usage)).toBeNull();
});
