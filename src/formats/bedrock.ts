/**
 * Bedrock's model invocation log, as it is written to S3 and CloudWatch.
 *
 * Takes its records, gives one call each. The input is what no cache held. Never looks into the logged
 * bodies: they are of any maker's shape, and large ones are elsewhere.
 */
import { assemble } from './assemble.ts';
import type { Dialect } from './dialect.ts';
import { Fields, type Json } from './json.ts';
import { K } from './keys.ts';
import { converseUsage } from './native-usage.ts';
import { R } from './roles.ts';

/** A record of the invocation log; one of a failed request has no counts. */
export const bedrock: Dialect = {
  id: 'bedrock',
  parse: (record, values, memory) => {
    if (record.get(K.schema_type) !== 'ModelInvocationLog') return null;
    const counts = new Fields();
    addAll(record.get(K.input), counts);
    addAll(record.get(K.output), counts);
    values[R.provider] ??= 'bedrock';
    values[R.prompt] = undefined;
    values[R.answer] = undefined;
    const found = { values, request: null, body: null, usage: converseUsage(counts) };
    return assemble({ ...found, format: 'bedrock', tier: null }, memory);
  },
};

function addAll(from: Json | undefined, to: Fields): void {
  if (!(from instanceof Fields)) return;
  from.ids.forEach((id, at) => {
    to.add(id, from.values[at]!);
  });
}
