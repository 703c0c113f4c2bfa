import { describe, expect, it } from 'vitest';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import type { PriceBook, Schedule, TargetPriceKey } from '../../src/pricing/book.ts';
import { NAMED_TABLE_IDS } from '../../src/pricing/named-tables.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';

const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });

function schedule(book: PriceBook, model: string, more: Partial<TargetPriceKey> = {}): Schedule {
  return book.schedule({
    provider: '',
    model,
    modelRequested: '',
    operation: 'chat',
    tier: 'standard',
    region: '',
    ...more,
  });
}

/** USD per million input and output tokens, as pico per million. */
const both = (book: PriceBook, model: string): unknown[] => [
  schedule(book, model).cost(usage({ input: 1_000_000 }), null),
  schedule(book, model).cost(usage({ output: 1_000_000 }), null),
];
const usd = (amount: string): number => Math.round(Number(amount) * 1e6) * 1e6;

describe('the named tables', () => {
  it('are five', () => {
    expect(NAMED_TABLE_IDS).toEqual([
      'router-2026',
      'flat-2026',
      'gateway-2026',
      'tiered-2026-04',
      'commodity-2026',
    ]);
  });

  it.each([
    ['router-2026', 'gpt-4.1', '8.00', '24.00'],
    ['router-2026', 'claude-sonnet-4.5', '15.00', '75.00'],
    ['router-2026', 'gemini-2.5-flash', '2.50', '10.00'],
    ['router-2026', 'deepseek-v3.2', '0.42', '2.10'],
    ['flat-2026', 'gpt-4.1', '8.00', '8.00'],
    ['flat-2026', 'claude-sonnet-4.5', '15.00', '15.00'],
    ['flat-2026', 'gemini-2.5-flash', '2.50', '2.50'],
    ['flat-2026', 'deepseek-v3.2', '0.42', '0.42'],
    ['tiered-2026-04', 'claude-opus-4.7', '25.00', '75.00'],
    ['tiered-2026-04', 'claude-sonnet-4.5', '15.00', '45.00'],
    ['tiered-2026-04', 'gemini-2.5-flash', '2.50', '10.00'],
    ['tiered-2026-04', 'deepseek-v4-pro', '3.48', '13.92'],
    ['tiered-2026-04', 'deepseek-v3.2', '0.42', '1.68'],
    ['commodity-2026', 'deepseek-v4-flash', '0.10', '0.25'],
    ['commodity-2026', 'Qwen/Qwen3-8B', '0.003', '0.01'],
    ['commodity-2026', 'deepseek-coder', '0.10', '0.25'],
    ['commodity-2026', 'Qwen/Qwen3-32B', '0.10', '0.28'],
    ['commodity-2026', 'deepseek-reasoner', '0.55', '2.50'],
  ])('%s %s', async (id, model, input, output) => {
    expect(both(await loadPriceBook(id), model)).toEqual([usd(input), usd(output)]);
  });

  it('gives 10 M output tokens a month the cost of the article, before and after the gateway', async () => {
    const flat = await loadPriceBook('flat-2026');
    const gateway = await loadPriceBook('gateway-2026');
    const month = usage({ output: 10_000_000 });
    for (const [model, list, discounted] of [
      ['gpt-4.1', '80', '1.2'],
      ['claude-sonnet-4.5', '150', '2.25'],
      ['gemini-2.5-flash', '25', '0.375'],
      ['deepseek-v3.2', '4.2', '0.063'],
    ] as const) {
      expect(schedule(flat, model).cost(month, null)).toBe(usd(list));
      // × 0.015
      expect(schedule(gateway, model).cost(month, null)).toBe(usd(discounted));
    }
  });

  it('gives 97.2 % less from Claude to DeepSeek, where the article says 96.8 %', async () => {
    const router = await loadPriceBook('router-2026');
    const percentLess = (usageOf: Partial<Usage>): number => {
      const at = (model: string) => Number(schedule(router, model).cost(usage(usageOf), null));
      return Math.round((1 - at('deepseek-v3.2') / at('claude-sonnet-4.5')) * 1e6) / 1e4;
    };
    // 1 − 0.42 ÷ 15 and 1 − 2.10 ÷ 75: any mix of the two is 97.2, too
    expect(percentLess({ input: 1_000_000 })).toBe(97.2);
    expect(percentLess({ output: 1_000_000 })).toBe(97.2);
  });

  it('has one price for all tokens where the list is flat', async () => {
    const flat = await loadPriceBook('flat-2026');
    const call = usage({
      input: 10,
      cacheRead: 10,
      cacheWrite5m: 10,
      cacheWrite1h: 10,
      output: 10,
    });
    // 50 × $8/M = 400 µ$
    expect(schedule(flat, 'gpt-4.1').cost(call, null)).toBe(400_000_000);
  });

  it('leaves what a list names without a price unpriced', async () => {
    const commodity = await loadPriceBook('commodity-2026');
    expect(both(commodity, 'gpt-4o')).toEqual(['no_price', usd('10')]);
    expect(both(commodity, 'Qwen-MT-Turbo')).toEqual(['no_price', 'no_price']);
    expect(schedule(commodity, 'qwen-mt-turbo').cost(usage({}), null)).toBe('no_price');
  });

  it('stands alone', async () => {
    const router = await loadPriceBook('router-2026');
    for (const model of [
      'gpt-4o',
      'gpt-4.1-mini',
      'claude-sonnet-4-6',
      'claude-sonnet-4',
      'deepseek-chat',
    ]) {
      expect(schedule(router, model).cost(usage({ input: 1 }), null)).toBe('unknown_model');
    }
    expect(schedule(router, 'gpt-4.1-superfake').match).toMatchObject({ reason: 'unknown_model' });
    expect(schedule(router, 'deepseek-v3.2:free').match).toMatchObject({ reason: 'unknown_model' });
    expect(schedule(router, '').match).toMatchObject({ reason: 'no_model' });
  });

  it.each([
    ['router-2026', 'gpt-4.1', 'exact'],
    ['router-2026', 'GPT-4.1', 'exact'],
    ['router-2026', 'gpt-4.1-2025-04-14', 'normalised'],
    ['router-2026', 'claude-sonnet-4-5-20250929', 'normalised'],
    ['router-2026', 'claude-4.5-sonnet', 'normalised'],
    ['router-2026', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'normalised'],
    ['router-2026', 'anthropic/claude-sonnet-4.5', 'normalised'],
    ['router-2026', 'deepseek-ai/DeepSeek-V3.2', 'normalised'],
    ['router-2026', 'models/gemini-2.5-flash', 'normalised'],
    ['commodity-2026', 'qwen3-8b', 'normalised'],
    ['commodity-2026', 'openrouter/qwen/qwen3-8b', 'normalised'],
  ])('%s knows %s', async (id, model, how) => {
    expect(schedule(await loadPriceBook(id), model).match.how).toBe(how);
  });

  it('halves a batch where the maker publishes it, and marks cache rates as assumed', async () => {
    const router = await loadPriceBook('router-2026');
    const batch = schedule(router, 'gpt-4.1', { tier: 'batch' });
    expect(batch.cost(usage({ input: 1000 }), null)).toBe(4_000_000_000);
    expect(
      schedule(router, 'deepseek-v3.2', { tier: 'batch' }).cost(usage({ input: 1 }), null),
    ).toBe('unknown_tier_rate');
    // 0.1 × $15
    const read = schedule(router, 'claude-sonnet-4.5').cost(usage({ cacheRead: 1_000_000 }), null);
    expect(read).toBe(usd('1.5'));
  });

  it('takes the model asked for if the one that answered is not listed', async () => {
    const router = await loadPriceBook('router-2026');
    const found = schedule(router, 'something', { modelRequested: 'gpt-4.1' });
    expect(found.match).toMatchObject({ how: 'exact', model: 'gpt-4.1' });
  });

  it('says which ids there are', async () => {
    await expect(loadPriceBook('router-2027')).rejects.toThrow(
      "no price table named 'router-2027'",
    );
  });
});
