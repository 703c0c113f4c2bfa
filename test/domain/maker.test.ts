/** Makers of models: the provider that prices take for a name, where a log names none. */
import { waitForUpdate } from '@pydantic/genai-prices';
import { describe, expect, test } from 'vitest';
import { makerOf } from '../../src/domain/maker.ts';
import { indexCatalogue, type Resolution, resolveModel } from '../../src/pricing/match.ts';

const catalogue = (await waitForUpdate()) ?? [];
const index = indexCatalogue(catalogue);
const priced = (name: string): Resolution => resolveModel(index, '', name);

describe('makerOf', () => {
  test.each([
    ['gpt-4o-mini', 'openai'],
    ['o3-mini', 'openai'],
    ['text-embedding-3-small', 'openai'],
    ['Claude Sonnet 4.5', 'anthropic'],
    ['claude-3-haiku-20240307', 'anthropic'],
    ['anthropic/claude-3-haiku-20240307', 'anthropic'],
    ['anthropic.claude-3-haiku-20240307-v1:0', 'aws'],
    ['us.anthropic.claude-3-haiku-20240307-v1:0', 'aws'],
    ['bedrock/amazon.nova-pro-v1:0', 'aws'],
    ['vertex_ai/gemini-2.5-pro', 'google'],
    ['gemini/gemini-2.5-pro', 'google'],
    ['models/gemini-2.5-pro', 'google'],
    ['azure_ai/gpt-4o', 'azure'],
    ['mistral-large-latest', 'mistral'],
    ['deepseek-chat', 'deepseek'],
    ['xai/grok-3', 'x-ai'],
    ['command-r-plus', 'cohere'],
    ['sonar-pro', 'perplexity'],
    ['voyage-3', 'voyageai'],
    ['groq/llama-3.3-70b-versatile', 'groq'],
    ['openrouter/anthropic/claude-3-haiku', 'openrouter'],
  ])('%s is of %s, for prices too', (name, provider) => {
    expect(makerOf(name)).toBe(provider);
    const found = priced(name);
    // At a maker's list price where whoever sends the invoice lists it not.
    const isOther = found.how !== 'none' && found.steps.some((step) => /not listed by/.test(step));
    if (!isOther) expect(found).toMatchObject({ found: { provider } });
  });

  test.each([
    'ollama/llama3',
    'llama-3.3-70b',
    'gpt-oss-120b',
    'my-gpt-4o',
    'whisper-large-v3',
    '',
  ])('%j: nobody can tell', (name) => {
    expect(makerOf(name)).toBeNull();
  });

  test('never says another one than the catalogue, where a maker lists the model itself', () => {
    let told = 0;
    for (const name of catalogue.flatMap(({ models }) => models.map(({ id }) => id))) {
      const found = priced(name);
      if (found.how === 'none' || found.how === 'free') continue;
      // Listed by one host alone, or at another's price: the name does not say who is paid.
      if (found.steps.some((step) => /no provider named|not listed by/.test(step))) continue;
      const maker = makerOf(name);
      if (maker === null) continue;
      told++;
      expect([name, maker]).toEqual([name, found.found.provider]);
    }
    expect(told).toBeGreaterThan(200);
  });
});
