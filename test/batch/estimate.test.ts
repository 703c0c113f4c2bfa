import { expect, test } from 'vitest';
import { likelyInputTokens, likelyOutputTokens, promptSizeOf } from '../../src/batch/estimate.ts';
import { prompt } from '../providers/asking.ts';

const user = (content: string) => [{ role: 'user', content }];

test('the size of a prompt is that of its texts, all of them', () => {
  // é is 2 bytes: 5 characters, 6 bytes.
  expect(promptSizeOf(prompt({ messages: user('héllo') }))).toEqual({ characters: 5, bytes: 6 });
  const all = { system: 'de', schema: { a: 1 }, extra: { tools: [1] } };
  // 'abc', 'de', '{"a":1}' and '{"tools":[1]}': 3 + 2 + 7 + 13 bytes.
  expect(promptSizeOf(prompt({ messages: user('abc'), ...all })).bytes).toBe(25);
});

test('the likely input: four characters a token, more where a character takes three bytes', () => {
  const likely = (text: string, system: string | null = null): number => {
    const asked = prompt({ messages: user(text), system });
    return likelyInputTokens(asked, promptSizeOf(asked));
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
