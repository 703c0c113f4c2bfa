import { describe, expect, test } from 'vitest';
import { answerKey, servingEndpoint } from '../../src/batch/serving.ts';

function spec(id: string, provider: string, models: readonly string[] | null = null) {
  const limits = {
    ...{ requestsPerMinute: null, tokensPerMinute: null },
    ...{ inputTokensPerMinute: null, outputTokensPerMinute: null },
    ...{ concurrency: 1, burstMs: 250, tokensCounted: 'as_asked' as const },
  };
  const baseUrl = `https://${id}.example/v1`;
  return { endpoint: { id, wire: 'openai_chat' as const, baseUrl, provider }, models, limits };
}

describe('the key of an answer', () => {
  test('tells two providers with a model of one name apart', () => {
    const groq = answerKey('k', 'llama', [spec('a', 'groq')]);
    expect(groq).toBe('k llama groq');
    expect(answerKey('k', 'llama', [spec('b', 'together')])).not.toBe(groq);
  });

  test('is one for all keys and endpoints of a provider, in any order', () => {
    const both = [spec('a', 'openai'), spec('b', 'openai')];
    expect(answerKey('k', 'm', both)).toBe(answerKey('k', 'm', [spec('c', 'openai')]));
    const mixed = [spec('a', 'openai'), spec('b', 'azure')];
    expect(answerKey('k', 'm', mixed)).toBe(answerKey('k', 'm', mixed.toReversed()));
  });

  test('counts only endpoints that serve the model', () => {
    const others = [spec('a', 'openai', ['m']), spec('b', 'groq', ['other'])];
    expect(answerKey('k', 'm', others)).toBe('k m openai');
  });

  test('of a server nobody knows, the address tells', () => {
    const here = answerKey('k', 'm', [spec('a', '')]);
    expect(here).toBe('k m https://a.example/v1');
    expect(answerKey('k', 'm', [spec('b', '')])).not.toBe(here);
  });
});

test('the first endpoint that serves a model', () => {
  const all = [spec('a', 'openai', ['m']), spec('b', 'groq')];
  expect(servingEndpoint(all, 'm')?.id).toBe('a');
  expect(servingEndpoint(all, 'x')?.id).toBe('b');
  expect(servingEndpoint([], 'm')).toBeNull();
});
