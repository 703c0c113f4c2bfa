/**
 * Prompts: what was asked, as hashes, sizes and the two texts that carry the instruction.
 *
 * Takes a request as the log holds it, gives facts. Never decodes or keeps a text.
 */
import { hashString, keySet, mix } from './hash.ts';
import { compactText, Fields, type Json, Raw, Text } from './json.ts';
import { K } from './keys.ts';
import type { Memory } from './memory.ts';
import { numberOf, stringOf } from './values.ts';

/** What a request tells besides its model. */
export interface Prompt {
  /** Null when the log holds no prompt. */
  readonly promptHash: number | null;
  readonly systemHash: number | null;
  readonly paramsHash: number;
  readonly promptBytes: number;
  readonly turns: number;
  /** Null: there is no request to tell, at most a bare prompt. */
  readonly hasTools: boolean | null;
  readonly hasSchema: boolean | null;
  readonly maxTokens: number | null;
  readonly temperatureMilli: number | null;
  /** The system prompt and the last user message: for the classifier, not for keeping. */
  readonly system: Text | null;
  readonly user: Text | null;
  /** Whether a message holds a part that is no text, such as an image. */
  readonly hasMedia: boolean;
}

/** Members of a request that are the prompt itself, or do not shape the answer. */
const NOT_PARAMETERS = keySet(
  `model model_id messages prompt input contents system system_instruction instructions user user_id metadata stream id request_id
   service_tier session_id timestamp provider`,
);

/** A request without any prompt. */
export const NO_PROMPT: Prompt = {
  promptHash: null,
  systemHash: null,
  paramsHash: 0,
  promptBytes: 0,
  turns: 0,
  hasTools: null,
  hasSchema: null,
  maxTokens: null,
  temperatureMilli: null,
  system: null,
  user: null,
  hasMedia: false,
};

/** The prompt and the parameters of a request body. */
export function promptOf(request: Fields, memory: Memory): Prompt {
  const walk = new Walk(memory);
  walk.take(promptIn(request), systemIn(request));
  const tools = request.get(K.tools) ?? request.get(K.functions);
  const format =
    request.get(K.response_format) ??
    request.fields(K.text)?.rest?.find(([name]) => name === 'format')?.[1];
  return {
    promptHash: walk.turns === 0 ? null : walk.hash,
    systemHash: walk.systemHash,
    paramsHash: memory.hasher.fields(request, 0, NOT_PARAMETERS),
    promptBytes: walk.bytes,
    turns: walk.turns,
    hasTools: tools instanceof Raw && !isEmpty(tools),
    hasSchema: format instanceof Raw && asksForJson(format, memory),
    maxTokens: limitOf(
      request.get(K.max_completion_tokens) ??
        request.get(K.max_tokens) ??
        request.get(K.max_output_tokens),
    ),
    temperatureMilli: milli(request.get(K.temperature)),
    system: walk.system,
    user: walk.user,
    hasMedia: walk.hasMedia,
  };
}

/** The prompt of a request under the names of OpenAI, Anthropic and Gemini. */
export function promptIn(request: Fields): Json | undefined {
  return (
    request.get(K.messages) ??
    request.get(K.prompt) ??
    request.get(K.input) ??
    request.get(K.contents)
  );
}

/** The system prompt of a request, under the same makers' names. */
export function systemIn(request: Fields): Json | undefined {
  const system = request.get(K.system) ?? request.get(K.instructions);
  return system ?? request.fields(K.system_instruction)?.get(K.parts);
}

/** A prompt that stands in the record itself: a text, or a list of messages. */
export function barePromptOf(
  prompt: Json | undefined,
  system: Json | undefined,
  memory: Memory,
): Prompt {
  const walk = new Walk(memory);
  walk.take(prompt, system);
  if (walk.turns === 0) return NO_PROMPT;
  return {
    ...NO_PROMPT,
    promptHash: walk.hash,
    systemHash: walk.systemHash,
    promptBytes: walk.bytes,
    turns: walk.turns,
    system: walk.system,
    user: walk.user,
    hasMedia: walk.hasMedia,
  };
}

/** An output limit in tokens; null if it is none. */
export function limitOf(value: Json | undefined): number | null {
  const limit = numberOf(value);
  return limit !== null && limit >= 0 && limit < 2 ** 31 ? Math.round(limit) : null;
}

/** A temperature in thousandths; null if it is not logged or out of range. */
export function milli(value: Json | undefined): number | null {
  const number = numberOf(value);
  return number !== null && number >= 0 && number <= 100 ? Math.round(number * 1000) : null;
}

/** Whether a raw value is null, `[]`, `{}` or no more than a digit or two, blanks aside. */
export function isEmpty(raw: Raw): boolean {
  if (raw.end - raw.start > 64) return false;
  const text = compactText(raw) ?? raw.toString();
  return text.length <= 2 || text === 'null';
}

function asksForJson(format: Raw, memory: Memory): boolean {
  const key = memory.hasher.bytes(format);
  return (
    memory.jsonFormats.get(key) ??
    memory.jsonFormats.keep(key, /json/.test(compactText(format) ?? format.toString()))
  );
}

/** The messages of a prompt, taken one after the other. */
class Walk {
  hash = 0;
  systemHash: number | null = null;
  bytes = 0;
  turns = 0;
  system: Text | null = null;
  user: Text | null = null;
  hasMedia = false;

  constructor(private readonly memory: Memory) {}

  /** Takes a prompt; without any turn but the system's it counts as none. */
  take(prompt: Json | undefined, system: Json | undefined): void {
    if (system !== undefined && system !== null) this.#message('system', system);
    const turnsBefore = this.turns;
    if (Array.isArray(prompt)) {
      for (const item of prompt) this.#item(item);
    } else if (prompt instanceof Text && prompt.length > 0) {
      this.#message('user', prompt);
    }
    if (this.turns === turnsBefore) this.turns = 0;
  }

  #item(item: Json): void {
    if (!(item instanceof Fields)) {
      this.#message('user', item);
      return;
    }
    const role = stringOf(item.get(K.role)) ?? 'user';
    this.#message(role, item.get(K.content) ?? item.get(K.text) ?? item.get(K.parts) ?? null);
    if (item.rest !== null || item.ids.length > 2) {
      this.hash = this.memory.hasher.fields(item, this.hash);
    }
  }

  #message(role: string, content: Json): void {
    this.turns++;
    const contentHash = this.memory.hasher.json(content, 0);
    this.hash = mix(hashString(role, this.hash), contentHash);
    this.bytes += bytesOf(content);
    if (Array.isArray(content) && !content.every(isText)) this.hasMedia = true;
    const text = lastText(content);
    if (role === 'system' || role === 'developer') {
      this.systemHash = mix(this.systemHash ?? 1, contentHash);
      this.system = text ?? this.system;
    } else if (role === 'user' || role === 'human') {
      this.user = text ?? this.user;
    }
  }
}

/** Bytes of the texts in a content. */
function bytesOf(content: Json): number {
  if (content instanceof Text) return content.length;
  if (!Array.isArray(content)) return 0;
  return content.reduce<number>((sum, part) => sum + bytesOf(textIn(part)), 0);
}

/** The last text in a content; null if there is none. */
function lastText(content: Json): Text | null {
  if (content instanceof Text) return content;
  if (!Array.isArray(content)) return null;
  for (let i = content.length - 1; i >= 0; i--) {
    const text = lastText(textIn(content[i]!));
    if (text !== null) return text;
  }
  return null;
}

/** Whether a part of a content is text. */
function isText(part: Json): boolean {
  return textIn(part) instanceof Text;
}

function textIn(part: Json): Json {
  return part instanceof Fields ? (part.get(K.text) ?? part.get(K.content) ?? null) : part;
}

/** The hash and size of an answer; null hash if the log holds none. */
export function answerOf(
  answer: Json | undefined,
  memory: Memory,
): { hash: number | null; bytes: number } {
  const message = answer instanceof Fields ? answer : null;
  const content = message === null ? answer : message.get(K.content);
  const isSilent = content === null && message !== null && !message.has(K.tool_calls);
  if (content === undefined || isSilent) return { hash: null, bytes: 0 };
  const tools = message?.get(K.tool_calls);
  const hash = memory.hasher.json(content, 0);
  return {
    hash: tools instanceof Raw ? mix(hash, memory.hasher.json(tools, 1)) : hash,
    bytes: bytesOf(content),
  };
}
