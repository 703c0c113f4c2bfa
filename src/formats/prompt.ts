/**
 * Prompts: what was asked, as hashes, sizes and the two texts that carry the instruction.
 *
 * Takes a request as the log holds it, gives facts. Never decodes or keeps a text.
 */
import { compactText, hashBytes, hashFields, hashJson, hashString, mix } from './hash.ts';
import { Fields, type Json, Raw, Text } from './json.ts';
import { numberOf, stringOf } from './values.ts';

/** What a request tells besides its model. */
export interface Prompt {
  /** Null when the log holds no prompt. */
  readonly promptHash: number | null;
  readonly systemHash: number | null;
  readonly paramsHash: number;
  readonly promptBytes: number;
  readonly turns: number;
  readonly hasTools: boolean;
  readonly hasSchema: boolean;
  readonly maxTokens: number | null;
  readonly temperatureMilli: number | null;
  /** The system prompt and the last user message: for the classifier, not for keeping. */
  readonly system: Text | null;
  readonly user: Text | null;
}

/** Members of a request that are the prompt itself, or do not shape the answer. */
const NOT_PARAMETERS = new Set(
  `model messages prompt input system instructions user user_id metadata stream id request_id
   service_tier session_id timestamp provider`.split(/\s+/),
);
const SYSTEM_ROLES = new Set(['system', 'developer']);

/** A request without any prompt. */
export const NO_PROMPT: Prompt = {
  promptHash: null,
  systemHash: null,
  paramsHash: 0,
  promptBytes: 0,
  turns: 0,
  hasTools: false,
  hasSchema: false,
  maxTokens: null,
  temperatureMilli: null,
  system: null,
  user: null,
};

interface Walk {
  hash: number;
  systemHash: number | null;
  bytes: number;
  turns: number;
  system: Text | null;
  user: Text | null;
}

/** Reads the prompt and the parameters of a request body. */
export function readPrompt(request: Fields): Prompt {
  const walk = walkPrompt(
    request.get('messages') ?? request.get('prompt') ?? request.get('input'),
    request.get('system') ?? request.get('instructions'),
  );
  const tools = request.get('tools') ?? request.get('functions');
  return {
    promptHash: walk.turns === 0 ? null : walk.hash,
    systemHash: walk.systemHash,
    paramsHash: hashFields(request, 0, NOT_PARAMETERS),
    promptBytes: walk.bytes,
    turns: walk.turns,
    hasTools: tools instanceof Raw && !isEmpty(tools),
    hasSchema: asksForJson(
      request.get('response_format') ??
        request.fields('text')?.rest?.find(([name]) => name === 'format')?.[1],
    ),
    maxTokens: maxTokensOf(request),
    temperatureMilli: milli(request.get('temperature')),
    system: walk.system,
    user: walk.user,
  };
}

/** Reads a prompt that stands in the record itself: a text, or a list of messages. */
export function readBarePrompt(prompt: Json | undefined, system: Json | undefined): Prompt {
  const walk = walkPrompt(prompt, system);
  if (walk.turns === 0) return NO_PROMPT;
  return {
    ...NO_PROMPT,
    promptHash: walk.hash,
    systemHash: walk.systemHash,
    promptBytes: walk.bytes,
    turns: walk.turns,
    system: walk.system,
    user: walk.user,
  };
}

/** The output limit of a request; null if it sets none. */
export function maxTokensOf(request: Fields): number | null {
  const limit = numberOf(
    request.get('max_completion_tokens') ??
      request.get('max_tokens') ??
      request.get('max_output_tokens'),
  );
  return limit !== null && limit >= 0 && limit < 2 ** 31 ? Math.round(limit) : null;
}

/** A temperature in thousandths; null if it is not logged or out of range. */
export function milli(value: Json | undefined): number | null {
  const number = numberOf(value);
  return number !== null && number >= 0 && number <= 100 ? Math.round(number * 1000) : null;
}

/** Whether a raw value is null, `[]`, `{}` or no more than a digit or two, blanks aside. */
function isEmpty(raw: Raw): boolean {
  if (raw.end - raw.start > 64) return false;
  const text = compactText(raw) ?? raw.toString();
  return text.length <= 2 || text === 'null';
}

/** Response formats repeat all day: hash → whether it asks for JSON. */
const jsonFormats = new Map<number, boolean>();
const FORMATS_LIMIT = 1_000;

function asksForJson(format: Json | undefined): boolean {
  if (!(format instanceof Raw)) return false;
  const key = hashBytes(format.bytes, format.start, format.end);
  let asks = jsonFormats.get(key);
  if (asks === undefined) {
    asks = /json/.test(compactText(format) ?? format.toString());
    if (jsonFormats.size >= FORMATS_LIMIT) jsonFormats.clear();
    jsonFormats.set(key, asks);
  }
  return asks;
}

function walkPrompt(prompt: Json | undefined, system: Json | undefined): Walk {
  const walk: Walk = { hash: 0, systemHash: null, bytes: 0, turns: 0, system: null, user: null };
  if (system !== undefined && system !== null) addMessage(walk, 'system', system);
  const turnsBefore = walk.turns;
  if (Array.isArray(prompt)) {
    for (const item of prompt) addItem(walk, item);
  } else if (prompt instanceof Text && prompt.length > 0) {
    addMessage(walk, 'user', prompt);
  }
  if (walk.turns === turnsBefore) walk.turns = 0;
  return walk;
}

function addItem(walk: Walk, item: Json): void {
  if (!(item instanceof Fields)) {
    addMessage(walk, 'user', item);
    return;
  }
  const role = stringOf(item.get('role')) ?? 'user';
  addMessage(walk, role, item.get('content') ?? item.get('text') ?? null);
  if (item.rest !== null || item.names.length > 2) walk.hash = hashFields(item, walk.hash);
}

function addMessage(walk: Walk, role: string, content: Json): void {
  walk.turns++;
  walk.hash = hashJson(content, hashString(role, walk.hash));
  const text = lastText(walk, content);
  if (SYSTEM_ROLES.has(role)) {
    walk.systemHash = hashJson(content, walk.systemHash ?? 1);
    walk.system = text ?? walk.system;
  } else if (role === 'user' || role === 'human') {
    walk.user = text ?? walk.user;
  }
}

/** Counts the bytes of a content and gives its last text. */
function lastText(walk: Walk, content: Json): Text | null {
  if (content instanceof Text) {
    walk.bytes += content.length;
    return content;
  }
  if (!Array.isArray(content)) return null;
  let last: Text | null = null;
  for (const part of content) {
    const inner = part instanceof Fields ? (part.get('text') ?? part.get('content')) : part;
    const text = inner === undefined ? null : lastText(walk, inner);
    if (text !== null) last = text;
  }
  return last;
}

/** The hash and size of an answer; null hash if the log holds none. */
export function readAnswer(answer: Json | undefined): { hash: number | null; bytes: number } {
  const content = answer instanceof Fields ? answer.get('content') : answer;
  if (
    content === undefined ||
    (content === null && answer instanceof Fields && !answer.has('tool_calls'))
  ) {
    return { hash: null, bytes: 0 };
  }
  const walk: Walk = { hash: 0, systemHash: null, bytes: 0, turns: 0, system: null, user: null };
  lastText(walk, content);
  const tools = answer instanceof Fields ? answer.get('tool_calls') : undefined;
  const hash = hashJson(content, 0);
  return { hash: tools instanceof Raw ? mix(hash, hashJson(tools, 1)) : hash, bytes: walk.bytes };
}
