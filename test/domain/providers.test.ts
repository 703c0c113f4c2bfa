/** Providers as spans and the AI SDK spell them. */
import { expect, test } from 'vitest';
import { providerId } from '../../src/domain/providers.ts';

test.each([
  ['openai.responses', 'openai'],
  ['openai.chat', 'openai'],
  ['OpenAI', 'openai'],
  ['azure.ai.openai', 'azure'],
  ['azure.ai.inference', 'azure'],
  ['azure-openai.responses', 'azure'],
  ['aws.bedrock', 'aws'],
  ['amazon-bedrock', 'aws'],
  ['anthropic.messages', 'anthropic'],
  ['google.generative-ai', 'google'],
  ['google.vertex', 'google'],
  ['google.vertex.chat', 'google'],
  ['vertex.anthropic.messages', 'google'],
  ['gcp.vertex_ai', 'google'],
  ['gcp.gemini', 'google'],
  ['x_ai', 'x-ai'],
  ['xai.chat', 'x-ai'],
  ['mistral_ai', 'mistral'],
  ['groq.chat', 'groq'],
])('%s is %s', (spelling, id) => {
  expect(providerId(spelling)).toBe(id);
});

test.each(['house.chat', 'chat', '.chat', ''])('%j is unknown', (spelling) => {
  expect(providerId(spelling)).toBe('');
});
