/**
 * Batch files: results and errors of OpenAI, Anthropic, Gemini and Vertex, and OpenAI's inputs (which
 * hold nothing to price).
 *
 * Takes their lines, gives calls of the batch tier: the framing alone proves it, the bodies say
 * "default". Never takes a line of another log: it must have the members of that framing.
 */
import { assemble } from './assemble.ts';
import { bodyOf } from './bodies.ts';
import type { Body } from './body.ts';
import type { Dialect } from './dialect.ts';
import { K, keysOf } from './keys.ts';
import { objectIn } from './nested.ts';
import { R } from './roles.ts';
import { stringOf } from './values.ts';

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

const OF_BATCH = { request: null, tier: 'batch' } as const;

/** A line of Anthropic's results; those that expired or were cancelled cost nothing. */
export const anthropicBatch: Dialect = {
  id: 'anthropic_batch',
  parse: (record, values, memory) => {
    const result = record.has(K.custom_id) ? record.fields(K.result) : undefined;
    const type = stringOf(result?.get(K.type));
    if (result === undefined || type === null || !ENDS.test(type)) return null;
    const message = result.fields(K.message);
    const body = message === undefined ? null : bodyOf(message);
    values[R.answer] = undefined;
    if (body === null) {
      const error = result.fields(K.error);
      values[R.failed] = true;
      values[R.error] = type === 'errored' ? (error?.get(K.error) ?? error) : type;
    }
    const found = { ...OF_BATCH, values, body, format: 'anthropic_batch' };
    return assemble({ ...found, ...measured(body) }, memory);
  },
};

const ENDS = /^(succeeded|errored|canceled|expired)$/;

/** A line of Gemini's results: `key`, and an answer or an error, and nothing else. */
export const geminiBatch: Dialect = {
  id: 'gemini_batch',
  parse: (record, values, memory) => {
    if (!record.has(K.key) || !record.ids.every((id) => OF_GEMINI.has(id))) return null;
    const response = record.fields(K.response);
    if (response === undefined && record.fields(K.error) === undefined) return null;
    const body = response === undefined ? null : bodyOf(response);
    if (response !== undefined && body?.shape !== 'gemini') return null;
    values[R.answer] = undefined;
    const found = { ...OF_BATCH, values, body, format: 'gemini_batch' };
    return assemble({ ...found, ...measured(body) }, memory);
  },
};

const OF_GEMINI: ReadonlySet<number> = new Set(keysOf('key response error model provider'));

/** A line of Vertex's predictions: its status is empty, or says what went wrong. */
export const vertexBatch: Dialect = {
  id: 'vertex_batch',
  parse: (record, values, memory) => {
    if (!record.has(K.processed_time) || !record.has(K.request)) return null;
    const response = record.fields(K.response);
    const body = response === undefined ? null : bodyOf(response);
    values[R.failed] = body === null || stringOf(values[R.httpStatus]) !== null;
    values[R.httpStatus] = undefined;
    values[R.provider] ??= 'vertex';
    const request = objectIn(values[R.request], true);
    const found = { ...OF_BATCH, values, request, body, format: 'vertex_batch' };
    return assemble({ ...found, ...measured(body) }, memory);
  },
};

/** A body tells its usage itself. */
function measured(body: Body | null): { usage?: null } {
  return body === null ? { usage: null } : {};
}
