/** `--embed`: vectors asked of a server on this machine, by the real binary. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Received, type Reply, startServer } from '../providers/server.ts';
import { BatchWorld } from './batch-world.ts';
import type { Ran } from './world.ts';

const FORGOT = 'I forgot my password';
const RESET = 'Resetting the login secret, please';
const ORDER = 'Where is order 12 now?';
const OTHER_ORDER = 'Where is order 13 now?';

/** Those of a pair point the same way (cosine 0.96 = (3·4 + 4·3) / 25 for the first). */
const VECTORS: Readonly<Record<string, readonly number[]>> = {
  [FORGOT]: [3, 4, 0],
  [RESET]: [4, 3, 0],
  [ORDER]: [0, 0, 1],
  [OTHER_ORDER]: [0, 0, 2],
};

function vectorOf(text: string): readonly number[] {
  return VECTORS[text] ?? [1, text.length, 7];
}

function listed(input: readonly string[]): object[] {
  return input.map((text, index) => ({ object: 'embedding', index, embedding: vectorOf(text) }));
}

function answered(data: unknown, tokens: number): Reply {
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { json: { object: 'list', model: 'text-embedding-3-small', data, usage } };
}

/** Ten tokens a text. */
function vectors({ body }: Received): Reply {
  return answered(listed(body.input), body.input.length * 10);
}

let world: BatchWorld;
let server: Awaited<ReturnType<typeof startServer>>;
let reply: (request: Received) => Reply | Promise<Reply> = vectors;
let inputs: string[][] = [];
let runs = 0;
beforeAll(async () => {
  world = await new BatchWorld().open();
  server = await startServer((request) => {
    inputs.push(request.body.input);
    return reply(request);
  });
  world.file('p.yaml', 'semantic_cache: { min_similarity: 0.9 }\n');
});
afterAll(async () => {
  await server.close();
  await world.shut();
});
beforeEach(() => {
  [reply, inputs] = [vectors, []];
  runs++;
});

function line(content: string, minute: number): string {
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
  const message = { role: 'assistant', content: 'Done.' };
  return JSON.stringify({
    timestamp: new Date(Date.UTC(2026, 0, 5, 0, minute)).toISOString(),
    latency_ms: 800,
    request: { model: 'gpt-4o', temperature: 0, messages: [{ role: 'user', content }] },
    response: {
      ...{ id: `r${minute}`, object: 'chat.completion', model: 'gpt-4o', usage },
      choices: [{ message, finish_reason: 'stop' }],
    },
  });
}

const FOUR = [FORGOT, RESET, ORDER, OTHER_ORDER];
const EMBED = ['--embed', 'text-embedding-3-small', '--price', 'text-embedding-3-small:input=0.02'];

function log(texts: readonly string[] = FOUR): string[] {
  world.file(`l${runs}.jsonl`, `${texts.map(line).join('\n')}\n`);
  return [`./l${runs}.jsonl`, '--ledger', `l${runs}.db`, '--policy', './p.yaml', '--json'];
}

function simulate(args: readonly string[]): Promise<Ran> {
  return world.spawn([...args, '--base-url', server.baseUrl], [], 'simulate').ended;
}

function hits({ stdout, stderr }: Ran): number {
  if (stdout === '') throw new Error(stderr);
  const { waterfall } = JSON.parse(stdout) as { waterfall: { lever: string; calls: number }[] };
  return waterfall.find(({ lever }) => lever === 'semantic_cache')?.calls ?? 0;
}

describe('simulate --embed', () => {
  test('finds what shares no word, keeps the gates, and sends nothing twice', async () => {
    const asked = log();
    // Without vectors no two are alike.
    expect(hits(await simulate(asked))).toBe(0);
    expect(inputs).toEqual([]);
    const first = await simulate([...asked, ...EMBED]);
    // The orders have one vector, and other numbers.
    expect(hits(first)).toBe(1);
    // 4 texts of a few tokens: less than $0.0001.
    expect(first.stderr).toMatch(/embedding 4 texts with text-embedding-3-small: about \d+ tokens/);
    expect(inputs).toEqual([FOUR]);
    expect(hits(await simulate([...asked, ...EMBED]))).toBe(1);
    expect(inputs.length).toBe(1);
  });

  test('--dry-run says what it would send, and sends nothing', async () => {
    const { code, stdout, stderr } = await simulate([...log(), ...EMBED, '--dry-run']);
    expect([code, stdout, inputs]).toEqual([0, '', []]);
    expect(stderr).toContain('would embed 4 texts');
  });

  test('--dry-run replays nothing where all vectors are there either', async () => {
    const asked = [...log(), ...EMBED];
    await simulate(asked);
    const { code, stdout, stderr } = await simulate([...asked, '--dry-run']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toContain('nothing is left to embed');
  });

  test('puts items in their order, whatever order they come in', async () => {
    reply = ({ body }) => answered(listed(body.input).reverse(), 40);
    expect(hits(await simulate([...log(), ...EMBED]))).toBe(1);
  });

  test('keeps what was paid for when a later request fails', async () => {
    const texts = Array.from({ length: 70 }, (_, at) => `prompt ${'abcdefghij'[at % 10]}${at}`);
    const asked = [...log(texts), ...EMBED, '--concurrency', '1'];
    reply = (request) =>
      inputs.length === 1 ? vectors(request) : { status: 401, json: { error: { message: 'no' } } };
    const first = await simulate(asked);
    expect([first.code, first.stderr]).toEqual([1, expect.stringContaining('is kept')]);
    [reply, inputs] = [vectors, []];
    expect((await simulate(asked)).code).toBe(0);
    // 64 texts went into the first request.
    expect(inputs.map((input) => input.length)).toEqual([6]);
  });

  test('after a kill goes on with the rest, and keeps no text', async () => {
    const texts = Array.from({ length: 70 }, (_, at) => `secret ${'abcdefghij'[at % 10]}${at}`);
    const asked = [...log(texts), ...EMBED];
    const args = [...asked, '--concurrency', '1', '--base-url', server.baseUrl];
    const { child, ended } = world.spawn(args, [], 'simulate');
    reply = (request) => {
      if (inputs.length === 1) return vectors(request);
      child.kill('SIGKILL');
      return { status: 500, json: {} };
    };
    await ended;
    [reply, inputs] = [vectors, []];
    const kept = new Database(join(world.folder, `l${runs}.db`), { readonly: true });
    const left = () => kept.prepare("SELECT input FROM batch_row WHERE input <> '[]'").all();
    expect(left().length).toBe(2);
    // Whatever comes next, though it embeds nothing.
    expect(world.run(['report', '--ledger', `l${runs}.db`]).code).toBe(0);
    expect(left()).toEqual([]);
    expect((await simulate(asked)).code).toBe(0);
    expect(inputs.map((input) => input.length)).toEqual([6]);
    expect(kept.prepare('SELECT count(*) FROM batch_row').pluck().get()).toBe(3);
    expect(left()).toEqual([]);
    kept.close();
  });

  test('asks each text of a refused request alone, and leaves out the one refused', async () => {
    const texts = [...FOUR, 'too long'];
    reply = (request) =>
      request.body.input.includes('too long')
        ? { status: 400, json: { error: { message: 'too many tokens' } } }
        : vectors(request);
    const ran = await simulate([...log(texts), ...EMBED]);
    expect(hits(ran)).toBe(1);
    expect(ran.stderr).toContain('1 text could not be embedded');
    expect(ran.stdout).toContain('the embeddings model gave no vector');
  });

  test('--budget holds for texts that are asked again alone, too', async () => {
    // 65 texts in two requests; the one of 64 is refused, and its texts are asked again one by one.
    const texts = Array.from({ length: 65 }, (_, at) => `prompt ${'abcdefghij'[at % 10]}${at}`);
    const refusal = { status: 400, json: { error: { message: 'no' } } };
    reply = (request) => (request.body.input.length === 64 ? refusal : vectors(request));
    const price = ['--price', 'text-embedding-3-small:input=1000'];
    const asked = [...log(texts), ...EMBED.slice(0, 2), ...price, '--budget', '2'];
    const ran = await simulate([...asked, '--concurrency', '1']);
    expect(ran.code).toBe(0);
    const spent = (where: string) => {
      const kept = new Database(join(world.folder, `l${runs}.db`), { readonly: true });
      try {
        return kept.prepare(`SELECT run_id FROM batch_lease ${where}`).pluck().all();
      } finally {
        kept.close();
      }
    };
    // Both rounds took from the budget of the first run.
    expect(spent('WHERE taken_pico > 0')).toEqual([1, 1]);
  });

  test.each<[string, (input: readonly string[]) => Reply, string]>([
    ['too few', (input) => answered(listed(input).slice(0, 3), 1), '3 vectors for 4 texts'],
    [
      'zeros',
      (input) =>
        answered(
          input.map(() => ({ embedding: [0, 0] })),
          1,
        ),
      'of zeros',
    ],
    [
      'empty',
      (input) =>
        answered(
          input.map(() => ({ embedding: [] })),
          1,
        ),
      'without numbers',
    ],
    [
      'two lengths',
      (input) =>
        answered(
          input.map((_, at) => ({ embedding: at === 2 ? [1] : [1, 2] })),
          1,
        ),
      'a vector of 1 numbers, where others have 2',
    ],
    [
      'one index twice',
      (input) =>
        answered(
          input.map(() => ({ index: 0, embedding: [1, 2] })),
          1,
        ),
      'no answer of openai',
    ],
    [
      'nulls',
      (input) =>
        answered(
          input.map(() => ({ embedding: [null] })),
          1,
        ),
      'no answer of',
    ],
    ['no list', () => answered('vectors', 1), 'no answer of'],
    [
      'an error inside',
      () => ({ json: { error: { message: 'model is asleep', type: 'invalid_request_error' } } }),
      'model is asleep',
    ],
  ])('refuses %s', async (_, answer, message) => {
    reply = ({ body }) => answer(body.input);
    const { code, stderr } = await simulate([...log(), ...EMBED, '--max-attempts', '1']);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  test('a budget that does not cover it stops before anything is sent', async () => {
    const { code, stderr } = await simulate([...log(), ...EMBED, '--budget', '0.0000001']);
    expect([code, stderr, inputs]).toEqual([3, expect.stringContaining('budget'), []]);
  });

  test('two processes at once send nothing twice: the second is told to wait', async () => {
    const asked = [...log(), ...EMBED];
    let second: Ran | null = null;
    // The first one's request is answered when the second has been refused.
    reply = async (request) => {
      second ??= await simulate(asked);
      return vectors(request);
    };
    const { code } = await simulate(asked);
    const refused = `another process is sending texts`;
    expect([code, second, inputs]).toEqual([
      0,
      expect.objectContaining({ code: 1, stderr: expect.stringContaining(refused) }),
      [FOUR],
    ]);
    expect(hits(await simulate(asked))).toBe(1);
    expect(inputs.length).toBe(1);
  });

  test('a policy alone has nothing sent', async () => {
    const asked = log();
    world.file(
      'e.yaml',
      'semantic_cache: { embed: text-embedding-3-small, min_similarity: 0.9 }\n',
    );
    const byPolicy = asked.map((arg) => (arg === './p.yaml' ? './e.yaml' : arg));
    const { code, stderr } = await simulate(byPolicy);
    expect([code, stderr, inputs]).toEqual([2, expect.stringContaining('say so with'), []]);
  });

  test.each([
    [['--embed', 'm', '--policy', 'c2'], 'has no semantic cache'],
    [['--embed', ' ', '--policy', './p.yaml'], 'the name is empty'],
    [['--embed', 'm', '--policy', './bare.yaml'], 'give --max-false-hits 1%'],
    [['--dry-run', '--policy', './p.yaml'], 'nothing is sent without embeddings'],
  ])('%j is refused', async (args, message) => {
    world.file('bare.yaml', 'semantic_cache: {}\n');
    const { code, stderr } = await simulate(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
