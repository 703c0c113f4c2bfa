/** Headers of each provider → limits of a minute. */
import { describe, expect, test } from 'vitest';
import {
  NO_LIMITS,
  parseDurationMs,
  readExhaustedMs,
  readLimitHeaders,
} from '../../src/providers/limit-headers.ts';
import type { LimitHeaders } from '../../src/providers/provider.ts';

const NOW_MS = Date.UTC(2026, 10, 22, 9);

function read(headers: Record<string, string>, provider = 'openai'): Partial<LimitHeaders> {
  const limits = readLimitHeaders(headers, { provider, nowMs: NOW_MS });
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null));
}

describe('durations', () => {
  test.each([
    ['1s', 1000],
    ['20ms', 20],
    ['6m0s', 360_000],
    ['12ms', 12],
    ['1h2m3.5s', 3_723_500],
    ['1d', 86_400_000],
    ['45.578569677s', 45_579],
    ['0s', 0],
    ['', null],
    ['soon', null],
    ['5', null],
    ['-1s', null],
  ])('%s', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });
});

test('none', () => {
  const headers = { 'content-type': 'application/json', date: 'Sun, 22 Nov 2026 09:00:00 GMT' };
  expect(readLimitHeaders(headers, { provider: '', nowMs: NOW_MS })).toBe(NO_LIMITS);
});

describe("OpenAI's", () => {
  test('requests and tokens', () => {
    const headers = {
      'x-ratelimit-limit-requests': '5000',
      'x-ratelimit-limit-tokens': '160000',
      'x-ratelimit-remaining-requests': '4999',
      'x-ratelimit-remaining-tokens': '159976',
      'x-ratelimit-reset-requests': '12ms',
      'x-ratelimit-reset-tokens': '9ms',
    };
    expect(read(headers)).toEqual({
      requestsPerMinute: 5000,
      remainingRequests: 4999,
      requestsResetMs: 12,
      tokensPerMinute: 160_000,
      remainingTokens: 159_976,
      tokensResetMs: 9,
    });
  });

  // 86,400 s / 10,000 = 8.64 s for each request; of a minute it were 6 ms.
  test('requests of a day under the name of a minute', () => {
    const headers = {
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-reset-requests': '8.64s',
      'x-ratelimit-limit-tokens': '200000',
    };
    expect(read(headers)).toEqual({ tokensPerMinute: 200_000 });
    const many = {
      ...headers,
      'x-ratelimit-remaining-requests': '9900',
      'x-ratelimit-reset-requests': '14m24s',
    };
    expect(read(many)).toEqual({ tokensPerMinute: 200_000 });
  });

  test('a window that is full again in 59 s is one of a minute', () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '59s',
    };
    expect(read(headers)).toMatchObject({ requestsPerMinute: 60, requestsResetMs: 59_000 });
  });

  test.each([
    ['10', 10_000],
    ['0.5', 500],
    [String(NOW_MS + 4000), 4000],
    [String(NOW_MS / 1000 + 4), 4000],
    [new Date(NOW_MS + 4000).toISOString(), 4000],
    [new Date(NOW_MS - 4000).toISOString(), 0],
  ])('reset as %s', (reset, ms) => {
    expect(read({ 'x-ratelimit-reset-tokens': reset, 'x-ratelimit-limit-tokens': '7' })).toEqual({
      tokensPerMinute: 7,
      tokensResetMs: ms,
    });
  });

  test('numbers that are none', () => {
    const headers = { 'x-ratelimit-limit-requests': '-1', 'x-ratelimit-limit-tokens': '1e9' };
    expect(read(headers)).toEqual({});
  });
});

test("Groq's requests are of a day, its tokens of a minute", () => {
  const headers = {
    'x-ratelimit-limit-requests': '14400',
    'x-ratelimit-remaining-requests': '14370',
    'x-ratelimit-reset-requests': '2m59.56s',
    'x-ratelimit-limit-tokens': '18000',
    'x-ratelimit-remaining-tokens': '17997',
    'x-ratelimit-reset-tokens': '7.66s',
  };
  expect(read(headers, 'groq')).toEqual({
    tokensPerMinute: 18_000,
    remainingTokens: 17_997,
    tokensResetMs: 7660,
  });
});

test('Cerebras names the minute and the day', () => {
  const headers = {
    'x-ratelimit-limit-requests-day': '14400',
    'x-ratelimit-limit-tokens-minute': '60000',
    'x-ratelimit-remaining-tokens-minute': '59000',
    'x-ratelimit-reset-tokens-minute': '12.5',
  };
  expect(read(headers, 'cerebras')).toEqual({
    tokensPerMinute: 60_000,
    remainingTokens: 59_000,
    tokensResetMs: 12_500,
  });
});

test("OpenRouter's bare names: no limit, since nobody says of what time", () => {
  const headers = {
    'x-ratelimit-limit': '20',
    'x-ratelimit-remaining': '3',
    'x-ratelimit-reset': String(NOW_MS + 30_000),
  };
  expect(read(headers)).toEqual({ remainingRequests: 3, requestsResetMs: 30_000 });
  expect(read({ ...headers, 'x-ratelimit-reset': String(NOW_MS + 36_000_000) })).toEqual({});
});

test("Anthropic's", () => {
  const at = (seconds: number) => new Date(NOW_MS + seconds * 1000).toISOString();
  const headers = {
    // Its clock is an hour behind the one here.
    date: 'Sun, 22 Nov 2026 08:00:00 GMT',
    'anthropic-ratelimit-requests-limit': '1000',
    'anthropic-ratelimit-requests-remaining': '999',
    'anthropic-ratelimit-requests-reset': '2026-11-22T08:00:01Z',
    'anthropic-ratelimit-tokens-limit': '96000',
    'anthropic-ratelimit-tokens-remaining': '95000',
    'anthropic-ratelimit-tokens-reset': '2026-11-22T08:00:02Z',
    'anthropic-ratelimit-input-tokens-limit': '80000',
    'anthropic-ratelimit-output-tokens-limit': '16000',
    'retry-after': '7',
  };
  expect(read(headers, 'anthropic')).toEqual({
    requestsPerMinute: 1000,
    remainingRequests: 999,
    requestsResetMs: 1000,
    tokensPerMinute: 96_000,
    remainingTokens: 95_000,
    tokensResetMs: 2000,
    inputTokensPerMinute: 80_000,
    outputTokensPerMinute: 16_000,
    retryAfterMs: 7000,
  });
  expect(at(0)).toBe('2026-11-22T09:00:00.000Z');
});

describe('Retry-After', () => {
  test.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': '20ms' }, 20],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 08:59:00 GMT' }, 0],
    [{ 'retry-after-ms': '250.5', 'retry-after': '9' }, 251],
    [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9000],
    [{ 'retry-after': '-3' }, undefined],
    // As instants they would be of 2286 and, in milliseconds, of 1973: they are seconds.
    [{ 'retry-after': '9999999999' }, 9_999_999_999_000],
    [{ 'retry-after': '99999999999' }, 99_999_999_999_000],
    [{ 'retry-after': '9'.repeat(400) }, Number.POSITIVE_INFINITY],
    // A minute ago, by a clock that is behind.
    [{ 'retry-after': String(NOW_MS / 1000 - 60) }, 0],
    [{ 'retry-after': 'tomorrow' }, undefined],
  ])('%j', (headers, ms) => {
    expect(read(headers).retryAfterMs).toBe(ms);
  });
});

test.each<[Record<string, string>, number | null]>([
  [{}, null],
  // 99,999,999 h.
  [{ 'x-ratelimit-reset-requests': '99999999h' }, 99_999_999 * 3_600_000],
  [{ 'x-ratelimit-reset-requests': '24h', 'x-ratelimit-remaining-requests': '0' }, 86_400_000],
  // A bucket of a day that has something left, and one of a minute: neither is why.
  [{ 'x-ratelimit-reset-requests': '24h', 'x-ratelimit-remaining-requests': '1' }, null],
  [{ 'x-ratelimit-reset-tokens': '1m5s', 'x-ratelimit-remaining-tokens': '0' }, null],
  [{ 'x-ratelimit-reset': String(NOW_MS + 7_200_000) }, 7_200_000],
  [
    {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-11-22T11:00:00Z',
    },
    7_200_000,
  ],
])('an empty bucket of %j fills in %s ms', (headers, ms) => {
  expect(readExhaustedMs(headers, NOW_MS)).toBe(ms);
});
