/** Prompts in each wire format, and what is read from its answers. */
import { describe, expect, test } from 'vitest';
import { readFacts } from '../../src/providers/answer-usage.ts';
import { ANTHROPIC_MESSAGES } from '../../src/providers/anthropic.ts';
import type { JsonObject } from '../../src/providers/json-object.ts';
import { OPENAI_CHAT } from '../../src/providers/openai-chat.ts';
import { OPENAI_EMBEDDINGS } from '../../src/providers/openai-embeddings.ts';
import { OPENAI_RESPONSES } from '../../src/providers/openai-responses.ts';
import type { Prompt } from '../../src/providers/provider.ts';
import type { WireFormat } from '../../src/providers/wire.ts';
import { endpoint, prompt } from './asking.ts';
import { chatAnswer, messageAnswer } from './server.ts';

const CLOSED = {
  title: 'City of birth',
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const OPEN = { type: 'object', properties: { city: { type: 'string' } } };
const IMAGES = [
  { url: 'https://images.test/cat.png' },
  { mediaType: 'image/jpeg', base64: '/9j/4AAQ' },
];

/** The body as it goes over the wire: members without a value are gone. */
function bodyOf(wire: WireFormat, more: Partial<Prompt>, provider = 'openai'): JsonObject {
  const asked = wire.bodyOf(prompt(more), endpoint('http://127.0.0.1/v1', { provider }));
  return JSON.parse(JSON.stringify(asked));
}

function read(wire: WireFormat, body: object, more: Partial<Prompt> = {}) {
  const answer = wire.read(body as JsonObject, prompt(more));
  if (answer === null) return null;
  const { facts, ...rest } = answer;
  const { usage, ...told } = readFacts(facts);
  const counts = Object.entries(usage ?? {}).filter(([, tokens]) => tokens !== 0);
  const stopReason = rest.stopReason ?? told.stopReason;
  return { ...told, ...rest, stopReason, usage: usage && Object.fromEntries(counts) };
}

describe('chat completions', () => {
  test('a prompt alone', () => {
    expect(bodyOf(OPENAI_CHAT, {})).toEqual({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Say something.' }],
    });
  });

  test('everything', () => {
    const extra = { top_p: 0.5, stream: true, stream_options: {}, model: 'other' };
    const asked = { system: 'Be short.', maxTokens: 9, temperatureMilli: 700, extra };
    expect(bodyOf(OPENAI_CHAT, { ...asked, images: IMAGES, schema: CLOSED })).toEqual({
      model: 'gpt-4o-mini',
      top_p: 0.5,
      temperature: 0.7,
      max_completion_tokens: 9,
      messages: [
        { role: 'system', content: 'Be short.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Say something.' },
            { type: 'image_url', image_url: { url: 'https://images.test/cat.png' } },
            { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,/9j/4AAQ' } },
          ],
        },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'City_of_birth', schema: CLOSED, strict: true },
      },
    });
  });

  test('a schema that strict mode would refuse is asked for without it', () => {
    expect(bodyOf(OPENAI_CHAT, { schema: OPEN }).response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema: OPEN, strict: false },
    });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['openai', {}, 'max_completion_tokens'],
    ['azure', {}, 'max_completion_tokens'],
    ['', {}, 'max_tokens'],
    ['openai', { max_tokens: 1 }, 'max_tokens'],
    ['', { max_completion_tokens: 1 }, 'max_completion_tokens'],
  ])('the limit for %j beside %j is %s', (provider, extra, name) => {
    const { max_tokens, max_completion_tokens } = bodyOf(
      OPENAI_CHAT,
      { maxTokens: 7, extra },
      provider,
    );
    expect({ max_tokens, max_completion_tokens }[name as 'max_tokens']).toBe(7);
    expect([max_tokens, max_completion_tokens]).toContain(undefined);
  });

  test('messages of a batch file stay as they are', () => {
    const part = { type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'low' } };
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'Look', cache: 1 }, part] },
      { role: 'assistant', content: 'I see.', name: 'bot' },
    ];
    expect(bodyOf(OPENAI_CHAT, { messages }).messages).toEqual(messages);
  });

  test('an answer with all its counts', () => {
    const usage = {
      prompt_tokens: 1000,
      completion_tokens: 300,
      total_tokens: 1300,
      // 200 cached and 500 of images leave 300; of 300 made 120 were reasoning.
      prompt_tokens_details: { cached_tokens: 200, image_tokens: 500 },
      completion_tokens_details: { reasoning_tokens: 120 },
      cost: 0.0125,
    };
    const body = chatAnswer('Hi', { usage, service_tier: 'priority' });
    expect(read(OPENAI_CHAT, body)).toEqual({
      text: 'Hi',
      id: 'chatcmpl-1',
      embedding: null,
      model: 'gpt-4o-mini-2024-07-18',
      stopReason: 'stop',
      tier: 'priority',
      billedPico: 12_500_000_000n,
      usage: { input: 300, cacheRead: 200, inputImage: 500, output: 300, reasoning: 120 },
    });
  });

  test.each<[string, object, string, string]>([
    [
      'a refusal',
      { message: { content: null, refusal: 'No.' }, finish_reason: 'stop' },
      'No.',
      'content_filter',
    ],
    [
      'parts',
      {
        message: {
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      },
      'ab',
      '',
    ],
    [
      'calls',
      { message: { content: null, tool_calls: [{ id: 1 }] }, finish_reason: 'tool_calls' },
      '[{"id":1}]',
      'tool_calls',
    ],
    ['nothing', { message: { content: '' }, finish_reason: 'length' }, '', 'length'],
    ['an old completion', { text: 'once', finish_reason: 'stop' }, 'once', 'stop'],
  ])('%s', (_, choice, text, stopReason) => {
    expect(read(OPENAI_CHAT, chatAnswer('', { choices: [choice] }))).toMatchObject({
      text,
      stopReason,
    });
  });

  test('zeros everywhere tell nothing', () => {
    const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    expect(read(OPENAI_CHAT, chatAnswer('Hi', { usage }))?.usage).toBeNull();
  });

  test.each([{}, { choices: [] }, { choices: [{}] }, { choices: 'x' }])('no answer: %j', (body) => {
    expect(read(OPENAI_CHAT, body)).toBeNull();
  });
});

describe('responses', () => {
  test('everything', () => {
    const extra = { background: true, text: { verbosity: 'low' }, reasoning: { effort: 'low' } };
    const asked = { system: 'Be short.', maxTokens: 9, temperatureMilli: 0, extra };
    const images = [IMAGES[0]!];
    expect(bodyOf(OPENAI_RESPONSES, { ...asked, images, schema: OPEN })).toEqual({
      model: 'gpt-4o-mini',
      instructions: 'Be short.',
      max_output_tokens: 9,
      temperature: 0,
      reasoning: { effort: 'low' },
      text: {
        verbosity: 'low',
        format: { type: 'json_schema', name: 'answer', schema: OPEN, strict: false },
      },
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Say something.' },
            { type: 'input_image', image_url: 'https://images.test/cat.png' },
          ],
        },
      ],
    });
  });

  test('the input of a batch file wins', () => {
    expect(bodyOf(OPENAI_RESPONSES, { messages: [], extra: { input: 'Hi' } })).toEqual({
      model: 'gpt-4o-mini',
      input: 'Hi',
    });
  });

  const BODY = {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    error: null,
    model: 'gpt-5-mini',
    output: [
      { type: 'reasoning', summary: [] },
      { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] },
    ],
    usage: {
      input_tokens: 50,
      input_tokens_details: { cached_tokens: 20 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 25 },
      total_tokens: 80,
    },
  };

  test('an answer, a cut one, a refusal, a call', () => {
    expect(read(OPENAI_RESPONSES, BODY)).toMatchObject({
      text: 'Hi',
      id: 'resp_1',
      model: 'gpt-5-mini',
      stopReason: 'stop',
      usage: { input: 30, cacheRead: 20, output: 30, reasoning: 25 },
    });
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
    expect(read(OPENAI_RESPONSES, { ...BODY, ...cut })?.stopReason).toBe('length');
    const refusal = [{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }];
    expect(read(OPENAI_RESPONSES, { ...BODY, output: refusal })).toMatchObject({
      text: 'No.',
      stopReason: 'content_filter',
    });
    const call = [{ type: 'function_call', name: 'f' }];
    expect(read(OPENAI_RESPONSES, { ...BODY, output: call })?.text).toBe(JSON.stringify(call));
    expect(read(OPENAI_RESPONSES, { ...BODY, status: 'in_progress' })).toBeNull();
  });
});

describe('embeddings', () => {
  test.each<[unknown, unknown]>([
    ['text', 'text'],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [[{ type: 'text', text: 'a' }], 'a'],
  ])('of %j', (content, input) => {
    const messages = [{ role: 'user', content }];
    expect(bodyOf(OPENAI_EMBEDDINGS, { messages, extra: { dimensions: 3 } })).toEqual({
      model: 'gpt-4o-mini',
      dimensions: 3,
      input,
    });
  });

  const USAGE = { prompt_tokens: 8, total_tokens: 8 };

  test('a vector, in both encodings, and a list of them', () => {
    const list = { object: 'list', data: [{ embedding: [0.5, -1] }], model: 'e', usage: USAGE };
    expect(read(OPENAI_EMBEDDINGS, list)).toMatchObject({
      text: '',
      embedding: [0.5, -1],
      usage: { input: 8 },
    });
    // 0.5 is 0x3f000000, -1 is 0xbf800000, the lowest byte first.
    const packed = Buffer.from([0, 0, 0, 0x3f, 0, 0, 0x80, 0xbf]).toString('base64');
    expect(read(OPENAI_EMBEDDINGS, { data: [{ embedding: packed }] })).toMatchObject({
      embedding: [0.5, -1],
      usage: null,
    });
    // Voyage tells the total only.
    const total = { data: [{ embedding: [1] }], usage: { total_tokens: 3 } };
    expect(read(OPENAI_EMBEDDINGS, total)?.usage).toEqual({ input: 3 });
    const two = { data: [{ embedding: [1] }, { embedding: [2] }], usage: USAGE };
    expect(read(OPENAI_EMBEDDINGS, two)).toMatchObject({ text: '[[1],[2]]', embedding: null });
  });

  test.each([{}, { data: [] }, { data: [{}] }, { data: [{ embedding: ['x'] }] }])(
    'no answer: %j',
    (body) => {
      expect(read(OPENAI_EMBEDDINGS, body)).toBeNull();
    },
  );
});

describe('messages of Anthropic', () => {
  test('where they are', () => {
    expect(ANTHROPIC_MESSAGES.pathAt('https://api.anthropic.com')).toBe('/v1/messages');
    expect(ANTHROPIC_MESSAGES.pathAt('https://api.anthropic.com/v1')).toBe('/messages');
  });

  test('a prompt alone has the limit they demand', () => {
    expect(bodyOf(ANTHROPIC_MESSAGES, { model: 'claude-x' })).toEqual({
      model: 'claude-x',
      max_tokens: 4096,
      messages: [{ role: 'user', content: 'Say something.' }],
    });
  });

  test('everything, also what was meant for OpenAI', () => {
    const messages = [
      { role: 'system', content: 'Second.' },
      { role: 'user', content: 'Look.' },
    ];
    const extra = { stop: 'END', seed: 1, top_p: 0.5, response_format: {}, n: 1 };
    const asked = { messages, system: 'First.', maxTokens: 9, temperatureMilli: 250, extra };
    expect(bodyOf(ANTHROPIC_MESSAGES, { ...asked, images: IMAGES, schema: CLOSED })).toEqual({
      model: 'gpt-4o-mini',
      max_tokens: 9,
      temperature: 0.25,
      top_p: 0.5,
      stop_sequences: ['END'],
      system: 'First.\n\nSecond.',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look.' },
            { type: 'image', source: { type: 'url', url: 'https://images.test/cat.png' } },
            {
              type: 'image',
              source: { type: 'base64', media_type: 'image/jpeg', data: '/9j/4AAQ' },
            },
          ],
        },
      ],
      tools: [{ name: 'City_of_birth', description: 'Gives the answer.', input_schema: CLOSED }],
      tool_choice: { type: 'tool', name: 'City_of_birth' },
    });
  });

  test('an answer with its counts, which are apart already', () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 200,
      cache_creation_input_tokens: 30,
      output_tokens: 5,
      service_tier: 'standard',
    };
    const content = [
      { type: 'thinking', thinking: '…' },
      { type: 'text', text: 'Hi' },
    ];
    expect(read(ANTHROPIC_MESSAGES, messageAnswer('', { usage, content }))).toMatchObject({
      text: 'Hi',
      id: 'msg_1',
      model: 'claude-sonnet-4-5-20250929',
      stopReason: 'stop',
      tier: 'standard',
      usage: { input: 10, cacheRead: 200, cacheWrite5m: 30, output: 5 },
    });
  });

  test('an answer to a schema is the input of its tool', () => {
    const content = [{ type: 'tool_use', name: 'City_of_birth', input: { city: 'Rome' } }];
    const body = messageAnswer('', { content, stop_reason: 'tool_use' });
    expect(read(ANTHROPIC_MESSAGES, body, { schema: CLOSED })).toMatchObject({
      text: '{"city":"Rome"}',
      stopReason: 'stop',
    });
    expect(read(ANTHROPIC_MESSAGES, body)).toMatchObject({
      text: JSON.stringify(content),
      stopReason: 'tool_calls',
    });
  });
});
