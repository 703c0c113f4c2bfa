/**
 * One usage of each provider, as a flat record and under `usage`, and the bodies around them: each
 * token in one counter. The arithmetic is beside each.
 */
import { describe, expect, test } from 'vitest';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { callOf, readPlainly, rejectOf, type SeenCall } from './reading.ts';

function read(record: object): SeenCall {
  const call = callOf(record);
  expect(readPlainly(JSON.stringify(record))).toEqual([call]);
  return call;
}

const GEMINI = {
  promptTokenCount: 1000,
  cachedContentTokenCount: 600,
  candidatesTokenCount: 50,
  thoughtsTokenCount: 70,
  toolUsePromptTokenCount: 30,
  totalTokenCount: 1150,
};
const CONVERSE = {
  inputTokens: 18,
  outputTokens: 386,
  totalTokens: 7916,
  cacheReadInputTokens: 10,
  cacheReadInputTokenCount: 10,
  cacheWriteInputTokens: 7502,
  cacheWriteInputTokenCount: 7502,
};
const COHERE = {
  billed_units: { input_tokens: 40, output_tokens: 12 },
  tokens: { input_tokens: 240, output_tokens: 14 },
  cached_tokens: 64,
};
const XAI = {
  prompt_tokens: 165,
  completion_tokens: 40,
  prompt_tokens_details: { cached_tokens: 151 },
  completion_tokens_details: { reasoning_tokens: 121 },
};

describe('a usage, flat or under `usage`', () => {
  test.each<[string, object, Partial<Usage>]>([
    // 1000 + 30 for tools − 600; thoughts are beside the answer: 50 + 70.
    ['Gemini', GEMINI, { input: 430, cacheRead: 600, output: 120, reasoning: 70 }],
    [
      'Gemini with sound and pictures',
      {
        promptTokenCount: 1000,
        cachedContentTokenCount: 600,
        candidatesTokenCount: 50,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 300 },
          { modality: 'AUDIO', tokenCount: 500 },
          { modality: 'IMAGE', tokenCount: 200 },
        ],
        cacheTokensDetails: [
          { modality: 'AUDIO', tokenCount: 400 },
          { modality: 'IMAGE', tokenCount: 100 },
          { modality: 'TEXT' },
        ],
        candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 40 }],
      },
      {
        // Cached: 600 − 400 − 100; audio: 500 − 400; images: 200 − 100; input: 1000 − 600 − 200.
        ...{ input: 200, inputAudio: 100, inputImage: 100 },
        ...{ cacheRead: 100, cacheReadAudio: 400, cacheReadImage: 100 },
        ...{ output: 10, outputImage: 40 },
      },
    ],
    [
      'Bedrock Converse: beside each other, some under two names',
      CONVERSE,
      { input: 18, cacheRead: 10, cacheWrite5m: 7502, output: 386 },
    ],
    [
      'Bedrock Converse: less cached than not',
      { inputTokens: 500, outputTokens: 20, cacheReadInputTokens: 100, cacheWriteInputTokens: 0 },
      { input: 500, cacheRead: 100, output: 20 },
    ],
    [
      'Bedrock Converse: kept for an hour',
      {
        ...CONVERSE,
        cacheDetails: [
          { inputTokens: 502, ttl: '5m' },
          { inputTokens: 7000, ttl: '1h' },
        ],
      },
      { input: 18, cacheRead: 10, cacheWrite5m: 502, cacheWrite1h: 7000, output: 386 },
    ],
    ['Cohere bills units', COHERE, { input: 40, output: 12 }],
    [
      'DeepSeek by its two parts',
      { prompt_cache_hit_tokens: 640, prompt_cache_miss_tokens: 360, completion_tokens: 50 },
      { input: 360, cacheRead: 640, output: 50 },
    ],
    [
      'DeepSeek with both spellings of one count',
      {
        ...{ prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 },
        ...{ prompt_cache_hit_tokens: 640, prompt_cache_miss_tokens: 360 },
        prompt_tokens_details: { cached_tokens: 640 },
      },
      { input: 360, cacheRead: 640, output: 50 },
    ],
    [
      'Mistral',
      { prompt_tokens: 100, completion_tokens: 40, total_tokens: 140, num_cached_tokens: 64 },
      { input: 36, cacheRead: 64, output: 40 },
    ],
    // 165 + 40 + 121 = 326: the reasoning is beside the answer.
    [
      'xAI',
      { ...XAI, total_tokens: 326 },
      { input: 14, cacheRead: 151, output: 161, reasoning: 121 },
    ],
    [
      'xAI without a total',
      { ...XAI, provider: 'xai' },
      { input: 14, cacheRead: 151, output: 161, reasoning: 121 },
    ],
    [
      'xAI without a total, more answer than reasoning',
      { ...XAI, provider: 'xai', completion_tokens: 140 },
      { input: 14, cacheRead: 151, output: 261, reasoning: 121 },
    ],
    [
      'AI SDK 5',
      {
        ...{ inputTokens: 1200, outputTokens: 80, totalTokens: 1280 },
        ...{ cachedInputTokens: 1024, reasoningTokens: 16 },
      },
      { input: 176, cacheRead: 1024, output: 80, reasoning: 16 },
    ],
    [
      'AI SDK 6',
      {
        ...{ inputTokens: 1200, outputTokens: 80, totalTokens: 1280 },
        inputTokenDetails: { noCacheTokens: 76, cacheReadTokens: 1024, cacheWriteTokens: 100 },
        outputTokenDetails: { textTokens: 64, reasoningTokens: 16 },
      },
      { input: 76, cacheRead: 1024, cacheWrite5m: 100, output: 80, reasoning: 16 },
    ],
    [
      'OpenAI realtime',
      {
        ...{ input_tokens: 500, output_tokens: 100, total_tokens: 600 },
        input_token_details: {
          ...{ cached_tokens: 300, text_tokens: 150, audio_tokens: 300, image_tokens: 50 },
          cached_tokens_details: { text_tokens: 80, audio_tokens: 200, image_tokens: 20 },
        },
        output_token_details: { text_tokens: 20, audio_tokens: 80 },
      },
      {
        // 500 − 300 cached − 100 audio − 30 images, which are not cached.
        ...{ input: 70, inputAudio: 100, inputImage: 30 },
        ...{ cacheRead: 80, cacheReadAudio: 200, cacheReadImage: 20 },
        ...{ output: 20, outputAudio: 80 },
      },
    ],
    [
      'OpenAI, sound in the answer alone',
      {
        ...{ prompt_tokens: 10, completion_tokens: 90, total_tokens: 100 },
        completion_tokens_details: { audio_tokens: 70 },
      },
      { input: 10, output: 20, outputAudio: 70 },
    ],
    ['Ollama', { prompt_eval_count: 26, eval_count: 298 }, { input: 26, output: 298 }],
  ])('%s', (_, counts, expected) => {
    const usage = { ...emptyUsage(), ...expected };
    const { provider, ...bare } = counts as { provider?: string };
    const named = { model: 'm', ...(provider === undefined ? {} : { provider }) };
    expect(read({ ...named, ...bare }).usage).toEqual(usage);
    expect(read({ ...named, usage: bare }).usage).toEqual(usage);
  });

  test('Anthropic: lifetimes of writes, and searches where nothing was cached', () => {
    const model = 'claude-sonnet-4-5';
    const search = { server_tool_use: { web_search_requests: 3 } };
    const kept = {
      ...{ input_tokens: 10, output_tokens: 50, ...search },
      ...{ cache_creation_input_tokens: 300, cache_read_input_tokens: 1000 },
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
    };
    expect(read({ model, usage: kept }).usage).toEqual({
      ...emptyUsage(),
      ...{ input: 10, cacheRead: 1000, cacheWrite5m: 100, cacheWrite1h: 200 },
      ...{ output: 50, webSearches: 3 },
    });
    const usage = { input_tokens: 10, output_tokens: 50, ...search };
    expect(read({ model, ...usage }).usage).toMatchObject({ input: 10, webSearches: 3 });
  });

  test.each([
    { promptTokenCount: 10, cachedContentTokenCount: 11 },
    { inputTokens: 1, cacheWriteInputTokens: 5, cacheDetails: [{ inputTokens: 6, ttl: '1h' }] },
    { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { image_tokens: 11 } },
    {
      input_tokens: 10,
      input_token_details: { cached_tokens: 5, cached_tokens_details: { audio_tokens: 6 } },
    },
  ])('a part greater than its whole is a reject: %j', (usage) => {
    expect(rejectOf({ model: 'm', usage }).reason).toBe('inconsistent_tokens');
  });
});

describe('bodies', () => {
  test('Gemini: the model that answered, its tier, searches, and the texts for the task', () => {
    const call = read({
      request: { contents: [{ role: 'user', parts: [{ text: 'Who won?' }] }] },
      response: {
        candidates: [
          {
            content: { role: 'model', parts: [{ text: 'Ada.' }] },
            finishReason: 'MAX_TOKENS',
            groundingMetadata: { webSearchQueries: ['a', 'b'] },
          },
        ],
        usageMetadata: { ...GEMINI, trafficType: 'ON_DEMAND_PRIORITY' },
        modelVersion: 'gemini-3-pro',
        responseId: 'r1',
      },
    });
    expect(call).toMatchObject({
      target: { provider: 'google', model: 'gemini-3-pro', format: 'gemini', tier: 'priority' },
      outcome: { stopReason: 'length', status: 'ok' },
      usage: { input: 430, cacheRead: 600, output: 120, webSearches: 2 },
      user_text: 'Who won?',
      turns: 1,
    });
    expect([call.idKey, call.answerHash]).not.toContain(null);
  });

  test('before Gemini 3 a grounded prompt is one search', () => {
    const grounded = { groundingMetadata: { webSearchQueries: ['a', 'b'] } };
    const response = {
      candidates: [grounded],
      usageMetadata: GEMINI,
      modelVersion: 'gemini-2.5-pro',
    };
    expect(read({ response }).usage.webSearches).toBe(1);
  });

  test('Bedrock Converse: the model is the one asked for', () => {
    const call = read({
      request: {
        modelId: 'us.amazon.nova-pro-v1:0',
        messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      },
      response: {
        output: { message: { role: 'assistant', content: [{ text: 'Yes' }] } },
        stopReason: 'end_turn',
        usage: CONVERSE,
        serviceTier: { type: 'flex' },
      },
    });
    expect(call).toMatchObject({
      target: {
        ...{ provider: 'bedrock', model: 'us.amazon.nova-pro-v1:0' },
        ...{ format: 'bedrock_converse', tier: 'flex' },
      },
      usage: { input: 18, cacheRead: 10, cacheWrite5m: 7502, output: 386 },
      outcome: { stopReason: 'stop' },
      answerBytes: 3,
    });
  });

  test('Cohere', () => {
    const message = { role: 'assistant', content: [{ type: 'text', text: 'Yes' }] };
    const response = { id: 'c1', finish_reason: 'COMPLETE', message, usage: COHERE };
    expect(read({ request: { model: 'command-r' }, response })).toMatchObject({
      target: { provider: 'cohere', model: 'command-r', format: 'cohere_chat' },
      usage: { input: 40, output: 12 },
    });
  });

  test('the cost a body names: dollars of OpenRouter, ticks of xAI; none of a key of one’s own', () => {
    const billed = (usage: object) =>
      read({
        response: {
          ...{ object: 'chat.completion', model: 'm', choices: [] },
          usage: { prompt_tokens: 1, completion_tokens: 1, ...usage },
        },
      }).billedPico;
    expect(billed({ cost: 0.00065 })).toBe(650_000_000n);
    // 908,500 of 10,000,000,000 to the dollar: 90.85 millionths.
    expect(billed({ cost_in_usd_ticks: 908_500 })).toBe(90_850_000n);
    expect(billed({ cost: 0, is_byok: true })).toBeNull();
    expect(billed({ cost: { total_cost: 1 } })).toBeNull();
  });

  test('Bedrock’s invocation log; a refused request has no counts', () => {
    const record = {
      ...{ schemaType: 'ModelInvocationLog', timestamp: '2026-03-01T00:00:00Z' },
      ...{ region: 'us-east-1', requestId: 'r1', operation: 'Converse' },
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      input: { inputBodyJson: { messages: [] }, inputTokenCount: 7, cacheReadInputTokenCount: 3 },
      output: { outputBodyJson: {}, outputTokenCount: 5 },
    };
    expect(read(record)).toMatchObject({
      target: { provider: 'bedrock', region: 'us-east-1', format: 'bedrock', operation: 'chat' },
      usage: { input: 7, cacheRead: 3, output: 5 },
      startedAtMs: Date.UTC(2026, 2, 1),
    });
    const { input: _, output: __, ...refused } = record;
    expect(read({ ...refused, errorCode: 'ThrottlingException' })).toMatchObject({
      target: { usageBasis: 'missing' },
      outcome: { status: 'error', errorType: 'ThrottlingException' },
    });
  });
});
