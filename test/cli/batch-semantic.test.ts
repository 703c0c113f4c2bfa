/** `aicost batch --cache semantic`, the real binary against servers that count. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Received, startServer } from '../providers/server.ts';
import { answerTo, BatchWorld, promptOf } from './batch-world.ts';

let world: BatchWorld;
beforeEach(async () => {
  world = await new BatchWorld().open();
});
afterEach(() => world.shut());

const FIRST = 'How do I reset my password?';
const SECOND = 'How can I reset my password?';
const ORDER = 'How do I cancel order 12?';
const OTHER_ORDER = 'How do I cancel order 13?';

function input(prompts: readonly string[], name = 'in.csv'): string {
  return world.file(name, `prompt\n${prompts.map((text) => `"${text}"`).join('\n')}\n`);
}

const GO = ['--model', 'gpt-4o-mini', '--max-tokens', '10', '--yes'];
const SEMANTIC = [...GO, '--cache', 'semantic'];

async function run(args: readonly string[], name = 'in.csv') {
  const ran = await world.batch([name, ...args, '-o', 'out.csv']);
  expect([ran.code, ran.stderr]).toEqual([0, expect.any(String)]);
  return { ...ran, rows: world.rows('out.csv') };
}

describe('rows that ask the same', () => {
  test('have the answer of the first, even asked at once; gates keep others apart', async () => {
    input([FIRST, SECOND, ORDER, OTHER_ORDER]);
    // None is answered before all that are asked have come.
    let release = () => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.reply = async (request) => {
      if (world.requests === 3) release();
      await all;
      return answerTo(request);
    };
    const { rows, stderr } = await run(SEMANTIC);
    expect(rows.map(({ cache, answer }) => [cache, answer])).toEqual([
      ['miss', `re ${FIRST}`],
      ['semantic', `re ${FIRST}`],
      ['miss', `re ${ORDER}`],
      ['miss', `re ${OTHER_ORDER}`],
    ]);
    expect(rows[1]).toMatchObject({
      ...{ status: 'done', cost_usd: '0', attempts: '0' },
      reason: expect.stringMatching(/^(1|0\.9\d*) like row 1 of batch 1$/),
    });
    // 100 in at 0.15 and 10 out at 0.60 a million: 15 + 6 millionths.
    expect(stderr).toMatch(/0\.000021/);
    expect([...world.asked.keys()]).toEqual([FIRST, ORDER, OTHER_ORDER]);
    const status = await world.batch(['status', '1', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject([{ done: 4, cached: 1 }]);
    const exported = await world.batch(['export', '1', '--csv']);
    expect(exported.stdout).toContain('like row 1 of batch 1');
  });

  test('are asked themselves without the flag, and where the first one failed', async () => {
    input([FIRST, SECOND]);
    expect((await run(GO)).rows.map(({ cache }) => cache)).toEqual(['miss', 'miss']);
    world.reply = (request) =>
      promptOf(request.body) === FIRST
        ? { status: 400, json: { error: { message: 'no' } } }
        : answerTo(request);
    const ran = await world.batch(['in.csv', ...SEMANTIC, '--new', '-o', 'out.csv']);
    expect([ran.code, world.rows('out.csv').map(({ status }) => status)]).toEqual([
      3,
      ['failed', 'done'],
    ]);
  });

  test('are asked themselves where the answer does not pass a check', async () => {
    input([FIRST, SECOND]);
    const checked = await run([...SEMANTIC, '--check', 'regex:can I|do I']);
    expect(checked.rows[1]).toMatchObject({ cache: 'semantic' });
    const ran = await world.batch(['in.csv', ...SEMANTIC, '--check', 'regex:can I', '-o', 'o.csv']);
    expect([ran.code, world.rows('o.csv').map(({ status, cache }) => [status, cache])]).toEqual([
      3,
      [
        ['failed', 'miss'],
        ['done', 'miss'],
      ],
    ]);
  });

  test('keep what an earlier model was paid for where a kept answer does not pass', async () => {
    input([FIRST, SECOND]);
    // Nothing passes for the second row: gpt-4o-mini answers it, gpt-4o has the first row's answer
    // to offer, which does not pass, and refuses the row itself.
    world.reply = (request) => {
      const isSecond = promptOf(request.body) === SECOND;
      return isSecond && request.body.model === 'gpt-4o'
        ? { status: 400, json: { error: { message: 'no' } } }
        : answerTo(request);
    };
    const cascade = ['--cascade', 'gpt-4o-mini,gpt-4o', '--check', 'regex:nothing'];
    const flags = ['--max-tokens', '10', '--yes', '--concurrency', '1', ...cascade];
    const ran = await world.batch(['in.csv', ...flags, '--cache', 'semantic', '-o', 'out.csv']);
    expect([ran.code, world.rows('out.csv')[1]]).toMatchObject([
      3,
      { status: 'failed', answer: `re ${SECOND}`, error: expect.stringContaining('no') },
    ]);
  });

  test('share answers across runs at temperature 0, within the time to live', async () => {
    input([FIRST]);
    input([SECOND], 'b.csv');
    input(['How can I reset my password'], 'c.csv');
    await run([...SEMANTIC, '--temperature', '0']);
    const { rows } = await run([...SEMANTIC, '--temperature', '0'], 'b.csv');
    expect(rows[0]).toMatchObject({
      cache: 'semantic',
      reason: expect.stringContaining('batch 1'),
    });
    // 36 microseconds: older than that.
    const late = await run(
      [...SEMANTIC, '--temperature', '0', '--cache-ttl', '0.00000001'],
      'c.csv',
    );
    expect(late.rows[0]).toMatchObject({ cache: 'miss' });
  });

  test('share none without a temperature, nor at one above the limit', async () => {
    input([FIRST]);
    input([SECOND], 'b.csv');
    await run(SEMANTIC);
    expect((await run(SEMANTIC, 'b.csv')).rows[0]).toMatchObject({ cache: 'miss' });
    input([FIRST, SECOND], 'warm.csv');
    const warm = await run([...SEMANTIC, '--temperature', '0.7'], 'warm.csv');
    expect(warm.rows.map(({ cache }) => cache)).toEqual(['miss', 'miss']);
  });

  test('share none with another system prompt, model, limit or user', async () => {
    const columns = 'prompt,system,model,max_tokens,user';
    const cells = [
      `${FIRST},be kind,gpt-4o-mini,10,a`,
      `${SECOND},be brief,gpt-4o-mini,10,a`,
      `${SECOND},be kind,gpt-4o,10,a`,
      `${SECOND},be kind,gpt-4o-mini,11,a`,
      `${SECOND},be kind,gpt-4o-mini,10,b`,
      `${SECOND},be kind,gpt-4o-mini,10,a`,
    ];
    world.file('in.csv', `${columns}\n${cells.join('\n')}\n`);
    world.file('p.yaml', 'semantic_cache: { scope: user }\n');
    const { rows } = await run(['--policy', './p.yaml', '--auto-base', 'gpt-4o', '--yes']);
    expect(rows.map(({ cache }) => cache)).toEqual([
      ...['miss', 'miss', 'miss', 'miss', 'miss', 'semantic'],
    ]);
  });
});

describe('what is planned and bounded', () => {
  test('--dry-run says which rows would be served, and asks nothing', async () => {
    input([FIRST, SECOND, ORDER, ORDER]);
    const { stdout, stderr } = await world.batch(['in.csv', ...SEMANTIC, '--dry-run', '--csv']);
    expect(stderr).toContain('2 rows would have the answer to a prompt alike or equal');
    expect(stdout).toMatch(/like row 1 of batch 1/);
    expect(world.requests).toBe(0);
  });

  test('within a bound that the ledger cannot show only equal rows share answers', async () => {
    input([FIRST, SECOND]);
    const { rows, stderr } = await run([...SEMANTIC, '--max-false-hits', '1%']);
    expect(rows.map(({ cache }) => cache)).toEqual(['miss', 'miss']);
    expect(stderr).toContain('no similarity that keeps false hits within 1.0 %');
  });

  test('a bound that earlier rows show is kept, by their own answers', async () => {
    // 31 pairs, all of which agree: the bound is 1 - 0.05^(1/31) = 9.2 %.
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const words = Array.from({ length: 31 }, (_, at) => {
      const [a, b] = [letters[at % 26]!, letters[Math.floor(at / 26)]!];
      return `${a}${a}${b}ola`;
    });
    const pairs = words.flatMap((word) => [`How do I wash ${word}?`, `How can I wash ${word}?`]);
    input(pairs);
    world.reply = (request) => {
      const { json } = answerTo(request) as { json: { choices: { message: object }[] } };
      json.choices[0]!.message = { role: 'assistant', content: 'By hand.' };
      return { json };
    };
    await run([...GO, '--temperature', '0']);
    input([FIRST, SECOND], 'b.csv');
    const { rows, stderr } = await run([...SEMANTIC, '--max-false-hits', '10%'], 'b.csv');
    expect(stderr).toMatch(/0 of 31 answered pairs of the ledger disagree/);
    expect(rows.map(({ cache }) => cache)).toEqual(['miss', 'semantic']);
  });
});

describe('with vectors', () => {
  const VECTORS = [...SEMANTIC, '--embed', 'e', '--price', 'e:input=0.02'];
  const EMBED = [...VECTORS, '--min-similarity', '0.9'];
  /** All texts have one vector; 1,000 tokens a request at 0.02 a million are $0.00002. */
  async function serve(run: (baseUrl: string) => Promise<void>): Promise<void> {
    const server = await startServer((request: Received) => {
      const { input } = request.body;
      if (input === undefined) return answerTo(request);
      const data = (input as string[]).map((_, index) => ({ index, embedding: [1, 1] }));
      return { json: { data, model: 'e', usage: { prompt_tokens: 1000, total_tokens: 1000 } } };
    });
    try {
      await run(server.baseUrl);
    } finally {
      await server.close();
    }
  }

  test('rows are served by them, and the gates hold', () =>
    serve(async (baseUrl) => {
      input([FIRST, 'I forgot the secret', ORDER]);
      const { rows, stderr } = await run([...EMBED, '--base-url', baseUrl]);
      expect(rows.map(({ cache }) => cache)).toEqual(['miss', 'semantic', 'miss']);
      expect(stderr).toContain('embedding 3 texts with e');
    }));

  test('need a similarity of their own: 0.9 is for words', async () => {
    input([FIRST]);
    const { code, stderr } = await world.batch(['in.csv', ...VECTORS]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('give --min-similarity')]);
  });

  test('they are a part of the budget', () =>
    serve(async (baseUrl) => {
      input([FIRST, ORDER]);
      // The vectors cost $0.00002. A row sets 27 bytes at 0.15 and 10 tokens at 0.60 a million
      // aside, some $0.00001: together more than the budget.
      const budget = ['--budget', '0.000028', '--base-url', baseUrl];
      const ran = await world.batch(['in.csv', ...EMBED, ...budget, '-o', 'out.csv']);
      expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('2 rows pending')]);
      await world.batch(['in.csv', ...GO, ...budget, '--new', '-o', 'alone.csv']);
      expect(world.rows('alone.csv').map(({ status }) => status)).toContain('done');
    }));

  test('a plan serves no row at a similarity that vectors are yet to show, and says so', () =>
    serve(async (baseUrl) => {
      const letters = 'abcdefghijklmnopqrstuvwxyz';
      // 31 pairs of one answer each: the bound is 1 - 0.05^(1/31) = 9.2 %, and all have one vector.
      const words = Array.from({ length: 31 }, (_, at) => `${letters[at % 26]!.repeat(3)}olb`);
      const pairs = words.flatMap((word, at) => [
        `How do I wash ${word}${at < 26 ? '' : 'a'}?`,
        `How can I wash ${word}${at < 26 ? '' : 'a'}?`,
      ]);
      input(pairs);
      const url = ['--base-url', baseUrl];
      expect((await world.batch(['in.csv', ...GO, ...url, '-o', 'first.csv'])).code).toBe(0);
      input([FIRST, SECOND], 'b.csv');
      const asked = ['b.csv', ...EMBED, ...url, '--max-false-hits', '100%'];
      const early = await world.batch([...asked, '--dry-run']);
      expect(early.stderr).toContain('not known before the texts are embedded');
      expect(early.stderr).not.toContain('alike or equal');
      expect((await world.batch([...asked, '-o', 'out.csv'])).code).toBe(0);
      const late = await world.batch([...asked, '--new', '--dry-run']);
      expect(late.stderr).not.toContain('not known before');
      expect(late.stderr).toContain('would have the answer to a prompt alike or equal');
    }));

  test('--dry-run sends nothing', () =>
    serve(async (baseUrl) => {
      input([FIRST, ORDER]);
      const { stderr } = await world.batch([
        'in.csv',
        ...EMBED,
        '--base-url',
        baseUrl,
        '--dry-run',
      ]);
      expect(stderr).toContain('would embed 2 texts with e');
      expect((await world.batch(['status', '--json'])).stdout).toBe('[]\n');
    }));
});

describe('a policy with both caches', () => {
  test('has the semantic one keep its own time and temperature', async () => {
    world.file('p.yaml', 'cache: { max_temperature: 0 }\nsemantic_cache: { max_temperature: 1 }\n');
    input([FIRST, SECOND]);
    const { rows } = await run([...GO, '--temperature', '0.5', '--policy', './p.yaml']);
    expect(rows.map(({ cache }) => cache)).toEqual(['miss', 'semantic']);
  });

  test('does not serve by it what only the exact one may', async () => {
    world.file('p.yaml', 'cache: { max_temperature: 1 }\nsemantic_cache: { max_temperature: 0 }\n');
    input([FIRST, SECOND, FIRST]);
    const { rows } = await run([...GO, '--temperature', '0.5', '--policy', './p.yaml']);
    expect(rows.map(({ cache }) => cache)).toEqual(['miss', 'miss', 'shared']);
  });

  test('is refused where one keeps longer and the other at higher temperatures', async () => {
    const semantic = 'semantic_cache: { ttl_hours: 1, max_temperature: 1 }';
    world.file('p.yaml', `cache: { ttl_hours: 2, max_temperature: 0 }\n${semantic}\n`);
    input([FIRST]);
    const args = ['in.csv', ...GO, '--policy', './p.yaml'];
    const { code, stderr } = await world.batch(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('a batch keeps them once')]);
    expect((await world.batch([...args, '--cache-ttl', '1', '--dry-run'])).code).toBe(0);
  });
});

test('a replay of the same rows serves the same of them', async () => {
  // Each template is asked in several ways, some with a number or a name of its own.
  const verbs = ['do I', 'can I', 'would I', 'should I', 'may I'];
  const tails = [
    'reset my password',
    'cancel order 12',
    'cancel order 13',
    'call Anna',
    'call Ben',
  ];
  const prompts = verbs.flatMap((verb) => tails.map((tail) => `How ${verb} ${tail} here?`));
  input(prompts);
  const zero = [...GO, '--temperature', '0'];
  await run([...zero, '--no-cache', '--concurrency', '1']);
  world.file('p.yaml', 'semantic_cache: { min_similarity: 0.9 }\n');
  const replay = world.run(['simulate', '--policy', './p.yaml', '--calls', '--json']);
  const { calls } = JSON.parse(replay.stdout) as { calls: { served: string }[] };
  const replayed = calls.map(({ served }) => served === 'cache');
  const { rows } = await run([...zero, '--cache', 'semantic', '--new']);
  const served = rows.map(({ cache }) => cache === 'semantic');
  expect(served.filter(Boolean).length).toBeGreaterThan(10);
  expect(served).toEqual(replayed);
});

test.each([
  [['--cache', 'sometimes'], "'sometimes' is none"],
  [['--max-false-hits', '1%'], 'is for the semantic cache'],
  [['--cache', 'exact', '--embed', 'm'], 'is for the semantic cache'],
  [['--cache', 'semantic', '--min-similarity', '1.2'], 'no share from 0 to 1'],
  [['--cache', 'semantic', '--endpoint', 'embeddings'], 'is for chats'],
])('%j is refused', async (args, message) => {
  input([FIRST]);
  const { code, stderr } = await world.batch(['in.csv', ...GO, ...args]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('{} in a policy is a semantic cache of its defaults', async () => {
  input([FIRST, SECOND]);
  world.file('p.yaml', 'cache: {}\nsemantic_cache: {}\n');
  const { rows } = await run([...GO, '--policy', './p.yaml']);
  expect(rows.map(({ cache }) => cache)).toEqual(['miss', 'semantic']);
  const replay = world.run(['simulate', '--policy', './p.yaml', '--json']);
  expect(replay.code).toBe(0);
  const { waterfall } = JSON.parse(replay.stdout) as { waterfall: { lever: string }[] };
  const levers = waterfall.map(({ lever }) => lever);
  expect(levers).toEqual(expect.arrayContaining(['exact_cache', 'semantic_cache']));
});
