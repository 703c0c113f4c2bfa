/** The price book of the pricing room as the price source: real names, tiers and regions. */
import { describe, expect, test } from 'vitest';
import { providerId } from '../../src/domain/providers.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';
import type { ReconcileReport } from '../../src/report/reconcile-model.ts';
import { type CallParts, call, compare, openaiCosts, partsOf } from './world.ts';

const book = await loadPriceBook('catalogue');

/** Calls priced by the catalogue. */
function against(text: string, parts: readonly CallParts[]): ReconcileReport {
  const logged = parts.map((each) => {
    const { costPico: _, unpricedReason: __, ...made } = call(each);
    const cost = book.schedule(made.target).cost(made.usage, made.startedAtMs);
    return typeof cost === 'number'
      ? { ...made, costPico: cost }
      : { ...made, costPico: null, unpricedReason: cost };
  });
  return compare(text, logged, { prices: book, providerId });
}

function anthropicCosts(results: readonly object[]): string {
  const bucket = { starting_at: '2026-04-01T00:00:00Z', ending_at: '2026-04-02T00:00:00Z' };
  const rows = results.map((row) => ({ currency: 'USD', cost_type: 'tokens', ...row }));
  return JSON.stringify({ data: [{ ...bucket, results: rows }], has_more: false });
}

const OPUS = { provider: 'anthropic', model: 'claude-opus-4-6' };

describe('names', () => {
  test.each([
    ['gpt-4o-2024-08-06', 'gpt-4o'],
    ['gpt-4o', 'openai/gpt-4o-2024-08-06'],
    ['Claude Opus 4.6', 'claude-opus-4-6'],
    ['anthropic/claude-4.6-opus', 'claude-opus-4-6'],
  ])('%s is %s', (billed, logged) => {
    const text = `day,model,amount\n2026-04-01,${billed},5\n`;
    const { rows } = against(text, [{ provider: '', model: logged }]);
    expect(rows).toHaveLength(1);
  });

  test.each([
    ['gpt-4o-2024-05-13', 'gpt-4o-2024-08-06'],
    ['gpt-4o-mini', 'gpt-4o'],
    ['gpt-4', 'gpt-4o'],
  ])('%s is not %s', (billed, logged) => {
    const text = `day,model,amount\n2026-04-01,${billed},5\n`;
    expect(against(text, [{ provider: '', model: logged }]).rows).toHaveLength(2);
  });
});

test('Anthropic: a batch that was logged as standard', () => {
  // 100,000 × $5 + 10,000 × $25 per million are $0.75, 37.5 cents in a batch.
  const text = anthropicCosts([
    { model: 'claude-opus-4-6', service_tier: 'batch', token_type: 'input', amount: '25' },
    { model: 'claude-opus-4-6', service_tier: 'batch', token_type: 'output', amount: '12.5' },
  ]);
  const report = against(text, [OPUS]);
  expect(report.totals).toMatchObject({ invoice_usd: '0.375', log_usd: '0.75' });
  expect(partsOf(report)).toEqual({ tier: '-0.375', rest: '0' });
  expect(report.parts[0]?.basis).toBe('measured');
});

test('Anthropic: answered in the US, which costs a tenth more', () => {
  const us = { model: 'claude-opus-4-6', service_tier: 'standard', inference_geo: 'us' };
  const text = anthropicCosts([{ ...us, token_type: 'input', amount: '82.5' }]);
  expect(partsOf(against(text, [OPUS]))).toEqual({ region: '0.075', rest: '0' });
  expect(partsOf(against(text, [{ ...OPUS, region: 'us' }]))).toEqual({ rest: '0' });
});

test('OpenAI: costs by line item of one model', () => {
  // 100,000 × $2.50 + 10,000 × $10 per million.
  const text = openaiCosts({
    '2026-04-01': [
      ['gpt-4o-2024-08-06, input', '0.25'],
      ['gpt-4o-2024-08-06, output', 0.1],
    ],
  });
  const report = against(text, [{ provider: 'openai', model: 'gpt-4o-2024-08-06' }, OPUS]);
  expect(report.totals).toMatchObject({ difference_usd: '0', calls: 1 });
  expect(report.left_out.other_provider_calls).toBe(1);
});

test('Console tokens alone are priced call by call, not as one long call', () => {
  // 109,911 × 5 + 2,528 × 6.25 + 34,988 × 25 per million = 0.549555 + 0.0158 + 0.8747.
  const text =
    'usage_date_utc,model_version,usage_type,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens\n' +
    '2026-04-01,claude-opus-4-6,standard,109911,2528,0,0,34988\n';
  expect(against(text, []).totals.invoice_usd).toBe('1.440055');
  // Gemini 2.5 Pro costs $1.25 up to 200,000 tokens of one call; a day of 10 million is not one call.
  const gemini =
    'start_time,end_time,num_model_requests,model,input_tokens,output_tokens\n' +
    `${Date.parse('2026-04-01') / 1000},${Date.parse('2026-04-02') / 1000},100,gemini-2.5-pro,10000000,0\n`;
  expect(against(gemini, []).totals.invoice_usd).toBe('12.5');
});
