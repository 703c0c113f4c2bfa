/**
 * OpenAI's Responses API.
 *
 * Takes a prompt, gives the body of a request; takes the body of an answer, gives its text. Never
 * asks for an answer in the background.
 */
import { messagesOf, type PartSpelling } from './content.ts';
import { isObject, type JsonObject } from './json-object.ts';
import { isStrictSchema, schemaName } from './json-schema.ts';
import type { Prompt } from './provider.ts';
import { passedOn, temperatureOf, textIn, type WireAnswer, type WireFormat } from './wire.ts';

export const OPENAI_RESPONSES: WireFormat = {
  pathAt: () => '/responses',
  bodyOf: responsesBody,
  read: readResponse,
};

const RESPONSE_PARTS: PartSpelling = {
  text: (text, role) => ({ type: role === 'assistant' ? 'output_text' : 'input_text', text }),
  image: (image_url) => ({ type: 'input_image', image_url }),
};

function responsesBody(prompt: Prompt): JsonObject {
  const { system, maxTokens, schema, extra } = prompt;
  return {
    input: messagesOf(prompt, RESPONSE_PARTS),
    ...passedOn(prompt),
    model: prompt.model,
    ...(system === null ? {} : { instructions: system }),
    ...(maxTokens === null ? {} : { max_output_tokens: maxTokens }),
    ...temperatureOf(prompt),
    ...(schema === null ? {} : { text: { ...textOptions(extra), format: formatOf(schema) } }),
  };
}

function textOptions({ text }: JsonObject): JsonObject {
  return isObject(text) ? text : {};
}

function formatOf(schema: object): JsonObject {
  return { type: 'json_schema', name: schemaName(schema), schema, strict: isStrictSchema(schema) };
}

/** States of a response that holds no answer, or not yet. */
const UNFINISHED: ReadonlySet<unknown> = new Set(['failed', 'cancelled', 'in_progress', 'queued']);

function readResponse(body: JsonObject): WireAnswer | null {
  const { output, status } = body;
  if (!Array.isArray(output)) return null;
  if (UNFINISHED.has(status)) return null;
  const parts = output.filter(isObject).flatMap((item) => (isSaid(item) ? item.content : []));
  const refusal = parts.find((part) => isObject(part) && part.type === 'refusal');
  const said = parts.map((part) => (isObject(part) ? (textIn(part, 'text') ?? '') : '')).join('');
  return {
    text: refusalText(refusal) ?? (said === '' ? callsOf(output) : said),
    embedding: null,
    id: textIn(body, 'id'),
    stopReason: refusal === undefined ? null : 'content_filter',
    facts: {
      object: 'response',
      model: body.model,
      status: body.status,
      incomplete_details: body.incomplete_details,
      service_tier: body.service_tier,
      tool_usage: body.tool_usage,
      usage: body.usage,
    },
  };
}

function isSaid(item: JsonObject): item is JsonObject & { content: unknown[] } {
  return item.type === 'message' && Array.isArray(item.content);
}

function refusalText(part: unknown): string | null {
  return isObject(part) ? textIn(part, 'refusal') : null;
}

/** Of an answer that only calls tools, the calls; else empty. */
function callsOf(output: readonly unknown[]): string {
  const calls = output.filter((item) => isObject(item) && item.type === 'function_call');
  return calls.length === 0 ? '' : JSON.stringify(calls);
}
