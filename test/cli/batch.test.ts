import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerTo, BatchWorld, promptOf } from './batch-world.ts';

let world: BatchWorld;
beforeEach(async () => {
  world = await new BatchWorld().open();
});
afterEach(() => world.shut());

const GO = ['--model', 'gpt-4o-mini', '--yes'];
const REFUSED = { status: 400, json: { error: { message: 'no', type: 'invalid_request_error' } } };

describe('a run', () => {
  test('answers stand in the order of the input, with its columns and what they cost', async () => {
    world.file('in.csv', 'id,prompt,note\n1,first,=1+1\n2,second,\n');
    const { code, stderr } = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('2 done')]);
    // 100 in at $0.15 and 10 out at $0.60 per million: 15 + 6 = 21 millionths.
    expect(world.rows('out.csv')).toMatchObject([
      {
        id: '1',
        prompt: 'first',
        note: "'=1+1",
        status: 'done',
        answer: 're first',
        cost_usd: '0.000021',
      },
      {
        id: '2',
        note: '',
        answer: 're second',
        input_tokens: '100',
        output_tokens: '10',
        cache: 'miss',
      },
    ]);
    expect(statSync(join(world.folder, 'aicost.db')).mode & 0o777).toBe(0o600);
  });

  test('its calls are in the ledger, under its name', async () => {
    world.prompts(3);
    await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    const report = world.report(['report']);
    expect(report.totals).toMatchObject({ calls: 3, input_tokens: 300, cost_usd: '0.000063' });
    expect(report.sources).toEqual([
      { path: `batch 1: ${join(world.folder, 'in.csv')}`, calls: 3 },
    ]);
  });

  test('the same command asks nothing again; other settings are noticed', async () => {
    world.prompts(5);
    await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    const again = await world.batch(['in.csv', ...GO, '-o', 'again.csv']);
    expect([again.code, world.requests]).toEqual([0, 5]);
    expect(readFileSync(join(world.folder, 'again.csv'))).toEqual(
      readFileSync(join(world.folder, 'out.csv')),
    );
    await world.batch(['in.csv', ...GO, '--new', '-o', 'new.csv']);
    expect(world.requests).toBe(10);
  });

  test('a changed input or setting of a run that is not finished is refused', async () => {
    world.prompts(3);
    world.reply = () => ({ status: 401, json: { error: { message: 'bad key' } } });
    const refused = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([refused.code, world.requests <= 3]).toEqual([1, true]);
    expect(refused.stderr).not.toContain('sk-test-secret');
    const settings = await world.batch(['in.csv', ...GO, '--system', 'other', '-o', 'out.csv']);
    expect([settings.code, settings.stderr]).toEqual([
      2,
      expect.stringContaining('the settings have changed since batch 1'),
    ]);
    world.prompts(4);
    const input = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect(input.stderr).toContain('the input has changed since batch 1');
    world.reply = answerTo;
    const resumed = await world.batch(['resume', '1', '--yes', '-o', 'out.csv']);
    expect([resumed.code, world.rows('out.csv').length]).toEqual([0, 3]);
  });

  test('nothing is spent unasked', async () => {
    world.prompts(2);
    const { code, stderr } = await world.batch(['in.csv', '--model', 'gpt-4o-mini']);
    expect([code, world.requests]).toEqual([2, 0]);
    expect(stderr).toContain('this would spend: 2 rows for gpt-4o-mini');
    const dry = await world.batch(['in.csv', '--model', 'gpt-4o-mini', '--dry-run', '--csv']);
    expect([dry.code, dry.stdout.split('\r\n').length, world.requests]).toEqual([0, 4, 0]);
    expect(JSON.parse((await world.batch(['status', '--json'])).stdout)).toEqual([]);
  });

  test('rows that cannot be asked fail alone; a stray quote stops all', async () => {
    world.file('in.csv', 'prompt,temperature\n=1+1,\n"",\nok,hot\n');
    const { code, stderr } = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/Failures +2 bad_row/)]);
    expect(world.rows('out.csv').map(({ status, error }) => [status, error])).toEqual([
      ['done', ''],
      ['failed', 'bad_row: prompt: empty'],
      ['failed', "bad_row: temperature: 'hot' is not a number from 0 to 2"],
    ]);
    world.file('bad.csv', 'prompt\nok\nsay "hi"\n');
    const bad = await world.batch(['bad.csv', ...GO]);
    expect([bad.code, bad.stderr, world.requests]).toEqual([
      2,
      expect.stringContaining('bad.csv:3: a quote stands within a cell'),
      1,
    ]);
  });

  test('a row that can no longer be asked keeps the attempts it had', async () => {
    world.file('p.gif', 'GIF89a');
    world.file('in.csv', 'prompt,image\nlook,p.gif\n');
    world.reply = () => REFUSED;
    await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect(world.rows('out.csv')[0]).toMatchObject({ status: 'failed', attempts: '1' });
    rmSync(join(world.folder, 'p.gif'));
    await world.batch(['retry-failed', '1', '--yes', '-o', 'out.csv']);
    expect(world.rows('out.csv')[0]).toMatchObject({
      ...{ status: 'failed', attempts: '1', error: expect.stringContaining('bad_row: ') },
    });
  });

  test('what failed is kept with its reason, and asked again', async () => {
    world.prompts(4);
    world.reply = (request) =>
      promptOf(request.body) === 'prompt 2' ? REFUSED : answerTo(request);
    const first = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([first.code, first.stderr]).toEqual([
      3,
      expect.stringContaining('aicost batch retry-failed 1'),
    ]);
    expect(world.rows('out.csv')[2]).toMatchObject({
      ...{ prompt: 'prompt 2', status: 'failed', error: expect.stringContaining('bad_request') },
    });
    world.reply = answerTo;
    const retried = await world.batch(['retry-failed', '1', '--yes', '-o', 'out.csv']);
    expect([retried.code, world.requests]).toEqual([0, 5]);
    expect(world.rows('out.csv').map(({ answer, attempts }) => [answer, attempts])).toEqual([
      ...[
        ['re prompt 0', '1'],
        ['re prompt 1', '1'],
        ['re prompt 2', '2'],
        ['re prompt 3', '1'],
      ],
    ]);
  });

  test('equal rows are asked once, and later runs take the answer', async () => {
    world.file('in.csv', 'prompt,temperature\nsame,0\nsame,0\nother,0\nsame,0.5\n');
    await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect(Object.fromEntries(world.asked)).toEqual({ same: 2, other: 1 });
    expect(world.rows('out.csv').map(({ cache }) => cache)).toEqual([
      'miss',
      'shared',
      'miss',
      'miss',
    ]);
    await world.batch(['in.csv', ...GO, '--new', '-o', 'new.csv']);
    expect(world.rows('new.csv').map(({ cache, cost_usd }) => [cache, cost_usd])).toEqual([
      ...[
        ['exact', '0'],
        ['shared', '0'],
        ['exact', '0'],
        ['miss', '0.000021'],
      ],
    ]);
  });

  test('rows without a temperature share an answer within their run, not beyond it', async () => {
    world.file('in.csv', `prompt\n${'same\nother\n'.repeat(60)}`);
    await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect(Object.fromEntries(world.asked)).toEqual({ same: 1, other: 1 });
    await world.batch(['in.csv', ...GO, '--new', '-o', 'new.csv']);
    expect(Object.fromEntries(world.asked)).toEqual({ same: 2, other: 2 });
  });

  test('cancelled rows are not asked; what was answered is exported', async () => {
    world.prompts(3);
    world.reply = () => ({ status: 401, json: { error: { message: 'bad key' } } });
    await world.batch(['in.csv', ...GO]);
    expect((await world.batch(['cancel', '1'])).code).toBe(0);
    const { stdout } = await world.batch(['export', '1', '--format', 'ndjson']);
    const states = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).status);
    expect(states).toEqual(['cancelled', 'cancelled', 'cancelled']);
    const resumed = await world.batch(['resume', '1', '--yes']);
    expect([resumed.code, resumed.stderr]).toEqual([
      2,
      expect.stringContaining('batch 1 was cancelled'),
    ]);
  });

  test('a finished run is not cancelled: the same command would pay for it again', async () => {
    world.prompts(2);
    await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    const { code, stderr } = await world.batch(['cancel', '1']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('batch 1 is finished')]);
    const again = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([again.code, world.requests]).toEqual([0, 2]);
  });

  test('JSON lines in, JSON lines out: what is carried keeps its type, and all its digits', async () => {
    world.file('in.jsonl', '{"id":12345678901234567890,"n":1,"prompt":"a"}\n{"prompt":"b"}\n');
    await world.batch(['in.jsonl', ...GO, '-o', 'out.jsonl']);
    const lines = readFileSync(join(world.folder, 'out.jsonl'), 'utf8').trim().split('\n');
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first).toMatchObject({ id: '12345678901234567890', n: 1, prompt: 'a', answer: 're a' });
    expect([second.answer, 'n' in second]).toEqual(['re b', false]);
  });
});

describe('kill -9', () => {
  test('at 20 random moments: no row is asked twice, none is lost', async () => {
    const rows = 240;
    world.prompts(rows);
    world.reply = async (request) => {
      await new Promise((done) => setTimeout(done, 8));
      return answerTo(request);
    };
    const args = ['in.csv', ...GO, '--concurrency', '4', '-o', 'out.csv'];
    let killed = 0;
    for (; killed < 20; killed++) {
      const { child, ended } = world.spawn(args);
      const after = world.requests + 1 + Math.floor(Math.random() * 8);
      world.onAsked = () => {
        if (world.requests < after) return;
        world.onAsked = () => {};
        setTimeout(() => child.kill('SIGKILL'), Math.random() * 12);
      };
      const { code } = await ended;
      if (code !== null) break;
      if (!existsSync(join(world.folder, 'out.csv'))) continue;
      // Safe to read at any moment: what is there are answers, from the first row on.
      const text = readFileSync(join(world.folder, 'out.csv'), 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\r\n')).split('\r\n').slice(1);
      expect(whole.every((line, index) => line.startsWith(`prompt ${index},`))).toBe(true);
    }
    expect(killed).toBe(20);
    world.onAsked = () => {};
    const last = await world.batch(args);
    expect(last.code).toBe(3);
    expect(Math.max(...world.asked.values())).toBe(1);
    const results = world.rows('out.csv');
    const done = results.filter(({ status }) => status === 'done');
    const unknown = results.filter(({ status }) => status === 'unknown').length;
    expect(done.length + unknown).toBe(rows);
    // No more than were in flight at each kill, and each answer is that of its row.
    expect(unknown).toBeLessThanOrEqual(20 * 4);
    for (const { prompt, answer } of done) expect(answer).toBe(`re ${prompt}`);
    const retried = await world.batch([...args, '--retry-unknown']);
    expect([retried.code, world.rows('out.csv').every(({ status }) => status === 'done')]).toEqual([
      ...[0, true],
    ]);
    expect(Math.max(...world.asked.values())).toBeLessThanOrEqual(2);
  }, 120_000);
});

describe('budgets', () => {
  test('three processes never spend more than the day allows', async () => {
    const files = ['a.csv', 'b.csv', 'c.csv'];
    for (const file of files) world.prompts(100, file, file);
    // Billed: 21 millionths of a dollar a call. The worst case of one: 8 bytes of prompt and 32 for
    // its template at $0.15, 200 tokens at $0.60 per million = 6.15 + 120, about 126 millionths.
    const money = ['--max-tokens', '200', '--daily-budget', '0.002', '--concurrency', '8'];
    const ran = await Promise.all(
      files.map((file) => world.batch([file, '--model', 'gpt-4o-mini', ...money])),
    );
    expect(ran.map(({ code, stderr }) => (code === 3 ? 'budget' : stderr))).toEqual([
      ...['budget', 'budget', 'budget'],
    ]);
    expect(ran[0]?.stderr).toMatch(
      /stopped \(budget\).*go on after that: aicost batch resume \d+ --daily-budget 0.002;/s,
    );
    const { totals } = world.report(['report']);
    expect(totals.calls).toBe(world.requests);
    expect(Number(totals.cost_usd)).toBeLessThanOrEqual(0.002);
    // Alone, the last process goes on until not one worst case fits any more.
    const last = await world.batch(['a.csv', '--model', 'gpt-4o-mini', ...money]);
    const spent = Number(world.report(['report']).totals.cost_usd);
    expect([last.code, spent <= 0.002, spent > 0.002 - 0.000127]).toEqual([3, true, true]);
  });

  test('a model without a price has no budget', async () => {
    world.prompts(2);
    const { code, stderr } = await world.batch([
      'in.csv',
      '--model',
      'nobody-knows',
      '--budget',
      '1',
    ]);
    expect([code, world.requests]).toEqual([2, 0]);
    expect(stderr).toContain("give --price 'nobody-knows:input=…,output=…'");
    const priced = ['--price', 'nobody-knows:input=1,output=2', '--budget', '1'];
    const open = await world.batch(['in.csv', '--model', 'nobody-knows', ...priced]);
    expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('give --max-tokens N')]);
    expect(JSON.parse((await world.batch(['status', '--json'])).stdout)).toEqual([]);
  });

  test('a row whose own model has no price fails alone', async () => {
    world.file('in.csv', 'prompt,model\na,nobody-knows\nb,\n');
    const go = ['--model', 'gpt-4o-mini', '--budget', '1', '-o', 'out.csv'];
    expect((await world.batch(['in.csv', ...go])).code).toBe(3);
    expect(world.rows('out.csv').map(({ status, error }) => [status, error])).toEqual([
      ['failed', expect.stringContaining("give --price 'nobody-knows:")],
      ['done', ''],
    ]);
  });
});
