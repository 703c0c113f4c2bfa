import { encode as encodeCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as encodeO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { inputBytesOf, likelyInputTokens, likelyOutputTokens } from '../../src/batch/estimate.ts';
import { prompt } from '../providers/asking.ts';

const user = (content: string) => [{ role: 'user', content }];

describe('the size of a prompt', () => {
  test('bytes are of UTF-8, and a chat template is allowed for', () => {
    // é is 2 bytes: 5 characters, 6 bytes. 16 for the prompt, 8 for the message and 8 for an answer.
    const size = inputBytesOf(prompt({ messages: user('héllo') }));
    expect(size).toEqual({ characters: 5, bytes: 6, worstTokens: 6 + 16 + 8 + 8 });
  });

  test('the system prompt, a schema and other fields count too', () => {
    const bare = inputBytesOf(prompt({ messages: user('abc') }));
    const full = inputBytesOf(
      prompt({ messages: user('abc'), system: 'de', schema: { a: 1 }, extra: { tools: [1] } }),
    );
    // 'de', '{"a":1}' and '{"tools":[1]}': 2 + 7 + 13 bytes.
    expect(full.bytes - bare.bytes).toBe(2 + 7 + 13);
  });

  test('an image is 50,000 tokens at worst, beside a message or inside one', () => {
    const bare = inputBytesOf(prompt()).worstTokens;
    const image = { url: 'https://example.com/a.png' };
    expect(inputBytesOf(prompt({ images: [image, image] })).worstTokens).toBe(bare + 100_000);
    const parts = [
      { type: 'text', text: 'x' },
      { type: 'image_url', image_url: image },
      { type: 'input_audio', input_audio: {} },
    ];
    const inside = inputBytesOf(prompt({ messages: [{ role: 'user', content: parts }] }));
    expect(inside.worstTokens).toBeGreaterThan(100_000);
  });

  test.each([
    'Say something.',
    '我的订单显示已签收，但我没有收到包裹。',
    '🧑‍🚀🛰️ émigré naïve Ⅷ ﷽ \u0000\u0007',
    'if (a<b){return a[b++]^c;}\n\t\t\t}}}}))))',
    '0123456789'.repeat(50),
    '\uD800 lone',
  ])('the worst case is a bound: %j', (text) => {
    const { worstTokens } = inputBytesOf(prompt({ messages: user(text) }));
    // 7 for a message and 12 for a prompt is the most that was seen of templates.
    for (const encode of [encodeCl100k, encodeO200k]) {
      expect(worstTokens).toBeGreaterThanOrEqual(encode(text).length + 7 + 12);
    }
  });
});

test('the likely input: four characters a token, more where a character takes three bytes', () => {
  const likely = (text: string, system: string | null = null): number => {
    const asked = prompt({ messages: user(text), system });
    return likelyInputTokens(asked, inputBytesOf(asked));
  };
  // 400 / 4 = 100, and 3 + 4 for the template.
  expect(likely('a'.repeat(400))).toBe(107);
  // With a system prompt of 40 characters: 10 more, and 4 for its message.
  expect(likely('a'.repeat(400), 'b'.repeat(40))).toBe(121);
  // 100 characters of 3 bytes: 100 / 4 + 200 × 0.4 = 105, and 7.
  expect(likely('字'.repeat(100))).toBe(112);
});

test('the likely output is a share of the input by task, or as measured; never 0', () => {
  // C3: a summary is a quarter, a class a fiftieth.
  expect(likelyOutputTokens('summarization', 1_000, null)).toBe(250);
  expect(likelyOutputTokens('classification', 1_000, null)).toBe(20);
  expect(likelyOutputTokens('classification', 1, null)).toBe(1);
  expect(likelyOutputTokens('summarization', 1_000, 0.1)).toBe(100);
  expect(likelyOutputTokens('embedding', 1_000, null)).toBe(0);
});
