/**
 * Anthropic's Messages API.
 *
 * Takes a prompt, gives the body of a request; takes the body of an answer, gives its text. A JSON
 * schema is asked for as the input of a tool that must be used: every Claude model and gateway knows
 * that way. Never sends a field that only OpenAI knows: Anthropic refuses those.
 */
import { joinedText, type Message, messagesOf, type PartSpelling } from './content.ts';
import { isObject, type JsonObject } from './json-object.ts';
import { schemaName } from './json-schema.ts';
import type { Prompt } from './provider.ts';
import { passedOn, temperatureOf, textIn, type WireAnswer, type WireFormat } from './wire.ts';

/** Anthropic demands a limit; this one is within that of every model. */
export const DEFAULT_MAX_TOKENS = 4096;

/** The version of the API, sent with each request. */
export const ANTHROPIC_VERSION = '2023-06-01';

export const ANTHROPIC_MESSAGES: WireFormat = {
  pathAt: (baseUrl) => (/\/v\d+$/.test(baseUrl) ? '/messages' : '/v1/messages'),
  bodyOf: messagesBody,
  read: readMessage,
};

const ANTHROPIC_PARTS: PartSpelling = {
  text: (text) => ({ type: 'text', text }),
  image: (url) => ({ type: 'image', source: sourceOf(url) }),
};

function sourceOf(url: string): JsonObject {
  const start = url.startsWith('data:') ? url.indexOf(';base64,') : -1;
  if (start === -1) return { type: 'url', url };
  const media_type = url.slice('data:'.length, start);
  return { type: 'base64', media_type, data: url.slice(start + ';base64,'.length) };
}

/** Fields of OpenAI's bodies; they come with a fallback from OpenAI to Claude. */
const ONLY_OPENAI = new Set(
  `frequency_penalty presence_penalty seed n logprobs top_logprobs logit_bias user response_format
   stop store parallel_tool_calls max_completion_tokens max_output_tokens reasoning_effort modalities
   prediction verbosity safety_identifier prompt_cache_key`.split(/\s+/),
);

function messagesBody(prompt: Prompt): JsonObject {
  const messages = messagesOf(prompt, ANTHROPIC_PARTS);
  const system = systemOf(prompt, messages);
  const { stop } = prompt.extra;
  return {
    ...(stop ? { stop_sequences: Array.isArray(stop) ? stop : [stop] } : {}),
    max_tokens: DEFAULT_MAX_TOKENS,
    ...passedOn(prompt, ONLY_OPENAI),
    model: prompt.model,
    ...(system === '' ? {} : { system }),
    messages: messages.filter((message) => !isSystem(message)),
    ...(prompt.maxTokens === null ? {} : { max_tokens: prompt.maxTokens }),
    ...temperatureOf(prompt),
    ...toolOf(prompt),
  };
}

function isSystem({ role }: Message): boolean {
  return role === 'system' || role === 'developer';
}

function systemOf({ system }: Prompt, messages: readonly Message[]): string {
  const said = messages.filter(isSystem).map(({ content }) => joinedText(content));
  return [system ?? '', ...said].filter((text) => text !== '').join('\n\n');
}

function toolOf({ schema }: Prompt): JsonObject {
  if (schema === null) return {};
  const name = schemaName(schema);
  const description = 'Gives the answer.';
  return {
    tools: [{ name, description, input_schema: schema }],
    tool_choice: { type: 'tool', name },
  };
}

function readMessage(body: JsonObject, prompt: Prompt): WireAnswer | null {
  const { content } = body;
  if (!Array.isArray(content)) return null;
  const answer = prompt.schema === null ? undefined : inputOf(content, schemaName(prompt.schema));
  return {
    text: answer === undefined ? textOf(content) : JSON.stringify(answer),
    embedding: null,
    id: textIn(body, 'id'),
    // The tool is only the way the schema was asked for.
    stopReason: answer !== undefined && body.stop_reason === 'tool_use' ? 'stop' : null,
    facts: {
      type: 'message',
      model: body.model,
      stop_reason: body.stop_reason,
      usage: body.usage,
    },
  };
}

function inputOf(content: readonly unknown[], name: string): unknown {
  const isIt = (part: unknown) => isObject(part) && part.type === 'tool_use' && part.name === name;
  const part = content.find(isIt);
  return isObject(part) ? part.input : undefined;
}

/** What was said; of an answer that only calls tools, the calls. */
function textOf(content: readonly unknown[]): string {
  const parts = content.filter(isObject);
  const text = joinedText(parts.filter((part) => part.type === 'text'));
  const calls = parts.filter((part) => part.type === 'tool_use');
  return text === '' && calls.length > 0 ? JSON.stringify(calls) : text;
}
