import { describe, expect, it } from 'vitest';
import { modelKey, parseModelName } from '../../src/domain/model-names.ts';
import type { ModelMatch, TargetPriceKey } from '../../src/pricing/book.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';

const book = await loadPriceBook('catalogue');

function match(provider: string, model: string, more: Partial<TargetPriceKey> = {}): ModelMatch {
  return book.schedule({
    provider,
    model,
    modelRequested: '',
    operation: 'chat',
    tier: 'standard',
    region: '',
    ...more,
  }).match;
}

const brief = (found: ModelMatch): string =>
  found.how === 'none' ? found.reason : `${found.how} ${found.provider}/${found.model}`;

describe('names that must be found', () => {
  it.each([
    ['', 'gpt-4o', 'exact openai/gpt-4o'],
    ['', 'gpt-4o-mini', 'exact openai/gpt-4o-mini'],
    ['openai', 'gpt-4o-2024-08-06', 'exact openai/gpt-4o'],
    ['openai', 'gpt-4o-2024-05-13', 'exact openai/gpt-4o-2024-05-13'],
    ['openai', 'gpt-4o-audio-preview', 'exact openai/gpt-4o-audio-preview'],
    ['openai', 'gpt-4o-audio-preview-2024-12-17', 'rule openai/gpt-4o-audio-preview'],
    ['openai', 'o3-mini', 'exact openai/o3-mini'],
    ['openai', 'gpt-5-nano-2025-08-07', 'rule openai/gpt-5-nano'],
    ['openai', 'text-embedding-3-small', 'exact openai/text-embedding-3-small'],
    ['openai', 'computer-use-preview-2025-03-11', 'rule openai/computer-use'],
    ['anthropic', 'claude-sonnet-4-20250514', 'rule anthropic/claude-sonnet-4-0'],
    ['anthropic', 'claude-3-5-haiku-20241022', 'rule anthropic/claude-3-5-haiku-latest'],
    ['anthropic', 'claude-3-7-sonnet-latest', 'exact anthropic/claude-3-7-sonnet-latest'],
    ['anthropic', 'claude-2.1', 'rule anthropic/claude-2'],
    ['google', 'gemini-2.5-flash-preview-09-2025', 'exact google/gemini-2.5-flash'],
    ['google', 'gemini-2.5-pro-preview-05-06', 'rule google/gemini-2.5-pro'],
    ['google', 'gemini-2.5-pro-preview-tts', 'exact google/gemini-2.5-pro-tts'],
    ['google', 'gemini-2.5-flash-lite-preview-06-17', 'rule google/gemini-2.5-flash-lite'],
    ['google', 'gemini-2.0-flash-001', 'rule google/gemini-2.0-flash'],
    ['google', 'gemma-3-27b-it', 'rule google/gemma-3'],
    ['deepseek', 'deepseek-chat', 'exact deepseek/deepseek-chat'],
    ['mistral', 'magistral-small-latest', 'rule mistral/magistral-small'],
    ['xai', 'grok-4-fast-reasoning', 'exact x-ai/grok-4-fast-reasoning'],
  ])('%s %s', (provider, model, expected) => {
    expect(brief(match(provider, model))).toBe(expected);
  });
});

describe('unknown names stay unknown', () => {
  it.each([
    ['', 'gpt-4o-superfake-9000'],
    ['openai', 'gpt-4o-superfake-9000'],
    ['', 'my-gpt-4o'],
    ['openai', 'my-gpt-4o'],
    ['', 'mycompany/gpt-4o'],
    ['vertex', 'mycompany/claude-sonnet-4-5'],
    ['anthropic', 'claude-nonexistent-99'],
    ['', 'claude-nonexistent-99'],
    ['anthropic', 'claude-sonnet-5-5'],
    ['anthropic', 'claude-haiku-4-5-99'],
    ['anthropic', 'claude-haiku-4-5-v2'],
    ['anthropic', 'claude-3-5-sonnet-ultra'],
    ['google', 'gemini-2.5-pro-superduper'],
    ['google', 'gemini-1.5-flash-8b-turbo'],
    ['deepseek', 'deepseek-chat-v3.1'],
    ['deepseek', 'deepseek-r1-distill-llama-70b'],
    ['xai', 'grok-4-fast-superfake'],
    ['openai', 'gpt-5.2-proo'],
    ['openai', 'gpt-4.1-superfake-2025-01-01'],
    ['openai', 'o4-mini-super'],
    ['azure', 'my-deployment'],
    ['bedrock', 'amazon.titan-embed-text-v2:0'],
    ['bedrock', 'us.does-not-exist-model-v1:0'],
    ['groq', 'llama-3.3-70b-versatlie'],
    ['groq', 'gpt-4o'],
    ['anthropic', 'gpt-4o'],
  ])('%s %s', (provider, model) => {
    expect(brief(match(provider, model))).toBe('unknown_model');
  });

  it('says what it tried', () => {
    expect(match('openai', 'models/nonsense').steps).toEqual(['tried models/nonsense, nonsense']);
  });
});

describe('rewritten names', () => {
  it.each([
    ['', 'Claude Opus 4.6', 'normalised anthropic/claude-opus-4-6'],
    ['', 'claude-4.5-sonnet', 'normalised anthropic/claude-sonnet-4-5'],
    ['', 'anthropic/claude-4.6-sonnet-20260217', 'normalised anthropic/claude-sonnet-4-6'],
    ['', 'gemini/gemini-2.5-pro-exp-03-25', 'normalised google/gemini-2.5-pro'],
    ['google', 'models/gemini-2.5-flash', 'normalised google/gemini-2.5-flash'],
    ['openai', 'gpt-4o-2099-01-01', 'normalised openai/gpt-4o'],
    ['vertex', 'claude-sonnet-4-5@20250929', 'rule google/claude-sonnet-4-5'],
    ['', 'publishers/google/models/gemini-2.5-pro', 'normalised google/gemini-2.5-pro'],
    [
      '',
      'openrouter/anthropic/claude-3.7-sonnet',
      'normalised openrouter/anthropic/claude-3.7-sonnet',
    ],
    [
      'openrouter',
      'anthropic/claude-4.5-sonnet-20250929',
      'exact openrouter/anthropic/claude-sonnet-4.5',
    ],
    [
      'bedrock',
      'us.anthropic.claude-sonnet-4-6',
      'rule aws/regional.anthropic.claude-sonnet-4-6-v1:0',
    ],
    ['bedrock', 'amazon.nova-lite-v1%3A0', 'normalised aws/amazon.nova-lite-v1:0'],
    [
      'bedrock',
      'arn:aws:bedrock:us-east-1:123:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'rule aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ],
  ])('%s %s', (provider, model, expected) => {
    expect(brief(match(provider, model))).toBe(expected);
  });

  it('lists its steps', () => {
    expect(match('', 'anthropic/claude-4.6-sonnet-20260217').steps).toEqual([
      'without the prefix',
      'spelled claude-sonnet-4-6-20260217',
    ]);
  });

  it('gives a table one key for all spellings of a model, and other keys to other models', () => {
    const keys = [
      'claude-sonnet-4.5',
      'claude-4-5-sonnet',
      'Claude Sonnet 4.5',
      'claude-4.5-sonnet',
    ];
    expect(new Set(keys.map(modelKey))).toEqual(new Set(['claude-sonnet-4-5']));
    expect(modelKey('claude-sonnet-4-6')).not.toBe(modelKey('claude-sonnet-4-5'));
    expect(modelKey('gpt-4.1-mini')).not.toBe(modelKey('gpt-4.1'));
  });
});

describe('who sends the invoice', () => {
  it('charges the maker list price where a cloud does not list the model, and says so', () => {
    const azure = match('azure', 'gpt-4o');
    expect(brief(azure)).toBe('exact openai/gpt-4o');
    expect(azure.steps).toEqual(['not listed by azure: list price of openai']);
    expect(brief(match('openai', 'deepseek-chat'))).toBe('exact deepseek/deepseek-chat');
  });

  it('prefers the maker when nobody is named, and a host only when the hosts agree', () => {
    expect(brief(match('', 'deepseek-v3.2'))).toBe('exact deepseek/deepseek-v3.2');
    expect(brief(match('', 'llama-3.3-70b-versatile'))).toBe('exact groq/llama-3.3-70b-versatile');
    expect(brief(match('', 'meta-llama/Llama-3.3-70B-Instruct'))).toBe('ambiguous_provider');
    expect(brief(match('my-own-gateway', 'gpt-4o'))).toBe('exact openai/gpt-4o');
  });

  it('knows what is free', () => {
    expect(brief(match('openrouter', 'google/gemini-2.0-flash-exp:free'))).toBe(
      'free openrouter/google/gemini-2.0-flash-exp:free',
    );
    expect(brief(match('', 'ollama/llama3'))).toBe('free ollama/ollama/llama3');
    expect(brief(match('local', 'anything'))).toBe('free local/anything');
    expect(brief(match('openai', 'gpt-4o-superfake:free'))).toBe('unknown_model');
  });

  it('takes the inference profile asked for on Bedrock, since the answer does not name it', () => {
    const served = { modelRequested: 'global.anthropic.claude-haiku-4-5-20251001-v1:0' };
    expect(brief(match('bedrock', 'claude-haiku-4-5-20251001', served))).toBe(
      'exact aws/global.anthropic.claude-haiku-4-5-20251001-v1:0',
    );
  });
});

describe('no model, fine-tunes, the model asked for', () => {
  it.each(['', 'null', 'None', 'unknown', '  '])('%j names no model', (name) => {
    expect(brief(match('openai', name))).toBe('no_model');
    expect(parseModelName(name)).toBeNull();
  });

  it('prices a fine-tune only if the catalogue lists its base', () => {
    expect(brief(match('openai', 'ft:gpt-4o-2024-08-06:org::x'))).toBe('rule openai/ft:gpt-4o');
    expect(brief(match('openai', 'ft:gpt-4o-mini-2024-07-18:acme:x:1'))).toBe(
      'rule openai/ft:gpt-4o-mini',
    );
    expect(brief(match('openai', 'ft:gpt-3.5-turbo-0125:org::x'))).toBe(
      'rule openai/ft:gpt-3.5-turbo-',
    );
    expect(brief(match('openai', 'ft:gpt-4.1-2025-04-14:org::x'))).toBe('fine_tune');
    expect(brief(match('openai', 'ft:gpt-3.5-turbo-superfake:org::x'))).toBe('fine_tune');
  });

  it('falls back to the model asked for, and keeps the first reason if neither is known', () => {
    expect(brief(match('openai', 'nonsense', { modelRequested: 'gpt-4o' }))).toBe(
      'exact openai/gpt-4o',
    );
    expect(brief(match('openai', '', { modelRequested: 'gpt-4o' }))).toBe('exact openai/gpt-4o');
    expect(match('openai', 'a', { modelRequested: 'b' })).toMatchObject({
      reason: 'unknown_model',
      asked: 'a',
    });
  });
});
