/**
 * Names of providers: as logs and gateways spell them, and as the catalogue does.
 *
 * Takes a spelling, gives the catalogue's id. Never a guess: a name that is not listed is unknown.
 */

/** Spellings per catalogue id, beside the id itself; case and `_`, `.`, spaces do not matter. */
const SPELLINGS: Readonly<Record<string, string>> = {
  openai: 'openai-chat openai-responses text-completion-openai',
  azure:
    'azure-openai azure-ai microsoft az-ai-openai az-ai-inference azure-ai-openai azure-ai-inference',
  anthropic: 'claude',
  google:
    'gemini google-ai-studio google-genai google-generativeai google-gla gcp-gemini gcp-gen-ai vertex vertex-ai vertexai vertex-ai-beta google-vertex google-vertex-ai gcp-vertex-ai vertex-anthropic',
  aws: 'bedrock aws-bedrock amazon amazon-bedrock bedrock-converse',
  'x-ai': 'xai grok',
  deepseek: 'deepseek-ai',
  mistral: 'mistralai mistral-ai',
  cohere: 'cohere-chat',
  groq: '',
  openrouter: 'open-router',
  perplexity: 'perplexity-ai',
  together: 'together-ai togetherai',
  fireworks: 'fireworks-ai',
  moonshotai: 'moonshot moonshot-ai kimi',
  minimax: '',
  zai: 'z-ai zai-org',
  zhipuai: 'zhipu',
  cerebras: '',
  cloudflare: 'workers-ai cloudflare-workers-ai',
  'github-copilot': 'copilot',
  voyageai: 'voyage',
  novita: 'novita-ai',
  ovhcloud: '',
  baseten: '',
  avian: '',
  arcee: 'arcee-ai',
  cursor: '',
  doubleword: '',
  modal: '',
  quicksilverpro: '',
  typesafe: '',
};

/** Software that runs models on one's own machine: nobody sends an invoice. */
const LOCAL = new Set(
  'local ollama ollama-chat lm-studio lmstudio llama-cpp llamacpp llamafile vllm hosted-vllm tgi localai mlx'.split(
    ' ',
  ),
);

/** Publishers whose name stands before a model's, but who send no invoices. */
const PUBLISHERS = new Set(
  'qwen meta-llama meta nvidia ibm-granite alibaba bytedance tencent baidu'.split(' '),
);

/** Makers who sell their own models, in the order in which an unnamed provider is looked for. */
export const FIRST_PARTY: readonly string[] =
  'openai anthropic google deepseek x-ai mistral cohere moonshotai minimax zai zhipuai perplexity voyageai arcee typesafe'.split(
    ' ',
  );

/** Those whose name in a log often hides another maker's endpoint, or who charge the maker's list price. */
export const PASS_THROUGH: ReadonlySet<string> = new Set([
  'openai',
  'azure',
  'aws',
  'google',
  'openrouter',
]);

/** The catalogue's ids of all providers known here by name. */
export const KNOWN_PROVIDERS: readonly string[] = Object.keys(SPELLINGS);

const IDS = new Map<string, string>();
for (const [id, spellings] of Object.entries(SPELLINGS)) {
  for (const spelling of [id, ...spellings.split(' ')]) if (spelling !== '') IDS.set(spelling, id);
}

function keyOf(spelling: string): string {
  return spelling
    .trim()
    .toLowerCase()
    .replace(/[\s_.]+/g, '-');
}

/** What the AI SDK and tracers put behind a provider's name: which of its endpoints was called. */
const ENDPOINT =
  /\.(chat|responses|messages|completions?|embeddings?|text-embedding|generative-ai)$/i;

/** The catalogue's id of a provider; empty if the spelling is not known. */
export function providerId(spelling: string): string {
  const key = keyOf(spelling.trim().replace(ENDPOINT, ''));
  return IDS.get(key) ?? (key.startsWith('huggingface-') ? key.replace('-', '_') : '');
}

/** Whether this provider is software on one's own machine. */
export function isLocalProvider(spelling: string): boolean {
  return LOCAL.has(keyOf(spelling));
}

/** Whether a path segment before a model's name is a known provider, gateway or publisher. */
export function isKnownPrefix(segment: string): boolean {
  return providerId(segment) !== '' || isLocalProvider(segment) || PUBLISHERS.has(keyOf(segment));
}
