/** Published settings of levers, by name: B1, B4, D5, E4, E6; and the keys beside them. */
import { describe, expect, test } from 'vitest';
import { parsePolicyFile } from '../../src/policy/policy-file.ts';

const policy = (text: string) => parsePolicyFile(text, 'p.yaml');

describe('presets of levers', () => {
  test('D5: caps by task', () => {
    const caps = policy('output_caps: d5').output_caps;
    expect(caps?.get('classification')).toBe(50);
    expect(caps?.get('summarization')).toBe(300);
    expect(caps?.get('analysis')).toBe(1500);
    expect(caps?.get('creative')).toBe(2000);
    for (const other of ['qa', 'chat', 'code', 'other'] as const)
      expect(caps?.get(other)).toBe(500);
    expect(Math.max(...(caps?.values() ?? []))).toBeLessThanOrEqual(4096);
  });

  test('B1: the gateway at 1.5 % of the price', () => {
    expect(policy('gateway: b1').gateway).toEqual([
      { provider: null, model: null, ratio: '0.015' },
    ]);
  });

  test('E4: 82, 13, 5', () => {
    expect(policy('cascade_split: e4').cascade_split).toEqual({
      byTask: new Map(),
      others: [0.82, 0.13, 0.05],
    });
  });

  test('E6 and B4, own keys on top', () => {
    expect(policy('compression: { preset: e6 }').compression).toEqual({
      ...{ model: 'Qwen/Qwen3-8B', ratioPermille: 400, minSystemTokens: 50, minCalls: 1 },
    });
    expect(policy('compression: { preset: e6, min_calls: 9, to_share: 0.5 }').compression).toEqual({
      ...{ model: 'Qwen/Qwen3-8B', ratioPermille: 500, minSystemTokens: 50, minCalls: 9 },
    });
    const b4 = policy('retries: { preset: b4, window_seconds: 60 }').retries;
    expect(b4).toMatchObject({ maxRetries: 2, windowMs: 60_000, longerTimeout: false });
    expect([...(b4?.pausedStatuses ?? [])]).toEqual([429, 503]);
    expect([...(b4?.retriableClientErrors ?? [])]).toEqual([429]);
    expect(policy('retries: { preset: b4, max_retries: 4 }').retries?.maxRetries).toBe(4);
  });

  test.each([
    'output_caps: d6',
    'gateway: b2',
    'cascade_split: e5',
    'compression: { preset: e5 }',
    'retries: { preset: a5 }',
    'batch_tier: { night: [22] }',
    'batch_tier: { night: [22, 25] }',
  ])('refuses %s', (text) => {
    expect(() => policy(text)).toThrow(/^p\.yaml:1: /);
  });

  test('the night of runs, and a day at OpenAI', () => {
    const keys = '{ night: [23, 5], night_pause_seconds: 30, utc_offset_minutes: -480 }';
    expect(policy(`batch_tier: ${keys}`).batch_tier).toMatchObject({
      ...{ night: { fromHour: 23, toHour: 5 }, nightPauseMs: 30_000, utcOffsetMinutes: -480 },
    });
    expect(policy('prompt_cache: { openai_day: false }').prompt_cache?.keepsOneDay).toBe(false);
  });
});
