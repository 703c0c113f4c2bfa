/**
 * What came back → an answer, or a failure with its reason.
 *
 * Takes bytes, a status and what was asked; gives an Attempt. Never puts a prompt, an answer or a
 * key into a message.
 */
import type { Buffer } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { readFacts } from './answer-usage.ts';
import { errorIn, type ProviderError } from './error-body.ts';
import type { Exchanged } from './exchange.ts';
import {
  codeOfStatus,
  type FailureFacts,
  failureOf,
  failureOfBreak,
  reasonOfBreak,
  statusInside,
} from './failures.ts';
import { isObject, type JsonObject } from './json-object.ts';
import { type Headers, readExhaustedMs, readLimitHeaders } from './limit-headers.ts';
import type {
  Attempt,
  AttemptAnswer,
  AttemptFailure,
  Endpoint,
  LimitHeaders,
  Prompt,
} from './provider.ts';
import { oneLine, repeatsRequest, withoutQuotes } from './redact.ts';
import type { WireFormat } from './wire.ts';

/** What was asked of whom, as far as failures depend on it. */
export interface FailureContext {
  readonly endpoint: Endpoint;
  readonly requestText: string;
  readonly nowMs: number;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly redact: (text: string) => string;
}

/** What was asked of whom. */
export interface Asked extends FailureContext {
  readonly prompt: Prompt;
  readonly wire: WireFormat;
}

/** Reads an attempt. */
export function readAttempt(exchanged: Exchanged, asked: Asked): Attempt {
  return readExchange(exchanged, asked, (body, reading) => readAnswer(body, asked, reading));
}

/** Reads what went wrong, where no answer to a prompt was asked for: a Batch API's own requests. */
export function readFailure(exchanged: Exchanged, asked: FailureContext): AttemptFailure {
  return readExchange<never>(exchanged, asked, () => null);
}

/** Finds the answer in a body of a status of success; null: it is none. */
type FindAnswer<Answer> = (body: JsonObject, reading: Reading) => Answer | null;

function readExchange<Answer extends AttemptAnswer>(
  exchanged: Exchanged,
  asked: FailureContext,
  find: FindAnswer<Answer>,
): Answer | AttemptFailure {
  const { provider } = asked.endpoint;
  const limits = readLimitHeaders(exchanged.headers, { provider, nowMs: asked.nowMs });
  if (exchanged.fault !== null) return readFault(exchanged, asked, limits);
  const status = exchanged.httpStatus ?? 0;
  const body = parseBody(exchanged, asked.maxBytes);
  if (status < 200 || status >= 300) return readRefusal(body, { exchanged, asked, limits });
  return readSuccess(body, { exchanged, asked, limits }, find);
}

interface Reading {
  readonly exchanged: Exchanged;
  readonly asked: FailureContext;
  readonly limits: LimitHeaders;
}

function readFault(
  exchanged: Exchanged,
  asked: FailureContext,
  limits: LimitHeaders,
): AttemptFailure {
  const { fault, isSent } = exchanged;
  const facts = (text: string) => factsOf({ exchanged, asked, limits }, text);
  if (fault?.kind === 'broken') {
    const broken = { error: fault.error, isSent };
    return failureOfBreak(broken, facts(reasonOfBreak(broken)));
  }
  if (fault?.kind === 'too_large') {
    const message = `the answer is larger than ${asked.maxBytes} bytes`;
    return failureOf('bad_answer', facts(message), { isRetryable: false });
  }
  if (fault?.kind === 'timed_out') {
    const message = `no whole answer within ${asked.timeoutMs / 1000} s`;
    return failureOf('timed_out', facts(message), { mayHaveBeenBilled: isSent });
  }
  return failureOf('aborted', facts('stopped'), { mayHaveBeenBilled: isSent });
}

function factsOf({ exchanged, asked, limits }: Reading, text: string): FailureFacts {
  const { httpStatus, latencyMs } = exchanged;
  const message = oneLine(`${asked.endpoint.id}: ${asked.redact(text)}`);
  return { httpStatus, latencyMs, limits, message };
}

/** A body as JSON, or what it is instead. */
type Parsed =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'html' | 'empty' | 'broken' };

function parseBody({ headers, body }: Exchanged, maxBytes: number): Parsed {
  const bytes = plainBytes(body, headers, maxBytes);
  if (bytes === null) return { kind: 'broken' };
  const text = bytes.toString('utf8').trim();
  if (text === '') return { kind: 'empty' };
  if (text.startsWith('<')) return { kind: 'html' };
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { kind: 'broken' };
  }
}

const DECODERS: Readonly<Record<string, typeof gunzipSync>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** Nobody asked for a compressed body, but some proxies send one; null if it cannot be read. */
function plainBytes(body: Buffer, headers: Headers, maxBytes: number): Buffer | null {
  const coding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (coding === 'identity') return body;
  try {
    return DECODERS[coding]?.(body, { maxOutputLength: maxBytes }) ?? null;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return null;
  }
}

/** A status that is no success. */
function readRefusal(body: Parsed, reading: Reading): AttemptFailure {
  const { exchanged, limits } = reading;
  const status = exchanged.httpStatus ?? 0;
  if (status < 400) return readRedirect(reading);
  const error = body.kind === 'json' ? errorIn(body.value) : null;
  const said = withRetry(limits, error);
  const isSaid = status !== 429 || said.retryAfterMs !== null;
  const emptyMs = isSaid ? null : readExhaustedMs(exchanged.headers, reading.asked.nowMs);
  const told = emptyMs === null ? said : { ...said, retryAfterMs: emptyMs };
  return failureFor(status, error, { ...reading, limits: told }, body);
}

function failureFor(
  status: number,
  error: ProviderError | null,
  reading: Reading,
  body: Parsed,
): AttemptFailure {
  const code = codeOfStatus(status, error, reading.limits.retryAfterMs);
  const isPage = body.kind === 'html' ? ': a web page, no JSON' : '';
  const text = `HTTP ${status}${error === null ? isPage : describe(error, reading.asked)}`;
  return failureOf(code, factsOf(reading, text));
}

function readRedirect(reading: Reading): AttemptFailure {
  const location = String(reading.exchanged.headers.location ?? '');
  const where = URL.canParse(location) ? sentOnTo(new URL(location), reading.asked) : '';
  const text = `HTTP ${reading.exchanged.httpStatus}: sent on${where}; set that as the base URL`;
  return failureOf('bad_request', factsOf(reading, text));
}

/** Where a redirection leads; not where the address holds a key, plain or encoded. */
function sentOnTo({ origin, pathname }: URL, { redact }: Pick<Asked, 'redact'>): string {
  const address = `${origin}${pathname}`;
  const plain = address.replace(/%([\da-f]{2})/gi, (_, hex) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
  return redact(plain) === plain ? ` to ${address}` : '';
}

/** What the body says to wait, where the headers do not. */
function withRetry(limits: LimitHeaders, error: ProviderError | null): LimitHeaders {
  if (limits.retryAfterMs !== null || error === null || error.retryMs === null) return limits;
  return { ...limits, retryAfterMs: error.retryMs };
}

/** The words and the text of an error; no text where it repeats what was asked. */
function describe({ words, message }: ProviderError, asked: FailureContext): string {
  const word = words.find((one) => /[a-z]/.test(one)) ?? '';
  const said = repeatsRequest(message, asked.requestText) ? '' : withoutQuotes(message);
  const parts = [word === '' ? '' : ` ${word}`, said === '' ? '' : `: ${said}`];
  return parts.join('');
}

/** A status of success: with an answer, an error inside, or something else altogether. */
function readSuccess<Answer extends AttemptAnswer>(
  body: Parsed,
  reading: Reading,
  find: FindAnswer<Answer>,
): Answer | AttemptFailure {
  const { asked } = reading;
  if (body.kind !== 'json') return badAnswer(WHAT_IT_IS[body.kind], body.kind !== 'html', reading);
  const error = errorIn(body.value);
  if (error !== null) return errorInside(error, reading);
  const answer = isObject(body.value) ? find(body.value, reading) : null;
  const kind = asked.endpoint.wire.replaceAll('_', ' ');
  return answer ?? badAnswer(`JSON, but no answer of ${kind}`, false, reading);
}

const WHAT_IT_IS = {
  html: 'a web page, no JSON: is the base URL right?',
  empty: 'an empty body',
  broken: 'a body that is no whole JSON',
};

function badAnswer(what: string, isRetryable: boolean, reading: Reading): AttemptFailure {
  const text = `HTTP ${reading.exchanged.httpStatus} with ${what}`;
  return failureOf('bad_answer', factsOf(reading, text), { isRetryable });
}

function errorInside(error: ProviderError, reading: Reading): AttemptFailure {
  const limits = withRetry(reading.limits, error);
  const status = statusInside(error);
  const code = status === null ? 'bad_answer' : codeOfStatus(status, error, limits.retryAfterMs);
  const text = `HTTP ${reading.exchanged.httpStatus} with an error inside`;
  const facts = factsOf({ ...reading, limits }, `${text}${describe(error, reading.asked)}`);
  return failureOf(code, facts);
}

function readAnswer(
  body: JsonObject,
  asked: Asked,
  { exchanged, limits }: Reading,
): AttemptAnswer | null {
  const answer = asked.wire.read(body, asked.prompt);
  if (answer === null) return null;
  const facts = readFacts(answer.facts);
  return {
    kind: 'answer',
    text: answer.text,
    model: facts.model ?? asked.prompt.model,
    responseId: answer.id,
    stopReason: answer.stopReason ?? facts.stopReason,
    usage: facts.usage,
    usageBasis: facts.usage === null ? 'missing' : 'measured',
    billedPico: facts.billedPico,
    tier: facts.tier,
    embedding: answer.embedding,
    httpStatus: exchanged.httpStatus ?? 0,
    latencyMs: exchanged.latencyMs,
    limits,
  };
}
