import { describe, expect, it } from 'vitest';
import { parseUsd } from '../../src/domain/money.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import type { Schedule, TargetPriceKey } from '../../src/pricing/book.ts';
import { explainCost } from '../../src/pricing/explain.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';

const book = await loadPriceBook('catalogue');
const usage = (counts: Partial<Usage>): Usage => ({ ...emptyUsage(), ...counts });

function schedule(provider: string, model: string, more: Partial<TargetPriceKey> = {}): Schedule {
  return book.schedule({
    ...{ provider, model, modelRequested: '', region: '' },
    ...({ operation: 'chat', tier: 'standard' } as const),
    ...more,
  });
}

describe('explainCost', () => {
  it('shows every line of a call in a batch above a context tier', () => {
    const call = usage({ input: 1000, cacheRead: 200_000, output: 7, webSearches: 1 });
    const shown = explainCost(
      schedule('anthropic', 'claude-sonnet-4-5', { tier: 'batch' }),
      call,
      null,
    );
    // 1000 × 6 ÷ 2, 200,000 × 0.6 ÷ 2, 7 × 22.5 ÷ 2 µ$; the search is not halved
    expect(
      shown.lines.map(({ item, quantity, listRate, factor, amountUsd }) =>
        [item, quantity, listRate, factor, amountUsd].join(' '),
      ),
    ).toEqual([
      'input 1000 6 1/2 0.003',
      'cacheRead 200000 0.6 1/2 0.06',
      'output 7 22.5 1/2 0.00007875',
      'webSearch 1 0.01 1 0.01',
    ]);
    expect(shown).toMatchObject({
      cost: 73_078_750_000,
      exactUsd: '0.07307875',
      roundedUsd: '0.07307875',
      inputTokens: 201_000,
      contextTier: 200_000,
    });
    expect(shown.factors).toMatchObject([{ kind: 'tier', ratio: [1n, 2n] }]);
  });

  it('says which rates a rule filled in', () => {
    const shown = explainCost(
      schedule('openai', 'gpt-4o-2024-05-13'),
      usage({ cacheRead: 10, input: 1 }),
      null,
    );
    expect(shown.lines.map(({ item, assumed }) => [item, assumed])).toEqual([
      ['input', null],
      ['cacheRead', 'input rate: OpenAI gives no cache discount'],
    ]);
  });

  it('shows reasoning apart only where it has its own rate', () => {
    const items = (provider: string, model: string): unknown =>
      explainCost(schedule(provider, model), usage({ output: 10, reasoning: 4 }), null).lines.map(
        ({ item, quantity }) => [item, quantity],
      );
    expect(items('openai', 'gpt-5')).toEqual([['output', 10]]);
    expect(items('perplexity', 'sonar-deep-research')).toEqual([
      ['output', 6],
      ['reasoning', 4],
    ]);
  });

  it('shows the time for which the card holds, and its source if it is a correction', () => {
    const at = Date.parse('2026-09-01T02:00:00Z');
    const peak = explainCost(schedule('deepseek', 'deepseek-v4-pro'), usage({ input: 1 }), at);
    expect(peak).toMatchObject({ validFrom: '2026-08-16T16:00:00.000Z', validUntil: null });
    expect(peak.timeOfDay).toMatch(/^01:00-04:00 mon-fri since 2026-08-16 except 2026-09-25/);
    const old = Date.parse('2025-03-01T00:00:00Z');
    const o3 = explainCost(schedule('openai', 'o3'), usage({ cacheRead: 1 }), old);
    expect(o3).toMatchObject({ validFrom: null, validUntil: '2025-06-10' });
    expect(o3.source).toMatch(/launch of o3/);
  });

  it('has no lines where there is no price, and none for a call without tokens', () => {
    expect(explainCost(schedule('', 'nonsense'), usage({ input: 1 }), null)).toMatchObject({
      cost: 'unknown_model',
      lines: [],
      exactUsd: null,
    });
    expect(explainCost(schedule('openai', 'whisper-1'), usage({}), null)).toMatchObject({
      cost: 'no_price',
      lines: [],
    });
    expect(explainCost(schedule('openai', 'gpt-4o'), usage({}), null)).toMatchObject({
      cost: 0,
      lines: [],
      exactUsd: '0',
      contextTier: null,
    });
  });

  it('adds up to what is charged, on both ways of charging', async () => {
    let seed = 11;
    const next = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let i = 0; i < 300; i++) {
      const call = usage({
        input: next(300_000),
        cacheRead: next(100_000),
        cacheWrite5m: next(9_000),
        cacheWrite1h: next(9_000),
        output: next(9_000),
        inputAudio: next(900),
        cacheReadAudio: next(900),
        webSearches: next(3),
      });
      const models = ['gpt-4o-mini', 'claude-sonnet-4-5', 'gemini-2.5-flash', 'gpt-5.4'];
      const tiers = ['standard', 'batch'] as const;
      const found = schedule('', models[next(4)]!, { tier: tiers[next(2)]! });
      const shown = explainCost(found, call, null);
      expect(shown.roundedUsd).not.toBeNull();
      expect(parseUsd(shown.roundedUsd!)).toBe(BigInt(found.cost(call, null)));
      const lines = shown.lines.reduce((sum, line) => sum + Number(line.amountUsd), 0);
      expect(lines).toBeCloseTo(Number(shown.exactUsd), 12);
    }
  });
});
