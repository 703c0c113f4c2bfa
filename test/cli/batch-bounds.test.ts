/** What a batch may spend at most, and how it is stopped before its answers are there. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerTo, BatchWorld } from './batch-world.ts';

let world: BatchWorld;
beforeEach(async () => {
  world = await new BatchWorld().open();
});
afterEach(() => world.shut());

/** Lines of an OpenAI Batch input file. */
function requests(...bodies: object[]): void {
  const lines = bodies.map((more, index) => {
    const messages = [{ role: 'user', content: `prompt ${index}` }];
    const body = { model: 'm', max_tokens: 100, messages, ...more };
    return JSON.stringify({ custom_id: `r${index}`, body });
  });
  world.file('in.jsonl', `${lines.join('\n')}\n`);
}

const PRICE = ['--price', 'm:input=0,output=10', '-o', 'out.csv'];

describe('a budget', () => {
  test('covers each of the answers a request asks for', async () => {
    requests({ n: 50 }, { n: 50 }, { n: 50 });
    world.reply = (request) => {
      const reply = answerTo(request);
      const completion_tokens = 50 * 100;
      const usage = {
        prompt_tokens: 100,
        completion_tokens,
        total_tokens: 100 + completion_tokens,
      };
      return { json: { ...(reply.json as object), usage } };
    };
    // 50 × 100 tokens at $10 a million are $0.05: $0.12 covers two.
    const { code } = await world.batch(['in.jsonl', ...PRICE, '--budget', '0.12']);
    expect([code, world.requests]).toEqual([3, 2]);
    const costs = world.rows('out.csv').map(({ status, cost_usd }) => [status, cost_usd]);
    expect(costs).toEqual([
      ['done', '0.05'],
      ['done', '0.05'],
      ['pending', ''],
    ]);
  });

  test('is never held against what nobody can bound: that row fails, and says why', async () => {
    requests({ tools: [{ type: 'web_search' }] }, {}, { previous_response_id: 'resp_1' });
    const within = await world.batch(['in.jsonl', ...PRICE, '--budget', '1']);
    expect([within.code, world.requests]).toEqual([3, 1]);
    expect(world.rows('out.csv').map(({ error }) => error?.split(',')[0])).toEqual([
      'unbounded: nothing limits what the tool web_search may add',
      '',
      'unbounded: nothing limits what previous_response_id may add',
    ]);
    const without = await world.batch(['retry-failed', '1', '--yes', '-o', 'out.csv']);
    expect([without.code, world.requests]).toEqual([0, 3]);
  });
});

test('a second Ctrl-C cancels what is in flight: those rows are unknown, and not asked again', async () => {
  world.prompts(3);
  world.reply = () => new Promise(() => {});
  let asked = 0;
  const running = world.spawn(['in.csv', '--model', 'm', '--yes', '-o', 'out.csv']);
  world.onAsked = () => {
    if (++asked === 3) running.child.kill('SIGINT');
  };
  running.child.stderr?.on('data', (piece) => {
    if (String(piece).includes('again to cancel it')) running.child.kill('SIGINT');
  });
  const { code, stderr } = await running.ended;
  expect([code, stderr]).toEqual([130, expect.stringContaining('0 rows to ask, 3 unknown')]);
  expect(world.rows('out.csv').map(({ status }) => status)).toEqual(Array(3).fill('unknown'));
  world.reply = answerTo;
  await world.batch(['in.csv', '--model', 'm', '--yes', '-o', 'out.csv']);
  expect(world.requests).toBe(3);
  await world.batch(['in.csv', '--model', 'm', '--yes', '-o', 'out.csv', '--retry-unknown']);
  expect([world.requests, world.rows('out.csv')[0]?.status]).toEqual([6, 'done']);
});
