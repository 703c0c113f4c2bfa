import { describe, expect, it } from 'vitest';
import { fillRates, usualWebSearch } from '../../src/pricing/fallback.ts';

const base = { input: 1_000_000n, output: 4_000_000n };

describe('fillRates', () => {
  it.each([
    ['claude-sonnet-4-5', 100_000n],
    ['us.anthropic.claude-sonnet-4-6', 100_000n],
    ['gemini-2.5-pro', 100_000n],
    ['gemini-2.0-flash', 250_000n],
    ['gpt-5.2', 100_000n],
    ['openai/gpt-4.1-mini', 250_000n],
    ['o3', 250_000n],
    ['o4-mini', 250_000n],
    ['o3-mini', 500_000n],
    ['gpt-4o-mini', 500_000n],
    ['o1', 500_000n],
    ['gpt-4o-2024-05-13', 1_000_000n],
    ['gpt-4o-2024-08-06', 500_000n],
    ['gpt-5-pro', 1_000_000n],
    ['o3-pro-2025-06-10', 1_000_000n],
    ['gpt-4o-search-preview', 1_000_000n],
    ['llama-3.3-70b', 1_000_000n],
  ])('a cache read of %s', (model, expected) => {
    expect(fillRates(base, model).rates.cacheRead).toBe(expected);
  });

  it('writes at 1.25 × and 2 × for Claude, at the input rate for others', () => {
    expect(fillRates(base, 'claude-haiku-4-5').rates).toMatchObject({
      cacheWrite5m: 1_250_000n,
      cacheWrite1h: 2_000_000n,
    });
    expect(fillRates(base, 'gpt-4o').rates).toMatchObject({
      cacheWrite5m: 1_000_000n,
      cacheWrite1h: 1_000_000n,
    });
  });

  it('prices other modalities as text, keeps what is published, and lists what it filled', () => {
    const { rates, assumed } = fillRates({ ...base, inputAudio: 7n }, 'gpt-4o');
    expect(rates).toMatchObject({
      inputAudio: 7n,
      inputImage: 1_000_000n,
      outputAudio: 4_000_000n,
    });
    expect(assumed.map(({ rateClass }) => rateClass)).toEqual([
      'cacheRead',
      'cacheWrite5m',
      'cacheWrite1h',
      'inputImage',
      'outputAudio',
      'outputImage',
      'cacheReadAudio',
      'cacheReadImage',
    ]);
  });

  it('never fills the input or output rate', () => {
    expect(fillRates({}, 'claude-sonnet-4-5')).toEqual({ rates: {}, assumed: [] });
    expect(fillRates({ output: 4n }, 'gpt-4o').rates).toEqual({
      output: 4n,
      outputAudio: 4n,
      outputImage: 4n,
    });
  });
});

describe('usualWebSearch', () => {
  it('knows the vendors that publish one price', () => {
    expect(usualWebSearch('claude-opus-4-5')?.fee).toBe(10_000_000_000n);
    expect(usualWebSearch('gpt-5-mini')?.fee).toBe(10_000_000_000n);
    expect(usualWebSearch('gemini-2.5-flash')?.fee).toBe(35_000_000_000n);
    expect(usualWebSearch('gemini-3-pro-preview')?.fee).toBe(14_000_000_000n);
    expect(usualWebSearch('llama-3')).toBeNull();
  });
});
