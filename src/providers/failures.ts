/**
 * Why an attempt gave no answer, and whether another one may help.
 *
 * Takes a status and what the body says, or what happened to the connection; gives an
 * AttemptFailure. Never calls a quota of a day a limit that waiting helps with.
 */
import type { ProviderError } from './error-body.ts';
import type { AttemptFailure, FailureCode, LimitHeaders } from './provider.ts';

/** Everything but the code and what follows from it. */
export interface FailureFacts {
  readonly httpStatus: number | null;
  readonly message: string;
  readonly latencyMs: number | null;
  readonly limits: LimitHeaders;
}

interface Kind {
  readonly isRetryable: boolean;
  readonly mayHaveBeenBilled: boolean;
}

/** What is true of a code unless its case says otherwise. */
const KINDS: Readonly<Record<FailureCode, Kind>> = {
  rate_limited: { isRetryable: true, mayHaveBeenBilled: false },
  quota_exhausted: { isRetryable: false, mayHaveBeenBilled: false },
  unauthorized: { isRetryable: false, mayHaveBeenBilled: false },
  bad_request: { isRetryable: false, mayHaveBeenBilled: false },
  server_error: { isRetryable: true, mayHaveBeenBilled: false },
  gateway_error: { isRetryable: true, mayHaveBeenBilled: true },
  unreachable: { isRetryable: true, mayHaveBeenBilled: false },
  connection_lost: { isRetryable: true, mayHaveBeenBilled: true },
  timed_out: { isRetryable: true, mayHaveBeenBilled: true },
  bad_answer: { isRetryable: true, mayHaveBeenBilled: true },
  not_run: { isRetryable: true, mayHaveBeenBilled: false },
  aborted: { isRetryable: false, mayHaveBeenBilled: true },
};

/** A failure of a code; `but` holds what differs from the rule. */
export function failureOf(
  code: FailureCode,
  facts: FailureFacts,
  but: Partial<Kind> = {},
): AttemptFailure {
  return { kind: 'failure', code, ...KINDS[code], ...but, ...facts };
}

const STATUS_CODES: Readonly<Record<number, FailureCode>> = {
  401: 'unauthorized',
  402: 'quota_exhausted',
  403: 'unauthorized',
  408: 'server_error',
  409: 'server_error',
  425: 'server_error',
  429: 'rate_limited',
  // Groq: no room in the flex tier.
  498: 'server_error',
  501: 'bad_request',
  502: 'gateway_error',
  504: 'gateway_error',
  505: 'bad_request',
  // Cloudflare: the origin was asked, but gave nothing it could use, or nothing in time.
  520: 'gateway_error',
  524: 'gateway_error',
};

/** Waiting this long is no retry: come back when the quota is new. */
const LONGEST_RETRY_MS = 3_600_000;

/** The code for a status of 300 and more, and for the error in its body. */
export function codeOfStatus(
  status: number,
  error: ProviderError | null,
  retryAfterMs: number | null,
): FailureCode {
  const code = STATUS_CODES[status] ?? (status >= 500 ? 'server_error' : 'bad_request');
  if (code === 'rate_limited') {
    const isLong = (retryAfterMs ?? 0) >= LONGEST_RETRY_MS;
    return isLong || isQuota(error) ? 'quota_exhausted' : code;
  }
  if (error === null) {
    // A page of a firewall says nothing about the key.
    return status === 403 ? 'bad_request' : code;
  }
  if (status >= 500) return code;
  if (isCredit(error)) return 'quota_exhausted';
  if (status === 403 && isAboutPrompt(error)) return 'bad_request';
  return isKeyRefused(error) ? 'unauthorized' : code;
}

/** OpenAI, Moonshot and others: out of money rather than too fast. */
const CREDIT_WORDS = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'billing_error',
  'exceeded_current_quota_error',
  'insufficient_balance',
  'arrearage',
  'insufficient_credits',
  'budget_exceeded',
]);

/** Anthropic, OpenRouter, xAI, DeepSeek and others say it in their messages only. */
const CREDIT_TEXT =
  /credit balance is too low|insufficient (?:balance|credits?|funds|quota)|out of credits|used all available credits|reached your (?:specified|monthly)|(?:monthly|spend(?:ing)?|usage|total|key) (?:spending |spend |usage )?limit (?:has been )?(?:reached|exceeded)|key limit exceeded|will regain access|spending limit|hard limit/i;

const DAILY_TEXT =
  /per[- _]?day\b|\bdaily\b|\b(?:RPD|TPD)\b|per[- _]?(?:month|week)\b|\bmonthly\b|\blimit: 0\b/i;

function isCredit({ words, message }: ProviderError): boolean {
  return words.some((word) => CREDIT_WORDS.has(word)) || CREDIT_TEXT.test(message);
}

/** A quota that is new tomorrow, or credit that is gone. */
function isQuota(error: ProviderError | null): boolean {
  if (error === null) return false;
  return (
    isCredit(error) ||
    DAILY_TEXT.test(error.message) ||
    error.quotaIds.some((id) => /PerDay|PerMonth/i.test(id))
  );
}

/** Google refuses a key with 400; 403 may be about a prompt (OpenRouter) or one model (OpenAI). */
function isKeyRefused({ words, message }: ProviderError): boolean {
  const isWord = words.some(
    (word) => word === 'invalid_api_key' || word === 'authentication_error',
  );
  return isWord || /\bAPI key (?:not valid|expired|not found)/i.test(message);
}

function isAboutPrompt({ words, message }: ProviderError): boolean {
  return (
    words.includes('model_not_found') || /\b(?:moderation|flagged|content policy)\b/i.test(message)
  );
}

/** Statuses that words stand for, where a body with an error comes under a 200. */
const WORD_STATUS: Readonly<Record<string, number>> = {
  authentication_error: 401,
  invalid_api_key: 401,
  permission_error: 403,
  insufficient_quota: 429,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  resource_exhausted: 429,
  invalid_request_error: 400,
  not_found_error: 404,
  request_too_large: 413,
  overloaded_error: 529,
  server_error: 500,
  api_error: 500,
  timeout_error: 504,
};

/** The status that an error under a 200 stands for; null: it does not say. */
export function statusInside({ status, words }: ProviderError): number | null {
  return status ?? words.map((word) => WORD_STATUS[word]).find((one) => one !== undefined) ?? null;
}

/** What a broken connection says. */
export interface Break {
  readonly error: Error;
  /** Whether a byte of the request had left. */
  readonly isSent: boolean;
}

/** The failure of a connection that could not be made, or that broke. */
export function failureOfBreak({ error, isSent }: Break, facts: FailureFacts): AttemptFailure {
  const code = 'code' in error ? String(error.code) : '';
  if (isSent) return failureOf(code.startsWith('HPE_') ? 'bad_answer' : 'connection_lost', facts);
  // A certificate nobody trusts is as bad next time.
  return failureOf('unreachable', facts, { isRetryable: !CERTIFICATE.test(code) });
}

const CERTIFICATE = /^(?:CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT|ERR_INVALID_)/;
const UNREACHED =
  /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_SSL)/;

/** Whether the code of an error says by itself that no byte of the request had left. */
export function isNeverSent(code: string): boolean {
  return UNREACHED.test(code) || CERTIFICATE.test(code);
}

/** What went wrong with a connection, for people. */
export function reasonOfBreak({ error, isSent }: Break): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOTFOUND') return `no such host${hostOf(error)} (ENOTFOUND)`;
  if (code === 'ECONNREFUSED') return 'the connection was refused (ECONNREFUSED)';
  if (CERTIFICATE.test(code)) return `its certificate is not trusted (${code})${remedyOf(code)}`;
  const what = isSent ? 'the connection was lost' : 'cannot connect';
  // undici's own codes are no news to people.
  const said = code === '' || code.startsWith('UND_ERR') ? error.message : code;
  return said === '' ? what : `${what} (${said})`;
}

/** Where an authority is not known, its file can be named; a wrong host or day stays wrong. */
function remedyOf(code: string): string {
  const isUnknown = /^(?:DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);
  return isUnknown ? '; name the file of its authority in NODE_EXTRA_CA_CERTS' : '';
}

function hostOf(error: Error): string {
  return 'hostname' in error ? ` as ${String(error.hostname)}` : '';
}
