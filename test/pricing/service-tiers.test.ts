import { describe, expect, it } from 'vitest';
import type { Tier } from '../../src/domain/call.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import type { Schedule } from '../../src/pricing/book.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import { SERVICE_TIERS, SERVICE_TIERS_AS_OF } from '../../src/pricing/service-tiers.ts';

const book = await loadPriceBook('catalogue');
const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });
const at = (text: string): number => Date.parse(text);

function schedule(provider: string, model: string, tier: Tier, region = ''): Schedule {
  return book.schedule({ provider, model, modelRequested: '', operation: 'chat', tier, region });
}

describe('service tiers', () => {
  it('halves every token class in a batch, and no fee', () => {
    // gpt-4o batch: 1000 × 1.25 + 1000 × 0.625 + 100 × 5 = 2,375 µ$; one search stays $0.01
    const call = usage({ input: 1000, cacheRead: 1000, output: 100 });
    expect(schedule('openai', 'gpt-4o', 'batch').cost(call, null)).toBe(2_375_000_000);
    const search = usage({ webSearches: 1 });
    expect(schedule('openai', 'gpt-4o', 'batch').cost(search, null)).toBe(10_000_000_000);
  });

  it.each([
    ['openai', 'gpt-4o'],
    ['azure', 'gpt-4o'],
    ['anthropic', 'claude-haiku-4-5'],
    ['google', 'gemini-2.5-flash'],
    ['vertex', 'gemini-2.5-flash'],
    ['mistral', 'mistral-large-latest'],
    ['groq', 'llama-3.3-70b-versatile'],
    ['bedrock', 'amazon.nova-lite-v1:0'],
  ])('batch at %s is half', (provider, model) => {
    const call = usage({ input: 1_000_000, output: 1000 });
    const standard = schedule(provider, model, 'standard').cost(call, null);
    expect(schedule(provider, model, 'batch').cost(call, null)).toBe(Number(standard) / 2);
  });

  it('halves the upper context tier, too', () => {
    // 200,001 × $6 ÷ 2
    const long = usage({ input: 200_001 });
    expect(schedule('anthropic', 'claude-sonnet-4-5', 'batch').cost(long, null)).toBe(
      600_003_000_000,
    );
  });

  it('takes flex at the batch price where it is offered', () => {
    expect(schedule('openai', 'o3', 'flex').cost(usage({ input: 1000 }), null)).toBe(1_000_000_000);
    expect(schedule('anthropic', 'claude-opus-5', 'flex').cost(usage({ input: 1 }), null)).toBe(
      'unknown_tier_rate',
    );
  });

  it.each([
    // half of $1.25, $0.20, $1.10 and $10 a million
    ['gpt-5', 625_000],
    ['gpt-5.4-nano', 100_000],
    ['o4-mini-2025-04-16', 550_000],
    ['gpt-6-astra', 5_000_000],
  ])('flex of %s is half', (model, pico) => {
    expect(schedule('openai', model, 'flex').cost(usage({ input: 1 }), null)).toBe(pico);
  });

  it.each(['gpt-4.1', 'gpt-4o', 'gpt-4o-mini', 'o1', 'o3-mini', 'o3-pro', 'gpt-5-pro', 'gpt-4'])(
    'OpenAI sells no flex of %s',
    (model) => {
      const cost = schedule('openai', model, 'flex').cost(usage({ input: 1 }), null);
      expect(cost).toBe('unknown_tier_rate');
    },
  );

  it('does not guess a tier that nobody published', () => {
    const call = usage({ input: 1000 });
    expect(schedule('openai', 'gpt-4', 'priority').cost(call, null)).toBe('unknown_tier_rate');
    expect(schedule('xai', 'grok-4', 'batch').cost(call, null)).toBe('unknown_tier_rate');
    expect(schedule('openrouter', 'openai/gpt-4o', 'batch').cost(call, null)).toBe(
      'unknown_tier_rate',
    );
    expect(schedule('anthropic', 'claude-opus-5-5', 'fast').cost(call, null)).toBe(
      'unknown_tier_rate',
    );
    expect(schedule('azure', 'gpt-4o', 'provisioned').cost(call, null)).toBe('provisioned');
    expect(schedule('openai', 'nonsense', 'provisioned').cost(call, null)).toBe('unknown_model');
  });

  it('takes priority from the models listed', () => {
    // gpt-5.4: $2.50 × 2; gpt-5.5: $5 × 2.5
    expect(schedule('openai', 'gpt-5.4', 'priority').cost(usage({ input: 1000 }), null)).toBe(
      5_000_000_000,
    );
    expect(schedule('openai', 'gpt-5.5', 'priority').cost(usage({ input: 1000 }), null)).toBe(
      12_500_000_000,
    );
  });

  it('multiplies fast mode, flat in the context, within the days it was offered', () => {
    // Opus 4.6: 6 × $5 and 6 × $25, also above 200,000 tokens
    const call = usage({ input: 200_001, output: 10 });
    const before = at('2026-03-01T00:00:00Z');
    expect(schedule('anthropic', 'claude-opus-4-6', 'fast').cost(call, before)).toBe(
      (200_001 * 30 + 10 * 150) * 1_000_000,
    );
    const removed = schedule('anthropic', 'claude-opus-4-7', 'fast');
    expect(removed.cost(usage({ input: 1000 }), at('2026-07-23T23:59:59Z'))).toBe(30_000_000_000);
    expect(removed.cost(usage({ input: 1000 }), at('2026-07-24T00:00:00Z'))).toBe(
      'unknown_tier_rate',
    );
  });

  it('adds a tenth for US-only inference of newer Claude models', () => {
    const call = usage({ input: 1000, cacheRead: 1000 });
    // Opus 4.7: (5,000 + 500) µ$ × 1.1
    expect(schedule('anthropic', 'claude-opus-4-7', 'standard', 'us').cost(call, null)).toBe(
      6_050_000_000,
    );
    // and half of that in a batch
    expect(schedule('anthropic', 'claude-opus-4-7', 'batch', 'us').cost(call, null)).toBe(
      3_025_000_000,
    );
    expect(schedule('anthropic', 'claude-opus-4-5', 'standard', 'us').cost(call, null)).toBe(
      5_500_000_000,
    );
    expect(schedule('anthropic', 'claude-opus-4-7', 'standard', 'global').cost(call, null)).toBe(
      5_500_000_000,
    );
  });

  it('says on the card what it multiplied', () => {
    const card = schedule('openai', 'gpt-4o', 'batch').cardAt(null);
    expect(typeof card === 'string' ? [] : card.factors).toMatchObject([
      { kind: 'tier', ratio: [1n, 2n], appliesTo: 'tokens' },
    ]);
  });

  it('carries a source and a date', () => {
    expect(SERVICE_TIERS_AS_OF).toMatch(/^\d{4}-\d\d-\d\d$/);
    for (const entry of SERVICE_TIERS) expect(entry.source).not.toBe('');
  });
});
