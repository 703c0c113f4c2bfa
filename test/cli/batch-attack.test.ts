/** Inputs, settings and providers that mean ill, on the real binary: what is paid for is kept. */
import { execFileSync } from 'node:child_process';
import { linkSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BatchServer, okLine } from '../providers/batch-server.ts';
import { answerTo, BatchWorld } from './batch-world.ts';

let world: BatchWorld;
beforeEach(async () => {
  world = await new BatchWorld().open();
});
afterEach(() => world.shut());

const GO = ['--model', 'gpt-4o-mini', '--max-tokens', '10', '--yes'];
const KEY = 'sk-test-secret';

/** Every byte of every file of the folder. */
function everything(): string {
  return readdirSync(world.folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => readFileSync(join(world.folder, name), 'latin1'))
    .join('\n');
}

/** An answer with as many tokens as it likes. */
const tokens = (completion_tokens: number) => (request: Parameters<typeof answerTo>[0]) => {
  const { json } = answerTo(request) as { json: object };
  return { json: { ...json, usage: { prompt_tokens: 100, completion_tokens } } };
};

describe('patterns and schemas that never end', () => {
  test.each([
    ['{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}', '$: goes in a circle'],
    ['{"properties":{"a":{"pattern":"^(a+)+$"}}}', 'could back-track for ever'],
  ])('--json-schema %s is refused before anything is asked', async (schema, message) => {
    world.prompts(1);
    world.file('schema.json', schema);
    const ran = await world.batch(['in.csv', ...GO, '--json-schema', 'schema.json']);
    expect([ran.code, ran.stderr, world.requests]).toEqual([
      2,
      expect.stringContaining(message),
      0,
    ]);
  });

  test('so are --check and the checks of a policy file', async () => {
    world.prompts(1);
    const cascade = ['--cascade', 'gpt-4o-mini,gpt-4o', '--yes'];
    const check = ['--check', 'regex:^(a+)+$'];
    const planned = await world.batch(['in.csv', ...GO, ...check, '--dry-run']);
    expect(planned.code).toBe(2);
    const ran = await world.batch(['in.csv', ...cascade, ...check]);
    expect([ran.code, ran.stderr]).toEqual([
      2,
      expect.stringContaining('could back-track for ever'),
    ]);
    world.file('p.yaml', 'cascade:\n  - {models: [gpt-4o-mini], checks: ["regex:^(a+)+$"]}\n');
    const policy = await world.batch(['in.csv', '--policy', 'p.yaml', '--yes']);
    expect([policy.code, policy.stderr]).toEqual([
      ...[2, expect.stringContaining('could back-track for ever')],
    ]);
    expect(world.requests).toBe(0);
  });
});

describe('money', () => {
  test('a provider that counts more than was set aside: said, and exit 3', async () => {
    world.prompts(1);
    world.reply = tokens(1_000_000);
    const ran = await world.batch(['in.csv', ...GO, '--budget', '0.05', '--quiet', '-o', 'o.csv']);
    // 100 × $0.15/M + 1,000,000 × $0.60/M = $0.600015.
    expect(world.rows('o.csv')[0]).toMatchObject({ status: 'done', cost_usd: '0.600015' });
    expect(ran.stderr).toContain('spent $0.600, $0.550 over --budget $0.0500:');
    expect(ran.code).toBe(3);
    expect((await world.batch(['export', '1', '-o', 'p.csv'])).code).toBe(0);
  });

  test('through files too', async () => {
    const server = await new BatchServer().open();
    try {
      world.prompts(1);
      server.lineOf = (row) => {
        const usage = { prompt_tokens: 100, completion_tokens: 1_000_000 };
        const line = JSON.parse(okLine(row));
        line.response.body.usage = usage;
        return { text: JSON.stringify(line) };
      };
      const way = ['--via', 'batch', '--poll', '0.05', '--base-url', server.baseUrl];
      const money = ['--daily-budget', '0.05'];
      const ran = await world.batch(['in.csv', ...GO, ...way, ...money, '-o', 'o.csv']);
      // Half of it: 100 × $0.075/M + 1,000,000 × $0.30/M.
      expect(ran.stderr).toContain('spent $0.300, $0.250 over --daily-budget $0.0500:');
      expect(ran.code).toBe(3);
    } finally {
      await server.close();
    }
  });

  test('what may have been billed costs nobody knows what, and not nothing', async () => {
    world.prompts(2);
    world.reply = (request) =>
      request.index === 0 ? { status: 400, json: {} } : { fault: 'reset' };
    const once = ['--max-attempts', '1', '--concurrency', '1'];
    await world.batch(['in.csv', ...GO, ...once, '-o', 'o.csv']);
    expect(world.rows('o.csv')).toMatchObject([
      { status: 'failed', cost_usd: '0', error: expect.stringContaining('bad_request') },
      { status: 'failed', cost_usd: '', error: expect.stringContaining('connection_lost') },
    ]);
  });
});

describe('--out', () => {
  test('writes over nothing that is read, by whichever name', async () => {
    const input = world.prompts(1);
    world.file('schema.json', '{}');
    world.file('p.yaml', 'cascade:\n  - {models: [gpt-4o-mini, gpt-4o]}\n');
    world.file('key.txt', KEY);
    world.file('prices.csv', 'model,input,output\ngpt-4o-mini,1,2\n');
    symlinkSync(input, join(world.folder, 'link.csv'));
    linkSync(input, join(world.folder, 'hard.csv'));
    symlinkSync('.', join(world.folder, 'folder'));
    await world.batch(['in.csv', ...GO, '-o', 'first.csv']);
    const before = everything();
    const refused: [out: string, ...flags: string[]][] = [
      ['link.csv'],
      ['hard.csv'],
      ['folder/in.csv'],
      ['schema.json', '--format', 'csv', '--json-schema', 'schema.json'],
      ['p.yaml', '--policy', 'p.yaml'],
      ['key.txt', '--format', 'csv', '--key-file', 'key.txt'],
      ['prices.csv', '--prices', 'prices.csv'],
      ['aicost.db', '--csv'],
      ['aicost.db-wal', '--csv'],
      ['folder/aicost.db-shm', '--csv'],
      ['aicost.db-run-1', '--csv'],
    ];
    for (const [out, ...flags] of refused) {
      const ran = await world.batch(['in.csv', ...GO, '--new', ...flags, '-o', out]);
      expect([out, ran.code, ran.stderr]).toEqual([
        ...[out, 2, expect.stringContaining('--out would overwrite')],
      ]);
    }
    expect([everything(), world.requests]).toEqual([before, 1]);
  });

  test('in a folder that is not there: said as such', async () => {
    world.prompts(1);
    const ran = await world.batch(['in.csv', ...GO, '-o', 'nope/o.csv']);
    expect([ran.code, world.requests]).toEqual([2, 0]);
    expect(ran.stderr).toMatch(/ENOENT[\s\S]*nope/);
    expect(ran.stderr).not.toContain('space');
  });
});

test('a key in a redirection is in no file and on no screen', async () => {
  world.prompts(1);
  world.reply = () => ({ status: 302, headers: { location: `https://e.test/${KEY}/v1?k=${KEY}` } });
  const ran = await world.batch(['in.csv', ...GO, '-o', 'o.csv']);
  expect(world.rows('o.csv')[0]?.error).toContain('bad_request');
  expect(`${everything()}${ran.stderr}${ran.stdout}`).not.toContain(KEY);
});

test('a refusal for centuries stops the run', async () => {
  world.prompts(1);
  world.reply = () => ({ status: 429, headers: { 'retry-after': '99999999999' }, json: {} });
  const ran = await world.batch(['in.csv', ...GO, '-o', 'o.csv']);
  expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('stopped (quota)')]);
  expect(world.requests).toBe(1);
});

test('an image without an end fails its row alone', async () => {
  execFileSync('sh', ['-c', `mkfifo '${join(world.folder, 'pipe.png')}'`]);
  world.file('in.csv', 'prompt,image_path\na,/dev/zero\nb,pipe.png\nc,\n');
  await world.batch(['in.csv', ...GO, '-o', 'o.csv']);
  expect(world.rows('o.csv').map(({ status }) => status)).toEqual(['failed', 'failed', 'done']);
  expect(world.rows('o.csv')[1]?.error).toBe(
    'bad_row: image: cannot read pipe.png (not a regular file)',
  );
});

test('a file in Latin-1 stops before anything is asked, with its line', async () => {
  world.file('in.csv', Buffer.from('prompt\nok\nGrüße\n', 'latin1'));
  const ran = await world.batch(['in.csv', ...GO]);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringMatching(/in\.csv:3: not UTF-8/)]);
  expect(world.requests).toBe(0);
});

test.each([
  ['--model', ''],
  ['--model', ' '],
  ['--cascade', 'gpt-4o,'],
])('%s %j names no model', async (flag, value) => {
  world.prompts(1);
  const ran = await world.batch(['in.csv', flag, value, '--yes']);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(`${flag}: a name is empty`)]);
  expect(world.requests).toBe(0);
});
