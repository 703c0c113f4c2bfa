/**
 * Makers: who sends the invoice for a model, told from its name.
 *
 * Takes a model name as logs spell it, gives the provider an unnamed one is taken for, as the price
 * catalogue spells it. Never a guess: null for a name that several sell.
 */
import { parseModelName } from './model-names.ts';
import { isLocalProvider, providerId } from './providers.ts';

/** Names of models that their makers sell. */
const FAMILIES: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [
    /^(?:ft:)?(?:gpt-(?!oss)|chatgpt-|codex-|o[134](?:-|$)|text-embedding-(?:3|ada)|dall-e-|whisper-1|tts-1|davinci|babbage)/,
    'openai',
  ],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'google'],
  [/^deepseek-(?:chat|reasoner)/, 'deepseek'],
  [/^grok-/, 'x-ai'],
  [/^(?:mistral|ministral|codestral|magistral|devstral|pixtral)(?:-|$)/, 'mistral'],
  [/^(?:command|embed-|rerank-)/, 'cohere'],
  [/^sonar(?:-|$)/, 'perplexity'],
  [/^(?:kimi|moonshot)-/, 'moonshotai'],
  [/^minimax-/, 'minimax'],
  [/^voyage-/, 'voyageai'],
];

/** The provider that a model is taken to be of where a log names none; null: it cannot be told. */
export function makerOf(model: string): string | null {
  const parsed = parseModelName(model);
  if (parsed === null || parsed.hints.some(isLocalProvider)) return null;
  const hinted = parsed.hints.map(providerId).find((id) => id !== '');
  if (hinted !== undefined) return hinted;
  for (const { name } of parsed.spellings) {
    const family = FAMILIES.find(([pattern]) => pattern.test(name));
    if (family !== undefined) return family[1];
  }
  return null;
}
