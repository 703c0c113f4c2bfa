/** The texts of calls without counts: all of a side or nothing of it. */
import { describe, expect, test } from 'vitest';
import { callOf, readPlainly, type SeenTexts } from './reading.ts';

const USER = { role: 'user', content: 'Hi' };
const user = (text: string) => ({ role: 'user', texts: [text], hasMedia: false });

function textsOf(record: object): SeenTexts | null {
  const call = callOf(record);
  expect(readPlainly(JSON.stringify(record))).toEqual([call]);
  expect(call.target.usageBasis).toBe('missing');
  return call.uncounted;
}

/** A pair without usage. */
function pair(request: object, response: object, more: object = {}): object {
  return { request: { model: 'gpt-4o', messages: [USER], ...request }, response, ...more };
}

function chat(message: object, choice: object = {}): object {
  return {
    object: 'chat.completion',
    model: 'gpt-4o',
    choices: [{ finish_reason: 'stop', message: { role: 'assistant', ...message }, ...choice }],
  };
}

const prompt = (request: object) => textsOf(pair(request, chat({ content: 'Yes' })))?.prompt;
const answer = (response: object) => textsOf(pair({}, response))?.answer;

test('a call with counts has no texts to count', () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1 };
  expect(callOf(pair({}, { ...chat({ content: 'Yes' }), usage })).uncounted).toBeNull();
});

test.each([
  ['an error', { status: 500 }],
  ['a time-out', { status: 504 }],
  ['an answer from the own cache', { cache_hit: true }],
])('%s has none either', (_, more) => {
  expect(textsOf(pair({}, chat({ content: 'Yes' }), more))).toBeNull();
});

test.each([
  ['a total', { tokens: 30 }],
  ['an output', { completion_tokens: 5 }],
])('nor has a call with half its counts: %s', (_, counts) => {
  expect(textsOf({ model: 'gpt-4o', prompt: 'Hi', answer: 'Yes', ...counts })).toBeNull();
});

describe('prompts', () => {
  test('messages, parts of text, a name, escapes', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', name: 'ada', content: [{ type: 'text', text: '"Où?"\n' }] },
    ];
    expect(prompt({ messages })).toEqual({
      messages: [
        { role: 'system', texts: ['Be brief.'], hasMedia: false },
        { role: 'user', name: 'ada', texts: ['"Où?"\n'], hasMedia: false },
      ],
      isBare: false,
    });
  });

  test.each<[string, object]>([
    ['a picture', { content: [{ type: 'image_url', image_url: { url: 'x' } }] }],
    ['a file beside the text', { content: [{ type: 'text', text: 'a' }, { type: 'file' }] }],
    ['a picture of Bedrock', { content: [{ image: { format: 'png' } }] }],
    ['images in a member of their own', { content: 'a', images: ['x'] }],
    ['a called tool in parts', { content: [{ type: 'tool_use', input: { city: 'Rome' } }] }],
    [
      'a picture in a tool result',
      { content: [{ type: 'tool_result', content: [{ type: 'image' }] }] },
    ],
    ['numbers', { content: [15, 16] }],
  ])('%s is no text', (_, message) => {
    expect(prompt({ messages: [{ role: 'user', ...message }] })).toMatchObject({
      messages: [{ hasMedia: true }],
    });
  });

  test('called tools: names and arguments; empty ones of other members do no harm', () => {
    const call = { id: 'c', type: 'function', function: { name: 'find', arguments: '{"a":1}' } };
    const messages = [
      USER,
      { role: 'assistant', content: null, tool_calls: [call], images: [] },
      { role: 'assistant', content: null, function_call: { name: 'get', arguments: '{}' } },
      { role: 'tool', tool_call_id: 'c', content: '7' },
    ];
    expect(prompt({ messages })).toMatchObject({
      messages: [
        user('Hi'),
        { texts: ['find', '{"a":1}'], hasMedia: false, isOfTool: true },
        { texts: ['get', '{}'], hasMedia: false, isOfTool: true },
        { texts: ['7'], hasMedia: false, isOfTool: true },
      ],
    });
  });

  test('tools and the schema of the answer as compact JSON', () => {
    const schema = { type: 'json_schema', json_schema: { schema: { type: 'object' } } };
    const tools = [{ type: 'function', function: { name: 'find' } }];
    expect(prompt({ tools, response_format: schema })).toMatchObject({
      tools: `${JSON.stringify(tools)}\n${JSON.stringify(schema)}`,
    });
    const toolConfig = { tools: [{ toolSpec: { name: 'find' } }] };
    expect(prompt({ toolConfig })).toMatchObject({ tools: JSON.stringify(toolConfig) });
    expect(prompt({ tools: [], response_format: { type: 'json_object' } })).not.toHaveProperty(
      'tools',
    );
  });

  test('of the Responses API, of Anthropic and of Gemini', () => {
    const input = [{ role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }];
    const system = { role: 'system', texts: ['Be brief.'], hasMedia: false };
    const own = { messages: undefined, instructions: 'Be brief.', input };
    expect(prompt(own)).toMatchObject({ messages: [system, user('Hi')] });
    expect(prompt({ system: 'Be brief.' })).toMatchObject({ messages: [system, user('Hi')] });
    const gemini = {
      messages: undefined,
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
    };
    expect(prompt(gemini)).toMatchObject({ messages: [system, user('Hi')] });
  });

  test.each<[string, object]>([
    ['an earlier answer', { previous_response_id: 'resp_1' }],
    ['a conversation', { conversation: { id: 'c' } }],
    ['cached content of Gemini', { cachedContent: 'cachedContents/1' }],
    ['a search of OpenRouter', { plugins: [{ id: 'web' }] }],
    ['a search of OpenAI', { tools: [{ type: 'web_search' }] }],
    ['a search of Anthropic', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['a search of Gemini', { tools: [{ google_search: {} }] }],
    ['a schema that Anthropic explains', { output_format: { schema: {} } }],
  ])('what else is in it is unknown after %s', (_, request) => {
    expect(prompt(request)).toBeNull();
  });

  test.each<[string, object]>([
    ['no earlier answer', { previous_response_id: null, plugins: [] }],
    ['tools of the caller', { tools: [{ name: 'find', input_schema: {} }] }],
    ['tools of Gemini', { tools: [{ functionDeclarations: [{ name: 'find' }] }] }],
    ['tools of the Responses API', { tools: [{ type: 'function', name: 'find', parameters: {} }] }],
  ])('nothing is elsewhere with %s', (_, request) => {
    expect(prompt(request)).not.toBeNull();
  });

  test('a system prompt alone is no prompt', () => {
    expect(prompt({ messages: [], system: 'Be brief.' })).toBeNull();
  });

  test('only what answers with a bare text has a bare prompt', () => {
    const request = { messages: undefined, prompt: 'Once upon' };
    const text = {
      object: 'text_completion',
      model: 'davinci-002',
      choices: [{ text: ' a time' }],
    };
    expect(textsOf(pair(request, text))).toEqual({
      prompt: { messages: [user('Once upon')], isBare: true },
      answer: [' a time'],
    });
    expect(prompt(request)).toMatchObject({ isBare: false });
  });
});

describe('answers', () => {
  test('all choices count', () => {
    const two = { choices: [{ message: { content: 'a' } }, { message: { content: 'b' } }] };
    expect(answer(two)).toEqual(['a', 'b']);
  });

  test('an answer to a request for thoughts is not all there is', () => {
    const asked = (request: object) => textsOf(pair(request, chat({ content: 'Yes' })))?.answer;
    expect(asked({ thinking: { type: 'enabled', budget_tokens: 1024 } })).toBeNull();
    expect(asked({ reasoning_effort: 'high' })).toBeNull();
    expect(asked({ extra_body: {}, enable_thinking: true })).toBeNull();
    const off = {
      thinking: { type: 'disabled' },
      reasoning_effort: 'none',
      enable_thinking: false,
    };
    expect(asked(off)).toEqual(['Yes']);
  });

  test('what a model said to itself counts where the log has it', () => {
    expect(answer(chat({ content: 'Yes', reasoning_content: 'Hm.' }))).toEqual(['Hm.', 'Yes']);
  });

  test('called tools: names and arguments', () => {
    const tool_calls = [{ function: { name: 'find', arguments: '{"a":1}' } }];
    const called = chat({ content: null, tool_calls }, { finish_reason: 'tool_calls' });
    expect(answer(called)).toEqual(['find', '{"a":1}']);
  });

  test('an empty answer is one', () => {
    expect(answer(chat({ content: '' }))).toEqual(['']);
  });

  test.each([
    ['null', chat({ content: null })],
    ['a called tool that the log lacks', chat({ content: '' }, { finish_reason: 'tool_calls' })],
    ['a second choice without text', { choices: [{ message: { content: 'a' } }, { index: 1 }] }],
    ['no choice', { choices: [] }],
  ])('%s is none', (_, response) => {
    expect(answer(response)).toBeNull();
  });

  test('a stream without usage, and one that ends in called tools', () => {
    const stream = (finish: string) =>
      ['{"content":"On its "}', '{"content":"way."}']
        .map((delta) => `{"choices":[{"delta":${delta}}]}`)
        .concat(`{"choices":[{"delta":{},"finish_reason":"${finish}"}]}`)
        .map((event) => `data: ${event.replace('{', '{"object":"chat.completion.chunk",')}\n\n`)
        .join('');
    const of = (finish: string, before = '') => {
      const request = { model: 'gpt-4o', messages: [USER] };
      return textsOf({ request, response: before + stream(finish) })?.answer;
    };
    expect(of('stop')).toEqual(['On its way.']);
    expect(of('stop', ': OPENROUTER PROCESSING\n\n')).toEqual(['On its way.']);
    expect(of('tool_calls')).toBeNull();
  });

  test('Anthropic without usage; its called tools are not in the tree', () => {
    const message = (content: object[]) => ({ type: 'message', role: 'assistant', content });
    const text = { type: 'text', text: 'Yes' };
    expect(answer(message([text]))).toEqual(['Yes']);
    expect(answer(message([text, { type: 'tool_use', input: {} }]))).toBeNull();
  });

  test('Gemini without usage', () => {
    const of = (part: object) => answer({ candidates: [{ content: { parts: [part] } }] });
    expect(of({ text: 'Yes' })).toEqual(['Yes']);
    expect(of({ functionCall: { name: 'find' } })).toBeNull();
  });
});

describe('flat records without counts', () => {
  test.each<[string, object]>([
    ['texts', { prompt: 'Hi', completion: 'Yes' }],
    ['messages', { messages: [USER], response: 'Yes' }],
    ['messages as text', { input: JSON.stringify([USER]), output: 'Yes' }],
    ['a request and a text', { request: { messages: [USER] }, response: 'Yes' }],
    ['an answer as a message', { prompt: 'Hi', output: { role: 'assistant', content: 'Yes' } }],
  ])('%s', (_, record) => {
    expect(textsOf({ model: 'gpt-4o', ...record })).toEqual({
      prompt: { messages: [user('Hi')], isBare: false },
      answer: ['Yes'],
    });
  });

  test.each<[string, object]>([
    ['a prompt alone', { prompt: 'Hi' }],
    ['an answer alone', { completion: 'Yes' }],
    ['a stream of another shape', { prompt: 'Hi', response: ': OK\n\ndata: {"words":"Yes"}\n\n' }],
    ['a binary stream', { prompt: 'Hi', response: '\u0000\u0001\ufffdYes' }],
    ['half a body', { prompt: 'Hi', response: '{"id":"x","choices":[{"mess' }],
    ['a body of another shape', { prompt: 'Hi', response: { id: 'x', words: ['Yes'] } }],
  ])('%s is no call', (_, record) => {
    const read = readPlainly(JSON.stringify({ model: 'gpt-4o', ...record }));
    expect(read).toMatchObject({ reason: 'unknown_shape' });
  });
});
