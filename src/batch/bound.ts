/**
 * Bounds: the most a request may use, from all of it that is sent.
 *
 * Takes a prompt, gives a bound, or why it has none. Never a guess: a field, tool or part that is not
 * known here may bring in anything, so it has no bound.
 */
import { Buffer } from 'node:buffer';
import type { Tier } from '../domain/call.ts';
import { isObject, type JsonObject } from '../providers/json-object.ts';
import type { Prompt } from '../providers/provider.ts';

/** What a chat template adds to a message, and to a prompt; the most that was seen is 7 and 12. */
const MESSAGE_TOKENS = 8;
const PROMPT_TOKENS = 16;
/** What providers write before the first tool or schema; the most that is documented is 530. */
const TOOL_TOKENS = 1_000;
/** No provider's own rules bill more for one image (gpt-4o-mini: 36,835 for the largest). */
const WORST_IMAGE_TOKENS = 50_000;
/** What decodes to more tokens than it has bytes: a very low bit rate. */
const WORST_AUDIO_TOKENS = 50_000;
const MOST_ANSWERS = 1_000;

/** The most a request may use. */
export interface Bound {
  /** A token of any encoding is at least one byte. */
  readonly inputTokens: number;
  /** Answers asked for: each may be as long as the limit allows. */
  readonly answers: number;
  /** The service tier it asks for itself; null: none. */
  readonly tier: Tier | null;
  readonly hasImages: boolean;
  readonly hasAudio: boolean;
}

/** A request whose use nothing limits. */
export interface Unbounded {
  /** For people: names what it is, never what is in it. */
  readonly unbounded: string;
}

/** The most a prompt may use, by all that is sent with it. */
export function boundOf(prompt: Prompt): Bound | Unbounded {
  const { extra, messages, images } = prompt;
  const unbounded =
    firstOf(Object.entries(extra), unboundedField) ?? firstOf(messages, unboundedItem);
  if (unbounded !== null) return { unbounded };
  const parts = messages.flatMap(partsOf).map(({ type }) => String(type));
  const pictures = images.length + parts.filter((type) => IMAGES.has(type)).length;
  const sounds = parts.filter((type) => type === 'input_audio').length;
  const hasTools = prompt.schema !== null || 'tools' in extra || 'functions' in extra;
  return {
    inputTokens:
      bytesOf(textsOf(prompt)) +
      (PROMPT_TOKENS + (messages.length + 1) * MESSAGE_TOKENS) +
      (hasTools ? TOOL_TOKENS : 0) +
      (pictures * WORST_IMAGE_TOKENS + sounds * WORST_AUDIO_TOKENS),
    answers: typeof extra.n === 'number' ? extra.n : 1,
    tier: TIER_NAMES.get(String(extra.service_tier ?? 'auto')) ?? null,
    hasImages: pictures > 0,
    hasAudio: sounds > 0,
  };
}

/** Every text of a prompt that is sent; what is no text, as JSON. */
export function textsOf({ system, messages, schema, extra }: Prompt): string[] {
  const texts = system === null ? [] : [system];
  for (const message of messages) texts.push(textOf(message));
  if (schema !== null) texts.push(JSON.stringify(schema));
  for (const _ in extra) {
    texts.push(JSON.stringify(extra));
    break;
  }
  return texts;
}

/** A message's text; where it holds more, such as calls of tools, all of it. */
function textOf(message: Prompt['messages'][number]): string {
  const { role: _, content, ...others } = message;
  if (typeof content === 'string' && Object.keys(others).length === 0) return content;
  return JSON.stringify(message);
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function firstOf<Item>(items: readonly Item[], look: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = look(item);
    if (found !== null) return found;
  }
  return null;
}

/** Fields that add nothing beyond their own bytes, or that are not sent. */
const PLAIN_FIELDS = new Set(
  `seed stop stop_sequences top_p top_k top_a min_p typical_p repetition_penalty frequency_penalty
   presence_penalty logit_bias logprobs top_logprobs user metadata store response_format text
   tool_choice parallel_tool_calls max_tool_calls functions function_call reasoning_effort reasoning
   thinking verbosity include truncation instructions system safety_identifier prompt_cache_key
   prompt_cache_retention cache_control encoding_format dimensions input_type chat_template_kwargs
   stream stream_options background`.split(/\s+/),
);

/** The tiers that a request may name; null: the standard one. */
const TIER_NAMES: ReadonlyMap<string, Tier | null> = new Map<string, Tier | null>([
  ...(['auto', 'default', 'standard', 'standard_only', 'on_demand'] as const).map(
    (name) => [name, null] as const,
  ),
  ['flex', 'flex'],
  ['priority', 'priority'],
]);

/** Why a field of a request has no bound; null: it has one. */
function unboundedField([name, value]: readonly [string, unknown]): string | null {
  if (PLAIN_FIELDS.has(name) || value === null) return null;
  if (name === 'service_tier') return TIER_NAMES.has(String(value)) ? null : `service_tier`;
  if (name === 'tools') return Array.isArray(value) ? firstOf(value, unboundedTool) : name;
  if (name === 'modalities') return JSON.stringify(value) === '["text"]' ? null : name;
  if (name !== 'n') return name;
  const isCount = Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_ANSWERS;
  return isCount ? null : name;
}

/** The user's own tools only say what an answer may call; a provider's run, search and bill. */
function unboundedTool(tool: unknown): string | null {
  if (!isObject(tool)) return 'tools';
  const { type } = tool;
  if (type === 'function' || type === 'custom') return null;
  if (type === undefined && ('input_schema' in tool || 'function' in tool)) return null;
  return `the tool ${nameIn(type)}`;
}

/** Items of a Responses input that hold all they mean. */
const WHOLE_ITEMS = new Set([
  ...['message', 'function_call', 'function_call_output'],
  ...['custom_tool_call', 'custom_tool_call_output'],
]);

function unboundedItem(item: object): string | null {
  const { type, audio } = item as JsonObject;
  if (type !== undefined && !WHOLE_ITEMS.has(String(type))) return `an item ${nameIn(type)}`;
  if (audio !== undefined && audio !== null) return 'an answer in audio';
  return firstOf(partsOf(item), unboundedPart);
}

const TEXTS = new Set([
  ...['text', 'input_text', 'output_text', 'refusal', 'thinking', 'redacted_thinking'],
  ...['tool_use', 'tool_result'],
]);
const IMAGES: ReadonlySet<string> = new Set(['image_url', 'input_image', 'image']);

/** Files and documents have as many pages as they like. */
function unboundedPart(part: JsonObject): string | null {
  const { type, source } = part;
  const name = String(type);
  const isStored = isStoredFile(part) || (isObject(source) && isStoredFile(source));
  if (isStored) return `a part ${nameIn(type)} with a file id`;
  return TEXTS.has(name) || IMAGES.has(name) || name === 'input_audio'
    ? null
    : `a part ${nameIn(type)}`;
}

function isStoredFile(part: JsonObject): boolean {
  return part.file_id !== undefined && part.file_id !== null;
}

/** The parts of an item, and those inside what a tool gave back. */
function partsOf(item: object): JsonObject[] {
  const { content, output } = item as JsonObject;
  return [content, output]
    .flatMap((given: unknown) => (Array.isArray(given) ? given : []))
    .filter(isObject)
    .flatMap((part) => [part, ...(part.type === 'tool_result' ? partsOf(part) : [])]);
}

/** A type as its field spells it, if that is a name at all. */
function nameIn(type: unknown): string {
  return typeof type === 'string' && /^[\w.-]{1,40}$/.test(type) ? type : 'of an unknown type';
}
