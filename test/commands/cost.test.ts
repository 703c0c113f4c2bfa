import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as cost from '../../src/commands/cost.ts';
import * as ingest from '../../src/commands/ingest.ts';
import { CommandWorld, line } from './world.ts';

let world: CommandWorld;
beforeEach(() => {
  world = new CommandWorld();
});
afterEach(() => world.close());

type Json = Record<string, unknown>;

async function priced(body: unknown, args: readonly string[]): Promise<Json> {
  const { stdout } = await world.run(cost, [...args, '--json'], JSON.stringify(body));
  return JSON.parse(stdout) as Json;
}

const CHAT = { prompt_tokens: 1000, completion_tokens: 100 };

describe('a usage body', () => {
  test('costs what its parts cost, and says its disjoint counts', async () => {
    const body = { ...CHAT, prompt_tokens_details: { cached_tokens: 400 } };
    // 600 × $2.50 + 400 × $1.25 + 100 × $10 a million = $0.0015 + $0.0005 + $0.001
    expect(await priced(body, ['--model', 'gpt-4o', '--provider', 'openai'])).toMatchObject({
      schema: 'aicost.cost/1',
      cost_usd: '0.003',
      reason: null,
      price_model: 'gpt-4o',
      input_tokens: 1000,
      uncached_input_tokens: 600,
      cache_read_tokens: 400,
      cache_write_5m_tokens: 0,
      cache_write_1h_tokens: 0,
      output_tokens: 100,
      reasoning_tokens: 0,
      web_searches: 0,
      prices: { table: 'catalogue', version: '0.1.8', as_of: '2026-09-23' },
    });
  });

  test('the provider decides whether cached tokens are a part of the input', async () => {
    const body = { input_tokens: 1000, cache_read_input_tokens: 400, output_tokens: 100 };
    const price = ['--model', 'm', '--price', 'm:input=1,output=1,cache_read=0.1'];
    // beside it: 1000 + 40 + 100 = 1,140 µ$; a part of it: 600 + 40 + 100 = 740 µ$
    const beside = await priced(body, [...price, '--provider', 'anthropic']);
    const within = await priced(body, [...price, '--provider', 'openai']);
    expect([beside.cost_usd, within.cost_usd]).toEqual(['0.00114', '0.00074']);
    expect([beside.input_tokens, within.input_tokens]).toEqual([1400, 1000]);
  });

  test('one-hour writes at their own rate, at half of it in a batch', async () => {
    const body = {
      input_tokens: 3,
      cache_creation_input_tokens: 3211,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 3211 },
      output_tokens: 100,
    };
    const args = ['--model', 'claude-sonnet-4-5', '--provider', 'anthropic'];
    // 3 × $3 + 3,211 × $6 + 100 × $15 a million = 9 + 19,266 + 1,500 = 20,775 µ$
    expect((await priced(body, args)).cost_usd).toBe('0.020775');
    expect((await priced(body, [...args, '--tier', 'batch'])).cost_usd).toBe('0.0103875');
  });

  test('the price of its day', async () => {
    world.file('own.csv', 'model,input,output,from,until\nm,1,2,,2026-03-01\nm,3,4,2026-03-01,\n');
    const at = async (...flags: string[]): Promise<unknown> =>
      (await priced(CHAT, ['--model', 'm', '--prices', 'own.csv', ...flags])).cost_usd;
    expect(await at('--at', '2026-02-28T23:59:59Z')).toBe('0.0012'); // 1000 × $1 + 100 × $2
    expect(await at('--at', '2026-03-01')).toBe('0.0034'); // 1000 × $3 + 100 × $4
    expect(await at()).toBe('0.0034');
  });

  test('from a file, with the arithmetic', async () => {
    world.file('body.json', JSON.stringify({ model: 'gpt-4o', usage: CHAT }));
    const answer = (await world.json(cost, ['body.json', '--explain'])) as Json;
    expect(answer.lines).toMatchObject([
      {
        item: 'input',
        quantity: 1000,
        list_rate: '2.5',
        per: 1_000_000,
        factor: '1',
        amount_usd: '0.0025',
      },
      { item: 'output', quantity: 100, list_rate: '10', amount_usd: '0.001' },
    ]);
    expect(answer.explanation).toMatchObject([{ exact_usd: '0.0035', rounded_usd: '0.0035' }]);
    const { stdout } = await world.run(cost, ['body.json', '--explain', '--format', 'table']);
    expect(stdout).toContain('$0.0035: gpt-4o, gpt-4o of openai (exact)');
    expect(stdout).toContain('sum $0.0035, rounded once at 1e-12, half to even: $0.0035');
    const csv = await world.run(cost, ['body.json']);
    expect(csv.stdout.split('\r\n')[0]).toMatch(/^cost_usd,reason,/);
    expect(csv.stdout.split('\r\n')[1]).toMatch(/^0\.0035,,/);
  });

  test('several calls at models of their own are one sum', async () => {
    const body = {
      type: 'message',
      model: 'a',
      usage: {
        input_tokens: 10,
        output_tokens: 1,
        iterations: [
          { type: 'message', input_tokens: 10, output_tokens: 1 },
          { type: 'advisor_message', model: 'b', input_tokens: 20, output_tokens: 2 },
        ],
      },
    };
    const args = ['--price', 'a:input=1,output=1', '--price', 'b:input=2,output=2'];
    // 11 × $1 + 22 × $2 a million = 55 µ$
    expect(await priced(body, args)).toMatchObject({
      cost_usd: '0.000055',
      calls: 2,
      input_tokens: 30,
      output_tokens: 3,
    });
  });

  test('without a price it has no cost, and --strict says so', async () => {
    const args = ['--model', 'house-llm', '--json'];
    const plain = await world.run(cost, args, JSON.stringify(CHAT));
    expect(plain.code).toBe(0);
    expect(JSON.parse(plain.stdout)).toMatchObject({
      cost_usd: null,
      reason: 'unknown_model',
      input_tokens: 1000,
    });
    const strict = await world.run(cost, [...args, '--strict'], JSON.stringify(CHAT));
    expect(strict.code).toBe(3);
  });

  test.each<[string, string[], number]>([
    ['{', [], 1],
    ['{}', ['--model', 'gpt-4o'], 1],
    ['{"prompt_tokens":1,"completion_tokens":1}', [], 1],
    ['{"prompt_tokens":-1,"completion_tokens":1}', ['--model', 'gpt-4o'], 1],
    ['{}', ['--tier', 'cheap'], 2],
    ['{}', ['--at', 'yesterday'], 2],
    ['{}', ['--price', 'm'], 2],
  ])('%s with %j is refused', async (body, args, code) => {
    await expect(world.run(cost, args, body)).rejects.toMatchObject({ code });
  });
});

describe('a call of the ledger', () => {
  test('by file and line, at the prices asked for', async () => {
    const path = world.file('a.jsonl', line(1) + line(2, { model: 'house-llm' }));
    await world.run(ingest, ['a.jsonl']);
    const answer = await priced('', ['a.jsonl:1']);
    expect(answer).toMatchObject({
      place: `${path}:1`,
      cost_usd: '0.00035', // 100 × $2.50 + 10 × $10 a million
      stored_usd: '0.00035',
      at: '2026-03-02T00:00:01.000Z',
    });
    expect(await priced('', [`${path}:2`])).toMatchObject({ cost_usd: null, stored_usd: null });
    const own = await priced('', ['a.jsonl:1', '--price', 'gpt-4o:input=1,output=1']);
    expect(own).toMatchObject({ cost_usd: '0.00011', stored_usd: '0.00035' });
  });

  test('what is stored for the calls of one line is one sum, or unknown', async () => {
    const parts = [
      { type: 'message', input_tokens: 10, output_tokens: 1 },
      { type: 'advisor_message', model: 'b', input_tokens: 20, output_tokens: 2 },
    ];
    const usage = { input_tokens: 10, output_tokens: 1, iterations: parts };
    const body = {
      type: 'message',
      id: 'msg_1',
      model: 'a',
      role: 'assistant',
      content: [],
      usage,
    };
    world.file('both.jsonl', `${JSON.stringify(body)}\n`);
    const [a, b] = [
      ['--price', 'a:input=1,output=1'],
      ['--price', 'b:input=2,output=2'],
    ] as const;
    await world.run(ingest, ['both.jsonl', ...a, ...b]);
    // 11 × $1 + 22 × $2 a million = 55 µ$
    const known = { calls: 2, cost_usd: '0.000055', stored_usd: '0.000055' };
    expect(await priced('', ['both.jsonl:1', ...a, ...b])).toMatchObject(known);
    await world.run(ingest, ['both.jsonl', '--ledger', 'half.db', ...b]);
    const half = ['both.jsonl:1', '--ledger', 'half.db', ...a, ...b];
    expect(await priced('', half)).toMatchObject({ cost_usd: '0.000055', stored_usd: null });
  });

  test('a line without a call, and two files of that name', async () => {
    world.file('a.jsonl', line(1));
    await world.run(ingest, ['a.jsonl']);
    for (const place of ['a.jsonl:2', 'b.jsonl:1', 'l:1']) {
      await expect(world.run(cost, [place])).rejects.toThrow(/no call of the ledger stands at/);
    }
    world.file('xa.jsonl', line(2));
    await world.run(ingest, ['xa.jsonl']);
    expect(await priced('', ['a.jsonl:1'])).toMatchObject({ calls: 1 });
  });

  test('a log that was copied stands at both places', async () => {
    world.file('a.jsonl', line(1) + line(2));
    world.file('b.jsonl', line(2));
    await world.run(ingest, ['a.jsonl', 'b.jsonl']);
    expect(await priced('', ['b.jsonl:1'])).toMatchObject({ at: '2026-03-02T00:00:02.000Z' });
  });
});
