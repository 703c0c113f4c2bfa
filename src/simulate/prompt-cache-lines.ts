/**
 * Lines of a prompt trace in Mooncake's shape.
 *
 * Takes the text of a line, gives a request or why it is none. Never guesses a count: a line without
 * `timestamp`, `input_length` or `hash_ids` is rejected.
 */
import type { Rejected } from '../domain/reject.ts';
import { MAX_TOKENS } from '../domain/tokens.ts';
import type { TraceRequest } from './prompt-cache-trace.ts';

/** Ids beyond are not told apart by a JSON number. */
const MAX_ID = Number.MAX_SAFE_INTEGER;

/**
 * Reads `{"timestamp": MS, "input_length": N, "output_length": N, "hash_ids": [...]}`; optional are
 * `latency_ms`, and `model`, `key` and `user`, which keep caches apart.
 */
export function parseTraceLine(text: string): TraceRequest | Rejected {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { reason: 'invalid_json', detail: error.message };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { reason: 'not_an_object', detail: text.slice(0, 40) };
  }
  return requestOf(value as Readonly<Record<string, unknown>>);
}

function requestOf(fields: Readonly<Record<string, unknown>>): TraceRequest | Rejected {
  const { timestamp, input_length, output_length = 0, hash_ids, latency_ms = null } = fields;
  if (!isTime(timestamp)) return unknownShape('timestamp', timestamp);
  if (!isCount(input_length)) return badTokens('input_length', input_length);
  if (!isCount(output_length)) return badTokens('output_length', output_length);
  if (!isIds(hash_ids)) return unknownShape('hash_ids', hash_ids);
  if (latency_ms !== null && !isTime(latency_ms)) return unknownShape('latency_ms', latency_ms);
  return {
    startedAtMs: timestamp,
    latencyMs: latency_ms,
    inputTokens: input_length,
    outputTokens: output_length,
    blockIds: hash_ids,
    scope: JSON.stringify([fields.model, fields.key, fields.user]),
  };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TOKENS;
}

function isIds(value: unknown): value is (number | string)[] {
  return Array.isArray(value) && value.every(isId);
}

function isId(id: unknown): boolean {
  return typeof id === 'string' || (Number.isInteger(id) && Math.abs(id as number) <= MAX_ID);
}

function unknownShape(name: string, value: unknown): Rejected {
  return { reason: 'unknown_shape', detail: `${name} is ${shown(value)}` };
}

function badTokens(name: string, value: unknown): Rejected {
  return { reason: 'invalid_tokens', detail: `${name} is ${shown(value)}` };
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 40);
}
