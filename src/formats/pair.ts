/**
 * Request/response pairs, and bare response bodies of OpenAI, Anthropic and Gemini.
 *
 * Takes records with a body of a known shape in them, or that are one; gives its calls. Never reads
 * flat counts when a body tells the usage.
 */
import type { Rejected } from '../domain/reject.ts';
import { assemble, type ParsedCall } from './assemble.ts';
import { bodyOf } from './bodies.ts';
import type { Dialect } from './dialect.ts';
import { modelInUrl } from './facts.ts';
import type { Fields } from './json.ts';
import { K } from './keys.ts';
import { settleCents, settleOwnKey } from './loggers.ts';
import type { Memory } from './memory.ts';
import { mergeChunks, objectIn } from './nested.ts';
import { R, type RoleValues } from './roles.ts';
import { stringOf } from './values.ts';

const NOT_A_CALL =
  /count_tokens|countTokens|input_tokens$|\/models\/?(\?|$)|\/files\b|\/batches\b|\/cachedContents\b|\/moderations\b/;

/** `{request, response, …}` with any of the usual names. */
export const pair: Dialect = {
  id: 'pair',
  parse: pairCalls,
};

function pairCalls(
  record: Fields,
  values: RoleValues,
  memory: Memory,
): ParsedCall[] | Rejected | null {
  const response = responseIn(record, values);
  if (response === null) return null;
  const url = stringOf(values[R.url]);
  if (url !== null && isIdle(url, memory)) {
    return { reason: 'not_a_call', detail: 'a request to an endpoint that generates nothing' };
  }
  if (isUnfinished(record)) return { reason: 'not_a_call', detail: 'an answer that goes on' };
  settleCents(record, values);
  settleOwnKey(record, values);
  const request = requestIn(record, values);
  const asked = request?.get(K.model) ?? values[R.model];
  const provider = stringOf(values[R.provider]) ?? '';
  const body = bodyOf(unwrapped(response, values), { model: asked, provider });
  if (body === null) return null;
  if (body.model === null && asked === undefined) values[R.model] = modelInUrl(url) ?? undefined;
  return assemble({ format: body.shape, values, request, body, tier: null }, memory);
}

/** The answer; some call the two sides of a call `input` and `output`. */
function responseIn(record: Fields, values: RoleValues): Fields | null {
  const response = values[R.response];
  if (Array.isArray(response)) return mergeChunks(response);
  return objectIn(response, false) ?? record.fields(K.output) ?? null;
}

function requestIn(record: Fields, values: RoleValues): Fields | null {
  const request = objectIn(values[R.request], true) ?? record.fields(K.input) ?? null;
  const inner = request?.get(K.body);
  return (inner === undefined ? null : objectIn(inner, true)) ?? request;
}

/** The body in what an HTTP client logged; its status is the record's, if that has none. */
function unwrapped(response: Fields, values: RoleValues): Fields {
  const inner = response.get(K.body);
  const body = inner === undefined ? null : objectIn(inner, false);
  if (body === null) return response;
  values[R.httpStatus] ??= response.get(K.status_code) ?? response.get(K.status);
  return body;
}

/** An event of a stream or a session before the last one of its answer. */
function isUnfinished(record: Fields): boolean {
  const type = record.get(K.type);
  return typeof type === 'string' && /^response\.(created|in_progress|queued)$/.test(type);
}

function isIdle(url: string, { idleUrls }: Memory): boolean {
  return idleUrls.get(url) ?? idleUrls.keep(url, NOT_A_CALL.test(url));
}

function isBody(record: Fields): boolean {
  if (record.fields(K.usage_metadata)?.has(K.prompt_token_count)) {
    return record.has(K.candidates) || record.has(K.model_version);
  }
  const known = record.has(K.choices) || record.has(K.object) || record.get(K.type) === 'message';
  return known && record.fields(K.usage) !== undefined;
}

/** A response body alone on its line. */
export const bare: Dialect = {
  id: 'bare',
  parse: (record, values, memory) => {
    if (!isBody(record)) return null;
    settleOwnKey(record, values);
    const body = bodyOf(record, { provider: stringOf(values[R.provider]) ?? '' });
    if (body === null) return null;
    return assemble({ format: body.shape, values, request: null, body, tier: null }, memory);
  },
};
