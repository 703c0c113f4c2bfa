/**
 * Chat completions, as OpenAI and everybody compatible speak them.
 *
 * Takes a prompt, gives the body of a request; takes the body of an answer, gives its text. Never
 * streams: a batch has nobody to watch.
 */
import { CHAT_PARTS, joinedText, messagesOf } from './content.ts';
import { isObject, type JsonObject } from './json-object.ts';
import { isStrictSchema, schemaName } from './json-schema.ts';
import type { Endpoint, Prompt } from './provider.ts';
import { passedOn, temperatureOf, textIn, type WireAnswer, type WireFormat } from './wire.ts';

export const OPENAI_CHAT: WireFormat = {
  pathAt: () => '/chat/completions',
  bodyOf: chatBody,
  read: readChat,
};

function chatBody(prompt: Prompt, endpoint: Endpoint): JsonObject {
  const messages = messagesOf(prompt, CHAT_PARTS);
  const { system } = prompt;
  const body: Record<string, unknown> = { ...passedOn(prompt) };
  body.model = prompt.model;
  body.messages = system === null ? messages : [{ role: 'system', content: system }, ...messages];
  return Object.assign(body, limitOf(prompt, endpoint), temperatureOf(prompt), formatOf(prompt));
}

/** OpenAI's reasoning models refuse `max_tokens`; many compatible servers know nothing else. */
function limitOf({ maxTokens, extra }: Prompt, { provider }: Endpoint): JsonObject {
  if (maxTokens === null) return {};
  if ('max_tokens' in extra) return { max_tokens: maxTokens };
  const isNew = provider === 'openai' || provider === 'azure' || 'max_completion_tokens' in extra;
  return isNew ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens };
}

function formatOf({ schema }: Prompt): JsonObject {
  if (schema === null) return {};
  const json_schema = { name: schemaName(schema), schema, strict: isStrictSchema(schema) };
  return { response_format: { type: 'json_schema', json_schema } };
}

function readChat(body: JsonObject): WireAnswer | null {
  const choices = body.choices;
  const choice: unknown = Array.isArray(choices) ? choices[0] : null;
  if (!isObject(choice)) return null;
  const message = isObject(choice.message) ? choice.message : null;
  if (message === null && typeof choice.text !== 'string') return null;
  const refusal = message === null ? null : textIn(message, 'refusal');
  return {
    text: refusal ?? (message === null ? String(choice.text) : textOf(message)),
    embedding: null,
    id: textIn(body, 'id'),
    stopReason: refusal === null ? null : 'content_filter',
    facts: {
      object: 'chat.completion',
      choices: [{ finish_reason: choice.finish_reason }],
      model: body.model,
      service_tier: body.service_tier,
      usage: body.usage,
    },
  };
}

/** What was said; of an answer that only calls tools (or a function, as of old), the calls. */
function textOf(message: JsonObject): string {
  const text = joinedText(message.content);
  const calls = message.tool_calls ?? message.function_call;
  return text === '' && calls ? JSON.stringify(calls) : text;
}
