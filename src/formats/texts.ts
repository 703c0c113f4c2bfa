/**
 * Texts: what the tokens of a call are counted from when its log has no counts.
 *
 * Takes a request and an answer as the log holds them, gives views of their texts, valid until the
 * next record is read. Never half a side: null where a part of it is no text, or is not in the log.
 */
import type { Body } from './body.ts';
import { Fields, type Json, parseJson, Raw, Text, treeOf } from './json.ts';
import { K } from './keys.ts';
import { isEmpty, promptIn, systemIn } from './prompt.ts';
import { asksToThink, hasMoreElsewhere, toolsOf } from './request-facts.ts';
import { R, type RoleValues } from './roles.ts';
import { stringOf } from './values.ts';

/** A text that decodes itself when it is asked to. */
export interface TextView {
  readonly length: number;
  toString(): string;
}

/** One message of a prompt. */
export interface MessageTexts {
  readonly role: string;
  readonly texts: readonly TextView[];
  readonly name?: string;
  /** Whether it also holds what is no text. */
  readonly hasMedia: boolean;
  /** Whether it is a call of a tool or its result, which are written in a form of their own. */
  readonly isOfTool?: boolean;
}

/** A prompt. */
export interface PromptTexts {
  readonly messages: readonly MessageTexts[];
  /** Tools, functions and the schema of the answer, as JSON. */
  readonly tools?: TextView;
  /** Whether no chat template goes around it: text completions. */
  readonly isBare: boolean;
}

/** The texts of a call without counts. */
export interface Uncounted {
  readonly prompt: PromptTexts | null;
  readonly answer: readonly TextView[] | null;
}

/** The texts of a call; a record's own prompt and answer stand for those of a request and a body. */
export function textsOf(request: Fields | null, body: Body | null, values: RoleValues): Uncounted {
  const shown = body === null ? recordAnswer(values) : answersOf(body);
  if (request === null)
    return { prompt: chatOf(values[R.prompt], values[R.system]), answer: shown };
  const answer = asksToThink(request) ? null : shown;
  const chat = chatOf(promptIn(request), systemIn(request));
  if (chat === null || hasMoreElsewhere(request)) return { prompt: null, answer };
  const tools = toolsOf(request);
  // Only text completions answer with a bare text.
  const isBare = body?.answer instanceof Text;
  return { prompt: { ...chat, isBare, ...(tools === null ? {} : { tools }) }, answer };
}

/** The texts of an answer that stands in the record itself; null for what may be a body of a shape unknown here. */
export function recordAnswer(values: RoleValues): readonly TextView[] | null {
  const answer = values[R.answer];
  const isBody = answer instanceof Text && answer === values[R.response] && isNoAnswer(answer);
  return isBody ? null : textsIn(answer);
}

const BODY = /^\s*([[{:]|(data|event|id):)/;
/** Bytes of a binary stream, escaped or replaced; every such stream begins with some. */
const BINARY = /\\u00[01]|\ufffd/;

/** Whether a text begins like a body or a stream. */
function isNoAnswer({ bytes, start, end }: Text): boolean {
  const first = new Text(bytes, start, Math.min(end, start + 64), false).toString();
  return BODY.test(first.trimStart().replace(/^(\\n)+/, '')) || BINARY.test(first);
}

/** The messages of a prompt; null without any turn but the system's. */
function chatOf(prompt: Json | undefined, system: Json | undefined): PromptTexts | null {
  const items = itemsOf(prompt);
  if (items.length === 0) return null;
  const messages = items.map(messageOf);
  if (system !== undefined && system !== null) messages.unshift(messageIn('system', system));
  return { messages, isBare: false };
}

/** A prompt may be a list, a text, or a list written as a text. */
function itemsOf(prompt: Json | undefined): Json[] {
  if (Array.isArray(prompt)) return prompt;
  if (!(prompt instanceof Text) || prompt.length === 0) return [];
  const list = prompt.startsWith('[') ? parseJson(prompt.toString()) : undefined;
  const tree = Array.isArray(list) ? treeOf({ messages: list }, true) : null;
  const items = tree instanceof Fields ? tree.get(K.messages) : undefined;
  const isChat = Array.isArray(items) && items.some((item) => item instanceof Fields);
  return isChat ? items : [prompt];
}

function messageOf(item: Json): MessageTexts {
  if (!(item instanceof Fields)) return messageIn('user', item);
  const role = stringOf(item.get(K.role)) ?? 'user';
  const name = namedIn(item, 'name');
  const isOfTool = TOOL_ROLE.test(role) || (item.get(K.tool_calls) ?? callIn(item)) !== undefined;
  return {
    ...messageIn(role, item),
    ...(name === undefined ? {} : { name }),
    ...(isOfTool ? { isOfTool } : {}),
  };
}

const TOOL_ROLE = /^(tool|function|ipython)$/i;

function messageIn(role: string, content: Json): MessageTexts {
  const texts: TextView[] = [];
  const isWhole = collect(content, texts);
  return { role, texts, hasMedia: !isWhole };
}

/** The texts of an answer; null if it holds none, or holds what is none. */
function textsIn(answer: Json | undefined): readonly TextView[] | null {
  const texts: TextView[] = [];
  return answer !== undefined && collect(answer, texts) && texts.length > 0 ? texts : null;
}

/** The texts of all answers of a body; null if the log lacks one, or the tools that it called. */
function answersOf({ answer, choices, stopReason }: Body): readonly TextView[] | null {
  const answers = Array.isArray(choices) ? choices.map(answerIn) : [answer];
  const texts: TextView[] = [];
  for (const own of answers) {
    const isCut = stopReason === 'tool_calls' && !hasToolCalls(own);
    const found = isCut ? null : textsIn(own);
    if (found === null) return null;
    texts.push(...found);
  }
  return texts.length === 0 ? null : texts;
}

function answerIn(choice: Json): Json | undefined {
  if (!(choice instanceof Fields)) return undefined;
  return choice.get(K.message) ?? choice.get(K.text) ?? choice.get(K.content);
}

function hasToolCalls(answer: Json | undefined): boolean {
  return answer instanceof Fields && answer.has(K.tool_calls);
}

/** Types of parts whose text or content is all they say. */
const PLAIN = new Set(['', 'text', 'input_text', 'output_text', 'message', 'tool_result']);
/** Members of a message that hold more than its content does. */
const BESIDE = /^(audio|images?|files?|attachments|experimental_attachments|inlineData|fileData)$/i;

/** Puts the texts of a value into a list; false if a part of it is no text. */
function collect(value: Json, into: TextView[]): boolean {
  if (value instanceof Text || typeof value === 'string') {
    into.push(value);
    return true;
  }
  if (Array.isArray(value)) return value.every((part) => collect(part, into));
  return value === null || (value instanceof Fields && collectPart(value, into));
}

function collectPart(part: Fields, into: TextView[]): boolean {
  const type = stringOf(part.get(K.type)) ?? '';
  if (type === 'function_call_output') return collect(part.get(K.output) ?? null, into);
  const content = part.get(K.text) ?? part.get(K.content) ?? part.get(K.parts);
  const calls = part.get(K.tool_calls) ?? callIn(part);
  if (!PLAIN.has(type) || (content === undefined && calls === undefined)) return false;
  if (part.rest?.some(([name, value]) => BESIDE.test(name) && !isEmpty(value))) return false;
  const thoughts = part.get(K.reasoning_content);
  if (thoughts instanceof Text) into.push(thoughts);
  if (calls instanceof Raw && !isEmpty(calls) && !collectCalls(calls, into)) return false;
  // A null says nothing: whether it stands for an answer without text is for the caller to see.
  return content === undefined || collect(content, into);
}

/** The function call of a message of 2023. */
function callIn(part: Fields): Raw | undefined {
  return part.rest?.find(([name]) => name === 'function_call')?.[1];
}

/** Names and arguments of called tools; false if they are not written as OpenAI writes them. */
function collectCalls(calls: Raw, into: TextView[]): boolean {
  const list = parseJson(calls.toString());
  return (Array.isArray(list) ? list : [list]).every((call: unknown) => {
    const { function: called = call } = (call ?? {}) as { function?: unknown };
    const { name, arguments: given } = (called ?? {}) as { name?: unknown; arguments?: unknown };
    if (typeof name !== 'string') return false;
    into.push(name, typeof given === 'string' ? given : JSON.stringify(given ?? {}));
    return true;
  });
}

function namedIn(item: Fields, member: string): string | undefined {
  const raw = item.rest?.find(([name]) => name === member)?.[1];
  const value = raw === undefined ? undefined : parseJson(raw.toString());
  return typeof value === 'string' && value !== '' ? value : undefined;
}
