/** Pairs in the wrappings that loggers and HTTP clients give them, and lines of batch results. */
import { describe, expect, test } from 'vitest';
import { callOf, readPlainly, type SeenCall } from './reading.ts';

const TIME = '2026-03-02T08:00:00Z';
const REQUEST = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] };
const USAGE = { prompt_tokens: 100, completion_tokens: 7, total_tokens: 107 };
const BODY = { id: 'c', object: 'chat.completion', model: 'gpt-4o', choices: [], usage: USAGE };

function read(record: object): SeenCall {
  const call = callOf(record);
  expect(readPlainly(JSON.stringify(record))).toEqual([call]);
  return call;
}

describe('pairs', () => {
  test.each<[string, object]>([
    ['id, model and usage alone', { request: REQUEST, response: { id: 'c', usage: USAGE } }],
    ['usage alone', { request: REQUEST, response: { usage: USAGE } }],
    ['an HTTP client', { request: { body: REQUEST }, response: { status_code: 200, body: BODY } }],
    [
      'an HTTP client, as text',
      {
        request: { body: JSON.stringify(REQUEST) },
        response: { status_code: 200, body: JSON.stringify(BODY) },
      },
    ],
    ['req and res', { req: REQUEST, res: BODY }],
    ['input and output', { time: TIME, input: REQUEST, output: BODY }],
    ['usage beside the answer', { request: REQUEST, response: { content: 'yo' }, usage: USAGE }],
  ])('%s', (_, record) => {
    const call = read(record);
    expect([call.target.model, call.usage.input, call.usage.output]).toEqual(['gpt-4o', 100, 7]);
    expect(call.promptHash).not.toBeNull();
  });

  test('the model may stand in the record', () => {
    const call = read({ timestamp: TIME, model: 'gpt-4o', response: { id: 'c', usage: USAGE } });
    expect([call.target.model, call.usage.output]).toEqual(['gpt-4o', 7]);
  });

  test("the status of an HTTP client's response", () => {
    const response = { status_code: 429, body: { error: { code: 'rate_limit' } } };
    expect(read({ request: { body: REQUEST }, response }).outcome).toMatchObject({
      status: 'error',
      httpStatus: 429,
    });
  });

  test('Converse names its model in the path', () => {
    const response = { output: { message: {} }, usage: { inputTokens: 3, outputTokens: 1 } };
    const body = { ...response, stopReason: 'end_turn' };
    const url = 'https://bedrock-runtime.us-east-1.amazonaws.com/model/us.nova-v1%3A0/converse';
    expect(read({ url, request: '{}', response: body }).target.model).toBe('us.nova-v1:0');
  });

  test('the chunks of a Gemini stream count once', () => {
    const chunk = (tokens: number, more: object = {}) => ({
      candidates: [{ content: { parts: [{ text: 'a' }] } }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: tokens, ...more },
    });
    const last = { ...chunk(9, { thoughtsTokenCount: 3 }), modelVersion: 'gemini-2.5-pro' };
    const call = read({ time: TIME, response: [chunk(1), chunk(4), last] });
    // Cumulative: 9 + 3 thoughts.
    expect(call.usage).toMatchObject({ input: 5, output: 12, reasoning: 3 });
  });

  test("Portkey's cost is in cents", () => {
    const call = read({ ai_org: 'openai', cost: 0.252, cost_currency: 'USD', response: BODY });
    expect(call.billedPico).toBe(2_520_000_000n);
  });

  test('image models without details make images', () => {
    const usage = { input_tokens: 50, input_tokens_details: { image_tokens: 40 } };
    const response = { created: 1772438433, data: [], usage: { ...usage, output_tokens: 272 } };
    expect(read({ request: { model: 'gpt-image-1.5' }, response }).usage).toMatchObject({
      ...{ input: 10, inputImage: 40, output: 0, outputImage: 272 },
    });
  });
});

describe('totals', () => {
  const chat = (model: string, usage: object) =>
    read({ response: { object: 'chat.completion', choices: [], model, usage } }).usage;

  test.each<[string, string, object, number, number]>([
    ['nothing known makes the difference', 'gpt-4o', { total_tokens: 5000 }, 7, 0],
    [
      'reasoning makes the difference',
      'm',
      { total_tokens: 150, completion_tokens_details: { reasoning_tokens: 43 } },
      // 100 + 7 + 43 = 150.
      50,
      43,
    ],
    ['Gemini hides its thoughts', 'gemini-2.5-pro', { total_tokens: 127 }, 27, 20],
    ['xAI', 'grok-4', { total_tokens: 127 }, 27, 20],
  ])('%s', (_, model, more, output, reasoning) => {
    expect(chat(model, { ...USAGE, ...more })).toMatchObject({ input: 100, output, reasoning });
  });
});

describe('searches', () => {
  const item = (action?: string) => ({
    type: 'web_search_call',
    ...(action === undefined ? {} : { action: { type: action } }),
  });
  const responses = (more: object, usage: object = {}) => {
    const counts = { input_tokens: 10, output_tokens: 2, total_tokens: 12, ...usage };
    return read({ object: 'response', id: 'r', model: 'm', ...more, usage: counts }).usage;
  };

  test('those listed count if they searched', () => {
    const output = [item('search'), item('open_page'), item('find_in_page'), item()];
    expect(responses({ output }).webSearches).toBe(2);
  });

  test('a count beats the list', () => {
    const tool_usage = { web_search: { num_requests: 5 } };
    expect(responses({ output: [item('search')], tool_usage }).webSearches).toBe(5);
  });

  test('xAI counts those on the web and on X', () => {
    const server_side_tool_usage_details = { web_search_calls: 2, x_search_calls: 1 };
    expect(responses({ output: [] }, { server_side_tool_usage_details }).webSearches).toBe(3);
    const server_side_tool_usage = { SERVER_SIDE_TOOL_WEB_SEARCH: 4 };
    expect(responses({ output: [], server_side_tool_usage }).webSearches).toBe(4);
  });

  test('a search model searches once a call, in a flat record, too', () => {
    const model = 'gpt-4o-search-preview';
    expect(read({ ...BODY, model }).usage.webSearches).toBe(1);
    expect(read({ model, tokens_in: 3, tokens_out: 1 }).usage.webSearches).toBe(1);
  });

  test('OpenRouter', () => {
    const usage = { ...USAGE, server_tool_use_details: { web_search_requests: 3 } };
    expect(read({ ...BODY, usage }).usage.webSearches).toBe(3);
  });

  test("Perplexity's deep research bills citations, thoughts and searches beside the answer", () => {
    const usage = { prompt_tokens: 30, completion_tokens: 10_000, reasoning_tokens: 70_000 };
    const more = { citation_tokens: 20_000, num_search_queries: 20 };
    const body = { ...BODY, model: 'sonar-deep-research', usage: { ...usage, ...more } };
    // Citations cost what input does.
    expect(read(body).usage).toMatchObject({
      ...{ input: 20_030, output: 80_000, reasoning: 70_000, webSearches: 20 },
    });
    expect(read({ ...body, model: 'sonar-pro' }).usage).toMatchObject({ input: 30 });
  });
});

describe('batches', () => {
  const message = {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-6' },
    usage: { input_tokens: 30, cache_read_input_tokens: 2000, output_tokens: 50 },
  };

  test('Anthropic: an answer', () => {
    const call = read({ custom_id: 'a', result: { type: 'succeeded', message } });
    expect(call.target).toMatchObject({ tier: 'batch', format: 'anthropic_batch' });
    expect(call.usage).toMatchObject({ input: 30, cacheRead: 2000, output: 50 });
  });

  test.each([
    ['errored', { error: { type: 'error', error: { type: 'invalid_request_error' } } }],
    ['expired', {}],
    ['canceled', {}],
  ])('Anthropic: %s', (type, more) => {
    const call = read({ custom_id: 'a', result: { type, ...more } });
    expect(call.outcome.status).toBe('error');
    expect(call.outcome.errorType).toBe(type === 'errored' ? 'invalid_request_error' : type);
    expect(call.target).toMatchObject({ tier: 'batch', usageBasis: 'missing' });
  });

  const response = {
    candidates: [],
    modelVersion: 'gemini-2.5-flash',
    usageMetadata: { promptTokenCount: 50, candidatesTokenCount: 5, thoughtsTokenCount: 10 },
  };

  test('Gemini', () => {
    const call = read({ key: 'r1', response });
    expect(call.target).toMatchObject({ tier: 'batch', format: 'gemini_batch' });
    expect(call.usage).toMatchObject({ input: 50, output: 15 });
    const failed = read({ key: 'r2', error: { code: 400, message: 'bad' } });
    expect(failed.outcome.status).toBe('error');
  });

  test('a log with a key and a time is no batch', () => {
    expect(read({ key: 'r1', timestamp: TIME, response }).target.tier).toBe('standard');
  });

  test('Vertex', () => {
    const line = { status: '', processed_time: TIME, request: { contents: [] }, response };
    const { target, usage } = read(line);
    expect(target).toMatchObject({ tier: 'batch', format: 'vertex_batch', provider: 'vertex' });
    expect(usage.output).toBe(15);
    const failed = read({ ...line, status: 'Bad Request: {}', response: {} });
    expect([failed.outcome.status, failed.target.usageBasis]).toEqual(['error', 'missing']);
  });
});
