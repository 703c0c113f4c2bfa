import { describe, expect, test } from 'vitest';
import type { Bound } from '../../src/batch/bound.ts';
import { BatchCosts } from '../../src/batch/costs.ts';
import type { Answer, Row } from '../../src/batch/row.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';
import { openPriceBook, type PriceBook, priceBookFromFile } from '../../src/pricing/price.ts';
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

function row(inputTokens: number, more: Partial<Prompt> = {}, bound: Partial<Bound> = {}): Row {
  const one = { inputTokens, answers: 1, tier: null, hasImages: false, hasAudio: false };
  return { prompt: prompt(more), bound: { ...one, ...bound } } as Row;
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

describe('the worst case of what a request brings along', () => {
  test('has as many answers as it asks for', () => {
    // 100 × 2,500,000 + 50 × 20 × 10,000,000.
    const asked = row(100, { maxTokens: 20 }, { answers: 50 });
    expect(costs().worstPico(asked, 'plain', OPENAI)).toBe(10_250_000_000);
  });

  test('is of the dearer tier, of that asked for and the standard one', () => {
    const worst = (tier: Bound['tier']) =>
      costs().worstPico(row(100, { maxTokens: 20 }, { tier }), 'gpt-4o', OPENAI);
    // gpt-4o is $2.50 and $10; its priority tier is 1.7 times that, its flex tier is not sold.
    expect([worst(null), worst('priority')]).toEqual([450_000_000, 765_000_000]);
    expect(worst('flex')).toBeNull();
    // o3 is $2 and $8, and flex half of it, but standard may serve it: 100 × 2 + 20 × 8 millions.
    const o3 = row(100, { maxTokens: 20 }, { tier: 'flex' });
    expect(costs().worstPico(o3, 'o3', OPENAI)).toBe(360_000_000);
  });

  test('is unknown where nothing bounds it, and says so without what is in it', () => {
    const asked = { ...row(1, { maxTokens: 1 }), bound: { unbounded: 'the tool web_search' } };
    expect(costs().worstPico(asked, 'plain', OPENAI)).toBeNull();
    expect(costs().whyNoWorst(asked, 'plain', OPENAI)).toMatchObject({
      code: 'unbounded',
      message:
        'nothing limits what the tool web_search may add, so its worst case cannot be held against a budget',
    });
    const { message, hint } = costs().whyNoWorst(row(1), 'plain', OPENAI);
    expect(`${message}; ${hint}`).toContain('--max-tokens');
    const unpriced = costs().whyNoWorst(row(1, { maxTokens: 1 }), 'nobody-knows', OPENAI);
    expect(unpriced).toMatchObject({ code: 'unpriced' });
  });

  test.each(['gpt-4o-search-preview', 'o3-deep-research', 'openai/gpt-4o:online'])(
    'is unknown for a model that searches by itself: %s',
    (model) => {
      expect(costs().worstPico(row(1, { maxTokens: 1 }), model, OPENAI)).toBeNull();
    },
  );

  test('of audio is at the price of audio', () => {
    // gpt-4o-audio-preview: a million audio tokens are $40, of text $2.50.
    const worst = (hasAudio: boolean) =>
      costs().worstPico(row(100, { maxTokens: 1 }, { hasAudio }), 'gpt-4o-audio-preview', OPENAI);
    expect(Number(worst(true)) - Number(worst(false))).toBe(100 * (40 - 2.5) * 1_000_000);
  });

  test('of embeddings has an answer where the wire format has no embeddings', () => {
    const asked = row(100, { operation: 'embeddings', maxTokens: 20 });
    const messages = { provider: 'openai', wire: 'anthropic_messages' } as const;
    expect(costs().worstPico(asked, 'plain', messages)).toBe(450_000_000);
  });
});

describe('a price that rises in a while', () => {
  const rising = (atMs: number) => {
    const at = new Date(atMs).toISOString();
    const text = `model,input,output,from,until\nm,1,1,2026-01-01,${at}\nm,5,5,${at},\n`;
    const dated = priceBookFromFile({ name: 'p.csv', text }, null);
    const clock = { now: () => NOW_MS };
    return { book: dated, clock, contextTokensOf: () => null };
  };
  const asked = row(10, { maxTokens: 10 });
  const HOUR_MS = 3_600_000;

  test('is the worst case of a call that may still be under way then', () => {
    const worst = (inMs: number, more = {}) =>
      new BatchCosts({ ...rising(NOW_MS + inMs), ...more }).worstPico(asked, 'm', OPENAI);
    // 20 tokens at $5 and at $1 a million; within half an hour, and what a time-out adds.
    expect(worst(HOUR_MS / 3)).toBe(100_000_000);
    expect(worst(HOUR_MS)).toBe(20_000_000);
    expect(worst(HOUR_MS, { longestTryMs: HOUR_MS })).toBe(100_000_000);
  });

  test('and of a file, which takes a day', () => {
    const { book: dated, ...others } = rising(NOW_MS + 30 * HOUR_MS);
    const costsOfFile = new BatchCosts({ ...others, book: flatBook(dated), tier: 'batch' });
    expect(costsOfFile.worstPico(asked, 'm', OPENAI)).toBe(100_000_000);
  });

  test('a call has the price of when it began, whenever its answer is read', () => {
    const later = { ...rising(NOW_MS - HOUR_MS), clock: { now: () => NOW_MS } };
    const given = answer({ model: 'm' });
    // 110 tokens at $1, and at $5.
    const began = (atMs: number) => new BatchCosts(later).actualPico(given, 'm', OPENAI, atMs);
    expect(began(NOW_MS - 2 * HOUR_MS)).toBe(110_000_000);
    expect(began(NOW_MS)).toBe(550_000_000);
  });
});

/** A book whose batch tier costs as much as the standard one. */
function flatBook(below: PriceBook): PriceBook {
  return { ...below, schedule: (target) => below.schedule({ ...target, tier: 'standard' }) };
}

describe('the actual cost', () => {
  test('is that of the model that answered, at the tier it names', () => {
    // 100 × 2,500,000 + 10 × 10,000,000.
    expect(costs().actualPico(answer(), 'plain', OPENAI, NOW_MS)).toBe(350_000_000);
    const other = answer({ model: 'caching' });
    // 100 × 3,000,000 + 10 × 15,000,000.
    expect(costs().actualPico(other, 'plain', OPENAI, NOW_MS)).toBe(450_000_000);
    expect(costs().actualPico(answer({ model: '' }), 'plain', OPENAI, NOW_MS)).toBe(350_000_000);
  });

  test('is unknown without counts, and without a price: never 0', () => {
    expect(costs().actualPico(answer({ usage: null }), 'plain', OPENAI, NOW_MS)).toBeNull();
    const unknown = answer({ model: 'nobody-knows' });
    expect(costs().actualPico(unknown, 'nobody-knows', OPENAI, NOW_MS)).toBeNull();
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
        const given = answer({ model: 'caching', usage });
        const actual = costs().actualPico(given, 'caching', OPENAI, NOW_MS);
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
