/** Which encoding or family a model name stands for. */
import { describe, expect, test } from 'vitest';
import { vocabularyOf } from '../../src/tokenize/models.ts';

describe('an OpenAI model has the encoding that tiktoken maps it to', () => {
  test.each([
    ['gpt-4o', 'o200k_base'],
    ['gpt-4o-mini-2024-07-18', 'o200k_base'],
    ['chatgpt-4o-latest', 'o200k_base'],
    ['gpt-4.1-nano', 'o200k_base'],
    ['gpt-4.5-preview', 'o200k_base'],
    ['gpt-5', 'o200k_base'],
    ['gpt-5.4-mini-2026-03-17', 'o200k_base'],
    ['o1', 'o200k_base'],
    ['o3-mini-2025-01-31', 'o200k_base'],
    ['o4-mini', 'o200k_base'],
    ['gpt-oss-120b', 'o200k_harmony'],
    ['openai/gpt-oss-20b', 'o200k_harmony'],
    ['gpt-oss:20b', 'o200k_harmony'],
    ['gpt-4', 'cl100k_base'],
    ['gpt-4-turbo-2024-04-09', 'cl100k_base'],
    ['gpt-4-0613', 'cl100k_base'],
    ['gpt-3.5-turbo-0125', 'cl100k_base'],
    ['gpt-35-turbo', 'cl100k_base'],
    ['text-embedding-3-small', 'cl100k_base'],
    ['text-embedding-ada-002-v2', 'cl100k_base'],
    ['davinci-002', 'cl100k_base'],
    ['text-davinci-003', 'p50k_base'],
    ['code-davinci-002', 'p50k_base'],
    ['text-davinci-001', 'r50k_base'],
    ['davinci', 'r50k_base'],
    ['text-search-babbage-doc-001', 'r50k_base'],
    ['ft:gpt-3.5-turbo-0613:acme::7p4lURel', 'cl100k_base'],
    ['ft:gpt-4o-mini-2024-07-18:acme:bot:9x', 'o200k_base'],
    ['curie:ft-acme-2023-01-01-00-00-00', 'r50k_base'],
    ['OpenRouter/openai/GPT-4o', 'o200k_base'],
  ])('%s: %s', (model, encoding) => {
    expect(vocabularyOf(model)).toMatchObject({ encoding, isExact: true });
  });
});

describe('any other name is an estimate', () => {
  test.each([
    ['gpt-6', 'openai'],
    ['gpt-4omni', 'openai'],
    ['gpt-5x', 'openai'],
    ['o5-mini', 'openai'],
    ['codex-mini-latest', 'openai'],
    ['claude-3-5-haiku-20241022', 'claude'],
    ['claude-sonnet-4-5-20250929', 'claude'],
    ['us.anthropic.claude-sonnet-4-6', 'claude'],
    ['claude-opus-4-8', 'claude-5'],
    ['claude-opus-4.7', 'claude-5'],
    ['claude-sonnet-5', 'claude-5'],
    ['models/gemini-2.5-flash', 'gemini'],
    ['gemma3:1b', 'gemini'],
    ['meta-llama/Llama-3.3-70B-Instruct-Turbo', 'llama'],
    ['llama3-8b-8192', 'llama-3'],
    ['meta.llama3-2-1b-instruct-v1:0', 'llama'],
    ['meta.llama2-13b-chat-v1', 'llama-2'],
    ['meta-llama/llama-4-scout-17b-16e-instruct', 'llama-4'],
    ['us.meta.llama4-maverick-17b-instruct-v1:0', 'llama-4'],
    ['mistral-large-latest', 'mistral'],
    ['mistralai/Mixtral-8x7B-Instruct-v0.1', 'mistral-2023'],
    ['open-mistral-7b', 'mistral-2023'],
    ['deepseek-chat', 'deepseek'],
    ['deepseek-r1-distill-llama-70b', 'llama'],
    ['qwen/qwen3-32b', 'qwen'],
    ['us.amazon.nova-micro-v1:0', 'nova'],
    ['command-r', 'other'],
    ['my-own-model', 'other'],
    ['', 'other'],
  ])('%s: %s', (model, family) => {
    expect(vocabularyOf(model)).toMatchObject({ family, encoding: 'o200k_base', isExact: false });
  });
});

describe('models that read or write no text have no vocabulary', () => {
  test.each([
    'dall-e-3',
    'whisper-1',
    'tts-1-hd',
    'gpt-image-1',
    'gpt-4o-audio-preview',
    'gpt-4o-realtime-preview-2024-12-17',
    'gpt-4o-mini-transcribe',
    'imagen-4.0-generate-001',
  ])('%s', (model) => {
    expect(vocabularyOf(model)).toBeNull();
  });
});

describe('models that may bill thoughts', () => {
  test.each([
    ['o3', true],
    ['gpt-5-nano', true],
    ['gpt-5-chat-latest', false],
    ['gpt-4o', false],
    ['gemini-2.5-pro', true],
    ['gemini-2.0-flash', false],
    ['deepseek-reasoner', true],
    ['deepseek-chat', false],
    ['qwen/qwen3-32b', true],
    ['qwen3-235b-a22b-instruct-2507', false],
    ['qwen3-coder-plus', false],
    ['glm-4.7', true],
    ['glm-4-plus', false],
    ['x-ai/grok-4', true],
    ['grok-3', false],
    ['groq/compound', true],
    ['sonar-deep-research', true],
    ['claude-3.7-sonnet:thinking', true],
  ])('%s: %s', (model, mayThink) => {
    expect(vocabularyOf(model)?.mayThink).toBe(mayThink);
  });
});
