/**
 * LiteLLM: the standard logging payload of its callbacks, and rows of its spend log.
 *
 * Takes their records, gives one call each. All counts are inclusive, also for Anthropic; the cost is
 * LiteLLM's own. Never takes the response's usage where the metadata have one in more detail.
 */
import { assemble } from './assemble.ts';
import { bodyOf } from './bodies.ts';
import type { Dialect } from './dialect.ts';
import { compactText, Fields, type Json, parseJson, Raw, Text, treeOf } from './json.ts';
import { K } from './keys.ts';
import { objectIn } from './nested.ts';
import { R } from './roles.ts';
import { openAiUsage } from './usage.ts';

/** LiteLLM's two record shapes. */
export const litellm: Dialect = {
  id: 'litellm',
  parse: (record, values, memory) => {
    const priced = record.get(K.response_cost) !== undefined || record.get(K.spend) !== undefined;
    if (!priced || record.get(K.call_type) === undefined) return null;
    // Time to first token when streamed; the end time tells the duration in both cases.
    values[R.latencyBare] = undefined;
    const response = objectIn(values[R.response], false);
    const body = response === null ? null : bodyOf(response);
    const metadata = objectIn(record.get(K.metadata), false);
    const detailed = metadata?.fields(K.usage_object) ?? response?.fields(K.usage) ?? record;
    const model = record.get(K.model);
    const counted = openAiUsage(detailed, model) ?? openAiUsage(record, model);
    const failed = record.get(K.status) === 'failure';
    values[R.errorInfo] ??= metadata?.get(K.error_information);
    values[R.owner] ??= metadata?.get(K.user_api_key_alias);
    // What is not logged stands there as "{}".
    if (body === null) values[R.answer] = undefined;
    values[R.prompt] = undefined;
    const request = parametersOf(record);
    const own =
      body === null ? null : { ...body, parts: [], model: null, id: record.get(K.id) ?? body.id };
    const found = { values, request, body: own, usage: failed ? null : counted };
    return assemble({ ...found, format: 'litellm', tier: null }, memory);
  },
};

/** The record's own messages and parameters in the form of a request. */
function parametersOf(record: Fields): Fields | null {
  const messages = listIn(record.get(K.messages));
  if (messages === null) return null;
  const request = new Fields();
  request.add(K.messages, messages);
  const parameters = record.get(K.model_parameters);
  // As JSON.stringify would write it: that makes null of a number beyond all numbers.
  const plain = parameters instanceof Raw ? parseJson(compactText(parameters) ?? '') : null;
  const tree = treeOf(plain, true);
  if (tree instanceof Fields) {
    tree.ids.forEach((id, at) => {
      request.add(id, tree.values[at]!);
    });
    request.rest = tree.rest;
  }
  return request;
}

/** A list of messages, also one that is logged as JSON in a string; null for `{}`, which is none. */
function listIn(messages: Json | undefined): Json[] | null {
  if (Array.isArray(messages)) return messages;
  if (!(messages instanceof Text) || !messages.startsWith('[')) return null;
  const tree = treeOf({ messages: parseJson(messages.toString()) }, true);
  const list = tree instanceof Fields ? tree.get(K.messages) : null;
  return Array.isArray(list) ? list : null;
}
