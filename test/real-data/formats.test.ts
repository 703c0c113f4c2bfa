/** Real samples of every supported dialect, against the counts worked out for them beside the data. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatUsd } from '../../src/domain/money.ts';
import { isRejected } from '../../src/domain/reject.ts';
import { outputTotal } from '../../src/domain/tokens.ts';
import { type SeenCall, WarmReader } from '../formats/reading.ts';

const folder = new URL('../../../shared/data/formats/', import.meta.url);
const isHere = existsSync(new URL('EXPECTED.jsonl', folder));

const SUPPORTED = new Set([
  'openai_chat',
  'openai_batch_output',
  'openai_responses',
  'litellm_slp',
  'litellm_spendlogs',
  'generic',
  'pairs',
]);
/** Providers whose own shapes come later. */
const NOT_YET = /^(gemini_generate|bedrock_converse|cohere)\//;

interface Expected {
  readonly sample: string;
  readonly format: string;
  readonly billable?: number;
  readonly errors?: number;
  readonly client_cache_hits?: number;
  readonly cost_reported_usd?: number;
  readonly tier?: string;
  readonly [counter: string]: unknown;
}

const expectations: Expected[] = isHere
  ? readFileSync(new URL('EXPECTED.jsonl', folder), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Expected)
      .filter(({ sample, format }) => SUPPORTED.has(format) && !NOT_YET.test(sample))
  : [];

function callsOf(sample: string): SeenCall[] {
  const reader = new WarmReader();
  const lines = readFileSync(new URL(sample, folder), 'utf8').trim().split('\n');
  return lines.map((line) => reader.read(line)).flatMap((read) => (isRejected(read) ? [] : read));
}

/** The counters of EXPECTED.jsonl, from calls. */
function totalsOf(calls: readonly SeenCall[]): Record<string, number> {
  const billed = calls.filter((call) => call.outcome.status !== 'cached');
  const sum = (count: (call: SeenCall) => number): number =>
    billed.reduce((total, call) => total + count(call), 0);
  return {
    input_uncached: sum(({ usage }) => usage.input + usage.inputAudio),
    cache_read: sum(({ usage }) => usage.cacheRead),
    cache_write_5m: sum(({ usage }) => usage.cacheWrite5m),
    cache_write_1h: sum(({ usage }) => usage.cacheWrite1h),
    output_total: sum(({ usage }) => outputTotal(usage)),
    output_reasoning: sum(({ usage }) => usage.reasoning),
    errors: calls.filter((call) => ['error', 'timeout', 'cancelled'].includes(call.outcome.status))
      .length,
    client_cache_hits: calls.length - billed.length,
  };
}

describe.skipIf(!isHere)('samples (skipped: needs ../shared/data)', () => {
  test('there is something to compare', () => expect(expectations.length).toBeGreaterThan(12));

  test.each(expectations.map((expected) => [expected.sample, expected] as const))(
    '%s',
    (sample, expected) => {
      const calls = callsOf(sample);
      const totals = totalsOf(calls);
      for (const [name, value] of Object.entries(totals)) {
        if (typeof expected[name] === 'number')
          expect([name, value]).toEqual([name, expected[name]]);
      }
      if (expected.tier !== undefined)
        expect(new Set(calls.map((call) => call.target.tier))).toEqual(new Set([expected.tier]));
      if (expected.cost_reported_usd !== undefined) {
        const billed = calls.reduce((total, call) => total + (call.billedPico ?? 0n), 0n);
        expect(formatUsd(billed)).toBe(String(expected.cost_reported_usd));
      }
    },
  );

  test('the CSV and the wrapper around a list', () => {
    const [wrapped] = [
      new WarmReader().read(readFileSync(new URL('generic/usage_wrapper.json', folder)).toString()),
    ];
    expect(wrapped).toMatchObject([
      { usage: { input: 1250, output: 450 }, latencyMs: 1200 },
      { usage: { input: 450, output: 120 }, latencyMs: 800 },
    ]);
  });
});
