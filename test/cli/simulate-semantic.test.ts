/** The semantic cache of `aicost simulate`, on the real binary. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliWorld } from './world.ts';

let world: CliWorld;
beforeAll(() => {
  world = new CliWorld();
  world.file('p.yaml', 'semantic_cache: { min_similarity: 0.8 }\n');
});
afterAll(() => world.close());

interface Message {
  readonly role: string;
  readonly content: unknown;
}

interface Row {
  readonly threshold: number;
  readonly pairs: number;
  readonly false_hits: number;
  readonly replayed: string;
}

interface Answer {
  readonly waterfall: { lever: string; calls: number; saved_usd: string; sure_usd: string }[];
  readonly left_out: { lever: string; calls: number; reason: string }[];
  readonly false_hits: Row[];
}

let minute = 0;

/** A pair of request and answer: 1,000 + 100 tokens of gpt-4o, $0.0035. */
function line(content: unknown, answer: string, before: readonly Message[] = []): string {
  const messages = [{ role: 'system', content: 'You help.' }, ...before, { role: 'user', content }];
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
  const message = { role: 'assistant', content: answer };
  return JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 0, 5, 0, minute++)).toISOString(),
    latency_ms: 800,
    request: { model: 'gpt-4o', temperature: 0, messages },
    response: {
      ...{ id: `r${minute}`, object: 'chat.completion', model: 'gpt-4o', usage },
      choices: [{ message, finish_reason: 'stop' }],
    },
  });
}

const FIRST = 'How do I reset my password?';
const SECOND = 'How can I reset my password?';
const IMAGE = { type: 'image_url', image_url: { url: 'https://example.org/a.png' } };

function simulate(args: readonly string[]): Answer {
  const { code, stdout, stderr } = world.run([
    'simulate',
    '--policy',
    './p.yaml',
    ...args,
    '--json',
  ]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer;
}

function onLog(name: string, lines: readonly string[], args: readonly string[] = []): Answer {
  world.file(`${name}.jsonl`, `${lines.join('\n')}\n`);
  return simulate([`./${name}.jsonl`, '--ledger', `${name}.db`, ...args]);
}

describe('a policy with a semantic cache', () => {
  test('serves what asks the same, and shows the sweep', () => {
    const answer = onLog('same', [
      line(FIRST, 'Open settings, choose reset.'),
      line(SECOND, 'Open settings, choose reset!'),
      line('How do I cancel order 12?', 'Done.'),
      line('How do I cancel order 13?', 'Done.'),
    ]);
    expect(answer.waterfall[1]).toMatchObject({
      ...{ lever: 'semantic_cache', calls: 1, saved_usd: '0.0035', sure_usd: '0' },
    });
    // The answers differ in one mark: their texts are compared, not only their hashes.
    expect(answer.false_hits.find(({ threshold }) => threshold === 0.8)).toMatchObject({
      ...{ pairs: 1, false_hits: 0, replayed: 'yes', saved_usd: '0.0035' },
    });
  });

  test('leaves out what is more than one message, or holds an image', () => {
    const before = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
    ];
    const parts = (text: string) => [{ type: 'text', text }, IMAGE];
    const answer = onLog('more', [
      line(FIRST, 'a', before),
      line(SECOND, 'a', before),
      line(parts(FIRST), 'a'),
      line(parts(SECOND), 'a'),
    ]);
    expect(answer.waterfall[1]!.calls).toBe(0);
    expect(answer.left_out).toEqual([
      expect.objectContaining({ calls: 4, reason: expect.stringContaining('one message') }),
    ]);
  });

  test('says so where the texts cannot be read, and reads the ones it kept', () => {
    const lines = () => [line(FIRST, 'a'), line(SECOND, 'a')];
    onLog('gone', lines());
    onLog('kept', lines(), ['--store-text']);
    for (const name of ['gone', 'kept']) rmSync(join(world.folder, `${name}.jsonl`));
    const gone = simulate(['--ledger', 'gone.db']);
    expect(gone.waterfall[1]!.calls).toBe(0);
    expect(gone.left_out[0]).toMatchObject({
      calls: 2,
      reason: expect.stringContaining('cannot be read'),
    });
    expect(simulate(['--ledger', 'kept.db']).waterfall[1]!.calls).toBe(1);
  });

  test('within a bound that the log cannot show serves nothing', () => {
    const answer = onLog('few', [line(FIRST, 'a'), line(SECOND, 'a')], ['--max-false-hits', '1%']);
    expect(answer.left_out[0]).toMatchObject({
      calls: 2,
      reason: expect.stringContaining('bound'),
    });
    expect(answer.false_hits.every(({ replayed }) => replayed === 'no')).toBe(true);
  });
});

describe('misuse', () => {
  test.each([
    [['--policy', './p.yaml', '--max-false-hits', '2'], 'no share from 0 to 1'],
    [['--policy', 'c2', '--max-false-hits', '1%'], 'has no semantic cache'],
  ])('%j', (args, message) => {
    const { code, stderr } = world.run(['simulate', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
