/** Everything that can go wrong between a prompt and its answer, against a server that does it. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Attempt, Sender, SendOptions } from '../../src/providers/provider.ts';
import type { SenderOptions } from '../../src/providers/send.ts';
import {
  answered,
  endpoint,
  failed,
  KEY,
  NOW_MS,
  newSender,
  prompt,
  sendOptions,
} from './asking.ts';
import {
  chatAnswer,
  openAiError,
  type Script,
  type ScriptedServer,
  startServer,
} from './server.ts';

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startServer(script);
  opened.push(server);
  return server;
}

async function sender(more: Partial<SenderOptions> = {}): Promise<Sender> {
  const made = await newSender(more);
  opened.push(made);
  return made;
}

async function ask(
  script: Script,
  options: Partial<SendOptions> = {},
  more: Partial<SenderOptions> = {},
): Promise<Attempt> {
  const server = await serve(script);
  const made = await sender(more);
  return made.send(endpoint(server.baseUrl), prompt(), sendOptions(options));
}

describe('a redirection', () => {
  const locations = [
    `https://${KEY}@e.test/v1`,
    `https://e.test/${KEY}/v1`,
    `https://e.test/%73${KEY.slice(1)}`,
    `https://e.test/v1?api_key=${KEY}`,
    `https://${KEY}.e.test/v1`,
  ];
  test.each(locations)('to %s does not show the key', async (location) => {
    const { code, message } = failed(await ask([{ status: 302, headers: { location } }]));
    expect(code).toBe('bad_request');
    expect(decodeURIComponent(message)).not.toContain(KEY);
    expect(message).toMatch(/sent on/);
  });

  test('says where to', async () => {
    const location = 'https://e.test/v2';
    const { message } = failed(await ask([{ status: 302, headers: { location } }]));
    expect(message).toBe('here: HTTP 302: sent on to https://e.test/v2; set that as the base URL');
  });
});

describe('a refusal for a day or more', () => {
  test.each([
    { 'retry-after': '86400' },
    { 'retry-after': '9999999999' },
    { 'retry-after': '99999999999' },
    { 'x-ratelimit-reset-requests': '99999999h' },
  ])('%j is a quota', async (headers) => {
    const attempt = failed(await ask([{ status: 429, headers, json: {} }]));
    expect(attempt).toMatchObject({ code: 'quota_exhausted', isRetryable: false });
  });

  test('of a bucket that has something left is none', async () => {
    const headers = { 'x-ratelimit-reset-requests': '22h', 'x-ratelimit-remaining-requests': '9' };
    const attempt = failed(await ask([{ status: 429, headers, json: {} }]));
    expect(attempt).toMatchObject({ code: 'rate_limited', isRetryable: true });
  });
});

describe('an answer', () => {
  test('comes with its counts, and the request with its key', async () => {
    const server = await serve([{ json: chatAnswer('Hello.') }]);
    const made = await sender();
    const attempt = await made.send(endpoint(server.baseUrl), prompt(), sendOptions());
    expect(answered(attempt)).toMatchObject({
      text: 'Hello.',
      model: 'gpt-4o-mini-2024-07-18',
      responseId: 'chatcmpl-1',
      stopReason: 'stop',
      usage: { input: 12, output: 5 },
      usageBasis: 'measured',
      httpStatus: 200,
    });
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'idempotency-key': 'run-1-row-1',
      'user-agent': 'aicost/0.0.0',
    });
  });

  test('without usage says so, and is not free', async () => {
    const attempt = answered(await ask([{ json: chatAnswer('x', { usage: undefined }) }]));
    expect(attempt).toMatchObject({ text: 'x', usage: null, usageBasis: 'missing' });
  });

  test('with counts that cannot be true has none', async () => {
    const usage = {
      prompt_tokens: 5,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 6 },
    };
    const attempt = answered(await ask([{ json: chatAnswer('x', { usage }) }]));
    expect(attempt).toMatchObject({ text: 'x', usage: null, stopReason: 'stop' });
  });

  test('keeps its connection for the next one', async () => {
    const server = await serve([{}]);
    const made = await sender({ maxConnections: 1 });
    for (let turn = 0; turn < 5; turn += 1) {
      answered(await made.send(endpoint(server.baseUrl), prompt(), sendOptions()));
    }
    expect(server.received).toHaveLength(5);
    expect(server.connections).toBe(1);
  });

  test('comes to each of 64 at once', async () => {
    const server = await serve(({ body }) => ({ json: chatAnswer(`for ${body.user}`) }));
    const made = await sender();
    const users = Array.from({ length: 64 }, (_, index) => String(index));
    const texts = await Promise.all(
      users.map(async (user) => {
        const asked = prompt({ extra: { user } });
        return answered(await made.send(endpoint(server.baseUrl), asked, sendOptions())).text;
      }),
    );
    expect(texts).toEqual(users.map((user) => `for ${user}`));
  });

  test('may be compressed though nobody asked', async () => {
    const { gzipSync } = await import('node:zlib');
    const text = gzipSync(JSON.stringify(chatAnswer('packed')));
    const attempt = await ask([{ text, headers: { 'content-encoding': 'gzip' } }]);
    expect(answered(attempt).text).toBe('packed');
  });

  test('to a prompt of 1 MB', async () => {
    const server = await serve([{}]);
    const content = 'é'.repeat(500_000);
    const asked = prompt({ messages: [{ role: 'user', content }] });
    answered(await (await sender()).send(endpoint(server.baseUrl), asked, sendOptions()));
    expect(server.received[0]?.body.messages).toEqual([{ role: 'user', content }]);
  });
});

describe('a status', () => {
  test.each([
    [400, 'bad_request', false, false],
    [401, 'unauthorized', false, false],
    [402, 'quota_exhausted', false, false],
    [403, 'unauthorized', false, false],
    [404, 'bad_request', false, false],
    [408, 'server_error', true, false],
    [409, 'server_error', true, false],
    [413, 'bad_request', false, false],
    [422, 'bad_request', false, false],
    [429, 'rate_limited', true, false],
    [500, 'server_error', true, false],
    [502, 'gateway_error', true, true],
    [503, 'server_error', true, false],
    [504, 'gateway_error', true, true],
    [529, 'server_error', true, false],
  ])('%i is %s', async (status, code, isRetryable, mayHaveBeenBilled) => {
    const failure = failed(await ask([{ status, json: openAiError(null, 'No.') }]));
    expect(failure).toMatchObject({ code, isRetryable, mayHaveBeenBilled, httpStatus: status });
    expect(failure.message).toBe(`here: HTTP ${status} error: No.`);
  });

  test('with a web page instead of JSON', async () => {
    const text = '<!doctype html><title>Bad gateway</title>';
    const failure = failed(await ask([{ status: 502, text }]));
    expect(failure).toMatchObject({ code: 'gateway_error', mayHaveBeenBilled: true });
    expect(failure.message).toBe('here: HTTP 502: a web page, no JSON');
  });

  test('that sends elsewhere is not followed', async () => {
    const headers = { location: 'https://elsewhere.test/v1/chat?key=abc' };
    const failure = failed(await ask([{ status: 308, text: '', headers }]));
    expect(failure).toMatchObject({ code: 'bad_request', isRetryable: false });
    expect(failure.message).toContain('https://elsewhere.test/v1/chat;');
  });
});

describe('429', () => {
  test.each<[string, Record<string, string>, number | null]>([
    ['seconds', { 'retry-after': '2' }, 2000],
    ['milliseconds', { 'retry-after-ms': '120', 'retry-after': '1' }, 120],
    // The server's own clock: 12 s after its Date, whatever the clock here says.
    [
      'a date',
      { date: 'Sun, 22 Nov 2026 08:00:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 08:00:12 GMT' },
      12_000,
    ],
    ['nothing', {}, null],
    ['nonsense', { 'retry-after': 'soon' }, null],
  ])('with Retry-After as %s', async (_, headers, retryAfterMs) => {
    const json = openAiError('rate_limit_exceeded', 'Too fast');
    const failure = failed(await ask([{ status: 429, headers, json }]));
    expect(failure).toMatchObject({ code: 'rate_limited', isRetryable: true });
    expect(failure.limits.retryAfterMs).toBe(retryAfterMs);
  });
});

describe('200 without an answer', () => {
  test('with an error inside', async () => {
    const failure = failed(await ask([{ json: { error: { message: 'Provider failed' } } }]));
    expect(failure).toMatchObject({ code: 'bad_answer', isRetryable: true, httpStatus: 200 });
    expect(failure.mayHaveBeenBilled).toBe(true);
    expect(failure.message).toBe('here: HTTP 200 with an error inside: Provider failed');
  });

  test('with an error inside that names a status', async () => {
    const error = { message: 'Slow down', code: 429, metadata: { raw: 'try again in 1.5s' } };
    const failure = failed(await ask([{ json: { error } }]));
    expect(failure).toMatchObject({ code: 'rate_limited', isRetryable: true });
    expect(failure.limits.retryAfterMs).toBe(1500);
  });

  test('with a model that broke off', async () => {
    const choices = [{ error: { code: 502, message: 'Upstream' }, finish_reason: 'error' }];
    const failure = failed(await ask([{ json: { id: 'gen-1', choices } }]));
    expect(failure).toMatchObject({ code: 'gateway_error', mayHaveBeenBilled: true });
  });

  test.each([
    ['a web page', { text: '<html>Sign in</html>' }, false],
    ['nothing', { text: '' }, true],
    ['a text', { text: 'OK' }, true],
    ['half of the JSON', { fault: 'half' as const }, true],
    ['another JSON', { json: { hello: 'world' } }, false],
    ['a list', { json: [1, 2] }, false],
    ['no choices', { json: { choices: [], usage: {} } }, false],
  ])('but with %s', async (_, reply, isRetryable) => {
    const failure = failed(await ask([reply]));
    expect(failure).toMatchObject({ code: 'bad_answer', isRetryable, httpStatus: 200 });
    expect(failure.mayHaveBeenBilled).toBe(true);
  });

  test.each([true, false])('but with 50 MB (told before: %s)', async (isTold) => {
    const before = process.memoryUsage().arrayBuffers;
    const attempt = await ask([{ fault: 'flood', bytes: 50_000_000, isTold }], {}, {});
    expect(failed(attempt)).toMatchObject({ code: 'bad_answer', isRetryable: false });
    expect(failed(attempt).message).toContain('larger than 16777216 bytes');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40_000_000);
  });
});

describe('a connection', () => {
  test('that is refused cost nothing', async () => {
    const server = await startServer([{}]);
    await server.close();
    const made = await sender();
    const attempt = await made.send(endpoint(server.baseUrl), prompt(), sendOptions());
    expect(failed(attempt)).toMatchObject({
      code: 'unreachable',
      isRetryable: true,
      mayHaveBeenBilled: false,
      httpStatus: null,
      message: 'here: the connection was refused (ECONNREFUSED)',
    });
  });

  test('to a host that is not there', async () => {
    const made = await sender();
    const nowhere = endpoint('http://nowhere.invalid/v1');
    const failure = failed(await made.send(nowhere, prompt(), sendOptions()));
    expect(failure).toMatchObject({ code: 'unreachable', mayHaveBeenBilled: false });
    expect(failure.message).toMatch(/nowhere\.invalid|EAI_AGAIN/);
  });

  test('reset before the first byte may have been billed', async () => {
    const failure = failed(await ask([{ fault: 'reset' }]));
    expect(failure).toMatchObject({
      code: 'connection_lost',
      isRetryable: true,
      mayHaveBeenBilled: true,
      httpStatus: null,
    });
  });

  test('reset after the first byte, a body cut in half', async () => {
    const failure = failed(await ask([{ fault: 'cut' }]));
    expect(failure).toMatchObject({
      code: 'connection_lost',
      isRetryable: true,
      mayHaveBeenBilled: true,
      httpStatus: 200,
    });
  });

  test.each(['hang', 'drip'] as const)('that does nothing but %s', async (fault) => {
    const failure = failed(await ask([{ fault }], { timeoutMs: 60 }));
    expect(failure).toMatchObject({ code: 'timed_out', mayHaveBeenBilled: true });
    expect(failure.message).toBe('here: no whole answer within 0.06 s');
    expect(failure.latencyMs).toBeGreaterThan(55);
    expect(failure.latencyMs).toBeLessThan(1000);
  });

  test('after a fault the next prompt is answered', async () => {
    const server = await serve([{ fault: 'reset' }, { fault: 'cut' }, { fault: 'hang' }, {}]);
    const made = await sender();
    const codes: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const options = sendOptions({ timeoutMs: 100 });
      const attempt = await made.send(endpoint(server.baseUrl), prompt(), options);
      codes.push(attempt.kind === 'failure' ? attempt.code : 'answer');
    }
    expect(codes).toEqual(['connection_lost', 'connection_lost', 'timed_out', 'answer']);
  });
});

describe('stopping', () => {
  test('aborts all that is in flight, which may have been billed', async () => {
    const server = await serve([{ fault: 'hang' }]);
    const made = await sender();
    const stop = new AbortController();
    const options = sendOptions({ signal: stop.signal });
    const attempts = Array.from({ length: 20 }, () =>
      made.send(endpoint(server.baseUrl), prompt(), options),
    );
    await expect.poll(() => server.received.length).toBe(20);
    stop.abort();
    for (const attempt of await Promise.all(attempts)) {
      expect(failed(attempt)).toMatchObject({ code: 'aborted', mayHaveBeenBilled: true });
    }
  });

  test('spares what was answered before', async () => {
    // Every third one hangs; the others are answered in any order.
    const server = await serve(({ body, index }) =>
      Number(body.user) % 3 === 0
        ? { fault: 'hang' }
        : { json: chatAnswer(`for ${body.user}`), delayMs: (index * 7) % 11 },
    );
    const made = await sender();
    const stop = new AbortController();
    const options = sendOptions({ signal: stop.signal });
    let done = 0;
    const attempts = Array.from({ length: 30 }, async (_, index) => {
      const asked = prompt({ extra: { user: String(index) } });
      const attempt = await made.send(endpoint(server.baseUrl), asked, options);
      done += 1;
      return attempt.kind === 'answer' ? attempt.text : attempt.code;
    });
    await expect.poll(() => done).toBe(20);
    stop.abort();
    const expected = attempts.map((_, index) => (index % 3 === 0 ? 'aborted' : `for ${index}`));
    expect(await Promise.all(attempts)).toEqual(expected);
  });

  test('before it was sent sends nothing', async () => {
    const server = await serve([{}]);
    const made = await sender();
    const options = sendOptions({ signal: AbortSignal.abort() });
    const attempt = await made.send(endpoint(server.baseUrl), prompt(), options);
    expect(failed(attempt)).toMatchObject({ code: 'aborted', mayHaveBeenBilled: false });
    expect(server.received).toHaveLength(0);
  });

  test('while it connects neither waits nor sends', async () => {
    const server = await serve([{}]);
    const made = await sender();
    const stop = new AbortController();
    const options = sendOptions({ signal: stop.signal });
    const attempt = made.send(endpoint(server.baseUrl), prompt(), options);
    stop.abort();
    expect(failed(await attempt)).toMatchObject({ code: 'aborted', mayHaveBeenBilled: false });
    await new Promise((done) => setTimeout(done, 20));
    expect(server.received).toHaveLength(0);
  });
});

describe('secrets', () => {
  test('a bad key is said without the key', async () => {
    const message = `Incorrect API key provided: ${KEY}. Bearer ${KEY}, sk-proj-ab****wxyz.`;
    const failure = failed(
      await ask([{ status: 401, json: openAiError('invalid_api_key', message) }]),
    );
    expect(failure.code).toBe('unauthorized');
    expect(failure.message).toBe(
      'here: HTTP 401 invalid_api_key: Incorrect API key provided: [hidden]. Bearer [hidden], [hidden]',
    );
  });

  test('an error that repeats the prompt is said without it', async () => {
    const server = await serve(({ body }) => {
      const [{ content }] = body.messages as [{ content: string }];
      return { status: 400, json: openAiError('invalid_prompt', `Rejected: ${content}`) };
    });
    const content = 'The patient of room 12 has the following history of illness.';
    const asked = prompt({ messages: [{ role: 'user', content }] });
    const attempt = await (await sender()).send(endpoint(server.baseUrl), asked, sendOptions());
    expect(failed(attempt).message).toBe('here: HTTP 400 invalid_prompt');
  });

  test('the clock of the answer is the one that was passed in', async () => {
    const headers = {
      date: 'none',
      'x-ratelimit-limit-requests': '10',
      'x-ratelimit-reset-requests': new Date(NOW_MS + 9000).toISOString(),
    };
    const attempt = answered(await ask([{ headers }]));
    expect(attempt.limits).toMatchObject({ requestsPerMinute: 10, requestsResetMs: 9000 });
  });
});
