/** `--via batch` on the real binary: against aimock, and against servers that count. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BatchServer, messageLine, okLine } from '../providers/batch-server.ts';
import { chatAnswer } from '../providers/server.ts';
import { BIN, CliWorld, type Ran } from './world.ts';

let world: CliWorld;
let server: BatchServer;
beforeEach(async () => {
  world = new CliWorld();
  server = await new BatchServer().open();
});
afterEach(async () => {
  await server.close();
  world.close();
});

const GO = ['--model', 'gpt-4o-mini', '--max-tokens', '10', '--yes', '--poll', '0.05'];

function start(args: readonly string[], baseUrl = server.baseUrl) {
  const child: ChildProcess = spawn(process.execPath, [BIN, 'batch', ...args], {
    cwd: world.folder,
    env: { ...world.env, AICOST_BASE_URL: baseUrl, AICOST_API_KEY: 'sk-test-secret' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (piece) => {
      text[name] += piece;
    });
  }
  const ended = new Promise<Ran>((resolve) => {
    child.on('close', (code) => resolve({ code, ...text }));
  });
  return { child, ended };
}

const batch = (args: readonly string[], baseUrl = server.baseUrl) => start(args, baseUrl).ended;

function rows(name = 'out.csv'): Record<string, string>[] {
  return parse(readFileSync(join(world.folder, name)), { columns: true });
}

function prompts(count: number): void {
  const lines = Array.from({ length: count }, (_, index) => `prompt ${index}`);
  world.file('in.csv', `prompt\n${lines.join('\n')}\n`);
}

test('aimock: from a CSV to a CSV, at half the price, and audited at it', async () => {
  const mock = new LLMock({ port: 0, host: '127.0.0.1' });
  const url = await mock.start();
  try {
    world.file('in.csv', 'id,prompt\n7,hello\n8,world\n');
    const ran = await batch(['in.csv', '--via', 'batch', ...GO, '-o', 'out.csv'], `${url}/v1`);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('2 rows submitted')]);
    // 1 token in at 0.075 and 1 out at 0.30 a million.
    const row = { status: 'done', answer: 'Mock batch completion', cost_usd: '0.000000375' };
    expect(rows()).toMatchObject([
      { id: '7', ...row, latency_ms: '', attempts: '1' },
      { id: '8', ...row },
    ]);
    expect(world.report(['audit']).totals).toMatchObject({ calls: 2, cost_usd: '0.00000075' });
  } finally {
    await mock.stop();
  }
});

test('Anthropic: all models in one batch, results from the API’s own host', async () => {
  server.lineOf = (row) => ({ text: messageLine(row) });
  world.file('in.csv', 'prompt,model\na,claude-haiku-4-5\nb,claude-sonnet-4-5\n');
  const args = ['in.csv', '--via', 'batch', '--endpoint', 'messages', ...GO.slice(2)];
  const ran = await batch([...args, '-o', 'out.csv']);
  expect([ran.code, server.batches.length]).toEqual([0, 1]);
  // 100 in and 10 out at half of 1 and 5, of 3 and 15 a million: 50 + 25, 150 + 75 millionths.
  expect(rows().map(({ answer, cost_usd }) => [answer, cost_usd])).toEqual([
    ['re a', '0.000075'],
    ['re b', '0.000225'],
  ]);
  expect(server.received[0]?.headers).toMatchObject({ 'x-api-key': 'sk-test-secret' });
});

describe('kill -9', () => {
  /** Kills at the first request that this is true of. */
  async function killedAt(isIt: (step: string) => boolean): Promise<void> {
    prompts(4);
    const args = ['in.csv', '--via', 'batch', '--file-rows', '2', ...GO, '-o', 'out.csv'];
    let isKilled = false;
    server.instead = ({ method, path, body }) => {
      if (isKilled || !isIt(`${method} ${path}`)) return undefined;
      isKilled = true;
      // The batch is made; who asked for it never hears of it.
      if (method === 'POST' && path === '/v1/batches')
        server.make(String(body.input_file_id), body);
      process.kill(first.child.pid ?? 0, 'SIGKILL');
      return { fault: 'hang' };
    };
    const first = start(args);
    expect((await first.ended).code).toBeNull();
    expect(isKilled).toBe(true);
    const second = await batch(args);
    expect([second.code, rows().map(({ status }) => status)]).toEqual([0, Array(4).fill('done')]);
    expect([server.rowsRun, server.batches.length]).toEqual([4, 2]);
    expect(world.report(['audit']).totals).toMatchObject({ calls: 4, cost_usd: '0.000042' });
  }

  test('while a file is uploaded', () => killedAt((step) => step === 'POST /v1/files'));
  test('while a batch is made', () => killedAt((step) => step === 'POST /v1/batches'));
  test('while it is waited for', () => killedAt((step) => step.startsWith('GET /v1/batches/')));
  test('while answers are fetched', () => killedAt((step) => step.endsWith('/content')));
});

describe('leaving and coming back', () => {
  test('--no-wait submits and leaves; resume fetches; status shows each file', async () => {
    prompts(3);
    server.looks = 100;
    const args = ['in.csv', '--via', 'batch', '--no-wait', '--file-rows', '2', ...GO];
    const left = await batch([...args, '-o', 'out.csv']);
    expect([left.code, left.stderr]).toEqual([
      0,
      expect.stringContaining('2 files of batch 1 stay'),
    ]);
    expect(rows().map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
    const files = await batch(['status', '1', '--files', '--csv']);
    expect(parse(files.stdout, { columns: true })).toMatchObject([
      { batch: '1', file: '1', state: 'submitted', provider_id: 'batch_1', rows: '2' },
      { file: '2', state: 'submitted', provider_status: 'in_progress', rows: '1' },
    ]);
    expect((await batch(['status', '--csv'])).stdout).toMatch(/files_at_provider/);
    const live = await batch(['resume', '1', '--via', 'live', '--yes']);
    expect([live.code, live.stderr]).toEqual([2, expect.stringContaining('at the provider')]);
    server.finishAll();
    // Nothing more is spent, so nothing has to be agreed to.
    const fetched = await batch(['resume', '1', '--no-wait', '-o', 'out.csv']);
    expect([fetched.code, rows().map(({ answer }) => answer)]).toEqual([
      0,
      ['re prompt 0', 're prompt 1', 're prompt 2'],
    ]);
    expect(server.rowsRun).toBe(3);
  });

  test('Ctrl-C while waiting leaves the files there and says how to go on', async () => {
    prompts(2);
    server.looks = 1_000;
    const running = start(['in.csv', '--via', 'batch', ...GO, '-o', 'out.csv']);
    server.instead = ({ method, path }) => {
      if (method === 'GET' && path.startsWith('/v1/batches/')) running.child.kill('SIGINT');
      return undefined;
    };
    const ran = await running.ended;
    expect([ran.code, ran.stderr]).toEqual([130, expect.stringContaining('aicost batch resume 1')]);
    server.instead = () => undefined;
    server.finishAll();
    expect((await batch(['resume', '1', '-o', 'out.csv'])).code).toBe(0);
    expect([server.rowsRun, rows().map(({ status }) => status)]).toEqual([2, ['done', 'done']]);
  });

  test('cancel stops the files, takes what was answered, and ends the run', async () => {
    prompts(3);
    server.looks = 1_000;
    server.lineOf = (row) => (row.prompt === 'prompt 2' ? null : { text: okLine(row) });
    await batch(['in.csv', '--via', 'batch', '--no-wait', ...GO]);
    const ran = await batch(['cancel', '1', '--poll', '0.05']);
    expect([ran.code, ran.stderr]).toEqual([
      0,
      expect.stringContaining('batch 1 is cancelled: 1 row will not be asked'),
    ]);
    expect(server.cancelled).toEqual(['batch_1']);
    await batch(['export', '1', '-o', 'out.csv']);
    expect(rows().map(({ status }) => status)).toEqual(['done', 'done', 'cancelled']);
  });

  test('what was never sent can go live', async () => {
    prompts(2);
    server.instead = ({ path }) =>
      path.endsWith('/chat/completions')
        ? { json: chatAnswer('live', { model: 'gpt-4o-mini' }) }
        : { status: 404, json: { error: { message: 'not found' } } };
    const ran = await batch(['in.csv', '--via', 'batch', ...GO, '-o', 'out.csv']);
    expect([ran.code, ran.stderr]).toEqual([3, expect.stringContaining('no Batch API')]);
    const live = await batch(['resume', '1', '--via', 'live', '--yes', '-o', 'out.csv']);
    expect([live.code, rows().map(({ answer }) => answer)]).toEqual([0, ['live', 'live']]);
  });

  test('--unanswered live asks what a file left at once, at the full price', async () => {
    prompts(2);
    server.ending = 'expired';
    server.lineOf = (row) => (row.prompt === 'prompt 0' ? { text: okLine(row) } : null);
    server.instead = ({ path }) =>
      path.endsWith('/chat/completions')
        ? {
            json: chatAnswer('live', {
              model: 'gpt-4o-mini',
              usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
            }),
          }
        : undefined;
    const ran = await batch([
      'in.csv',
      '--via',
      'batch',
      '--unanswered',
      'live',
      ...GO,
      '-o',
      'out.csv',
    ]);
    // 100 in and 10 out: 10.5 millionths at the batch price, 21 at the full one.
    expect([ran.code, rows().map(({ answer, cost_usd }) => [answer, cost_usd])]).toEqual([
      0,
      [
        ['re prompt 0', '0.0000105'],
        ['live', '0.000021'],
      ],
    ]);
  });
});

describe('before anything is sent', () => {
  test('--dry-run counts at the batch price', async () => {
    prompts(2);
    const costs = async (more: readonly string[]) => {
      const { stdout } = await batch(['in.csv', ...GO, '--dry-run', '--csv', ...more]);
      return parse(stdout, { columns: true }).map((row: { cost_likely_usd: string }) =>
        Number(row.cost_likely_usd),
      );
    };
    const [live, files] = [await costs([]), await costs(['--via', 'batch'])];
    expect(files).toEqual(live.map((cost: number) => cost / 2));
    expect(server.received).toEqual([]);
  });

  test.each([
    [['--via', 'mail'], "--via: 'mail' is none"],
    [['--via', 'batch', '--unanswered', 'x'], "--unanswered: 'x' is none"],
    [
      ['--via', 'batch', '--cascade', 'gpt-4o-mini,gpt-4o'],
      'a cascade asks one model after another',
    ],
    [['--via', 'batch', '--fallback', 'gpt-4o'], '--fallback is for rows that are asked live'],
    [['--via', 'batch', '--file-rows', '0'], "--file-rows: '0'"],
  ])('%j is refused', async (args, message) => {
    prompts(1);
    const ran = await batch(['in.csv', ...GO, ...args]);
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(server.received).toEqual([]);
  });
});

test('--cache semantic: rows that ask the same are not submitted', async () => {
  const texts = [
    ...['How do I reset my password?', 'How can I reset my password?'],
    ...['How do I cancel order 12?', 'How do I cancel order 13?'],
  ];
  world.file('in.csv', `prompt\n${texts.join('\n')}\n`);
  const go = ['in.csv', '--via', 'batch', ...GO, '--cache', 'semantic', '-o', 'out.csv'];
  expect((await batch(go)).code).toBe(0);
  expect(server.batches.map(({ rows: sent }) => sent.length)).toEqual([3]);
  expect(rows().map(({ cache, cost_usd }) => [cache, cost_usd])).toEqual([
    // 100 in at 0.075 and 10 out at 0.30 a million: 7.5 + 3 millionths.
    ['miss', '0.0000105'],
    ['semantic', '0'],
    ['miss', '0.0000105'],
    ['miss', '0.0000105'],
  ]);
});

test('--cache semantic: where the row in the file fails, the one like it goes into the next', async () => {
  world.file('in.csv', 'prompt\nHow do I reset my password?\nHow can I reset my password?\n');
  server.lineOf = (row) =>
    row.prompt.startsWith('How do')
      ? {
          text: JSON.stringify({
            custom_id: row.customId,
            error: { message: 'no' },
            response: { status_code: 400, body: { error: { message: 'no' } } },
          }),
          bad: true,
        }
      : { text: okLine(row) };
  const go = ['in.csv', '--via', 'batch', ...GO, '--cache', 'semantic', '-o', 'out.csv'];
  expect((await batch(go)).code).toBe(3);
  expect(rows().map(({ status, cache }) => [status, cache])).toEqual([
    ['failed', 'miss'],
    ['done', 'miss'],
  ]);
});
