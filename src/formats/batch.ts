/**
 * OpenAI Batch files: results, errors, and inputs (which hold nothing to price).
 *
 * Takes their lines, gives calls of the batch tier: the framing alone proves it, the bodies say
 * "default". Never takes a line of another log: it must have a custom_id.
 */
import { assemble } from './assemble.ts';
import { bodyOf } from './bodies.ts';
import type { Dialect } from './dialect.ts';
import { K } from './keys.ts';
import { R } from './roles.ts';

/** A line of an output or error file. */
export const batchOutput: Dialect = {
  id: 'openai_batch',
  parse: (record, values, memory) => {
    if (!record.has(K.custom_id) || record.get(K.response) === undefined) return null;
    const response = record.fields(K.response);
    const inner = response?.fields(K.body);
    if (response === undefined ? !record.has(K.error) : inner === undefined) return null;
    values[R.httpStatus] = response?.get(K.status_code);
    values[R.id] = record.get(K.id) ?? record.get(K.custom_id);
    values[R.url] = undefined;
    const body = inner === undefined ? null : bodyOf(inner);
    const found = { values, request: null, body, usage: null };
    return assemble({ ...found, format: 'openai_batch', tier: 'batch' }, memory);
  },
};

/** A line of an input file. */
export const batchInput: Dialect = {
  id: 'openai_batch_input',
  parse: (record) =>
    record.has(K.custom_id) && record.has(K.method) && record.fields(K.body) !== undefined
      ? { reason: 'request_only', detail: 'a batch input line: a request without an answer' }
      : null,
};
