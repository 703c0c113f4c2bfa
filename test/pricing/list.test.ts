import { describe, expect, it } from 'vitest';
import { listPrices, showPrices } from '../../src/pricing/list.ts';
import { loadPriceBook, PRICE_TABLE_IDS, UNPRICED_REASONS } from '../../src/pricing/price.ts';

const catalogue = await loadPriceBook('catalogue');

describe('listPrices', () => {
  it('lists one row per dated card and context tier, as decimals', () => {
    const rows = listPrices(catalogue, { provider: 'anthropic', text: 'Sonnet-4-6' });
    expect(
      rows.map(({ from, until, aboveInputTokens, input, output }) => [
        from,
        until,
        aboveInputTokens,
        input,
        output,
      ]),
    ).toEqual([
      [null, '2026-03-13', null, '3', '15'],
      [null, '2026-03-13', 200_000, '6', '22.5'],
      ['2026-03-13', null, null, '3', '15'],
    ]);
    expect(rows[0]).toMatchObject({ cacheRead: '0.3', cacheWrite5m: '3.75', webSearch: '0.01' });
  });

  it('filters by provider in any spelling', () => {
    const rows = listPrices(catalogue, { provider: 'xai' });
    expect(new Set(rows.map(({ provider }) => provider))).toEqual(new Set(['x-ai']));
    expect(listPrices(catalogue, { provider: 'nobody' })).toEqual([]);
  });

  it('shows times of day and a missing price as null', async () => {
    const holidays = '2026-09-25 2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07';
    const closed = `mon-fri since 2026-08-16 except ${holidays}`;
    const peak = listPrices(catalogue, { provider: 'deepseek', text: 'v4-pro' });
    expect(peak.map(({ timeOfDay }) => timeOfDay)).toEqual([
      null,
      null,
      `01:00-04:00 ${closed}`,
      `06:00-10:00 ${closed}`,
    ]);
    const rows = listPrices(await loadPriceBook('commodity-2026'));
    expect(rows).toHaveLength(7);
    expect(rows[0]).toMatchObject({ model: 'gpt-4o', input: null, output: '10', perRequest: null });
  });
});

describe('showPrices', () => {
  it('shows how the name was resolved and what was assumed', () => {
    const shown = showPrices(catalogue, 'openai/gpt-4o-2024-05-13');
    expect(shown.match).toMatchObject({ how: 'normalised', provider: 'openai' });
    expect(shown.rows[0]).toMatchObject({ input: '5', output: '15', cacheRead: '5' });
    expect(shown.rows[0]?.assumed.map(({ rateClass }) => rateClass)).toContain('cacheRead');
  });

  it('shows another tier, and nothing but the reason for an unknown name', () => {
    expect(showPrices(catalogue, 'gpt-4o', { tier: 'batch' }).rows[0]).toMatchObject({
      input: '1.25',
    });
    expect(showPrices(catalogue, 'nonsense')).toMatchObject({
      match: { reason: 'unknown_model' },
      rows: [],
    });
  });
});

describe('the door', () => {
  it('keeps the ledger’s codes: append only', () => {
    expect(UNPRICED_REASONS).toEqual([
      'unknown_model',
      'no_model',
      'no_price',
      'no_usage',
      'unknown_tier_rate',
      'fine_tune',
      'provisioned',
      'not_valid_at_date',
      'too_large',
      'ambiguous_provider',
    ]);
  });

  it('names the lists it knows, the default first, and loads each', async () => {
    expect(PRICE_TABLE_IDS[0]).toBe('catalogue');
    expect(PRICE_TABLE_IDS).toHaveLength(6);
    for (const id of PRICE_TABLE_IDS) {
      const { info } = await loadPriceBook(id);
      expect(info.id).toBe(id);
      expect(info.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
    expect(await loadPriceBook('catalogue')).toBe(catalogue);
  });
});
