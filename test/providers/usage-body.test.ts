/** Each provider's usage, as it sends it, → disjoint counts. */
import { describe, expect, test } from 'vitest';
import { isRejected } from '../../src/domain/reject.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { type BodyCall, type BodyHints, parseUsageBody } from '../../src/providers/usage-body.ts';

const NO_HINTS: BodyHints = { provider: '', model: '', tier: null, region: '', atMs: null };

function calls(body: unknown, hints: Partial<BodyHints> = {}): BodyCall[] {
  const read = parseUsageBody(JSON.stringify(body), { ...NO_HINTS, model: 'm', ...hints });
  if (isRejected(read)) throw new Error(`${read.reason}: ${read.detail}`);
  return read;
}

function usage(body: unknown, provider = ''): Partial<Usage> {
  const [call] = calls(body, { provider });
  return Object.fromEntries(Object.entries(call!.usage).filter(([, tokens]) => tokens !== 0));
}

function reason(body: unknown, hints: Partial<BodyHints> = {}): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const read = parseUsageBody(text, { ...NO_HINTS, model: 'm', ...hints });
  return isRejected(read) ? read.reason : 'no reject';
}

describe('usage alone', () => {
  test.each<[name: string, provider: string, body: object, counts: Partial<Usage>]>([
    [
      'OpenAI chat: cached, audio and reasoning are parts',
      'openai',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 40, audio_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 5 },
      },
      { input: 50, cacheRead: 40, inputAudio: 10, output: 45, outputAudio: 5, reasoning: 20 },
    ],
    [
      'OpenAI Responses with cache writes',
      '',
      {
        input_tokens: 4020,
        input_tokens_details: { cached_tokens: 8, cache_write_tokens: 4000 },
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 4025,
      },
      { input: 12, cacheRead: 8, cacheWrite5m: 4000, output: 5, reasoning: 3 },
    ],
    [
      'OpenAI Realtime: cached audio apart from cached text',
      'openai',
      {
        input_tokens: 100,
        input_token_details: {
          cached_tokens: 60,
          text_tokens: 30,
          audio_tokens: 70,
          cached_tokens_details: { text_tokens: 10, audio_tokens: 50 },
        },
        output_tokens: 40,
        output_token_details: { text_tokens: 10, audio_tokens: 30 },
      },
      { input: 20, cacheRead: 10, inputAudio: 20, cacheReadAudio: 50, output: 10, outputAudio: 30 },
    ],
    [
      'OpenAI images',
      'openai',
      {
        input_tokens: 50,
        input_tokens_details: { text_tokens: 10, image_tokens: 40 },
        output_tokens: 272,
        output_tokens_details: { image_tokens: 272 },
      },
      { input: 10, inputImage: 40, outputImage: 272 },
    ],
    [
      'Anthropic: everything is beside everything',
      'anthropic',
      {
        input_tokens: 3,
        cache_creation_input_tokens: 300,
        cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
        cache_read_input_tokens: 1000,
        output_tokens: 50,
        server_tool_use: { web_search_requests: 2 },
      },
      {
        ...{ input: 3, cacheWrite5m: 100, cacheWrite1h: 200, cacheRead: 1000 },
        ...{ output: 50, webSearches: 2 },
      },
    ],
    [
      "Anthropic's searches without a cache",
      'anthropic',
      { input_tokens: 3, output_tokens: 5, server_tool_use: { web_search_requests: 1 } },
      { input: 3, output: 5, webSearches: 1 },
    ],
    [
      'Anthropic through LiteLLM: the prompt has the cached part',
      'anthropic',
      {
        prompt_tokens: 1303,
        completion_tokens: 50,
        total_tokens: 1353,
        cache_read_input_tokens: 1000,
        cache_creation_input_tokens: 300,
      },
      { input: 3, cacheRead: 1000, cacheWrite5m: 300, output: 50 },
    ],
    [
      'Gemini: cached is a part, thoughts and tool prompts are beside',
      '',
      {
        promptTokenCount: 1000,
        cachedContentTokenCount: 200,
        toolUsePromptTokenCount: 30,
        candidatesTokenCount: 50,
        thoughtsTokenCount: 20,
        totalTokenCount: 1100,
      },
      { input: 830, cacheRead: 200, output: 70, reasoning: 20 },
    ],
    [
      'Gemini with audio, some of it cached; what is not listed is text',
      'google',
      {
        prompt_token_count: 1000,
        cached_content_token_count: 300,
        candidates_token_count: 1304,
        prompt_tokens_details: [
          { modality: 'TEXT', token_count: 300 },
          { modality: 'AUDIO', token_count: 500 },
          { modality: 'VIDEO', token_count: 100 },
        ],
        cache_tokens_details: [{ modality: 'AUDIO', token_count: 100 }, { modality: 'TEXT' }],
        candidates_tokens_details: [{ modality: 'IMAGE', token_count: 1290 }],
      },
      {
        ...{ input: 300, inputAudio: 400, cacheRead: 200, cacheReadAudio: 100 },
        ...{ output: 14, outputImage: 1290 },
      },
    ],
    [
      'Bedrock Converse: the same cache count under two names',
      'bedrock',
      {
        inputTokens: 18,
        outputTokens: 386,
        totalTokens: 7906,
        cacheReadInputTokens: 0,
        cacheReadInputTokenCount: 0,
        cacheWriteInputTokens: 7502,
        cacheWriteInputTokenCount: 7502,
      },
      { input: 18, cacheWrite5m: 7502, output: 386 },
    ],
    [
      'Bedrock with one-hour writes',
      '',
      {
        inputTokens: 1,
        outputTokens: 2,
        cacheReadInputTokens: 3,
        cacheWriteInputTokens: 10,
        cacheDetails: [
          { inputTokens: 4, ttl: '1h' },
          { inputTokens: 6, ttl: '5m' },
        ],
      },
      { input: 1, output: 2, cacheRead: 3, cacheWrite1h: 4, cacheWrite5m: 6 },
    ],
    [
      'Mistral, cached at the top',
      'mistral',
      { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110, num_cached_tokens: 64 },
      { input: 36, cacheRead: 64, output: 10 },
    ],
    [
      'DeepSeek',
      'deepseek',
      {
        prompt_tokens: 100,
        completion_tokens: 40,
        total_tokens: 140,
        prompt_cache_hit_tokens: 60,
        prompt_cache_miss_tokens: 40,
        prompt_tokens_details: { cached_tokens: 60 },
      },
      { input: 40, cacheRead: 60, output: 40 },
    ],
    [
      'xAI: reasoning beside the output, also without a total',
      'xai',
      {
        prompt_tokens: 165,
        completion_tokens: 40,
        prompt_tokens_details: { cached_tokens: 151 },
        completion_tokens_details: { reasoning_tokens: 121 },
      },
      { input: 14, cacheRead: 151, output: 161, reasoning: 121 },
    ],
    [
      "xAI's flat names",
      'x-ai',
      {
        prompt_tokens: 165,
        completion_tokens: 40,
        reasoning_tokens: 121,
        cached_prompt_text_tokens: 151,
        total_tokens: 326,
      },
      { input: 14, cacheRead: 151, output: 161, reasoning: 121 },
    ],
    [
      "Gemini's OpenAI endpoint: thinking shows in the total alone",
      'google',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 35 },
      { input: 10, output: 25, reasoning: 20 },
    ],
    [
      'AI SDK 6 tells the uncached part',
      'anthropic',
      {
        inputTokens: 1303,
        inputTokenDetails: { noCacheTokens: 3, cacheReadTokens: 1000, cacheWriteTokens: 300 },
        outputTokens: 50,
        outputTokenDetails: { textTokens: 30, reasoningTokens: 20 },
        totalTokens: 1353,
      },
      { input: 3, cacheRead: 1000, cacheWrite5m: 300, output: 50, reasoning: 20 },
    ],
    [
      'AI SDK 5, OpenAI: the input has the cached part',
      'openai',
      { inputTokens: 100, outputTokens: 50, cachedInputTokens: 40, reasoningTokens: 10 },
      { input: 60, cacheRead: 40, output: 50, reasoning: 10 },
    ],
    [
      'AI SDK 5, Anthropic: it has not',
      'anthropic',
      { inputTokens: 100, outputTokens: 50, totalTokens: 150, cachedInputTokens: 40 },
      { input: 100, cacheRead: 40, output: 50 },
    ],
    [
      'AI SDK 5, Google: thoughts beside the output, as the total says',
      'google',
      { inputTokens: 100, outputTokens: 50, reasoningTokens: 30, totalTokens: 180 },
      { input: 100, output: 80, reasoning: 30 },
    ],
    [
      'AI SDK 4',
      'openai',
      { promptTokens: 100, completionTokens: 50, totalTokens: 150 },
      { input: 100, output: 50 },
    ],
    [
      'Cohere bills its units, not its tokens',
      'cohere',
      {
        billed_units: { input_tokens: 10, output_tokens: 20 },
        tokens: { input_tokens: 500, output_tokens: 20 },
        cached_tokens: 400,
      },
      { input: 10, output: 20 },
    ],
    ['Ollama', 'ollama', { prompt_eval_count: 26, eval_count: 298 }, { input: 26, output: 298 }],
    ['Ollama, all cached', 'ollama', { eval_count: 298 }, { output: 298 }],
  ])('%s', (_, provider, body, counts) => {
    expect(usage(body, provider)).toEqual(counts);
    // Under `usage`, as in a body, it says the same.
    if (!('eval_count' in body) && !('promptTokenCount' in body)) {
      expect(usage({ usage: body }, provider)).toEqual(counts);
    }
  });

  test('every count is there, also those that are 0', () => {
    const [call] = calls({ prompt_tokens: 0, completion_tokens: 0 });
    expect(call!.usage).toEqual(emptyUsage());
  });
});

describe('bodies', () => {
  test('tell model, tier and time; flags win', () => {
    const body = {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_767_225_600, // 2026-01-01T00:00:00Z
      model: 'gpt-4o-2024-08-06',
      service_tier: 'flex',
      choices: [{ message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    };
    const [own] = calls(body, { model: '' });
    expect(own).toMatchObject({
      target: { model: 'gpt-4o-2024-08-06', tier: 'flex' },
      startedAtMs: Date.UTC(2026, 0, 1),
    });
    const [told] = calls(body, {
      model: 'o3',
      tier: 'batch',
      region: 'eu',
      provider: 'azure',
      atMs: 5,
    });
    expect(told).toMatchObject({
      target: { model: 'o3', tier: 'batch', region: 'eu', provider: 'azure' },
      startedAtMs: 5,
    });
  });

  test('Gemini: searches by query, by prompt before version 3; the tier of the traffic', () => {
    const body = (modelVersion: string) => ({
      modelVersion,
      candidates: [{ groundingMetadata: { webSearchQueries: ['a', 'b', 'c'] } }],
      usageMetadata: { promptTokenCount: 1, trafficType: 'ON_DEMAND_PRIORITY' },
    });
    const [three] = calls(body('gemini-3-pro'), { model: '' });
    expect(three).toMatchObject({
      target: { model: 'gemini-3-pro', provider: 'google', tier: 'priority' },
      usage: { webSearches: 3 },
    });
    expect(calls(body('gemini-2.5-pro'), { model: '' })[0]!.usage.webSearches).toBe(1);
  });

  test('a Bedrock invocation log', () => {
    const body = {
      schemaType: 'ModelInvocationLog',
      timestamp: '2026-03-01T00:00:00Z',
      region: 'us-east-1',
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      input: { inputTokenCount: 7, cacheReadInputTokenCount: 3 },
      output: { outputTokenCount: 5 },
    };
    const [call] = calls(body, { model: '' });
    expect(call).toMatchObject({
      target: { model: 'anthropic.claude-3-haiku-20240307-v1:0', region: 'us-east-1' },
      usage: { input: 7, cacheRead: 3, output: 5 },
      startedAtMs: Date.UTC(2026, 2, 1),
    });
  });

  test('a log record around a body', () => {
    const body = {
      timestamp: '2026-03-01T00:00:00Z',
      request: { model: 'claude-opus-4-1', messages: [] },
      response: {
        type: 'message',
        model: 'claude-opus-4-1-20250805',
        usage: { input_tokens: 1, cache_read_input_tokens: 2, output_tokens: 3 },
      },
    };
    const [call] = calls(body, { model: '' });
    expect(call).toMatchObject({
      target: { model: 'claude-opus-4-1-20250805' },
      usage: { input: 1, cacheRead: 2, output: 3 },
      startedAtMs: Date.UTC(2026, 2, 1),
    });
  });

  test('what OpenRouter and xAI say they billed', () => {
    const tokens = { prompt_tokens: 1, completion_tokens: 1 };
    expect(calls({ ...tokens, cost: 0.000102 })[0]!.billedPico).toBe(102_000_000n);
    expect(calls({ ...tokens, cost_in_usd_ticks: 908_500 })[0]!.billedPico).toBe(90_850_000n);
    expect(calls(tokens)[0]!.billedPico).toBeNull();
  });
});

describe('what is none', () => {
  test.each([
    ['{"prompt_tokens": 1', 'invalid_json'],
    ['[]', 'not_an_object'],
    ['7', 'not_an_object'],
    ['{}', 'unknown_shape'],
    ['{"prompt_tokens":-1,"completion_tokens":1}', 'negative_tokens'],
    ['{"prompt_tokens":1.5,"completion_tokens":1}', 'invalid_tokens'],
    ['{"promptTokenCount":1.5}', 'invalid_tokens'],
    ['{"promptTokenCount":10,"cachedContentTokenCount":11}', 'invalid_tokens'],
    ['{"inputTokens":"many","cacheWriteInputTokens":1}', 'invalid_tokens'],
    [
      '{"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"image_tokens":11}}',
      'invalid_tokens',
    ],
  ])('%s', (text, why) => {
    expect(reason(text)).toBe(why);
  });

  test('a usage whose model nobody names', () => {
    expect(reason({ prompt_tokens: 1, completion_tokens: 1 }, { model: '' })).toBe('no_model');
    expect(reason({ promptTokenCount: 1 }, { model: '' })).toBe('no_model');
  });
});
