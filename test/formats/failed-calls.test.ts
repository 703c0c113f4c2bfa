/** Calls that failed are calls without counts, whatever the logger wrote down of them. */
import { expect, test } from 'vitest';
import { callOf, readPlainly, rejectOf } from './reading.ts';

const TIME = '2026-03-02T08:00:00Z';
const REQUEST = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] };

test.each<[string, object, string, number | null]>([
  ['an error', { time: TIME, model: 'gpt-4o', error: 'timeout' }, 'timeout', null],
  ['a status', { time: TIME, model: 'gpt-4o', status: 429 }, 'error', 429],
  ['no success', { time: TIME, model: 'gpt-4o', success: false }, 'error', null],
  ['error: true', { time: TIME, model: 'gpt-4o', error: true }, 'error', null],
  [
    'counts that are null',
    { model: 'gpt-4o', tokens_in: null, tokens_out: null, error: 'server_error' },
    'error',
    null,
  ],
  [
    'no answer to a request',
    { time: TIME, request: REQUEST, response: null, error: 'Request timed out.' },
    'timeout',
    null,
  ],
  ['a gateway time-out', { request: REQUEST, response: null, status: 504 }, 'timeout', 504],
  [
    'an answer of another shape',
    { request: REQUEST, response: { message: 'no such model' }, status: 400 },
    'error',
    400,
  ],
  [
    "a request that names its model in Bedrock's path",
    { url: 'https://b/model/us.nova%3A0/converse', status: 400, response: { message: 'no' } },
    'error',
    400,
  ],
  ["Helicone's code", { model: 'gpt-4o', response_status: -3 }, 'cancelled', null],
])('%s', (_, record, status, httpStatus) => {
  const call = callOf(record);
  expect(readPlainly(JSON.stringify(record))).toEqual([call]);
  expect(call.outcome).toMatchObject({ status, httpStatus });
  expect(call.target.usageBasis).toBe('missing');
  expect(call.usage.input + call.usage.output).toBe(0);
});

test.each([
  ['no failure', { time: TIME, model: 'gpt-4o', status: 200 }],
  ['an error code of 0', { time: TIME, model: 'gpt-4o', error_code: 0 }],
  ['a failure of nothing', { time: TIME, error: 'disk full', status: 500 }],
])('%s is no failed call', (_, record) => {
  expect(rejectOf(record).reason).toBe('unknown_shape');
});
