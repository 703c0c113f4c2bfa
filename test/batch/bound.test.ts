/** The most a request may use: all that is sent counts, and what nobody knows has no bound. */
import { encode as encodeCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as encodeO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { type Bound, boundOf } from '../../src/batch/bound.ts';
import type { Prompt } from '../../src/providers/provider.ts';
import { prompt } from '../providers/asking.ts';

const user = (content: unknown) => [{ role: 'user', content }];

function bounded(more: Partial<Prompt>): Bound {
  const bound = boundOf(prompt(more));
  if ('unbounded' in bound) throw new Error(bound.unbounded);
  return bound;
}

function whyUnbounded(more: Partial<Prompt>): string | null {
  const bound = boundOf(prompt(more));
  return 'unbounded' in bound ? bound.unbounded : null;
}

describe('the input', () => {
  test('has no more tokens than bytes, and a chat template', () => {
    // é is 2 bytes: 6. 16 for the prompt, 8 for the message and 8 for an answer.
    expect(bounded({ messages: user('héllo') })).toEqual({
      ...{ inputTokens: 6 + 16 + 8 + 8, answers: 1, tier: null },
      ...{ hasImages: false, hasAudio: false },
    });
  });

  test('has 1,000 more for what is written before tools and schemas', () => {
    const bare = bounded({ messages: user('a') }).inputTokens;
    // '{"a":1}' is 7 bytes.
    expect(bounded({ messages: user('a'), schema: { a: 1 } }).inputTokens).toBe(bare + 7 + 1_000);
  });

  test('has calls of tools, which stand beside the text', () => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: 'x'.repeat(500) } };
    const messages = [{ role: 'assistant', content: null, tool_calls: [call] }];
    expect(bounded({ messages: messages as Prompt['messages'] }).inputTokens).toBeGreaterThan(500);
    // A Responses item has no content at all.
    const item = { type: 'function_call', call_id: 'c', name: 'f', arguments: 'x'.repeat(500) };
    const items = [item] as unknown as Prompt['messages'];
    expect(bounded({ messages: items }).inputTokens).toBeGreaterThan(500);
  });

  test('has 50,000 tokens for an image, beside a message, inside one, or from a tool', () => {
    const bare = bounded({}).inputTokens;
    const image = { url: 'https://example.com/a.png' };
    const beside = bounded({ images: [image, image] });
    expect(beside).toMatchObject({ inputTokens: bare + 100_000, hasImages: true });
    const part = { type: 'image_url', image_url: image };
    const inside = bounded({ messages: user([part, { type: 'input_audio', input_audio: {} }]) });
    expect(inside).toMatchObject({ hasImages: true, hasAudio: true });
    expect(inside.inputTokens).toBeGreaterThan(100_000);
    const given = { type: 'tool_result', content: [{ type: 'image', source: {} }] };
    expect(bounded({ messages: user([given]) }).inputTokens).toBeGreaterThan(50_000);
  });

  test.each([
    'Say something.',
    '我的订单显示已签收，但我没有收到包裹。',
    '🧑‍🚀🛰️ émigré naïve Ⅷ ﷽ \u0000\u0007',
    'if (a<b){return a[b++]^c;}\n\t\t\t}}}}))))',
    '0123456789'.repeat(50),
    '\uD800 lone',
  ])('is a bound: %j', (text) => {
    const { inputTokens } = bounded({ messages: user(text) });
    // 7 for a message and 12 for a prompt is the most that was seen of templates.
    for (const encode of [encodeCl100k, encodeO200k]) {
      expect(inputTokens).toBeGreaterThanOrEqual(encode(text).length + 7 + 12);
    }
  });
});

describe('fields that are passed on', () => {
  test('n is so many answers', () => {
    expect(bounded({ extra: { n: 50 } }).answers).toBe(50);
    expect(bounded({ extra: { n: null } }).answers).toBe(1);
  });

  test.each([0, -1, 1.5, 1_001, '50', [2]])('n: %j bounds nothing', (n) => {
    expect(whyUnbounded({ extra: { n } })).toBe('n');
  });

  test.each([
    ['auto', null],
    ['default', null],
    ['flex', 'flex'],
    ['priority', 'priority'],
  ])('service_tier %s', (name, tier) => {
    expect(bounded({ extra: { service_tier: name } }).tier).toBe(tier);
  });

  test.each([
    [{ service_tier: 'scale' }, 'service_tier'],
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ web_search_options: {} }, 'web_search_options'],
    [{ models: ['dearer'] }, 'models'],
    [{ modalities: ['text', 'audio'] }, 'modalities'],
    [{ prediction: { content: 'x' } }, 'prediction'],
    [{ nobody_knows: 1 }, 'nobody_knows'],
    [{ tools: [{ type: 'web_search' }] }, 'the tool web_search'],
    [
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      'the tool web_search_20250305',
    ],
    [{ tools: 'all' }, 'tools'],
    [{ tools: [{ type: 'secret key' }] }, 'the tool of an unknown type'],
  ])('%j has no bound', (extra, why) => {
    expect(whyUnbounded({ extra })).toBe(why);
  });

  test.each([
    {},
    { top_p: 1, seed: 3, stop: ['x'], response_format: { type: 'json_object' } },
    { tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: 'auto' },
    { tools: [{ name: 'f', input_schema: {} }] },
    { reasoning: { effort: 'low' }, modalities: ['text'], stream: true, background: true },
  ])('%j adds nothing but its bytes', (extra) => {
    expect(whyUnbounded({ extra })).toBeNull();
  });
});

describe('parts of messages', () => {
  test.each([
    [{ type: 'file', file: { file_id: 'file-1' } }, 'a part file'],
    [{ type: 'input_file', file_url: 'https://example.com/a.pdf' }, 'a part input_file'],
    [{ type: 'document', source: { type: 'url' } }, 'a part document'],
    [{ type: 'input_image', file_id: 'file-1' }, 'a part input_image with a file id'],
    [{ type: 'image', source: { type: 'file', file_id: 'file_1' } }, 'a part image with a file id'],
    [{ type: 'tool_result', content: [{ type: 'document' }] }, 'a part document'],
    [{ text: 'no type' }, 'a part of an unknown type'],
  ])('%j has no bound', (part, why) => {
    expect(whyUnbounded({ messages: user([part]) })).toBe(why);
  });

  test('nor has what only names what the provider keeps', () => {
    const item = (type: string) => [{ type, id: 'x' }] as unknown as Prompt['messages'];
    expect(whyUnbounded({ messages: item('item_reference') })).toBe('an item item_reference');
    expect(whyUnbounded({ messages: item('reasoning') })).toBe('an item reasoning');
    const spoken = [{ role: 'assistant', content: null, audio: { id: 'audio_1' } }];
    expect(whyUnbounded({ messages: spoken })).toBe('an answer in audio');
  });

  test('texts to embed are bounded', () => {
    const embedding = { operation: 'embeddings' as const, messages: user(['ab', 'cd']) };
    expect(whyUnbounded(embedding)).toBeNull();
  });
});
