/**
 * The longest answers models give, as their makers document them.
 *
 * Takes a model's name, gives tokens; reasoning counts. Never a guess: a family that is not listed
 * may fill its whole window.
 */
import { modelName } from '../policy/model-family.ts';

/**
 * Family → tokens. Sources: the model pages of platform.openai.com, docs.anthropic.com and
 * ai.google.dev, 2026-03.
 */
const LIMITS: Readonly<Record<string, number>> = {
  'gpt-3.5-turbo': 4_096,
  'gpt-4': 8_192,
  'gpt-4-turbo': 4_096,
  'gpt-4o': 16_384,
  'chatgpt-4o': 16_384,
  'gpt-4o-mini': 16_384,
  'gpt-4.1': 32_768,
  'gpt-4.1-mini': 32_768,
  'gpt-4.1-nano': 32_768,
  'gpt-5': 128_000,
  'gpt-5-mini': 128_000,
  'gpt-5-nano': 128_000,
  'gpt-5-chat': 16_384,
  'gpt-5.1': 128_000,
  'gpt-5.2': 128_000,
  o1: 100_000,
  o3: 100_000,
  'o3-mini': 100_000,
  'o4-mini': 100_000,
  'claude-3-haiku': 4_096,
  'claude-3-sonnet': 4_096,
  'claude-3-opus': 4_096,
  'claude-3-5-haiku': 8_192,
  'claude-3-5-sonnet': 8_192,
  'claude-opus-4': 32_000,
  'claude-opus-4-0': 32_000,
  'claude-opus-4-1': 32_000,
  'claude-opus-4-5': 64_000,
  'claude-sonnet-4': 64_000,
  'claude-sonnet-4-0': 64_000,
  'claude-sonnet-4-5': 64_000,
  'claude-haiku-4-5': 64_000,
  'gemini-1.5-flash': 8_192,
  'gemini-1.5-pro': 8_192,
  'gemini-2.0-flash': 8_192,
  'gemini-2.0-flash-lite': 8_192,
  'gemini-2.5-flash': 65_536,
  'gemini-2.5-flash-lite': 65_536,
  'gemini-2.5-pro': 65_536,
};

/** The longest answer of a model, in tokens; null if nobody says. */
export function outputLimit(model: string): number | null {
  const { family } = modelName(model);
  return Object.hasOwn(LIMITS, family) ? (LIMITS[family] ?? null) : null;
}
