import { describe, expect, test } from 'vitest';
import { tokenRatioPermille } from '../../src/tokenize/ratio.ts';

describe('tokens of the same text on another model', () => {
  test.each([
    // The factors for Latin script: OpenAI 1, Claude to 4.6 1.12, Claude from 4.7 1.39, Gemini 1.
    ['gpt-4o', 'gpt-4o-mini', 1000],
    ['gpt-4o', 'claude-sonnet-4-5', 1120],
    // 1000 / 1.12 = 892.857
    ['claude-sonnet-4-5', 'gpt-4o', 893],
    // 1.39 / 1.12 = 1.241071
    ['claude-sonnet-4-5', 'claude-opus-4-7', 1241],
    ['gpt-4.1', 'gemini-2.5-flash', 1000],
    // An unknown maker has the factor of all others, 1.08.
    ['gpt-4o', 'glm-4.6', 1080],
  ])('%s to %s', (from, to, permille) => {
    expect(tokenRatioPermille(from, to)).toBe(permille);
  });

  test('none for a model that is not made for text', () => {
    expect(tokenRatioPermille('gpt-4o', 'dall-e-3')).toBeNull();
    expect(tokenRatioPermille('whisper-1', 'gpt-4o')).toBeNull();
  });
});
