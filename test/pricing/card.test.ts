import { describe, expect, it } from 'vitest';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import {
  type CardParts,
  costOf,
  parseRate,
  type RateCard,
  rateCard,
  scaleRates,
} from '../../src/pricing/card.ts';

const usd = (text: string): bigint => parseRate(text)!;
const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });
const card = (parts: Partial<CardParts>): RateCard =>
  rateCard({ rates: {}, tiers: [], webSearch: null, perRequest: 0n, assumed: [], ...parts });

const sonnet = card({
  rates: {
    input: usd('3'),
    cacheRead: usd('0.3'),
    cacheWrite5m: usd('3.75'),
    cacheWrite1h: usd('6'),
    output: usd('15'),
  },
  tiers: [
    {
      aboveInputTokens: 200_000,
      rates: {
        input: usd('6'),
        cacheRead: usd('0.6'),
        cacheWrite5m: usd('7.5'),
        cacheWrite1h: usd('12'),
        output: usd('22.5'),
      },
    },
  ],
  webSearch: 10_000_000_000n,
});

describe('parseRate', () => {
  it('reads decimal text exactly', () => {
    expect(usd('0.0028')).toBe(2_800_000_000n);
    expect(usd('3.4375')).toBe(3_437_500_000_000n);
    expect(parseRate('1e-7')).toBe(100_000n);
  });
  it('refuses a negative price and what is not a number', () => {
    expect(parseRate('-1')).toBeNull();
    expect(parseRate('1,50')).toBeNull();
    expect(parseRate('')).toBeNull();
  });
});

describe('costOf', () => {
  it('multiplies each class by its own rate', () => {
    // 3 × $3 + 3211 × $3.75 + 100 × $15 = 13,550.25 µ$ = $0.01355025
    expect(costOf(sonnet, usage({ input: 3, cacheWrite5m: 3211, output: 100 }))).toBe(
      13_550_250_000,
    );
    // 3 × 3 + 3211 × 0.3 + 115 × 3.75 + 53 × 15 = 9 + 963.3 + 431.25 + 795 = 2198.55 µ$
    const read = usage({ input: 3, cacheRead: 3211, cacheWrite5m: 115, output: 53 });
    expect(costOf(sonnet, read)).toBe(2_198_550_000);
    // a 1-hour write: 1000 × $6 = 6,000 µ$
    expect(costOf(sonnet, usage({ cacheWrite1h: 1000 }))).toBe(6_000_000_000);
  });

  it('prices the whole call at the upper tier, strictly above the threshold', () => {
    // below: 199,999 × 3 = 599,997 µ$
    expect(costOf(sonnet, usage({ input: 199_999 }))).toBe(599_997_000_000);
    // at: 200,000 × 3 = $0.60
    expect(costOf(sonnet, usage({ input: 200_000 }))).toBe(600_000_000_000);
    // one above: 200,001 × 6 = $1.200006
    expect(costOf(sonnet, usage({ input: 200_001 }))).toBe(1_200_006_000_000);
  });

  it('chooses the tier by the whole input, cached and written included, and applies it to output', () => {
    // 1 + 199,999 + 1 = 200,001: 1 × 6 + 199,999 × 0.6 + 1 × 7.5 + 10 × 22.5 = 120,237.9 µ$
    const mixed = usage({ input: 1, cacheRead: 199_999, cacheWrite5m: 1, output: 10 });
    expect(costOf(sonnet, mixed)).toBe(120_237_900_000);
    // audio counts, too: 200,000 + 1 audio, which has no rate here
    expect(costOf(sonnet, usage({ input: 200_000, inputAudio: 1 }))).toBe('no_price');
  });

  it('is 0 for a call without tokens, and adds fees per search and per request', () => {
    expect(costOf(sonnet, usage({}))).toBe(0);
    // 2 × $0.01
    expect(costOf(sonnet, usage({ webSearches: 2 }))).toBe(20_000_000_000);
    const perplexity = card({
      rates: { input: usd('1'), output: usd('1') },
      perRequest: 12_000_000_000n,
    });
    // $0.012 + 100 × $1/M = $0.0121
    expect(costOf(perplexity, usage({ input: 100 }))).toBe(12_100_000_000);
  });

  it('has no price for tokens without a rate, and never 0', () => {
    const inputOnly = card({ rates: { input: usd('0.1') } });
    expect(costOf(inputOnly, usage({ input: 10 }))).toBe(1_000_000);
    expect(costOf(inputOnly, usage({ input: 10, output: 1 }))).toBe('no_price');
    expect(costOf(inputOnly, usage({ input: 10, webSearches: 1 }))).toBe('no_price');
    expect(costOf(card({}), usage({}))).toBe('no_price');
  });

  it('bills reasoning once, at its own rate only where there is one', () => {
    // 161 output of which 121 reasoning at $0.50: 80.5 µ$
    const plain = card({ rates: { input: usd('0.2'), output: usd('0.5') } });
    expect(costOf(plain, usage({ output: 161, reasoning: 121 }))).toBe(80_500_000);
    // 40 × 8 + 121 × 3 = 683 µ$
    const apart = card({ rates: { input: usd('2'), output: usd('8'), reasoning: usd('3') } });
    expect(costOf(apart, usage({ output: 161, reasoning: 121 }))).toBe(683_000_000);
  });

  it('rounds once, half to even, where a rate is not a whole number of pico per token', () => {
    // 0.0000005 USD/M = 0.5 pico per token: 1 → 0.5 → 0; 3 → 1.5 → 2; 5 → 2.5 → 2; 7 → 3.5 → 4
    const half = card({ rates: { input: usd('0.0000005'), output: usd('0.0000005') } });
    const cost = (input: number): unknown => costOf(half, usage({ input }));
    expect([1, 3, 5, 7].map(cost)).toEqual([0, 2, 2, 4]);
    // two halves in two classes are one whole, not twice nothing
    expect(costOf(half, usage({ input: 1, output: 1 }))).toBe(1);
  });

  it('knows the largest amount it can hold', () => {
    // $9.007199254740991 per token is 2^53 - 1 pico for 1,000 tokens … at 1 pico more it is too large
    const dear = card({ rates: { input: 9_007_199_254_740_991n * 1_000_000n } });
    expect(costOf(dear, usage({ input: 1 }))).toBe(Number.MAX_SAFE_INTEGER);
    expect(costOf(dear, usage({ input: 2 }))).toBe('too_large');
    const odd = card({ rates: { input: 9_007_199_254_740_991n * 1_000_000n + 500_001n } });
    expect(costOf(odd, usage({ input: 1 }))).toBe('too_large');
    // 600,000,000 tokens × $15 = $9,000 is still exact; 601,000,000 × $15 = $9,015 is not
    expect(costOf(sonnet, usage({ output: 600_000_000 }))).toBe(9_000_000_000_000_000);
    expect(costOf(sonnet, usage({ output: 601_000_000 }))).toBe('too_large');
  });

  it('is additive: the fast path equals the exact one', () => {
    // the same rates once whole, once forced onto the exact path by a class that is not used
    const exact = card({ ...sonnet, rates: { ...sonnet.rates, outputImage: 1n }, tiers: [] });
    const fast = card({ ...sonnet, tiers: [] });
    let seed = 7;
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let i = 0; i < 500; i++) {
      const some = usage({
        input: next(1e6),
        cacheRead: next(1e6),
        cacheWrite5m: next(1e5),
        cacheWrite1h: next(1e5),
        output: next(1e5),
        webSearches: next(3),
      });
      expect(costOf(exact, some)).toBe(costOf(fast, some));
      const parts = [
        costOf(fast, usage({ input: some.input, cacheRead: some.cacheRead })),
        costOf(fast, { ...some, input: 0, cacheRead: 0 }),
      ];
      expect(Number(parts[0]) + Number(parts[1])).toBe(costOf(fast, some));
    }
  });
});

describe('scaleRates', () => {
  it('multiplies by a ratio exactly', () => {
    expect(scaleRates({ input: usd('3'), output: usd('15') }, 1n, 2n)).toEqual({
      input: usd('1.5'),
      output: usd('7.5'),
    });
    expect(scaleRates({ input: 1n, output: 3n }, 1n, 2n)).toEqual({ input: 0n, output: 2n });
  });
});
