/**
 * Siblings: for each dear model the cheaper one of its own vendor and generation.
 *
 * Takes provider and model, gives the sibling as the same host names it. Never crosses vendors,
 * never gives a model that reads less (text, images) than the dear one.
 */
import { modelName } from './model-family.ts';
import type { ModelRef } from './route.ts';

interface Sibling {
  readonly model: string;
  readonly contextTokens: number;
  /** Its name on Bedrock, where names carry dates and versions. */
  readonly bedrock?: string;
}

const GPT_4O_MINI: Sibling = { model: 'gpt-4o-mini', contextTokens: 128_000 };
const GPT_41_MINI: Sibling = { model: 'gpt-4.1-mini', contextTokens: 1_047_576 };
const GPT_5_MINI: Sibling = { model: 'gpt-5-mini', contextTokens: 400_000 };
const GPT_54_MINI: Sibling = { model: 'gpt-5.4-mini', contextTokens: 400_000 };
const O4_MINI: Sibling = { model: 'o4-mini', contextTokens: 200_000 };
const HAIKU_3: Sibling = {
  model: 'claude-3-haiku',
  contextTokens: 200_000,
  bedrock: 'claude-3-haiku-20240307-v1:0',
};
const HAIKU_35: Sibling = {
  model: 'claude-3-5-haiku',
  contextTokens: 200_000,
  bedrock: 'claude-3-5-haiku-20241022-v1:0',
};
const HAIKU_45: Sibling = {
  model: 'claude-haiku-4-5',
  contextTokens: 200_000,
  bedrock: 'claude-haiku-4-5-20251001-v1:0',
};
const MISTRAL_SMALL: Sibling = { model: 'mistral-small-latest', contextTokens: 32_000 };

/** Family → sibling. A small model is chosen that has the dear one's modalities and generation. */
const SIBLINGS: Readonly<Record<string, Sibling>> = {
  'gpt-4': GPT_41_MINI,
  'gpt-4-32k': GPT_41_MINI,
  'gpt-4-turbo': GPT_41_MINI,
  'gpt-4-turbo-preview': GPT_41_MINI,
  'gpt-4o': GPT_4O_MINI,
  'chatgpt-4o': GPT_4O_MINI,
  'gpt-4.1': GPT_41_MINI,
  'gpt-5': GPT_5_MINI,
  'gpt-5-chat': GPT_5_MINI,
  'gpt-5.1': GPT_5_MINI,
  'gpt-5.2': GPT_5_MINI,
  'gpt-5.3': GPT_5_MINI,
  'gpt-5.4': GPT_54_MINI,
  'gpt-5.5': GPT_54_MINI,
  o1: O4_MINI,
  o3: O4_MINI,
  'claude-3-opus': HAIKU_3,
  'claude-3-sonnet': HAIKU_3,
  'claude-3-5-sonnet': HAIKU_35,
  'claude-3-7-sonnet': HAIKU_35,
  'claude-opus-4': HAIKU_45,
  'claude-opus-4-0': HAIKU_45,
  'claude-opus-4-1': HAIKU_45,
  'claude-opus-4-5': HAIKU_45,
  'claude-opus-4-6': HAIKU_45,
  'claude-opus-4-7': HAIKU_45,
  'claude-opus-4-8': HAIKU_45,
  'claude-sonnet-4': HAIKU_45,
  'claude-sonnet-4-0': HAIKU_45,
  'claude-sonnet-4-5': HAIKU_45,
  'claude-sonnet-4-6': HAIKU_45,
  'gemini-1.5-pro': { model: 'gemini-1.5-flash', contextTokens: 1_048_576 },
  'gemini-2.5-pro': { model: 'gemini-2.5-flash', contextTokens: 1_048_576 },
  'gemini-3-pro-preview': { model: 'gemini-3-flash-preview', contextTokens: 1_048_576 },
  'gemini-3.1-pro-preview': { model: 'gemini-3-flash-preview', contextTokens: 1_048_576 },
  'mistral-large': MISTRAL_SMALL,
  'mistral-medium': MISTRAL_SMALL,
  'nova-premier': { model: 'nova-pro', contextTokens: 300_000, bedrock: 'nova-pro-v1:0' },
  'nova-pro': { model: 'nova-lite', contextTokens: 300_000, bedrock: 'nova-lite-v1:0' },
  'grok-3': { model: 'grok-3-mini', contextTokens: 131_072 },
};

/** The cheaper sibling of a model on the same host; null if the table has none. */
export function cheaperSibling(provider: string, model: string): ModelRef | null {
  const name = modelName(model);
  const sibling = Object.hasOwn(SIBLINGS, name.family) ? SIBLINGS[name.family] : undefined;
  if (sibling === undefined) return null;
  return {
    provider,
    model: name.prefix + spelling(sibling, provider),
    contextTokens: sibling.contextTokens,
    latencyMs: null,
  };
}

function spelling(sibling: Sibling, provider: string): string {
  if (provider === 'bedrock') return sibling.bedrock ?? sibling.model;
  if (provider === 'openrouter') return sibling.model.replace(/-(\d)-(\d)(?=-|$)/, '-$1.$2');
  return sibling.model;
}
