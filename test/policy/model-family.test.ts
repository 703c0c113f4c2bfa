import { describe, expect, it } from 'vitest';
import { modelName } from '../../src/policy/model-family.ts';
import { cheaperSibling } from '../../src/policy/siblings.ts';

describe('modelName', () => {
  it.each([
    ['gpt-4o', '', 'gpt-4o'],
    ['gpt-4o-2024-08-06', '', 'gpt-4o'],
    ['GPT-4o', '', 'gpt-4o'],
    ['gpt-4-0613', '', 'gpt-4'],
    ['gpt-4-0125-preview', '', 'gpt-4'],
    ['gpt-4o-mini-2024-07-18', '', 'gpt-4o-mini'],
    ['gpt-4o-audio-preview-2024-10-01', '', 'gpt-4o-audio-preview'],
    ['ft:gpt-4o-2024-08-06:acme::x', '', 'ft:gpt-4o-2024-08-06:acme::x'],
    ['openai/gpt-4o', 'openai/', 'gpt-4o'],
    ['claude-3-5-sonnet-20241022', '', 'claude-3-5-sonnet'],
    ['claude-3.5-sonnet', '', 'claude-3-5-sonnet'],
    ['claude-3-7-sonnet-latest', '', 'claude-3-7-sonnet'],
    ['claude-sonnet-4-5@20250929', '', 'claude-sonnet-4-5'],
    ['anthropic/claude-sonnet-4.5', 'anthropic/', 'claude-sonnet-4-5'],
    ['anthropic/claude-4.5-sonnet', 'anthropic/', 'claude-sonnet-4-5'],
    ['claude-4-opus', '', 'claude-opus-4'],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'us.anthropic.', 'claude-sonnet-4'],
    ['models/gemini-1.5-pro-002', 'models/', 'gemini-1.5-pro'],
    ['mistral-large-2411', '', 'mistral-large'],
    ['', '', ''],
  ])('%s → %s + %s', (model, prefix, family) => {
    expect(modelName(model)).toEqual({ prefix, family });
  });
});

describe('cheaperSibling', () => {
  it.each([
    ['openai', 'gpt-4o-2024-08-06', 'gpt-4o-mini'],
    ['openai', 'gpt-4.1', 'gpt-4.1-mini'],
    ['azure', 'gpt-5', 'gpt-5-mini'],
    ['openai', 'gpt-5.2-2025-12-11', 'gpt-5-mini'],
    ['openai', 'gpt-4-turbo-2024-04-09', 'gpt-4.1-mini'],
    ['anthropic', 'claude-opus-4-1-20250805', 'claude-haiku-4-5'],
    ['anthropic', 'claude-3-5-sonnet-20241022', 'claude-3-5-haiku'],
    ['openrouter', 'anthropic/claude-3.5-sonnet', 'anthropic/claude-3.5-haiku'],
    ['openrouter', 'anthropic/claude-sonnet-4', 'anthropic/claude-haiku-4.5'],
    [
      'bedrock',
      'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'eu.anthropic.claude-haiku-4-5-20251001-v1:0',
    ],
    ['google', 'gemini-2.5-pro', 'gemini-2.5-flash'],
    ['mistral', 'mistral-large-latest', 'mistral-small-latest'],
  ])('%s: %s → %s', (provider, model, sibling) => {
    expect(cheaperSibling(provider, model)).toMatchObject({ provider, model: sibling });
  });

  it.each([
    'gpt-4o-mini',
    'gpt-4o-audio-preview',
    'gpt-4o-realtime-preview',
    'ft:gpt-4o-2024-08-06:acme::x',
    'text-embedding-3-large',
    'my-gpt-4o',
    'claude-haiku-4-5',
    'constructor',
    '',
  ])('knows none for %s', (model) => {
    expect(cheaperSibling('openai', model)).toBeNull();
  });
});
