/**
 * Servers that others wrote: aimock, a mock of the providers, and the Portkey gateway in front of it,
 * both on loopback, asked by the real binary.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BatchWorld } from './batch-world.ts';

const require = createRequire(import.meta.url);

let mock: LLMock;
let world: BatchWorld;
beforeAll(async () => {
  mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const usage = { prompt_tokens: 12, completion_tokens: 4, total_tokens: 16 };
  mock.onMessage(/./, { content: 'A fine answer.', usage });
  mock.onEmbedding(/./, { embedding: [0.5, -0.25] });
  await mock.start();
});
afterAll(() => mock.stop());
beforeEach(() => {
  // Not opened: it asks the endpoints of its config file.
  world = new BatchWorld();
  mock.clearRequests();
});
afterEach(() => world.shut());

/** Writes a config file with one endpoint. */
function endpoint(base_url: string, more: object = {}): void {
  const endpoints = [{ id: 'mock', base_url, key_env: 'AICOST_API_KEY', ...more }];
  world.file('aicost.config.json', JSON.stringify({ endpoints }));
}

/** Statuses of what aimock was asked, counted. */
function answered(): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { response } of mock.getRequests()) {
    counts[response.status] = (counts[response.status] ?? 0) + 1;
  }
  return counts;
}

/** Resolves when something is so; looks every few milliseconds. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const GO = ['--model', 'gpt-4o-mini', '--yes', '-o', 'out.csv'];
/** 12 tokens in at $0.15 and 4 out at $0.60 per million: 1.8 + 2.4 millionths. */
const ANSWER = { status: 'done', answer: 'A fine answer.', cost_usd: '0.0000042' };

describe('aimock', () => {
  test.each([
    ['chat', '/v1/chat/completions'],
    ['responses', '/v1/responses'],
  ])('%s: each row is answered, once, and is a call of the ledger', async (wire, path) => {
    endpoint(`${mock.url}/v1`, { wire });
    world.prompts(40);
    const { code, stderr } = await world.batch(['in.csv', ...GO]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('40 done')]);
    for (const row of world.rows('out.csv')) expect(row).toMatchObject({ status: 'done' });
    expect(mock.getRequests().map((request) => request.path)).toEqual(Array(40).fill(path));
    expect(world.report(['report']).totals).toMatchObject({ calls: 40 });
  });

  test('chat: counts and costs are those of the answers', async () => {
    endpoint(`${mock.url}/v1`);
    world.prompts(3);
    await world.batch(['in.csv', ...GO]);
    expect(world.rows('out.csv')).toMatchObject([ANSWER, ANSWER, ANSWER]);
    // 3 × 4.2 millionths.
    expect(world.report(['report']).totals).toMatchObject({ cost_usd: '0.0000126' });
  });

  test('messages: Claude is asked natively', async () => {
    endpoint(mock.url, { wire: 'messages', provider: 'anthropic' });
    world.prompts(3);
    const go = ['--model', 'claude-sonnet-4-5', '--max-tokens', '50', '--yes', '-o', 'out.csv'];
    const { code } = await world.batch(['in.csv', ...go]);
    expect([code, mock.getRequests().map(({ path }) => path)]).toEqual([
      0,
      Array(3).fill('/v1/messages'),
    ]);
    for (const { answer, cost_usd } of world.rows('out.csv')) {
      expect([answer, Number(cost_usd) > 0]).toEqual(['A fine answer.', true]);
    }
  });

  test('embeddings: a vector for each row; counts of 0 are no counts, so no cost is known', async () => {
    endpoint(`${mock.url}/v1`);
    world.prompts(3);
    const go = ['--endpoint', 'embeddings', '--model', 'text-embedding-3-small', '--yes'];
    const { code } = await world.batch(['in.csv', ...go, '-o', 'out.csv']);
    expect(code).toBe(0);
    for (const row of world.rows('out.csv')) {
      expect(row).toMatchObject({ status: 'done', answer: '[0.5,-0.25]', cost_usd: '' });
    }
  });

  test('429 with Retry-After: waits as told, asks again, and loses no row', async () => {
    endpoint(`${mock.url}/v1`, { concurrency: 2 });
    world.prompts(4);
    mock.setChaos({ rateLimitRate: 1 });
    const ended = world.batch(['in.csv', ...GO]);
    await until(() => answered()[429] !== undefined);
    mock.clearChaos();
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('4 done')]);
    expect(stderr).toContain('Retries');
    expect(answered()[200]).toBe(4);
    expect(world.rows('out.csv')).toMatchObject([ANSWER, ANSWER, ANSWER, ANSWER]);
    // Refusals cost nothing: 4 × 4.2 millionths.
    expect(world.report(['report']).totals).toMatchObject({ cost_usd: '0.0000168' });
  });
});

/** Portkey listens on every interface: told before it starts, it listens on loopback alone. */
const ON_LOOPBACK = `data:text/javascript,${encodeURIComponent(`
  import net from 'node:net';
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function (port, host, ...rest) {
    return listen.call(this, port, '127.0.0.1', ...rest);
  };
`)}`;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

describe('the Portkey gateway in front of aimock', () => {
  let gateway: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    const folder = dirname(require.resolve('@portkey-ai/gateway/package.json'));
    const server = join(folder, 'build/start-server.js');
    const args = ['--import', ON_LOOPBACK, server, '--headless', `--port=${port}`];
    gateway = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise<void>((resolve, reject) => {
      gateway.stdout?.on('data', (text) => String(text).includes('Ready') && resolve());
      gateway.on('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
    });
    url = `http://127.0.0.1:${port}/v1`;
  });
  afterAll(() => gateway.kill('SIGKILL'));

  function throughGateway(): void {
    const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${mock.url}/v1` };
    endpoint(url, { headers, provider: 'openai', concurrency: 2 });
  }

  test('each row is answered, once, at the price of the provider behind it', async () => {
    throughGateway();
    world.prompts(20);
    const { code, stderr } = await world.batch(['in.csv', ...GO]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('20 done')]);
    expect(answered()).toEqual({ 200: 20 });
    for (const row of world.rows('out.csv')) expect(row).toMatchObject(ANSWER);
  });

  test('a 429 from behind it is waited for', async () => {
    throughGateway();
    world.prompts(3);
    mock.setChaos({ rateLimitRate: 1 });
    const ended = world.batch(['in.csv', ...GO]);
    await until(() => answered()[429] !== undefined);
    mock.clearChaos();
    const { code } = await ended;
    expect([code, answered()[200]]).toEqual([0, 3]);
    expect(world.rows('out.csv')).toMatchObject([ANSWER, ANSWER, ANSWER]);
  });

  test('without the headers it wants, it says what is wrong, once for each row', async () => {
    endpoint(url);
    world.prompts(2);
    const { code } = await world.batch(['in.csv', ...GO]);
    expect(code).toBe(3);
    for (const { error } of world.rows('out.csv')) expect(error).toMatch(/bad_request.*x-portkey/);
    expect(mock.getRequests()).toEqual([]);
  });

  /** Asks the gateway under a config; the models, as aimock saw them: in the path or in the body. */
  async function askedFor(config: object, model: string, metadata: object): Promise<unknown[]> {
    mock.clearRequests();
    const headers = {
      'content-type': 'application/json',
      'x-portkey-config': JSON.stringify(config),
      'x-portkey-metadata': JSON.stringify(metadata),
    };
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] });
    const answer = await fetch(`${url}/chat/completions`, { method: 'POST', headers, body });
    await answer.text();
    const nameOf = (request: { path: string; body: unknown }) =>
      /models\/([^:]+)/.exec(request.path)?.[1] ?? (request.body as { model?: string }).model;
    return mock.getRequests().map(nameOf);
  }

  /** A policy as exported, its targets at aimock in place of their providers. */
  function exported(...args: string[]): object {
    const { stdout } = world.run(['policy', 'export', '--to', 'portkey', ...args]);
    const config = JSON.parse(stdout) as { targets: { provider: string }[] };
    // Only OpenAI's own paths begin after the version.
    const hostOf = (provider: string) => (provider === 'openai' ? `${mock.url}/v1` : mock.url);
    const targets = config.targets.map((target) => ({
      ...target,
      ...{ api_key: 'a-key', custom_host: hostOf(target.provider) },
    }));
    return { ...config, targets };
  }

  // C2's own table: classification to DeepSeek, reasoning to GPT-4.1, all else to Gemini.
  test.each([
    ['classification', 'deepseek-v3.2'],
    ['reasoning', 'gpt-4.1'],
    ['chat', 'gemini-2.5-flash'],
  ])('it routes by an exported policy: %s to %s', async (task, model) => {
    const config = exported('c2', '--task-tags');
    expect(await askedFor(config, 'gpt-4o', { task })).toEqual([model]);
  });

  test.each([
    ['gpt-4o', 'gpt-4.1-nano'],
    ['gpt-4.1', 'gpt-4.1'],
  ])('it moves a model by an exported policy: %s to %s', async (asked, model) => {
    world.file(
      'policy.yaml',
      'routing: { rules: [{ if: { model: [gpt-4o] }, use: [gpt-4.1-nano] }] }\n',
    );
    expect(await askedFor(exported('./policy.yaml'), asked, {})).toEqual([model]);
  });

  test('it falls back by an exported policy, when the first model is not available', async () => {
    world.file('policy.yaml', "fallback: { '*': [gpt-4.1-mini] }\n");
    const config = exported('./policy.yaml');
    expect(await askedFor(config, 'gpt-4o', {})).toEqual(['gpt-4o']);
    mock.setChaos({ rateLimitRate: 1 });
    expect(await askedFor(config, 'gpt-4o', {})).toEqual(['gpt-4o', 'gpt-4.1-mini']);
    mock.clearChaos();
  });
});
