/**
 * Makers: who sells a model, told from its name.
 *
 * Takes a model name as logs spell it, gives the provider an unnamed one is taken for, as the price
 * catalogue spells it. Never a guess: null for a name that several sell.
 */

const PREFIX = /^(?:(?:us|eu|apac|jp|au|ca|global|us-gov)\.)?([a-z-]+)[./](?=[a-z])/;
/** What stands before a name, where it is spelled otherwise than the provider's id. */
const SPELLED: Readonly<Record<string, string>> = {
  amazon: 'aws',
  bedrock: 'aws',
  azure_ai: 'azure',
  gemini: 'google',
  vertex_ai: 'google',
  'vertex-ai': 'google',
  mistralai: 'mistral',
  xai: 'x-ai',
  moonshot: 'moonshotai',
  'deepseek-ai': 'deepseek',
};
const PROVIDERS: ReadonlySet<string> = new Set(
  `openai azure anthropic google aws x-ai deepseek mistral cohere groq openrouter perplexity together
   fireworks moonshotai minimax cerebras`.split(/\s+/),
);
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:ft:)?(?:gpt-(?!oss)|chatgpt|o\d|text-embedding-(?:3|ada)|dall-e|whisper|tts-|davinci)/,
    'openai',
  ],
  [/^claude/, 'anthropic'],
  [/^(?:models\/)?gemini/, 'google'],
  [/^(?:mistral|ministral|codestral|magistral|devstral|pixtral)/, 'mistral'],
  [/^deepseek-(?:chat|reasoner)/, 'deepseek'],
  [/^grok/, 'x-ai'],
  [/^(?:command|embed-|rerank-)/, 'cohere'],
  [/^sonar/, 'perplexity'],
  [/^(?:kimi|moonshot)/, 'moonshotai'],
  [/^minimax/, 'minimax'],
];

/** The provider that a model is taken to be of where a log names none; null: it cannot be told. */
export function makerOf(model: string): string | null {
  const name = model.trim().toLowerCase();
  const prefix = PREFIX.exec(name)?.[1] ?? '';
  const spelled = SPELLED[prefix] ?? prefix;
  if (PROVIDERS.has(spelled)) return spelled;
  return MAKERS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
