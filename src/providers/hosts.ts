/**
 * Hosts known here: whose they are, and which variable usually holds the key for them.
 *
 * Takes a host name, gives a provider as the price tables call it. Never a guess: what runs on this
 * machine may be a gateway to anybody.
 */

/** Whose host it is. */
export interface KnownHost {
  readonly provider: string;
  /** The variable with its key; empty if no name is usual. */
  readonly keyVariable: string;
}

const NOBODY: KnownHost = { provider: '', keyVariable: '' };

/** Host, or domain of hosts → provider and variable. */
const HOSTS: readonly (readonly [string, string, string])[] = [
  ['api.openai.com', 'openai', 'OPENAI_API_KEY'],
  ['openai.azure.com', 'azure', 'AZURE_OPENAI_API_KEY'],
  ['api.anthropic.com', 'anthropic', 'ANTHROPIC_API_KEY'],
  ['openrouter.ai', 'openrouter', 'OPENROUTER_API_KEY'],
  ['generativelanguage.googleapis.com', 'google', 'GEMINI_API_KEY'],
  ['api.deepseek.com', 'deepseek', 'DEEPSEEK_API_KEY'],
  ['api.x.ai', 'x-ai', 'XAI_API_KEY'],
  ['api.mistral.ai', 'mistral', 'MISTRAL_API_KEY'],
  ['api.groq.com', 'groq', 'GROQ_API_KEY'],
  ['api.together.xyz', 'together', 'TOGETHER_API_KEY'],
  ['api.fireworks.ai', 'fireworks', 'FIREWORKS_API_KEY'],
  ['api.cerebras.ai', 'cerebras', 'CEREBRAS_API_KEY'],
  ['api.perplexity.ai', 'perplexity', 'PERPLEXITY_API_KEY'],
  ['api.moonshot.ai', 'moonshotai', 'MOONSHOT_API_KEY'],
  ['api.cohere.com', 'cohere', 'COHERE_API_KEY'],
  ['api.voyageai.com', 'voyageai', 'VOYAGE_API_KEY'],
];

/** Whose host this is; empty words for nobody known. */
export function knownHost(hostname: string): KnownHost {
  const host = hostname.toLowerCase();
  const found = HOSTS.find(([name]) => host === name || host.endsWith(`.${name}`));
  return found === undefined ? NOBODY : { provider: found[1], keyVariable: found[2] };
}

/** Whether a host is this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname.toLowerCase());
}
