/**
 * LiteLLM: the standard logging payload of its callbacks, and rows of its spend log.
 *
 * Takes their records. All counts are inclusive, also for Anthropic; the cost is LiteLLM's own.
 */
import { assemble } from './assemble.ts';
import { readBody } from './bodies.ts';
import type { Dialect } from './dialect.ts';
import { Fields } from './json.ts';
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
  if (!record.has('messages')) return null;
  const request = new Fields();
  for (const name of ['messages', 'model_parameters']) {
    const value = record.get(name);
    if (value === undefined || value === null) continue;
    request.names.push(name);
    request.values.push(value);
  }
  return request;
}
