/** What is no call, and why; a reason never quotes what people wrote. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dialectNamed } from '../../src/formats/index.ts';
import { callOf, readPlainly, rejectOf, WarmReader } from './reading.ts';

const flat = (counts: object): object => ({ model: 'gpt-4o', ...counts });

describe('counts that cannot be', () => {
  test.each([
    ['negative', flat({ prompt_tokens: -1, completion_tokens: 2 }), 'negative_tokens', '-1'],
    [
      'negative as text',
      flat({ prompt_tokens: 1, completion_tokens: '-2' }),
      'negative_tokens',
      '-2',
    ],
    ['a fraction', flat({ prompt_tokens: 1.5, completion_tokens: 2 }), 'invalid_tokens', '1.5'],
    [
      'a fraction as text',
      flat({ prompt_tokens: '1.5', completion_tokens: 2 }),
      'invalid_tokens',
      '1.5',
    ],
    [
      'no number',
      flat({ prompt_tokens: 'many', completion_tokens: 2 }),
      'invalid_tokens',
      '4 characters',
    ],
    [
      'too large',
      flat({ prompt_tokens: 1_000_000_001, completion_tokens: 2 }),
      'invalid_tokens',
      '1000000001',
    ],
    [
      'a point for thousands, or for a fraction',
      flat({ prompt_tokens: '1.000', completion_tokens: 2 }),
      'invalid_tokens',
      '1.000',
    ],
    [
      'a comma that parts no thousands',
      flat({ prompt_tokens: '1,00', completion_tokens: 2 }),
      'invalid_tokens',
      '1,00',
    ],
    ['a list', flat({ prompt_tokens: [5], completion_tokens: 2 }), 'invalid_tokens', 'a list'],
    ['an object', flat({ prompt_tokens: { a: 1 } }), 'invalid_tokens', 'an object'],
    [
      'a total of other parts',
      flat({ prompt_tokens: 100, completion_tokens: 1, total_tokens: 5000 }),
      'inconsistent_tokens',
      '5000',
    ],
    ['1e308', flat({ prompt_tokens: 1e308, completion_tokens: 2 }), 'invalid_tokens', '1e+308'],
    [
      '1e308 as text',
      flat({ prompt_tokens: '1e308', completion_tokens: 2 }),
      'invalid_tokens',
      '1e308',
    ],
  ])('%s', (_, record, reason, seen) => {
    const reject = rejectOf(record);
    expect(reject.reason).toBe(reason);
    expect(reject.detail).toContain(seen);
    expect(readPlainly(JSON.stringify(record))).toEqual(reject);
  });

  test('a number beyond all numbers', () => {
    expect(rejectOf('{"model":"m","prompt_tokens":1e999,"completion_tokens":1}').reason).toBe(
      'invalid_tokens',
    );
  });

  test('the largest count there may be is a call, one more is not', () => {
    expect(callOf(flat({ prompt_tokens: 1_000_000_000, completion_tokens: 0 })).usage.input).toBe(
      1_000_000_000,
    );
    expect(rejectOf(flat({ prompt_tokens: 1_000_000_001, completion_tokens: 0 })).reason).toBe(
      'invalid_tokens',
    );
  });

  test.each(['NaN', 'nan', 'None', '', '-', null])(
    '%j is "not logged", and what is not logged is not zero',
    (value) => {
      const call = callOf(flat({ prompt_tokens: value, completion_tokens: value, cost: 0.5 }));
      expect(call.target.usageBasis).toBe('missing');
    },
  );

  test('NaN as JSON writes no number is not JSON', () => {
    expect(rejectOf('{"model":"m","prompt_tokens":NaN}').reason).toBe('invalid_json');
  });

  test.each([
    ['1,000', 1000],
    ['3.0', 3],
    ['1200.0', 1200],
    [' 12 ', 12],
  ])('%j is %i', (text, count) => {
    const call = callOf(flat({ prompt_tokens: text, completion_tokens: 1 }));
    expect(call.usage.input).toBe(count);
  });

  test('a count under another name is taken before what is none', () => {
    const call = callOf(
      flat({ prompt_tokens: [1, 2], usage: { input_tokens: 5, output_tokens: 1 } }),
    );
    expect(call.usage.input).toBe(5);
  });

  test('more cached than prompt: both numbers are told', () => {
    const reject = rejectOf({
      id: 'x',
      object: 'chat.completion',
      model: 'gpt-4o',
      choices: [],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 120 },
      },
    });
    expect(reject.reason).toBe('inconsistent_tokens');
    expect(reject.detail).toMatch(/\b100\b.*\b120\b/);
  });

  test('as much cached as prompt is all cached', () => {
    const call = callOf({
      id: 'x',
      object: 'chat.completion',
      model: 'gpt-4o',
      choices: [],
      usage: {
        prompt_tokens: 100,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 100 },
      },
    });
    expect([call.usage.input, call.usage.cacheRead]).toEqual([0, 100]);
  });
});

describe('sums over many calls', () => {
  test.each([
    ['calls', { calls: 3, cost_usd: '1.2', share: 0.5 }],
    ['requests in CSV', { requests: '12', prompt_tokens: '900', completion_tokens: '10' }],
    ['a report with unpriced calls', { calls: 1, cost_usd: '1.2', unpriced_calls: 0 }],
    ["Anthropic's cost report", { amount: '123.45', cost_type: 'tokens' }],
  ])('%s', (_, counts) => {
    expect(rejectOf(flat(counts)).reason).toBe('aggregate_row');
  });

  test('one call says that it is one', () => {
    expect(callOf(flat({ calls: 1, prompt_tokens: 3, completion_tokens: 1 })).usage.input).toBe(3);
  });
});

describe('lines that are no calls', () => {
  test('an event of a session before its answer is done', () => {
    const response = { object: 'realtime.response', id: 'r', status: 'in_progress', usage: null };
    expect(rejectOf({ type: 'response.created', model: 'm', response }).reason).toBe('not_a_call');
  });

  test('a payment in the log of a gateway', () => {
    const row = { type: 1, quota: 5_000_000, model_name: '', prompt_tokens: 0 };
    expect(rejectOf({ ...row, completion_tokens: 0 }).reason).toBe('not_a_call');
  });

  test('no model', () => {
    const reject = rejectOf({
      id: 'x',
      object: 'chat.completion',
      choices: [],
      usage: { prompt_tokens: 1, completion_tokens: 1 },
    });
    expect(reject.reason).toBe('no_model');
  });

  test('a failed call needs no model', () => {
    expect(
      callOf({ request: {}, response: { error: { type: 'server_error' } }, status: 500 }).outcome
        .status,
    ).toBe('error');
  });

  test('a batch input is a request without an answer', () => {
    const line = readFileSync(
      new URL('../../fixtures/formats/batch-input.jsonl', import.meta.url),
      'utf8',
    ).trim();
    expect(rejectOf(line).reason).toBe('request_only');
  });

  test.each([
    '/v1/messages/count_tokens',
    '/v1/responses/input_tokens',
    '/v1/models',
    '/v1/files',
    '/v1/moderations',
  ])('%s generates nothing', (path) => {
    const response = {
      object: 'response',
      model: 'm',
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    expect(rejectOf({ url: `https://api.openai.com${path}`, request: {}, response }).reason).toBe(
      'not_a_call',
    );
  });

  test.each([
    ['not JSON', 'this line was written by another program', 'invalid_json'],
    ['cut off', '{"model":"gpt-4o","prompt_tokens":1', 'invalid_json'],
    ['a list', '[{"model":"gpt-4o","prompt_tokens":1}]', 'not_an_object'],
    ['a number', '12', 'not_an_object'],
    ['null', 'null', 'not_an_object'],
    ['nothing known', '{"foo":1,"bar":{"baz":2}}', 'unknown_shape'],
    ['an empty object', '{}', 'unknown_shape'],
    ['counts without a model', '{"prompt_tokens":1}', 'unknown_shape'],
    ['a model without counts', '{"model":"gpt-4o","text":"x"}', 'unknown_shape'],
    ['200 levels deep', `{"data":${'['.repeat(300)}${']'.repeat(300)}}`, 'invalid_json'],
    [
      'tools 100,000 levels deep',
      `{"model":"m","tools":${'['.repeat(1e5)}${']'.repeat(1e5)}}`,
      'invalid_json',
    ],
  ])('%s', (_, line, reason) => {
    expect(rejectOf(line).reason).toBe(reason);
  });

  test('the detail of an unknown shape names its known keys, at most eight', () => {
    const { detail } = rejectOf({ messages: 'secret', prompt: 'secret', foo: 1, status: 'secret' });
    expect(detail).toContain('messages, prompt, status');
    expect(detail).not.toMatch(/secret|foo/);
  });
});

const SECRET = 'my password is hunter2';
const withText = (damage: (line: string) => string): string =>
  damage(
    JSON.stringify({
      request: { model: 'gpt-4o', messages: [{ role: 'user', content: SECRET }] },
      response: {
        id: 'x',
        object: 'chat.completion',
        model: 'gpt-4o',
        choices: [{ message: { content: SECRET } }],
        usage: { prompt_tokens: 5, completion_tokens: 5 },
      },
      prompt: SECRET,
    }),
  );

test.each([
  ['cut in the prompt', (line: string) => line.slice(0, line.indexOf('hunter2') + 3)],
  ['cut after it', (line: string) => line.slice(0, -1)],
  ['a quote too many', (line: string) => line.replace('password', 'pass"word')],
  ['a bad escape', (line: string) => line.replace('password', 'pass\\word')],
  ['more after the end', (line: string) => `${line} ${SECRET}`],
  ['a negative count', (line: string) => line.replace(':5', ':-5')],
  [
    'an unknown shape',
    (line: string) =>
      line.replace('chat.completion', 'x').replace('choices', 'ch').replace('usage', 'us'),
  ],
])('a reject tells nothing of a prompt: %s', (_, damage) => {
  const reject = rejectOf(withText(damage));
  expect(reject.detail).not.toMatch(/hunter|password|pass|word/);
  expect(reject.detail.length).toBeGreaterThan(5);
});

test('a forced dialect reads nothing else', () => {
  const record = '{"model":"gpt-4o","prompt_tokens":1,"completion_tokens":1}';
  expect(new WarmReader(dialectNamed('flat')!).read(record)).toHaveLength(1);
  expect(new WarmReader(dialectNamed('pair')!).read(record)).toMatchObject({
    reason: 'unknown_shape',
  });
  expect(dialectNamed('nothing')).toBeUndefined();
});
