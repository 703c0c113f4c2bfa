/**
 * OpenAI Batch files: results, errors, and inputs (which hold nothing to price).
 *
 * Takes their lines; the framing alone proves the batch tier, the bodies say "default".
 */
import { assemble } from './assemble.ts';
import { readBody } from './bodies.ts';
import type { Dialect } from './dialect.ts';
import { R } from './roles.ts';

/** A line of an output or error file. */
export const batchOutput: Dialect = {
  id: 'openai_batch',
  title: 'OpenAI Batch output',
  evidence: 'custom_id with response {status_code, body} or error',
  read: (record, values) => {
    if (!record.has('custom_id') || record.get('response') === undefined) return null;
    const response = record.fields('response');
    const inner = response?.fields('body');
    if (response === undefined ? !record.has('error') : inner === undefined) return null;
    values[R.httpStatus] = response?.get('status_code');
    values[R.id] = record.get('id') ?? record.get('custom_id');
    values[R.url] = undefined;
    return assemble({
      format: 'openai_batch',
      values,
      request: null,
      body: inner === undefined ? null : readBody(inner),
      tier: 'batch',
      usage: null,
    });
  },
};

/** A line of an input file. */
export const batchInput: Dialect = {
  id: 'openai_batch_input',
  title: 'OpenAI Batch input',
  evidence: 'custom_id with method, url and body',
  read: (record) =>
    record.has('custom_id') && record.has('method') && record.fields('body') !== undefined
      ? { reason: 'request_only', detail: 'a batch input line: a request without an answer' }
      : null,
};
