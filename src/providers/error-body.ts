/**
 * The error in a body: its words and its text, in whatever shape the provider sends it.
 *
 * Takes parsed JSON, gives words and a text, or null for none. Never judges it: failures.ts does.
 */

import { isObject, type JsonObject } from './json-object.ts';
import { parseDurationMs } from './limit-headers.ts';

/** An error as a provider tells it. */
export interface ProviderError {
  /** Code, type and status, in lower case: `insufficient_quota`, `overloaded_error`. */
  readonly words: readonly string[];
  readonly message: string;
  /** An HTTP status that the body itself names, as gateways do under a 200. */
  readonly status: number | null;
  /** Names of the quotas that were used up, as Google gives them. */
  readonly quotaIds: readonly string[];
  /** How long the body says to wait. */
  readonly retryMs: number | null;
}

/** The error a body holds; null if it holds none. */
export function errorIn(body: unknown): ProviderError | null {
  // Google wraps it in a list of one.
  const root: unknown = Array.isArray(body) ? body[0] : body;
  if (!isObject(root)) return null;
  const error = root.error ?? root.errors ?? errorOfChoice(root) ?? bareError(root);
  if (error === undefined || error === null || error === false) return null;
  return readError(Array.isArray(error) ? error[0] : error, root);
}

/** OpenRouter puts the error of a model that broke off beside what it said. */
function errorOfChoice({ choices }: JsonObject): unknown {
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (!isObject(choice)) return undefined;
  return choice.error ?? (choice.finish_reason === 'error' ? 'the model broke off' : undefined);
}

/** FastAPI's `detail`, and a bare `message`, where nothing of an answer is. */
function bareError(root: JsonObject): unknown {
  if (root.type === 'error' || root.object === 'error') return root;
  const isAnswer = ['choices', 'output', 'content', 'data'].some((name) => name in root);
  if (isAnswer) return undefined;
  return root.detail ?? (typeof root.message === 'string' ? root : undefined);
}

function readError(error: unknown, root: JsonObject): ProviderError {
  if (!isObject(error)) {
    const message = typeof error === 'string' ? error : '';
    return { words: [], message, status: null, quotaIds: [], retryMs: retryIn(message, []) };
  }
  const details = Array.isArray(error.details) ? error.details.filter(isObject) : [];
  const message = messageOf(error);
  return {
    words: [error.code, error.type, error.status, error.reason, root.code].flatMap(wordOf),
    message,
    status: statusIn(error.code) ?? statusIn(error.status) ?? statusIn(root.code),
    quotaIds: details.flatMap(quotaIdsOf),
    retryMs: retryIn(message, details),
  };
}

function messageOf(error: JsonObject): string {
  const { metadata } = error;
  const message = [error.message, error.msg, error.detail].find((text) => typeof text === 'string');
  // OpenRouter says "Provider returned error" and keeps what the provider said apart.
  const raw = isObject(metadata) && typeof metadata.raw === 'string' ? metadata.raw : '';
  return [String(message ?? ''), raw].filter((text) => text !== '').join(': ');
}

function wordOf(value: unknown): string[] {
  return typeof value === 'string' && /^[\w.-]{1,60}$/.test(value) ? [value.toLowerCase()] : [];
}

function statusIn(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 400 && number <= 599 ? number : null;
}

function quotaIdsOf({ violations }: JsonObject): string[] {
  if (!Array.isArray(violations)) return [];
  return violations.filter(isObject).map(({ quotaId }) => String(quotaId ?? ''));
}

const TRY_AGAIN =
  /(?:try again|retry) (?:in|after) (\d[\dhms.]*)(?:\s?(milliseconds?|seconds?|minutes?|hours?))?\b/i;
const UNIT_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
};

/** Google's RetryInfo, or the "try again in 7m12s" of a text. */
function retryIn(message: string, details: readonly JsonObject[]): number | null {
  for (const { retryDelay } of details) {
    if (typeof retryDelay === 'string') return parseDurationMs(retryDelay);
  }
  const [, number = '', unit = 'seconds'] = TRY_AGAIN.exec(message) ?? [];
  const durationMs = parseDurationMs(number);
  if (durationMs !== null || !/^\d+(\.\d+)?$/.test(number)) return durationMs;
  return Math.ceil(Number(number) * UNIT_MS[unit.toLowerCase().replace(/s$/, '')]!);
}
