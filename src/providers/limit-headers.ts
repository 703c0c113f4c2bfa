/**
 * What an answer's headers say of limits: OpenAI's and Anthropic's names, and Retry-After.
 *
 * Takes headers with names in lower case, gives limits per minute and durations in milliseconds.
 * Never takes the limit of a day for one of a minute: what is not per minute is not said.
 */
import { DAY_MS, type EpochMs, parseInstant } from '../domain/time.ts';
import type { LimitHeaders } from './provider.ts';

/** Headers as undici gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What an answer without any of these headers says. */
export const NO_LIMITS: LimitHeaders = {
  requestsPerMinute: null,
  remainingRequests: null,
  requestsResetMs: null,
  tokensPerMinute: null,
  remainingTokens: null,
  tokensResetMs: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  retryAfterMs: null,
};

/** Whose headers they are, and when they came. */
export interface HeaderContext {
  /** As in `Endpoint.provider`. */
  readonly provider: string;
  readonly nowMs: EpochMs;
}

/** Reads the limits. */
export function readLimitHeaders(headers: Headers, context: HeaderContext): LimitHeaders {
  const kind = kindOf(headers);
  if (kind === 'none') return NO_LIMITS;
  const nowMs = presentAt(headers, context.nowMs);
  const retryAfterMs = retryAfter(headers, nowMs);
  if (kind === 'anthropic') return { ...anthropicLimits(headers, nowMs), retryAfterMs };
  return { ...openAiLimits(headers, { ...context, nowMs }), retryAfterMs };
}

function kindOf(headers: Headers): 'none' | 'openai' | 'anthropic' {
  let kind: 'none' | 'openai' = 'none';
  for (const name in headers) {
    if (name.startsWith('anthropic-ratelimit-')) return 'anthropic';
    if (name.startsWith('x-ratelimit-') || name.startsWith('retry-after')) kind = 'openai';
  }
  return kind;
}

/** By the server's own clock where it tells: instants are relative to that one. */
function presentAt(headers: Headers, nowMs: EpochMs): EpochMs {
  return parseHttpDate(textOf(headers, 'date')) ?? nowMs;
}

function textOf(headers: Headers, name: string): string {
  const value = headers[name];
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim();
}

function countIn(headers: Headers, name: string): number | null {
  const value = textOf(headers, name);
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function anthropicLimits(headers: Headers, nowMs: EpochMs): LimitHeaders {
  const count = (name: string) => countIn(headers, `anthropic-ratelimit-${name}`);
  const until = (name: string) => untilReset(textOf(headers, `anthropic-ratelimit-${name}`), nowMs);
  return {
    requestsPerMinute: count('requests-limit'),
    remainingRequests: count('requests-remaining'),
    requestsResetMs: until('requests-reset'),
    tokensPerMinute: count('tokens-limit'),
    remainingTokens: count('tokens-remaining'),
    tokensResetMs: until('tokens-reset'),
    inputTokensPerMinute: count('input-tokens-limit'),
    outputTokensPerMinute: count('output-tokens-limit'),
    retryAfterMs: null,
  };
}

interface Bucket {
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetMs: number | null;
}

const UNSAID: Bucket = { limit: null, remaining: null, resetMs: null };

/** Groq's request headers are always those of the day. */
const DAILY_REQUESTS = new Set(['groq']);

function openAiLimits(headers: Headers, { provider, nowMs }: HeaderContext): LimitHeaders {
  const of = (suffix: string): Bucket => bucketOf(headers, suffix, nowMs);
  const perMinute = DAILY_REQUESTS.has(provider)
    ? UNSAID
    : firstSaid(of('-requests'), () => of(''));
  const requests = firstSaid(of('-requests-minute'), () => perMinute);
  const tokens = firstSaid(of('-tokens-minute'), () => of('-tokens'));
  return {
    requestsPerMinute: requests.limit,
    remainingRequests: requests.remaining,
    requestsResetMs: requests.resetMs,
    tokensPerMinute: tokens.limit,
    remainingTokens: tokens.remaining,
    tokensResetMs: tokens.resetMs,
    inputTokensPerMinute: null,
    outputTokensPerMinute: null,
    retryAfterMs: null,
  };
}

function firstSaid(bucket: Bucket, other: () => Bucket): Bucket {
  return bucket.limit === null && bucket.remaining === null ? other() : bucket;
}

/** A bucket of a minute; one of a day or of an unknown time has no limit to tell. */
function bucketOf(headers: Headers, suffix: string, nowMs: EpochMs): Bucket {
  const bucket: Bucket = {
    limit: countIn(headers, `x-ratelimit-limit${suffix}`),
    remaining: countIn(headers, `x-ratelimit-remaining${suffix}`),
    resetMs: untilReset(textOf(headers, `x-ratelimit-reset${suffix}`), nowMs),
  };
  if (isDaily(bucket)) return UNSAID;
  // Nobody says what time the bare name is for.
  return suffix === '' ? { ...bucket, limit: null } : bucket;
}

/** No minute's bucket takes longer to be full again; the rest is for clocks and rounding. */
const LONGEST_RESET_MS = 65_000;

/**
 * OpenAI sends the requests of a day under the name of those of a minute. A bucket that fills evenly
 * tells by how long it needs for what was taken: 8.64 s for one of 10,000 is a day.
 */
function isDaily({ limit, remaining, resetMs }: Bucket): boolean {
  if (resetMs === null) return false;
  if (resetMs > LONGEST_RESET_MS) return true;
  if (limit === null || remaining === null || remaining >= limit) return false;
  const dailyMs = ((limit - remaining) * DAY_MS) / limit;
  return Math.abs(resetMs - dailyMs) <= dailyMs * 0.02;
}

const DURATION =
  /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;

/** Reads `6m0s`, `1s`, `20ms`, `1h2m3.5s`, in milliseconds; null if it is none of them. */
export function parseDurationMs(text: string): number | null {
  const match = text === '' ? null : DURATION.exec(text);
  if (match === null) return null;
  const [days, hours, minutes, seconds, millis] = match.slice(1).map((part) => Number(part ?? 0));
  const wholeMs = days! * DAY_MS + hours! * 3_600_000 + minutes! * 60_000;
  return Math.ceil(wholeMs + seconds! * 1000 + millis!);
}

/** A bare number below this is a count of seconds, from here on an instant. */
const FIRST_EPOCH_S = 1e9;

/** An instant this long ago is none: the number was one of seconds after all. */
const LONGEST_PAST_MS = 30 * DAY_MS;

/** A duration, a number of seconds, an epoch in seconds or milliseconds, or RFC 3339. */
function untilReset(text: string, nowMs: EpochMs): number | null {
  if (text === '') return null;
  if (/^\d+(\.\d+)?$/.test(text)) return untilNumber(text, nowMs);
  const durationMs = parseDurationMs(text);
  if (durationMs !== null) return durationMs;
  const instant = parseInstant(text) ?? parseHttpDate(text);
  return instant === null ? null : Math.max(0, instant - nowMs);
}

function untilNumber(text: string, nowMs: EpochMs): number {
  const seconds = Number(text);
  const instant = seconds < FIRST_EPOCH_S ? null : parseInstant(text);
  if (instant === null || instant < nowMs - LONGEST_PAST_MS) return Math.ceil(seconds * 1000);
  return Math.max(0, instant - nowMs);
}

const RESET = /^(?:x-ratelimit-reset|anthropic-ratelimit-.+-reset)/;

/**
 * How long a bucket that is empty takes to fill, where that is more than a minute's may: what a
 * refusal without Retry-After waits for. Null: none says so.
 */
export function readExhaustedMs(headers: Headers, nowMs: EpochMs): number | null {
  let longestMs: number | null = null;
  for (const name in headers) {
    if (!RESET.test(name)) continue;
    if ((countIn(headers, name.replace('reset', 'remaining')) ?? 0) > 0) continue;
    const resetMs = untilReset(textOf(headers, name), presentAt(headers, nowMs)) ?? 0;
    if (resetMs > LONGEST_RESET_MS) longestMs = Math.max(longestMs ?? 0, resetMs);
  }
  return longestMs;
}

/** Milliseconds, seconds or an HTTP date; the finest one wins. */
function retryAfter(headers: Headers, nowMs: EpochMs): number | null {
  const millis = textOf(headers, 'retry-after-ms');
  if (/^\d+(\.\d+)?$/.test(millis)) return Math.ceil(Number(millis));
  return untilReset(textOf(headers, 'retry-after'), nowMs);
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function parseHttpDate(text: string): EpochMs | null {
  const instant = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? null : instant;
}
