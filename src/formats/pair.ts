/**
 * Request/response pairs, and bare response bodies of OpenAI and Anthropic.
 *
 * Takes records with a body of a known shape in them, or that are one; gives its calls. Never reads
 * flat counts when a body tells the usage.
 */
import type { Rejected } from '../domain/reject.ts';
import { assemble, type ParsedCall } from './assemble.ts';
import { bodyOf } from './bodies.ts';
import type { Dialect } from './dialect.ts';
import type { Fields } from './json.ts';
import { K } from './keys.ts';
import type { Memory } from './memory.ts';
import { objectIn } from './nested.ts';
import { R, type RoleValues } from './roles.ts';
import { stringOf } from './values.ts';

const NOT_A_CALL =
  /count_tokens|countTokens|input_tokens$|\/models\/?(\?|$)|\/files\b|\/batches\b|\/moderations\b/;

/** `{request, response, …}` with any of the usual names. */
export const pair: Dialect = {
  id: 'pair',
  parse: pairCalls,
};

function pairCalls(
  _record: Fields,
  values: RoleValues,
  memory: Memory,
): ParsedCall[] | Rejected | null {
  const response = objectIn(values[R.response], false);
  if (response === null) return null;
  const url = stringOf(values[R.url]);
  if (url !== null && isIdle(url, memory)) {
    return { reason: 'not_a_call', detail: 'a request to an endpoint that generates nothing' };
  }
  const body = bodyOf(response);
  if (body === null) return null;
  const request = objectIn(values[R.request], true);
  return assemble({ format: body.shape, values, request, body, tier: null }, memory);
}

function isIdle(url: string, { idleUrls }: Memory): boolean {
  return idleUrls.get(url) ?? idleUrls.keep(url, NOT_A_CALL.test(url));
}

/** A response body alone on its line. */
export const bare: Dialect = {
  id: 'bare',
  parse: (record, values, memory) => {
    const known = record.has(K.choices) || record.has(K.object) || record.get(K.type) === 'message';
    const body = known && record.fields(K.usage) !== undefined ? bodyOf(record) : null;
    if (body === null) return null;
    return assemble({ format: body.shape, values, request: null, body, tier: null }, memory);
  },
};
