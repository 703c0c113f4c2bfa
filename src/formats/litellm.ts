/**
 * LiteLLM: the standard logging payload of its callbacks, and rows of its spend log.
 *
 * Takes their records. All counts are inclusive, also for Anthropic; the cost is LiteLLM's own.
 */
import { assemble } from './assemble.ts';
import { readBody } from './bodies.ts';
import type { Dialect } from './dialect.ts';
import { compactText } from './hash.ts';
import { Fields, type Json, Raw, Text, treeOf } from './json.ts';
import { objectIn } from './nested.ts';
import { R } from './roles.ts';
import { openAiUsage } from './usage.ts';

/** LiteLLM's two record shapes. */
export const litellm: Dialect = {
  id: 'litellm',
  title: 'LiteLLM standard logging payload',
  evidence: 'response_cost with custom_llm_provider, or request_id with spend and call_type',
  read: (record, values) => {
    const priced = record.get('response_cost') !== undefined || record.get('spend') !== undefined;
    if (!priced || record.get('call_type') === undefined) return null;
    // Time to first token when streamed; the end time tells the duration in both cases.
    values[R.latencyBare] = undefined;
    const response = objectIn(values[R.response], false);
    const body = response === null ? null : readBody(response);
    const metadata = objectIn(record.get('metadata'), false);
    const detailed = metadata?.fields('usage_object') ?? response?.fields('usage') ?? record;
    const counted = openAiUsage(detailed) ?? openAiUsage(record);
    const failed = record.get('status') === 'failure';
    values[R.errorInfo] ??= metadata?.get('error_information');
    values[R.owner] ??= metadata?.get('user_api_key_alias');
    // What is not logged stands there as "{}".
    if (body === null) values[R.answer] = undefined;
    values[R.prompt] = undefined;
    return assemble({
      format: 'litellm',
      values,
      request: parametersOf(record),
      body:
        body === null ? null : { ...body, parts: [], model: null, id: record.get('id') ?? body.id },
      tier: null,
      usage: failed ? null : counted,
    });
  },
};

/** The record's own messages and parameters in the form of a request. */
function parametersOf(record: Fields): Fields | null {
  const messages = listIn(record.get('messages'));
  if (messages === null) return null;
  const request = new Fields();
  request.names.push('messages');
  request.values.push(messages);
  const parameters = record.get('model_parameters');
  const plain = parameters instanceof Raw ? parsed(compactText(parameters) ?? '') : null;
  const tree = treeOf(plain, true);
  if (tree instanceof Fields) {
    request.names.push(...tree.names);
    request.values.push(...tree.values);
    request.rest = tree.rest;
  }
  return request;
}

/** A list of messages, also one that is logged as JSON in a string; null for `{}`, which is none. */
function listIn(messages: Json | undefined): Json[] | null {
  if (Array.isArray(messages)) return messages;
  if (!(messages instanceof Text) || !messages.startsWith('[')) return null;
  const tree = treeOf({ messages: parsed(messages.toString()) }, true);
  const list = tree instanceof Fields ? tree.get('messages') : null;
  return Array.isArray(list) ? list : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
