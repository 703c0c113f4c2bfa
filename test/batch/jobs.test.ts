import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Seen } from '../../src/batch/seen.ts';
import { badLine, okLine, type SeenRow } from '../providers/batch-server.ts';
import { JobsWorld } from './jobs-world.ts';

let world: JobsWorld;
beforeEach(async () => {
  world = await new JobsWorld().open();
});
afterEach(() => world.close());

const states = () => world.look().rows.map(({ state }) => state ?? 'pending');
const errors = () => world.look().rows.map(({ error }) => error ?? '');
const numberOf = ({ prompt }: SeenRow) => Number(/\d+/.exec(prompt)?.[0]);
/** gpt-4o-mini at batch prices: 100 in at 0.075, 10 out at 0.30 a million: 7.5 + 3 = 10.5 millionths. */
const ROW_PICO = 10_500_000;

describe('what a file brings', () => {
  test('answers, priced at the batch tier, with no latency that nobody measured', async () => {
    world.prompts(3);
    expect(await world.run()).toMatchObject({ stop: 'done', results: 3, open: 0 });
    const { rows, calls, attempts, counts } = world.look();
    expect(rows.map(({ answer, costPico, latencyMs }) => [answer, costPico, latencyMs])).toEqual([
      ['re prompt 0', ROW_PICO, null],
      ['re prompt 1', ROW_PICO, null],
      ['re prompt 2', ROW_PICO, null],
    ]);
    expect(counts.costPico).toBe(BigInt(3 * ROW_PICO));
    expect(calls[0]).toMatchObject({ tier: 'batch', cost_pico: ROW_PICO, latency_ms: null });
    expect(attempts[0]).toMatchObject({ latency_ms: null, cost_pico: ROW_PICO, failure: null });
    expect(world.server.received[0]?.text).toContain('"url":"/v1/chat/completions"');
  });

  test('a row that cannot be asked is seen as failed', async () => {
    world.input('prompt,temperature\nok,\nx,hot\n');
    const seen = new Seen(2, world.nowMs);
    expect(await world.run({ seen })).toMatchObject({ stop: 'done' });
    expect(seen.inAll(world.nowMs)).toMatchObject({
      done: 1,
      failed: 1,
      failures: [['bad_row', 1]],
    });
  });

  test('lines that come twice, or are of somebody else, change nothing', async () => {
    world.prompts(2);
    world.server.lineOf = (row) => ({
      text: `${okLine(row)}\n${okLine(row)}\nno JSON\n${okLine({ ...row, customId: 'other-1' })}`,
    });
    await world.run();
    expect([states(), world.look().calls.length]).toEqual([['done', 'done'], 2]);
  });

  test('a refused row fails; one that failed for the server goes into the next file', async () => {
    world.prompts(3);
    world.server.lineOf = (row) => {
      if (numberOf(row) === 0) return { text: badLine(row, 400, 'too long'), bad: true };
      const isLate = numberOf(row) === 1 && world.server.batches.length === 1;
      return isLate ? { text: badLine(row, 500, 'oops'), bad: true } : { text: okLine(row) };
    };
    await world.run();
    expect(states()).toEqual(['failed', 'done', 'done']);
    expect(errors()[0]).toMatch(/^bad_request: one: HTTP 400 .*too long/);
    expect(world.server.batches.map(({ rows }) => rows.length)).toEqual([3, 1]);
    expect(world.look().rows[1]).toMatchObject({ attempts: 2, costPico: ROW_PICO });
  });

  test('rows that expired, or are missing, go into three files at most', async () => {
    world.prompts(2);
    world.server.ending = 'expired';
    const expired = { code: 'batch_expired', message: 'not in time' };
    world.server.lineOf = (row) =>
      numberOf(row) === 0
        ? { text: JSON.stringify({ custom_id: row.customId, response: null, error: expired }) }
        : null;
    await world.run();
    expect(states()).toEqual(['failed', 'failed']);
    expect(errors()).toEqual([
      'not_run: batch_expired: not in time',
      'not_run: batch_3 expired, without an answer',
    ]);
    expect(world.server.batches).toHaveLength(3);
    // Nothing of it is billed, and nothing is a call.
    expect(world.look()).toMatchObject({ calls: [], taken: 0, counts: { uncertainPico: 0n } });
  });

  test('a row that a whole batch forgot may have been billed', async () => {
    world.prompts(2);
    world.server.lineOf = (row) => (numberOf(row) === 0 ? { text: okLine(row) } : null);
    await world.run({ unanswered: 'fail' });
    expect(states()).toEqual(['done', 'failed']);
    // (bytes of "prompt 1" 8 + template 32) × 0.075 + 10 × 0.30 a million = 3 + 3 millionths.
    expect(world.look().counts.uncertainPico).toBe(6_000_000n);
  });

  test('with --unanswered live such rows are left for the runner', async () => {
    world.prompts(2);
    world.server.ending = 'expired';
    world.server.lineOf = (row) => (numberOf(row) === 0 ? { text: okLine(row) } : null);
    const end = await world.run({ unanswered: 'live', isContinued: true });
    expect([end.stop, states()]).toEqual(['done', ['done', 'pending']]);
    expect(world.server.batches).toHaveLength(1);
  });

  test('a file that is refused for one row: that row fails, the others go again', async () => {
    world.prompts(3);
    world.server.ending = 'failed';
    const fault = { code: 'invalid_request', line: 2, message: 'bad body', param: null };
    world.server.errors = { object: 'list', data: [fault] };
    world.server.lineOf = () => null;
    world.server.instead = ({ path, method }) => {
      // The second file is as it should be.
      if (method !== 'POST' || path !== '/v1/batches' || world.server.batches.length === 0) return;
      world.server.ending = 'completed';
      world.server.errors = null;
      world.server.lineOf = (row) => ({ text: okLine(row) });
      return undefined;
    };
    await world.run();
    expect(states()).toEqual(['done', 'failed', 'done']);
    expect(errors()[1]).toBe('bad_request: invalid_request: bad body');
  });

  test('a file too large for the account is cut in half until it fits', async () => {
    world.prompts(8);
    world.server.instead = ({ path, method, body }) => {
      if (method !== 'POST' || path !== '/v1/batches') return undefined;
      const isTooMuch = (world.server.files.get(String(body.input_file_id))?.length ?? 0) > 2;
      world.server.ending = isTooMuch ? 'failed' : 'completed';
      const fault = { code: 'token_limit_exceeded', line: null, message: 'enqueued tokens' };
      world.server.errors = isTooMuch ? { data: [fault] } : null;
      world.server.lineOf = (row) => (isTooMuch ? null : { text: okLine(row) });
      return undefined;
    };
    await world.run({ maxAttempts: 1 });
    expect(states()).toEqual(Array(8).fill('done'));
    expect(world.server.batches.map(({ rows }) => rows.length)[0]).toBe(8);
  });
});

describe('which rows go together', () => {
  test('OpenAI takes a file for each model, Anthropic one for all', async () => {
    const rows = ['gpt-4o-mini', 'gpt-4o', 'gpt-4o-mini'].map((model, n) => `${model},prompt ${n}`);
    world.input(`model,prompt\n${rows.join('\n')}\n`);
    await world.run();
    expect(world.server.batches.map((batch) => batch.rows.map(({ model }) => model))).toEqual([
      ['gpt-4o-mini', 'gpt-4o-mini'],
      ['gpt-4o'],
    ]);
    const other = await new JobsWorld().open();
    other.asAnthropic();
    other.input('model,prompt\nclaude-haiku-4-5,prompt 0\nclaude-sonnet-4-5,prompt 1\n');
    await other.run();
    expect(other.server.batches.map(({ rows: { length } }) => length)).toEqual([2]);
    expect(other.look().calls.every(({ tier }) => tier === 'batch')).toBe(true);
    await other.close();
  });

  test('no file has more rows or bytes than the provider takes', async () => {
    world.prompts(5);
    // A line is about 190 bytes, and the frame counts as 4,096: two lines fit, three do not.
    world.wrap = (api) => ({ ...api, limits: { requests: 4, bytes: 4_096 + 500 } });
    await world.run();
    expect(world.server.batches.map(({ rows }) => rows.length)).toEqual([2, 2, 1]);
  });

  test('a row larger than a file fails alone', async () => {
    world.input(`prompt\nprompt 0\n${'x'.repeat(5_000)}\n`);
    world.wrap = (api) => ({ ...api, limits: { requests: 4, bytes: 4_096 + 500 } });
    await world.run();
    expect([states(), world.server.rowsRun]).toEqual([['done', 'failed'], 1]);
    expect(errors()[1]).toMatch(/^bad_request: \d+ bytes are more than a file/);
  });

  test('equal questions at temperature 0 are asked once', async () => {
    world.settings = { ...world.settings, temperatureMilli: 0 };
    world.input('prompt\nsame\nother\nsame\n');
    const cache = { ttlMs: 86_400_000_000, capacity: 100, maxTemperatureMilli: 0 };
    await world.run({ cache });
    expect(Object.fromEntries(world.server.ran)).toEqual({ same: 1, other: 1 });
    const { rows } = world.look();
    expect(rows.map(({ cache, costPico }) => [cache, costPico])).toEqual([
      ['miss', ROW_PICO],
      ['miss', ROW_PICO],
      ['shared', 0],
    ]);
  });
});

describe('money', () => {
  test('a file that never left may not have been billed', async () => {
    world.prompts(2);
    world.server.instead = () => ({ status: 401, json: { error: { message: 'bad key' } } });
    expect(await world.run()).toMatchObject({ stop: 'unauthorized', results: 0 });
    expect(world.look().counts).toMatchObject({ pending: 2, uncertainPico: 0n });
  });

  // The worst case of a row: 40 tokens in, 10 out: 3 + 3 millionths.
  const WORST = 6_000_000n;

  test('a file has the rows whose worst cases the budget covers, and the rest follows', async () => {
    world.prompts(5);
    // Each answer costs 10.5 millionths: the server counts more tokens than the prompt has bytes.
    const end = await world.run({ limits: { runPico: 3n * WORST, dayPico: null } });
    expect(end).toMatchObject({ stop: 'budget', open: 0 });
    expect(world.server.batches.map(({ rows }) => rows.length)).toEqual([3]);
    expect(states()).toEqual(['done', 'done', 'done', 'pending', 'pending']);
    expect(world.look().taken).toBe(3 * ROW_PICO);
  });

  test('what answers cost less is for the next file', async () => {
    world.prompts(4);
    const line = (row: SeenRow) => okLine(row).replace('"prompt_tokens":100', '"prompt_tokens":1');
    world.server.lineOf = (row) => ({ text: line(row) });
    // 1 × 0.075 + 10 × 0.30 a million: 3.075 of 6 millionths. 12 cover two; 5.85 are left, which
    // cover none.
    const end = await world.run({ limits: { runPico: 2n * WORST, dayPico: null } });
    expect([end.stop, world.look().counts.costPico]).toEqual(['budget', 6_150_000n]);
    await world.run({ limits: { runPico: 2n * WORST + 6_150_000n, dayPico: null } });
    expect(states()).toEqual(Array(4).fill('done'));
    expect(world.look().taken).toBe(4 * 3_075_000);
  });

  test('while a file is at the provider all of its worst case is taken, also for the day', async () => {
    world.prompts(3);
    world.server.looks = 100;
    const end = await world.run({
      isWaiting: false,
      limits: { runPico: null, dayPico: 3n * WORST },
    });
    expect(end).toMatchObject({ stop: 'at_provider', open: 1 });
    expect(world.look().taken).toBe(Number(3n * WORST));
    // Another process that opens the ledger leaves it as it is.
    await world.run({ isWaiting: false });
    expect(world.look()).toMatchObject({ taken: Number(3n * WORST), counts: { unknown: 0 } });
    world.server.finishAll();
    await world.run({ isWaiting: false });
    expect(world.look()).toMatchObject({ taken: 3 * ROW_PICO, counts: { done: 3 } });
  });

  test('a model without a batch price is not asked within a budget', async () => {
    world.settings = { ...world.settings, model: 'nobody-knows-it' };
    world.prompts(1);
    await world.run({ limits: { runPico: WORST, dayPico: null } });
    expect([errors()[0]?.slice(0, 8), world.server.rowsRun]).toEqual(['unpriced', 0]);
    const other = await new JobsWorld().open();
    other.settings = world.settings;
    other.prompts(1);
    await other.run();
    expect(other.look().rows[0]).toMatchObject({ state: 'done', costPico: null });
    await other.close();
  });
});

describe('what goes wrong', () => {
  test('a bad key stops the run at once; with the right one it goes on', async () => {
    world.prompts(2);
    world.server.instead = () => ({ status: 401, json: { error: { message: 'bad key' } } });
    expect(await world.run()).toMatchObject({ stop: 'unauthorized' });
    expect(world.server.received).toHaveLength(1);
    world.server.instead = () => undefined;
    await world.run();
    expect([states(), world.server.rowsRun]).toEqual([['done', 'done'], 2]);
  });

  test('an endpoint without a Batch API: said, and the rows stay as they were', async () => {
    world.prompts(2);
    world.server.instead = () => ({ status: 404, json: { error: { message: 'not found' } } });
    const end = await world.run();
    expect([end.stop, end.message]).toEqual(['outage', expect.stringContaining('no Batch API')]);
    expect(world.look().counts).toMatchObject({ pending: 2, failed: 0 });
  });

  test('a refused file fails its rows, unless they go on live', async () => {
    world.prompts(2);
    world.server.instead = ({ path }) =>
      path === '/v1/batches' ? { status: 400, json: { error: { message: 'no' } } } : undefined;
    await world.run({ unanswered: 'live', isContinued: true });
    expect(states()).toEqual(['pending', 'pending']);
  });

  test('rate limits and faults are waited out; twenty in a row are an outage', async () => {
    world.prompts(1);
    let refused = 0;
    world.server.instead = () =>
      refused++ < 3 ? { status: 429, json: { error: { message: 'slow down' } } } : undefined;
    await world.run();
    expect([states(), refused > 3]).toEqual([['done'], true]);
    world.input('prompt\nanother\n');
    const other = await new JobsWorld().open();
    other.prompts(1);
    other.server.instead = () => ({ status: 503, text: 'busy' });
    expect(await other.run()).toMatchObject({ stop: 'outage', open: 0 });
    await other.close();
  });

  test('rows that were too many for the account go on, however the file before them ended', async () => {
    world.prompts(2);
    let looks = 0;
    world.server.instead = ({ method, path }) => {
      if (method !== 'GET') return undefined;
      if (path === '/v1/batches/batch_1') {
        const known = { json: { id: 'batch_1', status: 'in_progress' } };
        return looks++ === 0 ? known : { status: 404, json: { error: { message: 'gone' } } };
      }
      if (path !== '/v1/batches/batch_2') return undefined;
      const data = [{ code: 'token_limit_exceeded', message: 'enqueued tokens' }];
      return { json: { id: 'batch_2', status: 'failed', errors: { data } } };
    };
    expect(await world.run({ fileRows: 1 })).toMatchObject({ stop: 'done', open: 0 });
    expect(states()).toEqual(['unknown', 'done']);
  });

  test('an output that breaks off is fetched again, and no row is taken twice', async () => {
    world.prompts(4);
    let fetched = 0;
    world.wrap = (api) => ({
      ...api,
      async *download(path, signal) {
        let lines = 0;
        const isFirst = fetched++ === 0;
        for await (const piece of api.download(path, signal)) {
          if (isFirst && lines++ === 2) {
            yield await failureLike(api);
            return;
          }
          yield piece;
        }
      },
    });
    await world.run();
    expect([states(), world.look().calls.length, fetched]).toEqual([Array(4).fill('done'), 4, 2]);
  });

  test('an output that ends early without a word is fetched again', async () => {
    world.prompts(4);
    let fetched = 0;
    world.server.instead = ({ path }) => {
      if (!path.endsWith('/content') || fetched++ > 0) return undefined;
      const [batch] = world.server.batches;
      return { text: (batch?.outputs.ok ?? []).slice(0, 2).join('\n') };
    };
    await world.run();
    expect([states(), fetched, world.server.rowsRun]).toEqual([Array(4).fill('done'), 2, 4]);
    expect(world.told.join('\n')).toContain('counts 2 rows more than its output holds');
  });

  test('rows that were run, and whose answers never come, are unknown: not asked again', async () => {
    world.prompts(4);
    let fetched = 0;
    world.server.instead = ({ path }) => {
      if (!path.endsWith('/content')) return undefined;
      fetched++;
      return { text: (world.server.batches[0]?.outputs.ok ?? []).slice(0, 1).join('\n') };
    };
    expect(await world.run()).toMatchObject({ stop: 'done', open: 0 });
    expect(states()).toEqual(['done', 'unknown', 'unknown', 'unknown']);
    expect(errors()[1]).toBe('unknown: batch_1 counts 3 rows as run that its output does not hold');
    expect([fetched, world.server.rowsRun]).toEqual([4, 4]);
    // (8 + 32 bytes) × 0.075 + 10 × 0.30 a million = 6 millionths each: it stays spent.
    expect(world.look().counts.uncertainPico).toBe(18_000_000n);
    await world.run();
    expect(world.server.rowsRun).toBe(4);
    world.server.instead = () => undefined;
    world.retryUnknown();
    await world.run();
    expect([states(), world.server.rowsRun]).toEqual([Array(4).fill('done'), 7]);
  });

  test('a batch that is completed, but whose output is not there yet, is waited for', async () => {
    world.prompts(2);
    let looks = 0;
    world.server.instead = ({ method, path }) => {
      if (method !== 'GET' || path !== '/v1/batches/batch_1' || looks++ > 1) return undefined;
      const request_counts = { total: 2, completed: 2, failed: 0 };
      return { json: { id: 'batch_1', status: 'completed', output_file_id: null, request_counts } };
    };
    await world.run();
    expect([states(), looks, world.server.rowsRun]).toEqual([['done', 'done'], 3, 2]);
  });

  test('a batch the provider forgot: its rows are unknown, and their worst case stays spent', async () => {
    world.prompts(2);
    world.server.looks = 100;
    await world.run({ isWaiting: false });
    world.server.batches.pop();
    await world.run();
    expect(world.look().counts).toMatchObject({ unknown: 2, uncertainPico: 12_000_000n });
  });

  test('looks at the provider grow apart', async () => {
    world.prompts(1);
    world.server.looks = 4;
    const start = world.nowMs;
    await world.run({ pollMs: 1_000 });
    // Waits of 1, 1.5, 2.25 and 3.375 s.
    expect(world.nowMs - start).toBe(1_000 + 1_500 + 2_250 + 3_375);
  });

  test('files of an endpoint that is not given are not touched', async () => {
    world.prompts(1);
    world.server.looks = 100;
    await world.run({ isWaiting: false });
    await expect(world.run({ endpoints: [] })).rejects.toThrow('is at one, which is none of the');
  });
});

describe('stopping', () => {
  test('Ctrl-C leaves the file at the provider', async () => {
    world.prompts(2);
    world.server.looks = 100;
    const running = world.run({ tell: (text) => void (/submitted/.test(text) && world.stop()) });
    expect(await running).toMatchObject({ stop: 'interrupted', open: 1 });
    expect(world.look().counts).toMatchObject({ pending: 2, unknown: 0 });
  });

  test('a cancelled file gives what it answered, and is paid for that only', async () => {
    world.prompts(3);
    world.server.looks = 100;
    world.server.lineOf = (row) => (numberOf(row) < 2 ? { text: okLine(row) } : null);
    await world.run({ isWaiting: false });
    const end = await world.run({ isCancelling: true });
    expect([end.open, world.server.cancelled]).toEqual([0, ['batch_1']]);
    expect(states()).toEqual(['done', 'done', 'pending']);
    expect(world.look().taken).toBe(2 * ROW_PICO);
  });
});

/** A connection that was lost. */
async function failureLike(api: { read(id: string): Promise<unknown> }) {
  const given = await api.read('nowhere');
  return { ...(given as object), code: 'connection_lost' } as never;
}
