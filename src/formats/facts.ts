/**
 * Facts of a record: when, by whom answered, what was asked for, and how it ended.
 *
 * Takes the roles of a record and its body, gives each fact once, from the best place that tells it.
 * Never takes an error's message for its type: it may hold text of the log.
 */
import { hasFailed, type Operation, type Outcome, type Status } from '../domain/call.ts';
import { type Body, errorWord, stopReasonOf } from './body.ts';
import { Fields, type Json } from './json.ts';
import { K } from './keys.ts';
import type { Memory } from './memory.ts';
import { R, type RoleValues } from './roles.ts';
import { bareDurationMs, durationMs, flagOf, instantOf, numberOf, stringOf } from './values.ts';

/** When the call started and how long it took, from whichever of start, end and duration is logged. */
export function timesOf(values: RoleValues, body: Body | null) {
  const start = instantOf(values[R.start]) ?? instantOf(values[R.time]);
  const end = instantOf(values[R.end]);
  const latencyMs =
    latencyOf(values) ?? (start !== null && end !== null ? durationMs(end - start) : null);
  if (start !== null) return { startedAtMs: start, latencyMs, source: 'start' as const };
  if (end !== null)
    return { startedAtMs: end - (latencyMs ?? 0), latencyMs, source: 'end' as const };
  const created = body?.createdMs ?? instantOf(values[R.created]);
  const source = created === null ? ('none' as const) : ('created' as const);
  return { startedAtMs: created, latencyMs, source };
}

function latencyOf(values: RoleValues): number | null {
  const ms = numberOf(values[R.latencyMs]);
  if (ms !== null) return durationMs(ms);
  const seconds = numberOf(values[R.latencyS]);
  return seconds === null
    ? bareDurationMs(numberOf(values[R.latencyBare]))
    : durationMs(seconds * 1000);
}

const HOSTS: readonly [string, string][] = [
  ['openai.azure.com', 'azure'],
  ['api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'google'],
  ['aiplatform.googleapis.com', 'vertex'],
  ['bedrock-runtime', 'bedrock'],
  ['openrouter.ai', 'openrouter'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral'],
  ['api.deepseek.com', 'deepseek'],
  ['api.x.ai', 'xai'],
];

/** Who sends the invoice: as named, else by the host, else by the shape of the body; else empty. */
export function providerOf(values: RoleValues, body: Body | null, memory: Memory): string {
  const named = stringOf(values[R.provider])?.toLowerCase();
  if (named !== undefined) return named.slice(0, 60);
  const host = stringOf(values[R.host]) ?? stringOf(values[R.url]);
  return (host === null ? '' : hostProvider(host, memory)) || (body?.provider ?? '');
}

function hostProvider(url: string, { hosts }: Memory): string {
  return hosts.get(url) ?? hosts.keep(url, HOSTS.find(([part]) => url.includes(part))?.[1] ?? '');
}

/** The model in the path of Bedrock, Gemini and Azure. */
export function modelInUrl(url: string | null): string | null {
  const [, name] = /\/(?:model|models|deployments)\/([^/?:]+)/.exec(url ?? '') ?? [];
  if (name === undefined || !/^[\w.%@-]+$/.test(name)) return null;
  return name.replace(/%3a/gi, ':').replace(/%2f/gi, '/');
}

const OPERATION_WORDS: readonly [RegExp, Operation][] = [
  [/embed/, 'embeddings'],
  [/rerank/, 'rerank'],
  [/images\/|image_gen/, 'image'],
  [/audio\/|transcription/, 'audio'],
];

/** What was asked for, by the body, the call type or the path. */
export function operationOf(values: RoleValues, body: Body | null, memory: Memory): Operation {
  if (body !== null && body.operation !== 'chat') return body.operation;
  const byType = namedOperation(stringOf(values[R.callType]), memory);
  return byType === 'chat' ? namedOperation(stringOf(values[R.url]), memory) : byType;
}

function namedOperation(name: string | null, { operations }: Memory): Operation {
  if (name === null) return 'chat';
  return (
    operations.get(name) ??
    operations.keep(name, OPERATION_WORDS.find(([word]) => word.test(name))?.[1] ?? 'chat')
  );
}

/** Whether the record says, whatever its body, that the call ended without an answer. */
export function tellsFailure(values: RoleValues): boolean {
  return hasFailed(statusOf(values, null));
}

/** How the call ended. */
export function outcomeOf(values: RoleValues, body: Body | null): Outcome {
  const status = statusOf(values, body);
  return {
    status,
    httpStatus: httpOf(values),
    errorType: status === 'ok' || status === 'cached' ? '' : errorTypeOf(values, body),
    stopReason: body?.stopReason || stopReasonOf(values[R.finish]),
  };
}

function errorTypeOf(values: RoleValues, body: Body | null): string {
  const info = values[R.errorInfo];
  const errorType =
    body?.errorType ||
    (info instanceof Fields ? stringOf(info.get(K.error_class)) : null) ||
    errorWord(values[R.error]);
  return errorType.slice(0, 60);
}

function httpOf(values: RoleValues): number | null {
  const code = numberOf(values[R.httpStatus]);
  return code !== null && Number.isInteger(code) && code >= 100 && code < 600 ? code : null;
}

/** Gateways have codes of their own below 0 (Helicone). */
const GATEWAY_CODES: Readonly<Record<number, Status>> = { '-1': 'timeout', '-3': 'cancelled' };

const BAD_WORDS = new Set(['error', 'failure', 'failed', 'exception']);

function statusOf(values: RoleValues, body: Body | null): Status {
  if (values[R.cacheHit] !== undefined && flagOf(values[R.cacheHit]) === true) return 'cached';
  const http = httpOf(values);
  if (http === 408 || http === 504) return 'timeout';
  if (http !== null && http >= 400) return http === 499 ? 'cancelled' : 'error';
  if (body !== null && body.status !== 'ok') return body.status;
  const gateway = numberOf(values[R.httpStatus]) ?? 0;
  if (gateway < 0) return GATEWAY_CODES[gateway] ?? 'error';
  const word = typeof values[R.httpStatus] === 'number' ? '' : wordOf(values[R.httpStatus]);
  if (BAD_WORDS.has(word)) return 'error';
  if (word === 'timeout' || word === 'cancelled') return word;
  if (flagOf(values[R.success]) === false || flagOf(values[R.failed]) === true)
    return timeoutOr(values, 'error');
  return body === null && hasError(values[R.error]) ? timeoutOr(values, 'error') : 'ok';
}

function wordOf(value: Json | undefined): string {
  return stringOf(value)?.toLowerCase() ?? '';
}

function timeoutOr(values: RoleValues, status: Status): Status {
  return /tim(e|ed).?out/i.test(stringOf(values[R.error]) ?? '') ? 'timeout' : status;
}

function hasError(value: Json | undefined): boolean {
  if (value instanceof Fields) return value.ids.length > 0;
  if (value === true) return true;
  const text = wordOf(value);
  return text !== '' && text !== '0' && text !== 'none' && text !== 'null' && text !== 'false';
}
