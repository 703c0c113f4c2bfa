/**
 * Models: which vocabulary a model reads and writes.
 *
 * Takes a model's name as logs spell it, gives its encoding or its family. OpenAI's mapping is the one
 * published with tiktoken (`tiktoken/model.py`). Never exact for a name that mapping does not hold.
 */
import type { Encoding } from './encodings.ts';
import type { FamilyName } from './families.ts';

/** How the texts of a model are counted. */
export interface Vocabulary {
  readonly family: FamilyName;
  readonly encoding: Encoding;
  /** Whether the encoding is the model's own. */
  readonly isExact: boolean;
  /** Whether the model may bill thoughts that the answer in the log does not show. */
  readonly mayThink: boolean;
}

type Rule<T> = readonly [name: RegExp, value: T];

const VENDOR =
  /^(?:(?:us|eu|apac|jp|au|ca|global|us-gov)\.)?(?:anthropic|amazon|meta|mistral|cohere|openai|deepseek|qwen|google|moonshot|minimax|zai)\./;
/** Sound and pictures in or out: their tokens are not those of a text. */
const NOT_TEXT =
  /^(?:dall-e|whisper|tts|gpt-image|chatgpt-image|sora|imagen|veo)(?=$|-)|-(?:tts|transcribe|audio|realtime|image|native-audio)(?=$|-)|^gpt-(?:audio|realtime)(?=$|-)/;
const THINKS =
  /^(?:o\d|gpt-5|gpt-oss|gemini-(?:2\.5|[3-9])|magistral|qwq|qwen-?3(?!.*(?:instruct|coder))|glm-(?:4\.[5-9]|[5-9])|grok-(?:3-mini|[4-9])|minimax-m|compound)|deepseek-(?:r\d|v4|reasoner)|think|reason|deep-?research/;

/** A name ends, or goes on with a date, a size or a version. */
const OPENAI: readonly Rule<Encoding>[] = [
  [/^gpt-oss(?=[-:])/, 'o200k_harmony'],
  [/^(?:gpt-5|gpt-4\.5|gpt-4\.1|gpt-4o|chatgpt-4o|o[134])(?=$|[-.:])/, 'o200k_base'],
  [/^(?:gpt-4|gpt-3\.5|gpt-35-turbo|gpt-3\.5-turbo)(?=$|[-:])/, 'cl100k_base'],
  [/^text-embedding-(?:ada-002|3-small|3-large)(?=$|-v\d)/, 'cl100k_base'],
  [/^(?:davinci|babbage)-002(?=$|:)|^(?:davinci|babbage):20\d\d-/, 'cl100k_base'],
  [/^text-davinci-00[23]$|^text-davinci-edit-001$/, 'p50k_base'],
  [/^code-(?:davinci|cushman)-(?:edit-)?00[12]$|^(?:davinci|cushman)-codex$/, 'p50k_base'],
  [/^text-(?:davinci|curie|babbage|ada)-001$/, 'r50k_base'],
  [/^(?:davinci|curie|babbage|ada)(?=$|:ft-)|^gpt-?2$/, 'r50k_base'],
  [/^(?:text|code)-(?:similarity|search)-[a-z]+-(?:[a-z]+-)*001$/, 'r50k_base'],
];
const OPENAI_LIKE = /^(?:gpt|chatgpt|codex|o\d|text-embedding|davinci|computer-use)(?=$|[-.:\d])/;

const FAMILY_RULES: readonly Rule<FamilyName>[] = [
  [/^claude-(?:opus-4[-.][7-9]|[a-z]+-[5-9]|[a-z]+-\d\d)(?=$|[-.@:])/, 'claude-5'],
  [/^claude/, 'claude'],
  [/^(?:gemini|gemma|learnlm)/, 'gemini'],
  [/^(?:meta-)?llama-?2(?=$|[-:])|^codellama/, 'llama-2'],
  [/^(?:meta-)?llama-?3(?=$|:|-(?:8b|70b))/, 'llama-3'],
  [/^(?:meta-)?llama-?4/, 'llama-4'],
  [/llama/, 'llama'],
  [/distill-qwen/, 'qwen'],
  [/^(?:open-)?mi[sx]tral-(?:tiny|7b|8x7b|8x22b|embed)|^mixtral|^codestral-22b/, 'mistral-2023'],
  [/^(?:open-)?(?:mistral|ministral|codestral|devstral|magistral|pixtral|voxtral)/, 'mistral'],
  [/^deepseek/, 'deepseek'],
  [/^(?:qwen|qwq|qvq)/, 'qwen'],
  [/^nova/, 'nova'],
];

/** The vocabulary of a model; null if it is not made for text. */
export function vocabularyOf(model: string): Vocabulary | null {
  const name = bareName(model);
  if (NOT_TEXT.test(name)) return null;
  const mayThink = THINKS.test(name) && !name.includes('-chat');
  const own = OPENAI.find(([pattern]) => pattern.test(name))?.[1];
  if (own !== undefined) {
    return { family: openAiFamily(name), encoding: own, isExact: true, mayThink };
  }
  const family = OPENAI_LIKE.test(name)
    ? 'openai'
    : (FAMILY_RULES.find(([pattern]) => pattern.test(name))?.[1] ?? 'other');
  return { family, encoding: 'o200k_base', isExact: false, mayThink };
}

/** `openrouter/openai/gpt-4o` is `gpt-4o`, and so is a fine-tune of it. */
function bareName(model: string): string {
  const lower = model.trim().toLowerCase();
  const base = /(?:^|\/)ft:([^:]+)/.exec(lower)?.[1];
  return base ?? lower.slice(lower.lastIndexOf('/') + 1).replace(VENDOR, '');
}

function openAiFamily(name: string): FamilyName {
  if (name.startsWith('gpt-oss')) return 'gpt-oss';
  return /^(?:gpt-5|o\d)/.test(name) ? 'openai-reasoning' : 'openai';
}
