import { describe, expect, test } from 'vitest';
import {
  againstBaseline,
  parseMultiplier,
  parseTokenCount,
  splitByOutput,
  volumeCost,
} from '../../src/compare/volume.ts';
import { loadPriceBook, priceBookFromFile } from '../../src/pricing/price.ts';

const USD = 10n ** 12n;

describe('token counts', () => {
  test.each([
    ['10M', 10_000_000],
    ['250k', 250_000],
    ['1.5m', 1_500_000],
    ['2B', 2_000_000_000],
    ['1000000', 1_000_000],
    ['1', 1],
  ])('%s', (text, tokens) => {
    expect(parseTokenCount(text)).toBe(tokens);
  });

  test.each(['', '0', '-1', '1.5', '1.2345k', 'ten', '10 M M', '1e6', '10T', '99999999999B'])(
    "'%s' is none",
    (text) => {
      expect(parseTokenCount(text)).toBeNull();
    },
  );

  test('split by the share of output, nothing lost to rounding', () => {
    expect(splitByOutput(10, '0.25')).toEqual({ inputTokens: 8, outputTokens: 2 }); // 2.5 → 2
    expect(splitByOutput(10, '0')).toEqual({ inputTokens: 10, outputTokens: 0 });
    expect(splitByOutput(10, '1')).toEqual({ inputTokens: 0, outputTokens: 10 });
    expect(splitByOutput(10, '1.01')).toBeNull();
    expect(splitByOutput(10, '-0.1')).toBeNull();
    expect(splitByOutput(10, 'half')).toBeNull();
  });
});

describe('a volume', () => {
  const tenMillion = { inputTokens: 0, outputTokens: 10_000_000 };

  // 10 M output tokens a month at the flat list: 10 × the price per million; the gateway × 0.015.
  test.each([
    ['gpt-4.1', 80_000n, 1_200n],
    ['claude-sonnet-4.5', 150_000n, 2_250n],
    ['gemini-2.5-flash', 25_000n, 375n],
    ['deepseek-v3.2', 4_200n, 63n],
  ])('%s a month at list price and at a gateway', async (model, list, gateway) => {
    const book = await loadPriceBook('flat-2026');
    const cost = volumeCost(book, model, tenMillion, parseMultiplier('0.015'));
    const milli = USD / 1000n;
    expect(cost.monthlyPico).toBe(list * milli);
    expect(cost.gatewayPico).toBe(gateway * milli);
    expect(cost.yearlyPico).toBe(list * 12n * milli);
    expect(cost.gatewayYearlyPico).toBe(gateway * 12n * milli);
  });

  // $75 per million output tokens × 0.1, 1 and 5 million.
  test.each([
    [100_000, '7500000000000'],
    [1_000_000, '75000000000000'],
    [5_000_000, '375000000000000'],
  ])('%i output tokens of the dearest model', async (outputTokens, pico) => {
    const book = await loadPriceBook('tiered-2026-04');
    const cost = volumeCost(book, 'claude-opus-4.7', { inputTokens: 0, outputTokens }, null);
    expect(cost.monthlyPico).toBe(BigInt(pico));
    expect(cost.gatewayPico).toBeNull();
  });

  test('has the base rates, however many tokens a month has', async () => {
    const book = await loadPriceBook('catalogue');
    // Above 200,000 tokens of one call the price is $2.50; 10 M tokens a month are many calls.
    const volume = { inputTokens: 10_000_000, outputTokens: 0 };
    expect(volumeCost(book, 'gemini-2.5-pro', volume, null).monthlyPico).toBe(
      12_500n * (USD / 1000n),
    );
  });

  test('has no price where the table has none for a class that is used', async () => {
    const book = await loadPriceBook('commodity-2026');
    const cost = volumeCost(book, 'Qwen-MT-Turbo', tenMillion, null);
    expect([cost.reason, cost.monthlyPico]).toEqual(['no_price', null]);
    const unknown = volumeCost(book, 'house-llm', tenMillion, null);
    expect([unknown.reason, unknown.monthlyPico]).toEqual(['unknown_model', null]);
  });
});

test('what a year saves is the difference of the years, not twelve rounded months', () => {
  const prices = 'model,input,output\na,0.0000004,1\nb,0.000001,1\n';
  const book = priceBookFromFile({ name: 'p.csv', text: prices }, null);
  const volume = { inputTokens: 1, outputTokens: 0 };
  const costs = ['a', 'b', 'nobody'].map((model) => volumeCost(book, model, volume, null));
  // a: 0.4 pico-dollars a month (0) and 4.8 a year (5); b: 1 and 12.
  const rows = againstBaseline(costs, 'a');
  const saved = rows.map(({ savedMonthlyPico: month, savedYearlyPico: year }) => [month, year]);
  expect(saved).toEqual([
    [0n, 0n],
    [-1n, -7n],
    [null, null],
  ]);
});
