/**
 * Request/response pairs, and bare response bodies of OpenAI and Anthropic.
 *
 * Takes records with a body of a known shape in them, or that are one. Never reads flat counts when
 * a body tells the usage.
 */
import type { Rejected } from '../domain/reject.ts';
import { assemble, type ReadCall } from './assemble.ts';
import { readBody } from './bodies.ts';
import type { Dialect } from './dialect.ts';
import type { Fields } from './json.ts';
import { objectIn } from './nested.ts';
import { R, type RoleValues } from './roles.ts';
import { stringOf } from './values.ts';

const NOT_A_CALL =
  /count_tokens|countTokens|input_tokens$|\/models\/?(\?|$)|\/files\b|\/batches\b|\/moderations\b/;

/** `{request, response, …}` with any of the usual names. */
export const pair: Dialect = {
  id: 'pair',
  title: 'request/response pairs (OpenAI, Anthropic)',
  evidence: 'request and response objects, the response with id, model and usage',
  read: readPair,
};

function readPair(_record: Fields, values: RoleValues): ReadCall[] | Rejected | null {
  const response = objectIn(values[R.response], false);
  if (response === null) return null;
  const url = stringOf(values[R.url]);
  if (url !== null && NOT_A_CALL.test(url)) {
    return { reason: 'not_a_call', detail: 'a request to an endpoint that generates nothing' };
  }
  const body = readBody(response);
  if (body === null) return null;
  const request = objectIn(values[R.request], true);
  return assemble({ format: body.shape, values, request, body, tier: null });
}

/** A response body alone on its line. */
export const bare: Dialect = {
  id: 'bare',
  title: 'bare response bodies (OpenAI, Anthropic)',
  evidence: 'object "chat.completion" or "response", or type "message", with usage',
  read: (record, values) => {
    const known = record.has('choices') || record.has('object') || record.get('type') === 'message';
    const body = known && record.fields('usage') !== undefined ? readBody(record) : null;
    return body === null
      ? null
      : assemble({ format: body.shape, values, request: null, body, tier: null });
  },
};
