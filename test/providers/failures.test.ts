/** What providers say when they refuse → a code. */
import { describe, expect, test } from 'vitest';
import { errorIn } from '../../src/providers/error-body.ts';
import { codeOfStatus } from '../../src/providers/failures.ts';
import { hideSecrets, oneLine, withoutQuotes } from '../../src/providers/redact.ts';
import { openAiError } from './server.ts';

function code(status: number, body: unknown, retryAfterMs: number | null = null): string {
  return codeOfStatus(status, errorIn(body), retryAfterMs);
}

function google(message: string, ...quotaIds: string[]): object[] {
  const violations = quotaIds.map((quotaId) => ({ quotaMetric: 'x', quotaId }));
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' },
  ];
  return [{ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details } }];
}

function anthropic(type: string, message: string): object {
  return { type: 'error', error: { type, message }, request_id: 'req_1' };
}

describe('a limit that waiting helps with', () => {
  test.each<[string, unknown]>([
    ['nothing', null],
    [
      'OpenAI, a minute',
      openAiError(
        'rate_limit_exceeded',
        'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.',
      ),
    ],
    [
      'Anthropic, a minute',
      anthropic(
        'rate_limit_error',
        'This request would exceed your organization’s rate limit of 50 requests per minute.',
      ),
    ],
    [
      'Google, a minute',
      google(
        'You exceeded your current quota, please check your plan and billing details.',
        'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
      ),
    ],
    [
      'OpenRouter, a minute',
      { error: { code: 429, message: 'Rate limit exceeded: free-models-per-min. ' } },
    ],
  ])('%s', (_, body) => {
    expect(code(429, body)).toBe('rate_limited');
  });
});

describe('a quota of a day, or credit that is gone', () => {
  test.each<[string, number, unknown]>([
    [
      'OpenAI, credit',
      429,
      openAiError(
        'insufficient_quota',
        'You exceeded your current quota, please check your plan and billing details.',
        'insufficient_quota',
      ),
    ],
    [
      'OpenAI, requests',
      429,
      openAiError(
        'rate_limit_exceeded',
        'Rate limit reached for gpt-4o on requests per day (RPD): Limit 200, Used 200. Please try again in 7m12s.',
      ),
    ],
    [
      'OpenAI, hard limit',
      400,
      openAiError('billing_hard_limit_reached', 'Billing hard limit has been reached'),
    ],
    [
      'Anthropic, credit',
      400,
      anthropic(
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API.',
      ),
    ],
    [
      'Anthropic, spend',
      400,
      anthropic(
        'invalid_request_error',
        'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
      ),
    ],
    [
      'Google, a day beside a minute',
      429,
      google(
        'You exceeded your current quota.',
        'GenerateRequestsPerMinutePerProjectPerModel',
        'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
      ),
    ],
    [
      'OpenRouter, a day',
      429,
      {
        error: {
          code: 429,
          message:
            'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
        },
      },
    ],
    ['OpenRouter, credit', 402, { error: { code: 402, message: 'Insufficient credits' } }],
    ['OpenRouter, key', 403, { error: { code: 403, message: 'Key limit exceeded (daily limit)' } }],
    [
      'Groq, a day',
      429,
      openAiError(
        'rate_limit_exceeded',
        'Rate limit reached for model `x` on tokens per day (TPD): Limit 100000. Please try again in 12m3s.',
      ),
    ],
    ['DeepSeek', 402, openAiError('invalid_request_error', 'Insufficient Balance')],
    [
      'xAI',
      403,
      {
        code: 'x',
        error:
          'Your team has either used all available credits or reached its monthly spending limit.',
      },
    ],
    [
      'Moonshot',
      429,
      openAiError(null, 'Your account is suspended', 'exceeded_current_quota_error'),
    ],
  ])('%s', (_, status, body) => {
    expect(code(status, body)).toBe('quota_exhausted');
  });

  test('an hour to wait, whatever it says', () => {
    expect(code(429, null, 3_599_999)).toBe('rate_limited');
    expect(code(429, null, 3_600_000)).toBe('quota_exhausted');
  });
});

describe('a key that is refused', () => {
  test.each<[string, number, unknown, string]>([
    ['OpenAI', 401, openAiError('invalid_api_key', 'Incorrect API key provided'), 'unauthorized'],
    ['Anthropic', 401, anthropic('authentication_error', 'invalid x-api-key'), 'unauthorized'],
    ['Google', 400, google('API key not valid. Please pass a valid API key.'), 'unauthorized'],
    ['a permission', 403, anthropic('permission_error', 'No'), 'unauthorized'],
    [
      'a prompt instead',
      403,
      { error: { code: 403, message: 'Input was flagged' } },
      'bad_request',
    ],
    [
      'a model instead',
      403,
      openAiError('model_not_found', 'Project has no access'),
      'bad_request',
    ],
    ['a firewall instead', 403, null, 'bad_request'],
  ])('%s', (_, status, body, expected) => {
    expect(code(status, body)).toBe(expected);
  });
});

describe('the error in a body', () => {
  test.each<[unknown, string | null]>([
    [{ error: 'text' }, 'text'],
    [{ error: { message: 'a' } }, 'a'],
    [{ errors: [{ message: 'b' }] }, 'b'],
    [{ detail: 'Not Found' }, 'Not Found'],
    [{ message: 'c', request_id: '1' }, 'c'],
    [{ object: 'error', message: 'd', code: 404 }, 'd'],
    [{ error: { message: 'e', metadata: { raw: 'why' } } }, 'e: why'],
    [{ error: null, output: [] }, null],
    [{ content: [], message: 'no error' }, null],
    ['text', null],
    [null, null],
  ])('%j', (body, message) => {
    expect(errorIn(body)?.message ?? null).toBe(message);
  });

  test.each([
    ['Please try again in 7m12s. Visit', 432_000],
    ['Please try again in 20ms.', 20],
    ['Please retry in 45.578569677s.', 45_579],
    ['Please retry after 10 seconds.', 10_000],
    ['try again in 5 minutes', 300_000],
    ['Retry after 2', 2000],
    ['Please try again later', null],
  ])('%s', (message, ms) => {
    expect(errorIn({ error: { message } })?.retryMs).toBe(ms);
  });

  test("Google's RetryInfo", () => {
    expect(errorIn(google('Quota'))?.retryMs).toBe(34_000);
  });
});

describe('texts for people', () => {
  test('hold no secrets', () => {
    const text =
      'my-own-key sk-ant-api03-abcdefgh AIzaSyA1234567890 http://u:pw@proxy:1 ?key=abc&x=1 Basic dXNlcjpwdw==';
    expect(hideSecrets(text, ['my-own-key'])).toBe(
      '[hidden] [hidden] [hidden] http://[hidden]@proxy:1 ?key=[hidden]&x=1 [hidden]',
    );
  });

  test('are one line of a bounded length', () => {
    expect(oneLine('a\n\u001b[31mb\t\u0000c')).toBe('a [31mb c');
    expect(oneLine('x'.repeat(1000))).toHaveLength(240);
  });

  test('quote names, and no texts', () => {
    expect(withoutQuotes(`Invalid 'messages[0].role': "Dear John, how are you?"`)).toBe(
      `Invalid 'messages[0].role': "…"`,
    );
    expect(withoutQuotes("This model's limit isn't known")).toBe("This model's limit isn't known");
  });
});
