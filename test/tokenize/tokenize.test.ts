/** Counts with their basis: exact, estimated, or unknown. */
import { Buffer } from 'node:buffer';
import { encode as encodeCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as encodeO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { Text, textOf } from '../../src/formats/json.ts';
import { FAMILIES } from '../../src/tokenize/families.ts';
import { SCRIPTS, scriptShares } from '../../src/tokenize/scripts.ts';
import { type ChatMessage, createTokenCounter } from '../../src/tokenize/tokenize.ts';

const counter = createTokenCounter();
const TEXT = 'What is the capital of France? Answer in one word, please.';
const user = (text: string): ChatMessage => ({ role: 'user', texts: [text] });

describe('a text', () => {
  test('in the encoding of its model is tokenised, and exact', () => {
    expect(counter.countText(TEXT, 'gpt-4o')).toEqual({
      tokens: encodeO200k(TEXT).length,
      basis: 'tokenised',
      encoding: 'o200k_base',
      family: 'openai',
      errorShare: 0,
      isLowerBound: false,
    });
    expect(counter.countText(TEXT, 'gpt-4-0613')).toMatchObject({
      tokens: encodeCl100k(TEXT).length,
      encoding: 'cl100k_base',
    });
  });

  test('of another maker is estimated, and says how far it may be off', () => {
    const count = counter.countText(TEXT, 'claude-sonnet-4-5');
    expect(count).toMatchObject({ basis: 'estimated', family: 'claude', errorShare: 0.25 });
    // All letters and spaces but `?`, `,`, `.`: nearly the factor of Latin script, 1.12.
    const exact = encodeO200k(TEXT).length;
    expect(count?.tokens).toBeGreaterThanOrEqual(Math.round(exact * 1.12));
    expect(count?.tokens).toBeLessThanOrEqual(Math.round(exact * 1.17));
  });

  test('of a model that OpenAI never announced is estimated, by the newest encoding', () => {
    expect(counter.countText(TEXT, 'gpt-9-ultra')).toMatchObject({
      tokens: encodeO200k(TEXT).length,
      basis: 'estimated',
      family: 'openai',
    });
  });

  test('without a character is no token; of a model for pictures or sound unknown', () => {
    expect(counter.countText('', 'gpt-4o')?.tokens).toBe(0);
    expect(counter.countText('', 'claude-3-opus')?.tokens).toBe(0);
    expect(counter.countText(TEXT, 'dall-e-3')).toBeNull();
    expect(counter.countAnswer(TEXT, 'whisper-1')).toBeNull();
    expect(counter.countChat({ messages: [user(TEXT)] }, 'gpt-4o-audio-preview')).toBeNull();
  });

  test('may be a view of the escaped bytes of a log', () => {
    const line = Buffer.from('{"content":"Zeile 1\\nZeile \\"2\\" \\u00fc"}');
    const view = new Text(line, 12, line.length - 2, true);
    const plain = 'Zeile 1\nZeile "2" ü';
    expect(view.toString()).toBe(plain);
    expect(counter.countText(view, 'gpt-4o')?.tokens).toBe(encodeO200k(plain).length);
    expect(counter.countText(textOf(plain), 'gpt-4o')?.tokens).toBe(encodeO200k(plain).length);
  });
});

describe('a chat', () => {
  // The cookbook: 3 for each message, the tokens of its role (1) and content, 3 for the reply.
  test('adds what the template adds', () => {
    const one = counter.countChat({ messages: [user('What is 2 + 2?')] }, 'gpt-4o-mini');
    expect(one?.tokens).toBe(encodeO200k('What is 2 + 2?').length + 3 + 1 + 3);
    // Measured by the API: 23 tokens for these two messages.
    const messages = [
      { role: 'developer', texts: ['A simple test agent'] },
      user('What is 2 + 2?'),
    ];
    expect(counter.countChat({ messages }, 'gpt-4o-mini-2024-07-18')).toMatchObject({
      tokens: 23,
      basis: 'tokenised',
      errorShare: 0,
    });
  });

  test('adds a name and one token for it', () => {
    const plain = counter.countChat({ messages: [user('Hi')] }, 'gpt-4');
    const named = counter.countChat({ messages: [{ ...user('Hi'), name: 'alice' }] }, 'gpt-4');
    const name = encodeCl100k('alice').length + 1;
    expect(named?.tokens).toBe((plain?.tokens ?? 0) + name);
  });

  test('adds tools, which makes it an estimate', () => {
    const tools = '[{"type":"function","function":{"name":"now","parameters":{}}}]';
    const messages = [user('Hi')];
    const plain = counter.countChat({ messages }, 'gpt-4o')?.tokens ?? 0;
    const count = counter.countChat({ messages, tools }, 'gpt-4o');
    // 10 for having tools, 0.6 for each token of their JSON.
    const extra = 10 + 0.6 * encodeO200k(tools).length;
    expect(count?.tokens).toBe(Math.round(plain + extra));
    expect(count?.basis).toBe('estimated');
    expect(count?.errorShare).toBeCloseTo((0.5 * extra) / Math.round(plain + extra), 10);
  });

  test('with an image or sound in it is unknown, not its text alone', () => {
    const messages = [user('Hi'), { ...user('What is in this picture?'), hasMedia: true }];
    expect(counter.countChat({ messages }, 'gpt-4o')).toBeNull();
  });

  test('of a model that thinks: the template is known less well', () => {
    // Measured by the API: 8 tokens for `Hi!` to gpt-5, which is 2 of text, 4 and 2.
    expect(counter.countChat({ messages: [user('Hi!')] }, 'gpt-5-2025-08-07')).toMatchObject({
      tokens: 8,
      basis: 'tokenised',
      errorShare: 0.05,
    });
  });
});

describe('an answer', () => {
  test('is its text, exact for a model that does not think', () => {
    expect(counter.countAnswer('2 + 2 equals 4.', 'gpt-4o-mini')).toMatchObject({
      tokens: 8,
      basis: 'tokenised',
      isLowerBound: false,
    });
  });

  test('of a model that may think is no more than a lower bound', () => {
    expect(counter.countAnswer('Paris.', 'o3')).toMatchObject({
      basis: 'estimated',
      isLowerBound: true,
    });
    expect(counter.countAnswer('Paris.', 'gemini-2.5-pro')?.isLowerBound).toBe(true);
  });
});

describe('shares of scripts', () => {
  test.each([
    ['latin', 'plain words'],
    ['cjk', '会议定于三月，讨论。'],
    ['cjk', 'ひらがなカタカナ한국어'],
    ['digits', '20250314'],
    ['symbols', '{}[]();'],
    ['symbols', '😀'],
    ['blanks', '\n\n\n'],
    ['foreign', 'Москва'],
  ] as const)('%s: %s', (script, text) => {
    const shares = scriptShares(text);
    expect(shares[SCRIPTS.indexOf(script)]).toBe(1);
  });

  test('add up to 1, and to 0 for no text', () => {
    const sum = (text: string): number => scriptShares(text).reduce((total, x) => total + x, 0);
    expect(sum('Äpfel kosten 3,50 €.\n\n  价格')).toBeCloseTo(1, 12);
    expect(sum('')).toBe(0);
  });

  test('each family has a factor for each', () => {
    for (const { factors, errorShare } of Object.values(FAMILIES)) {
      expect(factors).toHaveLength(SCRIPTS.length);
      expect(Math.min(...factors)).toBeGreaterThan(0.2);
      expect(errorShare).toBeGreaterThan(0);
    }
  });
});
