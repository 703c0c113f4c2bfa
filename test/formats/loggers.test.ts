/** Loggers whose plain names mean something of their own. */
import { expect, test } from 'vitest';
import { callOf, rejectOf } from './reading.ts';

const CLAUDE = { modelID: 'claude-sonnet-4', providerID: 'anthropic' };

test('Gemini CLI: thoughts beside the output, the cached part in the input', () => {
  const tokens = { input: 9000, output: 120, cached: 4000, thoughts: 300, tool: 0, total: 9420 };
  const { usage } = callOf({ type: 'gemini', model: 'gemini-2.5-pro', tokens });
  expect(usage).toMatchObject({ input: 5000, cacheRead: 4000, output: 420, reasoning: 300 });
  // 9427 − 9000 − 120 − 300: the prompts of tools.
  const more = { ...tokens, tool: 7, total: 9427 };
  expect(callOf({ model: 'gemini-2.5-pro', tokens: more }).usage.input).toBe(5007);
});

test('opencode: everything beside everything, and its times', () => {
  const tokens = { input: 1000, output: 500, reasoning: 0, cache: { read: 200, write: 100 } };
  const time = { created: 1733011200000, completed: 1733011260000 };
  const call = callOf({ ...CLAUDE, time, tokens });
  expect(call.usage).toMatchObject({ input: 1000, cacheRead: 200, cacheWrite5m: 100, output: 500 });
  expect([call.startedAtMs, call.latencyMs]).toEqual([1733011200000, 60_000]);
  expect(call.target.provider).toBe('anthropic');
});

test('opencode: reasoning is in the output, or beside it, as the total says; else nobody knows', () => {
  const tokens = { input: 10, output: 50, reasoning: 20, cache: { read: 3, write: 0 } };
  // 10 + 3 + 50 = 63; with 20 beside it 83.
  expect(callOf({ ...CLAUDE, tokens: { ...tokens, total: 63 } }).usage.output).toBe(50);
  expect(callOf({ ...CLAUDE, tokens: { ...tokens, total: 83 } }).usage.output).toBe(70);
  expect(rejectOf({ ...CLAUDE, tokens }).reason).toBe('inconsistent_tokens');
});

test('Helicone: its cached part, its time, and answers out of its own cache', () => {
  const row = {
    ...{ request_created_at: '2026-01-02T03:04:05Z', delay_ms: 1222, model: 'gpt-4o' },
    ...{ prompt_tokens: 1200, completion_tokens: 80, prompt_cache_read_tokens: 1024 },
    ...{ response_status: 200, cost: 0.0025 },
  };
  const call = callOf({ ...row, cache_reference_id: '00000000-0000-0000-0000-000000000000' });
  expect(call.usage).toMatchObject({ input: 176, cacheRead: 1024, output: 80 });
  expect([call.startedAtMs, call.latencyMs]).toEqual([Date.UTC(2026, 0, 2, 3, 4, 5), 1222]);
  expect(call.outcome.status).toBe('ok');
  const served = callOf({ ...row, cache_reference_id: '1f2e0000-0000-4000-8000-000000000000' });
  expect(served.outcome.status).toBe('cached');
});

test('One API: the cached part stands in a text, 500,000 of its quota are a dollar', () => {
  const row = { type: 2, model_name: 'gpt-4o', quota: 1900, prompt_tokens: 1200 };
  const call = callOf({ ...row, completion_tokens: 80, other: '{"cache_tokens":1024}' });
  expect(call.usage).toMatchObject({ input: 176, cacheRead: 1024, output: 80 });
  // 1900 / 500,000 = $0.0038.
  expect(call.billedPico).toBe(3_800_000_000n);
});

test("Bedrock's log: caches that only the logged body counts", () => {
  const record = {
    ...{ schemaType: 'ModelInvocationLog', modelId: 'm', input: { inputTokenCount: 100 } },
    output: {
      outputTokenCount: 25,
      outputBodyJson: [
        { type: 'message_start', message: { usage: { cache_read_input_tokens: 900 } } },
        { 'amazon-bedrock-invocationMetrics': { cacheReadInputTokenCount: 900 } },
      ],
    },
  };
  expect(callOf(record).usage).toMatchObject({ input: 100, cacheRead: 900, output: 25 });
  const usage = { cacheWriteInputTokens: 70, cacheDetails: [{ inputTokens: 50, ttl: '1h' }] };
  const output = { outputTokenCount: 25, outputBodyJson: { usage } };
  expect(callOf({ ...record, output }).usage).toMatchObject({ cacheWrite1h: 50, cacheWrite5m: 20 });
});

test("the AI SDK before version 6: Anthropic's cache beside the input, whatever the total", () => {
  const usage = { inputTokens: 100, outputTokens: 5, totalTokens: 105, cachedInputTokens: 40 };
  const { usage: claude } = callOf({ model: 'claude-sonnet-4', provider: 'anthropic', usage });
  expect(claude).toMatchObject({ input: 100, cacheRead: 40, output: 5 });
  const { usage: gpt } = callOf({ model: 'gpt-4o', provider: 'openai', usage });
  expect(gpt).toMatchObject({ input: 60, cacheRead: 40, output: 5 });
  // Columns of other loggers: their total decides.
  const row = { input_tokens: 100, output_tokens: 5, total_tokens: 105, cached_input_tokens: 40 };
  const { usage: flat } = callOf({ model: 'claude-sonnet-4', provider: 'anthropic', ...row });
  expect(flat).toMatchObject({ input: 60, cacheRead: 40, output: 5 });
});

test('xAI counts reasoning beside the answer, in a pair as in a row', () => {
  const usage = {
    ...{ prompt_tokens: 10, completion_tokens: 5, cached_prompt_text_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 3 },
  };
  const answer = { object: 'chat.completion', choices: [], model: 'grok-4', usage };
  for (const record of [{ response: answer }, answer, { model: 'grok-4', usage }]) {
    const { usage: counted } = callOf({ ...record, provider: 'xai' });
    expect(counted).toMatchObject({ input: 6, cacheRead: 4, output: 8, reasoning: 3 });
  }
});

test("Gemini's body alone on its line: its searches and the tier that served it", () => {
  const body = {
    modelVersion: 'gemini-3-pro',
    candidates: [{ groundingMetadata: { webSearchQueries: ['a', 'b'] }, finishReason: 'STOP' }],
    usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2, trafficType: 'ON_DEMAND_FLEX' },
  };
  expect(callOf(body)).toMatchObject({
    target: { provider: 'google', model: 'gemini-3-pro', tier: 'flex' },
    usage: { input: 7, output: 2, webSearches: 2 },
  });
});
