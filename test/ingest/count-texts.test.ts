/** Calls whose log has no counts: counted from their texts, or left without a price. */
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { LogWorld } from './world.ts';

let world: LogWorld;
beforeEach(() => {
  world = new LogWorld();
});
afterEach(() => world.close());

const PROMPT = 'What is 2 + 2?';
const ANSWER = '2 + 2 equals 4.';
// 4 for the message and 3 for the reply, besides its text.
const INPUT = encode(PROMPT).length + 7;
const OUTPUT = encode(ANSWER).length;
let seconds = 0;

/** A pair without usage, or with `more`. */
function line(model: string, response: object = {}, more: object = {}): string {
  const message = { role: 'assistant', content: ANSWER };
  return JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 2, 2) + seconds++ * 1000).toISOString(),
    request: { model, messages: [{ role: 'user', content: PROMPT }] },
    response: {
      ...{ object: 'chat.completion', model, choices: [{ finish_reason: 'stop', message }] },
      ...response,
    },
    ...more,
  });
}

async function read(lines: readonly string[]): Promise<PricedCall[]> {
  await world.ingest(world.file('calls.jsonl', `${lines.join('\n')}\n`));
  return world.calls();
}

test('from the texts where they are all there, and priced like counts of the provider', async () => {
  const usage = { prompt_tokens: INPUT, completion_tokens: OUTPUT };
  const [counted, measured] = await read([line('gpt-4o'), line('gpt-4o', { usage })]);
  expect(counted!.usage).toEqual(measured!.usage);
  expect(counted!.usage).toMatchObject({ input: INPUT, output: OUTPUT });
  expect(counted!.target).toEqual({ ...measured!.target, usageBasis: 'tokenised' });
  // $2.5 and $10 for a million tokens.
  expect(counted!.costPico).toBe(INPUT * 2_500_000 + OUTPUT * 10_000_000);
});

test('in the vocabulary of another maker they are estimated', async () => {
  const [call] = await read([line('claude-sonnet-4-5')]);
  expect(call!.target.usageBasis).toBe('estimated');
  expect(call!.costPico).toBeGreaterThan(0);
});

test('what a model that thinks has billed is unknown, not its visible answer', async () => {
  const [call] = await read([line('o3')]);
  expect(call).toMatchObject({
    target: { usageBasis: 'missing' },
    usage: { input: 0, output: 0 },
    costPico: null,
    unpricedReason: 'no_usage',
  });
});

test('a side that is not in the log leaves the call without a price', async () => {
  const picture = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] };
  const calls = await read([
    line('gpt-4o', { choices: [] }),
    line('gpt-4o', {}, { request: { model: 'gpt-4o', messages: [picture] } }),
    line('whisper-1'),
  ]);
  expect(calls.map(({ costPico }) => costPico)).toEqual([null, null, null]);
});

test('a failed call has no counts and cost nothing; one of unknown end has no price', async () => {
  const error = { error: { code: 'rate_limit_exceeded', message: 'slow down' } };
  const calls = await read([
    line('gpt-4o', {}, { response: error, status: 429 }),
    line('gpt-4o', {}, { response: error }),
    line('gpt-4o', {}, { status: 504 }),
    line('gpt-4o', {}, { cache_hit: true }),
  ]);
  expect(calls.map(({ target }) => target.usageBasis)).toEqual(Array(4).fill('missing'));
  expect(calls.map(({ costPico }) => costPico)).toEqual([0, 0, null, 0]);
});

test('a failed call with counts keeps them', async () => {
  const usage = { prompt_tokens: 40, completion_tokens: 2 };
  const [call] = await read([line('gpt-4o', { usage }, { status: 504 })]);
  expect(call).toMatchObject({ target: { usageBasis: 'measured' }, usage: { input: 40 } });
});

test('each call of a batch has its own texts', async () => {
  const lines = ['one', 'two of them', 'three of them, then'].map((content) =>
    line('gpt-4o', { choices: [{ message: { content } }] }),
  );
  const calls = await read(lines);
  // Tokens of o200k_base: one word each, and the comma.
  expect(calls.map(({ usage }) => usage.output)).toEqual([1, 3, 5]);
});
