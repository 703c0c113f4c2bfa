/**
 * Bedrock's model invocation log, as it is written to S3 and CloudWatch.
 *
 * Takes its records, gives one call each. The input is what no cache held. Of the logged bodies it reads
 * what they say of caches, which the record itself may not. Never anything else: large ones are elsewhere.
 */
import { assemble } from './assemble.ts';
import { tierOf } from './body.ts';
import type { Dialect } from './dialect.ts';
import { Fields, type Json } from './json.ts';
import { K, keysOf } from './keys.ts';
import { converseUsage } from './native-usage.ts';
import { addAll } from './nested.ts';
import { R } from './roles.ts';

/** A record of the invocation log; one of a failed request has no counts. */
export const bedrock: Dialect = {
  id: 'bedrock',
  parse: (record, values, memory) => {
    if (record.get(K.schema_type) !== 'ModelInvocationLog') return null;
    const counts = new Fields();
    const output = record.fields(K.output);
    addCaches(output?.get(K.output_body_json), counts);
    addAll(record.get(K.input), counts);
    addAll(record.get(K.output), counts);
    values[R.provider] ??= 'bedrock';
    values[R.prompt] = undefined;
    values[R.answer] = undefined;
    const found = { values, request: null, body: null, usage: converseUsage(counts) };
    const tier = tierOf(record.fields(K.service_tier)?.get(K.type));
    return assemble({ ...found, format: 'bedrock', tier }, memory);
  },
};

/** The caches in a body, or in the events of a stream, in the shapes of Converse and Anthropic. */
function addCaches(body: Json | undefined, to: Fields): void {
  for (const event of Array.isArray(body) ? body : [body]) {
    if (!(event instanceof Fields)) continue;
    addCachesOf(event.fields(K.message)?.fields(K.usage), to);
    addCachesOf(event.fields(K.metadata)?.fields(K.usage), to);
    addCachesOf(event.fields(K.usage), to);
    addCachesOf(event.fields(K['amazon-bedrock-invocation_metrics']), to);
  }
}

function addCachesOf(usage: Fields | undefined, to: Fields): void {
  if (usage === undefined) return;
  for (const id of CACHES) if (usage.has(id)) to.add(id, usage.get(id)!);
  const written = usage.get(K.cache_creation_input_tokens);
  if (typeof written === 'number') to.add(K.cache_write_input_tokens, written);
  const hour = usage.fields(K.cache_creation)?.get(K.ephemeral_1h_input_tokens);
  if (hour !== undefined) to.add(K.ephemeral_1h_input_tokens, hour);
}

const CACHES = keysOf(
  `cache_read_input_tokens cache_read_input_token_count cache_write_input_tokens
    cache_write_input_token_count cache_details`,
);
