/**
 * Providers as gateways call them, and where their keys stand.
 *
 * Takes a provider's name of the price tables, gives the gateway's. Never a key: only the name of the
 * variable that holds it. Sources: docs.litellm.ai/docs/providers, portkey.ai/docs/integrations/llms.
 */

/** One provider. */
export interface GatewayProvider {
  /** What stands before the slash of a LiteLLM model. */
  readonly litellm: string;
  readonly portkey: string;
  /** The environment variable of its key. */
  readonly keyEnv: string;
}

function provider(litellm: string, keyEnv: string, portkey = litellm): GatewayProvider {
  return { litellm, portkey, keyEnv };
}

const PROVIDERS: ReadonlyMap<string, GatewayProvider> = new Map([
  ['openai', provider('openai', 'OPENAI_API_KEY')],
  ['anthropic', provider('anthropic', 'ANTHROPIC_API_KEY')],
  ['google', provider('gemini', 'GEMINI_API_KEY', 'google')],
  ['deepseek', provider('deepseek', 'DEEPSEEK_API_KEY')],
  ['mistral', provider('mistral', 'MISTRAL_API_KEY', 'mistral-ai')],
  ['x-ai', provider('xai', 'XAI_API_KEY', 'x-ai')],
  ['cohere', provider('cohere', 'COHERE_API_KEY')],
  ['groq', provider('groq', 'GROQ_API_KEY')],
  ['together', provider('together_ai', 'TOGETHERAI_API_KEY', 'together-ai')],
  ['fireworks', provider('fireworks_ai', 'FIREWORKS_AI_API_KEY', 'fireworks-ai')],
  ['openrouter', provider('openrouter', 'OPENROUTER_API_KEY')],
  ['perplexity', provider('perplexity', 'PERPLEXITYAI_API_KEY', 'perplexity-ai')],
  ['qwen', provider('dashscope', 'DASHSCOPE_API_KEY')],
]);

/** The provider as gateways know it; null for one that is not in the table. */
export function gatewayProvider(name: string): GatewayProvider | null {
  return PROVIDERS.get(name.toLowerCase()) ?? null;
}

/** Where a gateway's configuration finds a key. */
export function keyPlaceholder({ keyEnv }: GatewayProvider): string {
  return `os.environ/${keyEnv}`;
}
