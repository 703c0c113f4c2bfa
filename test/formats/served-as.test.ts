/** What a body says of the tier that served it and of what sets its fee. */
import { describe, expect, test } from 'vitest';
import { servedTier } from '../../src/formats/body.ts';
import { callOf } from './reading.ts';

const anthropic = (usage: object) =>
  callOf({
    type: 'message',
    model: 'claude-opus-4-8',
    content: [],
    usage: { input_tokens: 1000, output_tokens: 100, ...usage },
  }).target.tier;

describe('fast mode', () => {
  test('is its own tier, and none of a batch', () => {
    expect(anthropic({ speed: 'fast' })).toBe('fast');
    expect(anthropic({ speed: 'fast', service_tier: 'standard' })).toBe('fast');
    expect(anthropic({ speed: 'fast', service_tier: 'batch' })).toBe('fast_batch');
    expect(anthropic({ speed: 'standard', service_tier: 'batch' })).toBe('batch');
  });

  test('contradicts a batch file, which proves its tier otherwise', () => {
    expect(servedTier('batch', 'fast')).toBe('fast_batch');
    expect(servedTier('batch', 'priority')).toBe('batch');
    expect(servedTier(null, 'fast')).toBe('fast');
    expect(servedTier(null, null)).toBe('standard');
  });
});

describe('the size of Perplexity’s search context', () => {
  test('stands in the region’s place', () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, search_context_size: 'Low' };
    const body = { model: 'sonar', choices: [{ message: { content: 'x' } }], usage };
    expect(callOf(body).target.region).toBe('low');
    const { search_context_size: _, ...plain } = usage;
    expect(callOf({ ...body, usage: plain }).target.region).toBe('');
  });
});
