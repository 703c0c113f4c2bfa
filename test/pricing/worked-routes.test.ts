/**
 * Routes to a model, worked out by hand: gateways' and clouds' spellings, regions, tiers that exclude
 * each other, and fees by the name or the size of a search. Rate × tokens in µ$ in the comment above
 * each (1 µ$ is 1,000,000 pico-USD).
 */
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../src/domain/call.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { datedCards } from '../../src/pricing/catalogue-cards.ts';
import { showPrices } from '../../src/pricing/list.ts';
import { loadPriceBook, openPriceBook, type PriceBook } from '../../src/pricing/price.ts';
import { scheduleOf } from '../../src/pricing/schedule.ts';

const catalogue = await loadPriceBook('catalogue');

interface Asked {
  readonly at?: string;
  readonly tier?: Tier;
  readonly region?: string;
  readonly book?: PriceBook;
}

/** Pico-USD, or the reason; and who lists the price. */
function priced(provider: string, model: string, usage: Partial<Usage>, asked: Asked = {}) {
  const schedule = (asked.book ?? catalogue).schedule({
    ...{ provider, model, modelRequested: '', operation: 'chat' },
    tier: asked.tier ?? 'standard',
    region: asked.region ?? '',
  });
  const at = asked.at === undefined ? null : Date.parse(asked.at);
  return { cost: schedule.cost({ ...emptyUsage(), ...usage }, at), match: schedule.match };
}

const cost = (...args: Parameters<typeof priced>): number | string => priced(...args).cost;

/** µ$ with up to six decimals as pico-USD. */
const micro = (usd: number): number => Math.round(usd * 1e6);

describe('Bedrock as LiteLLM writes it', () => {
  const call = { input: 1000, output: 100 };
  // regional: 1000 × 3.3 + 100 × 16.5; 1000 × 5.5 + 100 × 27.5; global: 1000 × 3 + 100 × 15
  it.each([
    ['bedrock/us-east-1/anthropic.claude-sonnet-4-5-20250929-v1:0', 4950],
    ['bedrock/us-gov-west-1/anthropic.claude-sonnet-4-5-20250929-v1:0', 4950],
    ['bedrock/converse/anthropic.claude-sonnet-4-5-20250929-v1:0', 4950],
    ['bedrock/invoke/us.anthropic.claude-sonnet-4-5-20250929-v1:0', 4950],
    ['bedrock/converse/us-west-2/us.anthropic.claude-opus-4-6-v1', 8250],
    ['bedrock/converse/anthropic.claude-opus-4-6-v1', 8250],
    ['bedrock/converse/global.anthropic.claude-sonnet-4-5-20250929-v1:0', 4500],
    [
      'bedrock/converse/arn:aws:bedrock:us-east-1:1:inference-profile/global.anthropic.claude-sonnet-4-5-20250929-v1:0',
      4500,
    ],
  ])('%s', (model, expected) => {
    for (const provider of ['', 'bedrock']) {
      const found = priced(provider, model, call);
      expect(found.cost).toBe(micro(expected));
      expect(found.match).toMatchObject({ provider: 'aws' });
    }
  });

  it('never takes a name for another provider’s because it stands in a path', () => {
    const found = priced('', 'bedrock/nowhere/claude-sonnet-4-5', call);
    expect(found.match).toMatchObject({ how: 'none', reason: 'unknown_model' });
    expect(cost('', 'us-east-1/gpt-4o', call)).toBe('unknown_model');
  });
});

describe('Vertex', () => {
  it('knows the second Claude 3.5 Sonnet, which alone is called v2', () => {
    // 1000 × 3 + 100 × 15
    const call = { input: 1000, output: 100 };
    const id = 'claude-3-5-sonnet-v2@20241022';
    for (const [provider, name] of [
      ['', id],
      ['vertex', id],
      ['', `vertex_ai/${id}`],
      ['vertex', 'claude-3-5-sonnet-v2'],
    ] as const) {
      expect(cost(provider, name, call)).toBe(micro(4500));
    }
    expect(cost('vertex', 'claude-haiku-4-5-v2@20251001', call)).toBe('unknown_model');
  });

  it('adds a tenth for Gemini 3 in a region, not at the global endpoint, not before', () => {
    // (1000 × 2 + 100 × 12) × 1.1; without; 1000 × 1.25 + 100 × 10
    const call = { input: 1000, output: 100 };
    const at = (region: string, model = 'gemini-3.1-pro-preview') =>
      cost('vertex', model, call, { region });
    expect(at('europe-west4')).toBe(micro(3520));
    expect(at('us')).toBe(micro(3520));
    expect(at('global')).toBe(micro(3200));
    expect(at('')).toBe(micro(3200));
    expect(at('europe-west4', 'gemini-2.5-pro')).toBe(micro(2250));
    // a batch in a region: × 1.1 ÷ 2
    const batch = { region: 'us-central1', tier: 'batch' } as const;
    expect(cost('vertex', 'gemini-3.1-pro-preview', call, batch)).toBe(micro(1760));
  });
});

describe('OpenRouter', () => {
  it.each(['anthropic/claude-sonnet-4', 'anthropic/claude-sonnet-4.5'])(
    'charges long contexts of %s like the maker',
    (model) => {
      // 200,000 × 3 + 100 × 15; 200,001 × 6 + 100 × 22.5
      expect(cost('openrouter', model, { input: 200_000, output: 100 })).toBe(micro(601_500));
      expect(cost('openrouter', model, { input: 200_001, output: 100 })).toBe(micro(1_202_256));
    },
  );

  it('ends the long-context price of 4.6 when the maker did', () => {
    const long = { input: 200_001, output: 100 };
    const model = 'anthropic/claude-sonnet-4.6';
    // 200,001 × 6 + 100 × 22.5; 200,001 × 3 + 100 × 15
    const [before, after] = ['2026-03-12T23:59:59Z', '2026-03-13T00:00:00Z'];
    expect(cost('openrouter', model, long, { at: before })).toBe(micro(1_202_256));
    expect(cost('openrouter', model, long, { at: after })).toBe(micro(601_503));
  });

  it('has the earlier prices of gpt-5.6 until the maker changed them', () => {
    const written = { input: 8, cacheWrite5m: 4012, output: 5 };
    const sol = 'openai/gpt-5.6-sol';
    const before = { at: '2026-08-20T23:59:59.999Z' };
    // billed: 8 × 5 + 4012 × 6.25 + 5 × 30; then 8 × 2 + 4012 × 2.5 + 5 × 10
    expect(cost('openrouter', sol, written, before)).toBe(micro(25_265));
    expect(cost('openrouter', sol, written, { at: '2026-08-21T00:00Z' })).toBe(micro(10_096));
    expect(cost('openrouter', sol, written)).toBe(micro(10_096));
    // billed: 8 × 5 + 4012 × 0.5 + 5 × 30 = 2196
    expect(cost('openrouter', sol, { input: 8, cacheRead: 4012, output: 5 }, before)).toBe(
      micro(2196),
    );
    // 272,000 × 5 + 100 × 30; 272,001 × 10 + 100 × 45
    const long = (input: number) => cost('openrouter', sol, { input, output: 100 }, before);
    expect(long(272_000)).toBe(micro(1_363_000));
    expect(long(272_001)).toBe(micro(2_724_510));
  });

  it.each([
    // 1000 × 1 + 100 × 6; 1000 × 0.2 + 100 × 1.2
    ['openai/gpt-5.6-luna', 1600, 320],
    // 1000 × 2.5 + 100 × 15; 1000 × 2 + 100 × 12
    ['openai/gpt-5.6-terra', 4000, 3200],
  ])('%s before and after 2026-07-30', (model, before, after) => {
    const call = { input: 1000, output: 100 };
    expect(cost('openrouter', model, call, { at: '2026-07-29T23:59Z' })).toBe(micro(before));
    expect(cost('openrouter', model, call, { at: '2026-07-30T00:00Z' })).toBe(micro(after));
  });
});

describe('long requests at xAI', () => {
  it('doubles cached tokens, too', () => {
    // 127,900 × 6 + 100 × 1.5 + 5 × 30; one less is at the base: 127,899 × 3 + 100 × 0.75 + 5 × 15
    const call = (input: number) =>
      cost('xai', 'grok-4-0709', { input, cacheRead: 100, output: 5 });
    expect(call(127_900)).toBe(micro(767_700));
    expect(call(127_899)).toBe(micro(383_847));
    // 127,000 × 0.4 + 1000 × 0.1
    const fast = { input: 127_000, cacheRead: 1000 };
    expect(cost('xai', 'grok-4-fast-reasoning', fast)).toBe(micro(50_900));
  });
});

describe('DeepSeek V4', () => {
  it.each([
    // a Monday under the rule, at its first peak; Saturday and Sunday before 2026-08-23 are off-peak
    ['2026-08-17T01:00:00Z', 1320],
    ['2026-08-22T02:00:00Z', 660],
    ['2026-08-23T07:00:00Z', 660],
    ['2026-08-24T07:00:00Z', 1320],
  ])('%s', (at, expected) => {
    expect(cost('deepseek', 'deepseek-v4-pro', { input: 1000 }, { at })).toBe(micro(expected));
  });
});

describe('what has no price', () => {
  it('is fast mode in a batch, and provisioned throughput', () => {
    const call = { input: 1000, output: 100 };
    const opus = (tier: Tier) => cost('anthropic', 'claude-opus-4-8', call, { tier });
    // 2 × (1000 × 5 + 100 × 25); half of it without fast mode
    expect(opus('fast')).toBe(micro(15_000));
    expect(opus('batch')).toBe(micro(3750));
    expect(opus('fast_batch')).toBe('unknown_tier_rate');
    const tier = 'provisioned';
    expect(cost('vertex', 'gemini-2.5-flash', call, { tier })).toBe('provisioned');
  });

  it('is a model with no price but for video', () => {
    const info = { id: 'v', match: { equals: 'v' }, prices: { input_video_mtok: 12 } };
    const cards = datedCards({ provider: 'google', info });
    const { match } = priced('', 'gpt-4o', {});
    const schedule = scheduleOf({ match, cards, asOfMs: null, otherwise: 'not_valid_at_date' });
    expect(schedule.cost(emptyUsage(), null)).toBe('no_price');
    expect(schedule.cost({ ...emptyUsage(), input: 1 }, null)).toBe('no_price');
  });
});

describe('fees', () => {
  it.each([
    // 1000 × 1 + 100 × 1 + the fee
    ['sonar', 'low', 6100],
    ['sonar', 'medium', 9100],
    ['sonar', 'HIGH', 13_100],
    // 1000 × 3 + 100 × 15 + the fee
    ['sonar-pro', 'low', 10_500],
    ['sonar-pro', 'medium', 14_500],
    ['sonar-pro', 'high', 18_500],
  ])('%s with a search context of size %s', (model, region, expected) => {
    const call = { input: 1000, output: 100 };
    expect(cost('perplexity', model, call, { region })).toBe(micro(expected));
  });

  it('are not guessed where Perplexity’s size is unknown, but may be given', async () => {
    const call = { input: 1000, output: 100 };
    expect(cost('perplexity', 'sonar', call)).toBe('no_price');
    expect(cost('perplexity', 'sonar', {})).toBe('no_price');
    const book = await openPriceBook({ prices: ['sonar:per_request=0.005'] });
    expect(cost('perplexity', 'sonar', call, { book })).toBe(micro(6100));
    const rows = [...catalogue.listed()].filter(({ model }) => model === 'sonar');
    expect(rows.map(({ region, dated }) => [region, dated.card.perRequest])).toEqual([
      ['low', 5_000_000_000n],
      ['medium', 8_000_000_000n],
      ['high', 12_000_000_000n],
    ]);
    const shown = showPrices(catalogue, 'sonar').rows;
    expect(shown.map(({ region, perRequest }) => [region, perRequest])).toEqual([
      ['low', '0.005'],
      ['medium', '0.008'],
      ['high', '0.012'],
    ]);
    const given = showPrices(book, 'sonar').rows;
    expect(given.map(({ region, perRequest }) => [region, perRequest])).toEqual([['', '0.005']]);
  });

  it('are $25 per 1,000 searches of the search previews, under each of their names', () => {
    // 100 × 0.15 + 5 × 0.6 + 25,000; another name of the same entry of the list: 10,000
    const call = { input: 100, output: 5, webSearches: 1 };
    for (const model of [
      'gpt-4o-mini-search-preview',
      'gpt-4o-mini-search-preview-2025-03-11',
      'openai/gpt-4o-mini-search-preview',
    ]) {
      expect(cost('openai', model, call)).toBe(micro(25_018));
    }
    expect(cost('openrouter', 'openai/gpt-4o-mini-search-preview', call)).toBe(micro(25_018));
    expect(cost('openai', 'gpt-4o-mini', call)).toBe(micro(10_018));
  });
});
