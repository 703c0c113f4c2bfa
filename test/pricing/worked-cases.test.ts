/**
 * Calls worked out by hand from the providers' published rules: rate × tokens in µ$ in the comment
 * above each (1 µ$ is 1,000,000 pico-USD), one call below, at and one above each threshold.
 */
import { describe, expect, it } from 'vitest';
import type { Tier } from '../../src/domain/call.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';

const book = await loadPriceBook('catalogue');

interface Case {
  readonly model: string;
  readonly tier?: Tier;
  readonly region?: string;
  readonly at?: string;
  readonly usage: Partial<Usage>;
  /** In µ$, as a decimal; or the reason why there is no price. */
  readonly is: string;
}

function charge(provider: string, { model, tier, region, at, usage }: Case): number | string {
  const schedule = book.schedule({
    provider,
    model,
    modelRequested: '',
    operation: 'chat',
    tier: tier ?? 'standard',
    region: region ?? '',
  });
  return schedule.cost({ ...emptyUsage(), ...usage }, at === undefined ? null : Date.parse(at));
}

/** µ$ as pico-USD; a reason as it is. */
function pico(text: string): number | string {
  const parts = /^(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  return parts === null ? text : Number(parts[1]! + (parts[2] ?? '').padEnd(6, '0'));
}

function hold(provider: string, cases: readonly Case[]): void {
  it.each(cases.map((entry) => [JSON.stringify(entry), entry] as const))('%s', (_, entry) => {
    expect(charge(provider, entry)).toBe(pico(entry.is));
  });
}

describe('Anthropic', () => {
  hold('anthropic', [
    // every class once: 100 × 3 + 1000 × 0.3 + 200 × 3.75 + 300 × 6 + 50 × 15
    {
      model: 'claude-sonnet-4-6',
      at: '2026-05-01T00:00Z',
      usage: { input: 100, cacheRead: 1000, cacheWrite5m: 200, cacheWrite1h: 300, output: 50 },
      is: '3900',
    },
    // a one-hour write is 2 ×, a five-minute write 1.25 ×: 1000 × 10, 1000 × 6.25
    { model: 'claude-opus-4-5', usage: { cacheWrite1h: 1000 }, is: '10000' },
    { model: 'claude-opus-4-5', usage: { cacheWrite5m: 1000 }, is: '6250' },
    // Fable 5.1 reads at $0.25 on $10; Opus 5.5 at $0.20 on $4
    { model: 'claude-fable-5-1', usage: { cacheRead: 1000 }, is: '250' },
    { model: 'claude-opus-5-5', usage: { cacheRead: 1000 }, is: '200' },
    // Sonnet 4.5, threshold 200,000 of the whole input. 1 × 3 + 199,998 × 0.3 + 10 × 15
    {
      model: 'claude-sonnet-4-5',
      usage: { input: 1, cacheRead: 199_998, output: 10 },
      is: '60152.4',
    },
    // 1 × 3 + 199,999 × 0.3 + 10 × 15
    {
      model: 'claude-sonnet-4-5',
      usage: { input: 1, cacheRead: 199_999, output: 10 },
      is: '60152.7',
    },
    // above: 2 × 6 + 199,999 × 0.6 + 10 × 22.5
    {
      model: 'claude-sonnet-4-5',
      usage: { input: 2, cacheRead: 199_999, output: 10 },
      is: '120236.4',
    },
    // one-hour writes above it: 200,001 × 12
    { model: 'claude-sonnet-4-5', usage: { cacheWrite1h: 200_001 }, is: '2400012' },
    // Sonnet 4 has the same tier, which the catalogue lacks: 200,000 × 3; 200,001 × 6
    { model: 'claude-sonnet-4-20250514', usage: { input: 200_000 }, is: '600000' },
    { model: 'claude-sonnet-4-20250514', usage: { input: 200_001 }, is: '1200006' },
    // Opus 4.6 until 2026-03-13: 200,001 × 10; from then on × 5
    {
      model: 'claude-opus-4-6',
      at: '2026-03-12T23:59:59.999Z',
      usage: { input: 200_001 },
      is: '2000010',
    },
    {
      model: 'claude-opus-4-6',
      at: '2026-03-13T00:00:00.000Z',
      usage: { input: 200_001 },
      is: '1000005',
    },
    // Opus 4.7 is flat: 900,000 × 5
    { model: 'claude-opus-4-7', usage: { input: 900_000 }, is: '4500000' },
    // batch: half of every token class, of no fee. (1000 × 5 + 1000 × 0.5 + 100 × 25) ÷ 2 + 10,000
    {
      model: 'claude-opus-4-7',
      tier: 'batch',
      usage: { input: 1000, cacheRead: 1000, output: 100, webSearches: 1 },
      is: '14000',
    },
    // batch above the threshold: (200,001 × 6 + 1 × 22.5) ÷ 2
    {
      model: 'claude-sonnet-4-5',
      tier: 'batch',
      usage: { input: 200_001, output: 1 },
      is: '600014.25',
    },
    // fast: 2 × Opus 4.8, cache multipliers on top: (100 × 5 + 1000 × 0.5 + 10 × 10 + 10 × 25) × 2
    {
      model: 'claude-opus-4-8',
      tier: 'fast',
      at: '2026-11-30T23:59:59Z',
      usage: { input: 100, cacheRead: 1000, cacheWrite1h: 10, output: 10 },
      is: '2700',
    },
    {
      model: 'claude-opus-4-8',
      tier: 'fast',
      at: '2026-12-01T00:00:00Z',
      usage: { input: 1 },
      is: 'unknown_tier_rate',
    },
    // US-only inference: (1000 × 5 + 7 × 25) × 1.1; not on Opus 4.5; fast and US: × 2 × 1.1
    { model: 'claude-opus-4-6', region: 'us', usage: { input: 1000, output: 7 }, is: '5692.5' },
    { model: 'claude-opus-4-5', region: 'us', usage: { input: 1000, output: 7 }, is: '5175' },
    { model: 'claude-opus-5', region: 'us', tier: 'fast', usage: { input: 1000 }, is: '11000' },
    // a search costs $0.01, and a region does not change that
    { model: 'claude-opus-4-7', region: 'us', usage: { webSearches: 3 }, is: '30000' },
    // a line of a console export: 109,911 × 5 + 2,528 × 6.25 + 34,988 × 25
    {
      model: 'claude-opus-4-5',
      usage: { input: 109_911, cacheWrite5m: 2_528, output: 34_988 },
      is: '1440055',
    },
    // Sonnet 5 stayed at its introductory price
    { model: 'claude-sonnet-5', at: '2026-09-02T00:00Z', usage: { input: 1000 }, is: '2000' },
  ]);
});

describe('OpenAI', () => {
  hold('openai', [
    // cached input: gpt-4o half, gpt-4.1 a quarter, gpt-5 a tenth
    { model: 'gpt-4o', usage: { cacheRead: 1000 }, is: '1250' },
    { model: 'gpt-4.1', usage: { cacheRead: 1000 }, is: '500' },
    { model: 'gpt-5', usage: { cacheRead: 1000 }, is: '125' },
    // a published run of gpt-4, $74.50962: 1,387,936 × 30 + 547,859 × 60
    { model: 'gpt-4', usage: { input: 1_387_936, output: 547_859 }, is: '74509620' },
    // reasoning is output, once: 100 × 1.25 + 900 × 10
    { model: 'gpt-5', usage: { input: 100, output: 900, reasoning: 800 }, is: '9125' },
    // gpt-5.6 writes at 1.25 × input, before 2026-08-21 at $5: 4,012 × 6.25 + 8 × 5 + 5 × 30
    {
      model: 'gpt-5.6-sol',
      at: '2026-08-20T23:59:59Z',
      usage: { input: 8, cacheWrite5m: 4012, output: 5 },
      is: '25265',
    },
    // and since then at $4: 4,012 × 5 + 8 × 4 + 5 × 20
    {
      model: 'gpt-5.6-sol',
      at: '2026-08-21T00:00:00Z',
      usage: { input: 8, cacheWrite5m: 4012, output: 5 },
      is: '20192',
    },
    // earlier models write for free, that is at the input rate: 1000 × 2.5
    { model: 'gpt-4o', usage: { cacheWrite5m: 1000 }, is: '2500' },
    // gpt-5.4, longer than 272K: 272,000 × 2.5 + 1 × 15; 272,001 × 5 + 22.5
    { model: 'gpt-5.4', usage: { input: 271_999, output: 1 }, is: '680012.5' },
    { model: 'gpt-5.4', usage: { input: 272_000, output: 1 }, is: '680015' },
    { model: 'gpt-5.4', usage: { input: 272_001, output: 1 }, is: '1360027.5' },
    // gpt-6-sol, listed as `more than 272K`: 272,000 × 2; 272,001 × 4
    { model: 'gpt-6-sol', usage: { input: 272_000 }, is: '544000' },
    { model: 'gpt-6-sol', usage: { input: 272_001 }, is: '1088004' },
    // cached tokens count towards the threshold: 1 × 2.5 + 271,999 × 0.25; 2 × 5 + 271,999 × 0.5
    { model: 'gpt-5.4', usage: { input: 1, cacheRead: 271_999 }, is: '68002.25' },
    { model: 'gpt-5.4', usage: { input: 2, cacheRead: 271_999 }, is: '136009.5' },
    // o3 before and after 2025-06-10: 1000 × 10 + 1000 × 2.5, 1000 × 2 + 1000 × 0.5
    {
      model: 'o3',
      at: '2025-06-09T23:59:59.999Z',
      usage: { input: 1000, cacheRead: 1000 },
      is: '12500',
    },
    { model: 'o3', at: '2025-06-10T00:00Z', usage: { input: 1000, cacheRead: 1000 }, is: '2500' },
    // batch and flex are half; an odd number of half pico per token is not lost: 3 × 0.1 ÷ 2
    { model: 'gpt-4.1-nano', tier: 'batch', usage: { input: 3 }, is: '0.15' },
    { model: 'o4-mini', tier: 'flex', usage: { input: 1000, output: 10 }, is: '572' },
    // priority: gpt-4o 4.25, 2.125 and 17; gpt-4o-mini 0.25; o4-mini 2 and 8; gpt-5-mini 0.45
    {
      model: 'gpt-4o',
      tier: 'priority',
      usage: { input: 1000, cacheRead: 1000, output: 100 },
      is: '8075',
    },
    { model: 'gpt-4o-mini', tier: 'priority', usage: { input: 1000 }, is: '250' },
    { model: 'o4-mini', tier: 'priority', usage: { input: 1000, output: 100 }, is: '2800' },
    { model: 'gpt-5-mini', tier: 'priority', usage: { input: 1000 }, is: '450' },
    { model: 'gpt-5.1', tier: 'priority', usage: { input: 1000 }, is: '2500' },
    { model: 'gpt-5-nano', tier: 'priority', usage: { input: 1000 }, is: 'unknown_tier_rate' },
    // data residency: a tenth more from gpt-5.4 on. 1000 × 2.5 × 1.1; gpt-4o as it is
    { model: 'gpt-5.4', region: 'eu', usage: { input: 1000 }, is: '2750' },
    { model: 'gpt-4o', region: 'eu', usage: { input: 1000 }, is: '2500' },
    // web search: $10, preview models $25 per 1,000
    { model: 'gpt-4.1', usage: { webSearches: 1 }, is: '10000' },
    { model: 'gpt-4o-search-preview', usage: { webSearches: 1 }, is: '25000' },
    // realtime: text 4 and 0.4, audio 32, cached audio 0.4, out 64; image 5, cached image 0.5
    {
      model: 'gpt-realtime',
      usage: { input: 100, cacheRead: 100, inputAudio: 100, cacheReadAudio: 100, outputAudio: 10 },
      is: '4320',
    },
    { model: 'gpt-realtime', usage: { inputImage: 10, cacheReadImage: 10 }, is: '55' },
    // audio of the preview model: 10 × 40 + 10 × 80
    { model: 'gpt-4o-audio-preview', usage: { inputAudio: 10, outputAudio: 10 }, is: '1200' },
    // a fine-tune has its own rates: 1000 × 3.75
    { model: 'ft:gpt-4o-2024-08-06:org::x', usage: { input: 1000 }, is: '3750' },
    { model: 'text-embedding-3-small', tier: 'batch', usage: { input: 1000 }, is: '10' },
  ]);
});

describe('Google', () => {
  hold('google', [
    // 2.5 Pro, whole request: 199,999 × 1.25; 200,000 × 1.25; 200,001 × 2.5 + 1 × 15
    { model: 'gemini-2.5-pro', usage: { input: 199_999 }, is: '249998.75' },
    { model: 'gemini-2.5-pro', usage: { input: 200_000 }, is: '250000' },
    { model: 'gemini-2.5-pro', usage: { input: 200_001, output: 1 }, is: '500017.5' },
    // cached above it: 200,000 × 0.25 + 1 × 2.5
    { model: 'gemini-2.5-pro', usage: { input: 1, cacheRead: 200_000 }, is: '50002.5' },
    // thoughts are output: 100 × 0.3 + 50 × 2.5
    { model: 'gemini-2.5-flash', usage: { input: 100, output: 50, reasoning: 40 }, is: '155' },
    // audio $1, cached audio $0.10: 100 + 10
    { model: 'gemini-2.5-flash', usage: { inputAudio: 100, cacheReadAudio: 100 }, is: '110' },
    // an image of 1,290 tokens at $30
    { model: 'gemini-2.5-flash-image', usage: { outputImage: 1290 }, is: '38700' },
    // batch and flex half; priority 1.8 × where it is published: 1000 × 0.75 × 1.8
    { model: 'gemini-2.5-flash', tier: 'flex', usage: { input: 1000 }, is: '150' },
    { model: 'gemini-3.8-flash', tier: 'priority', usage: { input: 1000 }, is: '1350' },
    { model: 'gemini-2.5-pro', tier: 'priority', usage: { input: 1 }, is: 'unknown_tier_rate' },
    // grounding: $35 per 1,000 for 2.x, $14 for 3.x
    { model: 'gemini-2.5-flash', usage: { webSearches: 1 }, is: '35000' },
    { model: 'gemini-3-pro-preview', usage: { webSearches: 1 }, is: '14000' },
    // introductory rates until the end of 2026
    {
      model: 'gemini-3.6-flash',
      at: '2026-12-31T23:59:59.999Z',
      usage: { output: 1000 },
      is: '3750',
    },
    { model: 'gemini-3.6-flash', at: '2027-01-01T00:00Z', usage: { output: 1000 }, is: '7500' },
    // Claude on Vertex: a regional endpoint a tenth more from 4.5 on
    { model: 'claude-sonnet-4-5@20250929', region: 'global', usage: { input: 1000 }, is: '3000' },
    { model: 'claude-sonnet-4-5@20250929', region: 'us-east5', usage: { input: 1000 }, is: '3300' },
    { model: 'claude-3-7-sonnet', region: 'us-east5', usage: { input: 1000 }, is: '3000' },
  ]);
});

describe('DeepSeek', () => {
  hold('deepseek', [
    // off-peak 16:30 to 00:30 UTC: 0.27, then 0.135
    { model: 'deepseek-chat', at: '2025-05-01T16:29:59.999Z', usage: { input: 1000 }, is: '270' },
    { model: 'deepseek-chat', at: '2025-05-01T16:30:00.000Z', usage: { input: 1000 }, is: '135' },
    { model: 'deepseek-chat', at: '2025-05-02T00:29:59.999Z', usage: { input: 1000 }, is: '135' },
    { model: 'deepseek-chat', at: '2025-05-02T00:30:00.000Z', usage: { input: 1000 }, is: '270' },
    // reasoner: cached 0.14 and 0.035
    { model: 'deepseek-reasoner', at: '2025-05-01T20:00Z', usage: { cacheRead: 1000 }, is: '35' },
    // no discount before 2025-02-26 16:30 and none since 2025-09-05 16:00
    { model: 'deepseek-chat', at: '2025-02-26T16:29:59Z', usage: { input: 1000 }, is: '270' },
    { model: 'deepseek-chat', at: '2025-02-26T16:30:00Z', usage: { input: 1000 }, is: '135' },
    { model: 'deepseek-chat', at: '2025-09-04T20:00:00Z', usage: { input: 1000 }, is: '135' },
    { model: 'deepseek-chat', at: '2025-09-05T20:00:00Z', usage: { input: 1000 }, is: '560' },
    { model: 'deepseek-chat', at: '2026-01-05T20:00:00Z', usage: { input: 1000 }, is: '280' },
    // V4 Pro: peak since 2026-08-16 16:00 UTC; before 0.435
    { model: 'deepseek-v4-pro', at: '2026-08-16T15:59:59Z', usage: { input: 1000 }, is: '435' },
    { model: 'deepseek-v4-pro', at: '2026-08-16T16:00:00Z', usage: { input: 1000 }, is: '660' },
    // Tuesday: 00:59 off-peak, 01:00 peak, 04:00 off-peak, 06:00 peak, 10:00 off-peak
    { model: 'deepseek-v4-pro', at: '2026-09-01T00:59:59Z', usage: { output: 1000 }, is: '1980' },
    { model: 'deepseek-v4-pro', at: '2026-09-01T01:00:00Z', usage: { output: 1000 }, is: '3960' },
    { model: 'deepseek-v4-pro', at: '2026-09-01T04:00:00Z', usage: { cacheRead: 1000 }, is: '22' },
    { model: 'deepseek-v4-pro', at: '2026-09-01T06:00:00Z', usage: { cacheRead: 1000 }, is: '44' },
    { model: 'deepseek-v4-pro', at: '2026-09-01T10:00:00Z', usage: { input: 1000 }, is: '660' },
    // Saturday and a public holiday (National Day, a Thursday) are off-peak, the 8th is not
    { model: 'deepseek-v4-pro', at: '2026-09-05T02:00:00Z', usage: { input: 1000 }, is: '660' },
    { model: 'deepseek-v4-pro', at: '2026-10-01T02:00:00Z', usage: { input: 1000 }, is: '660' },
    { model: 'deepseek-v4-pro', at: '2026-10-08T02:00:00Z', usage: { input: 1000 }, is: '1320' },
    // a write is billed as a miss
    { model: 'deepseek-chat', at: '2026-01-05T20:00Z', usage: { cacheWrite5m: 1000 }, is: '280' },
  ]);
});

describe('xAI', () => {
  hold('xai', [
    // from 200,000 on: 199,999 × 1.25; 200,000 × 2.5; 200,001 × 2.5
    { model: 'grok-4.3', usage: { input: 199_999 }, is: '249998.75' },
    { model: 'grok-4.3', usage: { input: 200_000 }, is: '500000' },
    { model: 'grok-4.3', usage: { input: 200_001 }, is: '500002.5' },
    // older models from 128,000 on: 127,999 × 0.2; 128,000 × 0.4
    { model: 'grok-4-fast-reasoning', usage: { input: 127_999 }, is: '25599.8' },
    { model: 'grok-4-fast-reasoning', usage: { input: 128_000 }, is: '51200' },
    // US endpoint 1.1 ×; $5 per 1,000 searches
    { model: 'grok-4.3', region: 'us-east-1', usage: { input: 1000 }, is: '1375' },
    { model: 'grok-4.3', usage: { webSearches: 2 }, is: '10000' },
    { model: 'grok-4.3', tier: 'batch', usage: { input: 1 }, is: 'unknown_tier_rate' },
  ]);
});

describe('Bedrock and Azure', () => {
  hold('bedrock', [
    // a regional profile a tenth more than the global one from Claude 4.5 on
    {
      model: 'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      usage: { input: 1000, cacheWrite1h: 100 },
      is: '1200',
    },
    {
      model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
      usage: { input: 1000, cacheWrite1h: 100 },
      is: '1320',
    },
    // the long-context price of Sonnet 4.5, regional: 200,001 × 6.6
    {
      model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      usage: { input: 200_001 },
      is: '1320006.6',
    },
    { model: 'amazon.nova-pro-v1:0', tier: 'batch', usage: { input: 1000 }, is: '400' },
  ]);
  hold('azure', [
    // list price of the maker; a data zone a tenth more; the place of a server nothing
    { model: 'gpt-4o', usage: { input: 1000 }, is: '2500' },
    { model: 'gpt-4o', region: 'Data Zone', usage: { input: 1000 }, is: '2750' },
    { model: 'gpt-4o', region: 'eastus2', usage: { input: 1000 }, is: '2500' },
    { model: 'gpt-4o', tier: 'batch', usage: { input: 1000 }, is: '1250' },
    { model: 'gpt-4o', tier: 'provisioned', usage: { input: 1000 }, is: 'provisioned' },
  ]);
});

describe('others', () => {
  hold('groq', [
    // batch half, flex as on demand: 1000 × 0.59
    { model: 'llama-3.3-70b-versatile', tier: 'batch', usage: { input: 1000 }, is: '295' },
    { model: 'llama-3.3-70b-versatile', tier: 'flex', usage: { input: 1000 }, is: '590' },
  ]);
  hold('mistral', [
    // codestral $0.30 in, $0.90 out, half in a batch
    { model: 'codestral-2508', tier: 'batch', usage: { input: 1000, output: 100 }, is: '195' },
  ]);
  hold('openrouter', [
    { model: 'deepseek/deepseek-r1:free', usage: { input: 1000, output: 10 }, is: '0' },
    { model: 'nobody/nothing', usage: { input: 1000 }, is: 'unknown_model' },
  ]);
});
