/** What goes wrong around a batch: disks, locks, keys, networks, inputs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Reply } from '../providers/server.ts';
import { answerTo, BatchWorld, promptOf } from './batch-world.ts';

let world: BatchWorld;
let children: ChildProcess[];
beforeEach(async () => {
  world = await new BatchWorld().open();
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await world.shut();
});

const GO = ['--model', 'gpt-4o-mini', '--yes'];

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What became of each row of the results, counted. */
function statuses(name: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status = '' } of world.rows(name)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('a full disk', () => {
  test('of the results: nothing is asked, and the same command goes on', async () => {
    world.prompts(20);
    const full = await world.batch(['in.csv', ...GO, '-o', '/dev/full']);
    expect([full.code, full.stderr]).toEqual([
      1,
      expect.stringMatching(/cannot write \/dev\/full \(ENOSPC\)\n.*free some space/),
    ]);
    expect([lstatSync('/dev/full').isCharacterDevice(), world.requests]).toEqual([true, 0]);
    const again = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([again.code, statuses('out.csv'), world.requests]).toEqual([0, { done: 20 }, 20]);
  });

  test('of the results, in the midst of a run: the answers are in the ledger', async () => {
    world.prompts(20);
    // JSON lines have no header, so that the first thing to be written is an answer.
    const args = ['in.csv', ...GO, '-o', '/dev/full', '--format', 'ndjson'];
    const full = await world.batch(args);
    expect([full.code, full.stderr]).toEqual([
      1,
      expect.stringMatching(/cannot write \/dev\/full \(ENOSPC\)\n.*aicost batch export/),
    ]);
    const asked = world.requests;
    expect(asked).toBeGreaterThan(0);
    const again = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([again.code, statuses('out.csv'), world.requests]).toEqual([0, { done: 20 }, 20]);
  });

  test('of the ledger: what was sent is done or unknown, and never asked twice', async () => {
    world.prompts(300);
    // Files of at most 260 KiB: the ledger's log of writes meets it after some rows.
    const limited = ['bash', '-c', 'ulimit -f 260; exec "$@"', 'bash'];
    const { code, stderr } = await world.spawn(['in.csv', ...GO, '-o', 'out.csv'], limited).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('check free space and the disk')]);
    expect(world.requests).toBeGreaterThan(0);
    const again = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([again.code === 0 || again.code === 3, Math.max(...world.asked.values())]).toEqual([
      ...[true, 1],
    ]);
    const { done = 0, unknown = 0 } = statuses('out.csv');
    // Each was asked once, by the first process or by the second.
    expect([done + unknown, world.requests]).toEqual([300, 300]);
    // No more than were in flight when the disk was full.
    expect(unknown).toBeLessThanOrEqual(16);
  });
});

describe('a place for the results', () => {
  test('that is a link stays one; a device is not replaced', async () => {
    world.prompts(2);
    world.file('real.csv', 'old');
    symlinkSync(join(world.folder, 'real.csv'), join(world.folder, 'link.csv'));
    await world.batch(['in.csv', ...GO, '-o', 'link.csv']);
    expect(lstatSync(join(world.folder, 'link.csv')).isSymbolicLink()).toBe(true);
    expect(statuses('real.csv')).toEqual({ done: 2 });
    const none = await world.batch(['in.csv', ...GO, '-o', '/dev/null']);
    expect([none.code, lstatSync('/dev/null').isCharacterDevice()]).toEqual([0, true]);
  });
});

describe('a ledger that another process has locked', () => {
  const LOCK = `
    const Database = require('better-sqlite3');
    const db = new Database(process.argv[1]);
    db.exec('BEGIN IMMEDIATE');
    console.log('locked');
    setTimeout(() => db.exec('ROLLBACK'), Number(process.argv[2]));
  `;

  /** Resolves when a process of its own has locked the ledger. */
  function lock(ms: number): Promise<void> {
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const ledger = join(world.folder, 'aicost.db');
    const child = spawn(process.execPath, ['-e', LOCK, ledger, String(ms)], { cwd });
    children.push(child);
    return new Promise((resolve) => child.stdout.once('data', () => resolve()));
  }

  test('for longer than it waits (5 s): says so, in the midst of a run too, and loses nothing', async () => {
    world.prompts(60);
    const args = ['in.csv', ...GO, '--concurrency', '4', '-o', 'out.csv'];
    const isLocked = new Promise<void>((resolve) => {
      world.onAsked = () => {
        if (world.requests === 12) resolve(lock(7_000));
      };
    });
    // From the 12th request on nobody is answered before the ledger is locked.
    world.reply = async (request) => {
      if (world.requests >= 12) await isLocked;
      return answerTo(request);
    };
    const { code, stderr } = await world.batch(args);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is in use by another process')]);
    expect(world.requests).toBeLessThan(60);
    const again = await world.batch(args);
    expect([again.code, statuses('out.csv')]).toEqual([0, { done: 60 }]);
    expect([world.requests, Math.max(...world.asked.values())]).toEqual([60, 1]);
  }, 60_000);

  test('for a moment is waited for', async () => {
    world.prompts(3);
    await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    await lock(700);
    const { code } = await world.batch(['in.csv', ...GO, '--new', '-o', 'out.csv']);
    expect([code, statuses('out.csv')]).toEqual([0, { done: 3 }]);
  });
});

describe('a key, a host', () => {
  test('a bad key stops at once: 5,000 rows, no more requests than in flight', async () => {
    world.prompts(5_000);
    world.reply = async () => {
      await wait(5);
      return { status: 401, json: { error: { message: 'Incorrect', code: 'invalid_api_key' } } };
    };
    const { code, stderr } = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/stopped \(unauthorized\).*5,000 rows pending\n.*batch resume 1/),
    ]);
    expect(world.requests).toBeLessThanOrEqual(16);
    expect(statuses('out.csv')).toEqual({ pending: 5_000 });
    expect(stderr).not.toContain('sk-test-secret');
    expect(readFileSync(join(world.folder, 'aicost.db')).includes('sk-test-secret')).toBe(false);
  });

  test.each([
    ['http://nobody.invalid/v1', /no such host as nobody\.invalid|cannot connect \(EAI_AGAIN\)/],
    ['http://127.0.0.1:9/v1', /the connection was refused/],
  ])('%s is never reached: said at once, nothing was billed', async (url, reason) => {
    world.prompts(1_000);
    const { code, stderr } = await world.batch(['in.csv', ...GO, '--base-url', url, '-q']);
    expect([code, stderr]).toEqual([3, expect.stringMatching(reason)]);
    expect(stderr).toContain('1,000 rows pending');
    const [status] = JSON.parse((await world.batch(['status', '1', '--json'])).stdout);
    expect(status).toMatchObject({ pending: 1_000, cost_usd: '0', uncertain_usd: '0' });
  });
});

describe('what servers do', () => {
  const HTML = { text: '<html>Bad gateway</html>', headers: { 'content-type': 'text/html' } };
  const json = (error: object): Reply => ({ json: { error } });
  /** Prompt → what the server does, and what becomes of the row. */
  const CASES: Record<string, [Reply, string, string]> = {
    error: [json({ code: 400, message: 'no' }), 'failed', 'bad_request: '],
    html: [HTML, 'failed', 'bad_answer: '],
    half: [{ fault: 'half' }, 'failed', 'bad_answer: '],
    cut: [{ fault: 'cut' }, 'failed', 'connection_lost: '],
    reset: [{ fault: 'reset' }, 'failed', 'connection_lost: '],
    hang: [{ fault: 'hang' }, 'failed', 'timed_out: '],
    drip: [{ fault: 'drip' }, 'failed', 'timed_out: '],
    flood: [{ fault: 'flood', bytes: 50_000_000 }, 'failed', 'bad_answer: '],
    '502': [{ status: 502, json: {} }, 'failed', 'gateway_error: '],
    '503': [{ status: 503, json: {} }, 'failed', 'server_error: '],
    '529': [{ status: 529, json: {} }, 'failed', 'server_error: '],
    fine: [{}, 'done', ''],
  };
  const names = Object.keys(CASES);

  test('each fault fails its own row, with its reason; what may have been billed is counted', async () => {
    world.file('in.csv', `prompt\n${names.join('\n')}\n`);
    world.reply = ({ body }) => CASES[promptOf(body)]![0];
    // One at a time, and something that works after each, so that the breaker stays closed: it is
    // asked each time, which equal rows are not unless told.
    const args = ['--concurrency', '1', '--timeout', '0.5', '--max-attempts', '1', '--no-cache'];
    const order = names.flatMap((name) => [name, 'fine']);
    world.file('in.csv', `prompt\n${order.join('\n')}\n`);
    const { code, stderr } = await world.batch(['in.csv', ...GO, ...args, '-o', 'out.csv']);
    expect(code).toBe(3);
    for (const { prompt = '', status, error = '' } of world.rows('out.csv')) {
      const [, expected, reason] = CASES[prompt]!;
      expect([prompt, status]).toEqual([prompt, expected]);
      expect(error.startsWith(reason)).toBe(true);
    }
    // Seven may have been billed: html, half, cut, reset, hang, drip, flood, and 502.
    expect(stderr).toMatch(/more may have been billed/);
    const sql = 'SELECT count(*) FROM batch_attempt WHERE may_have_been_billed = 1';
    const ledger = world.ledger();
    expect(ledger.prepare(sql).pluck().get()).toBe(8);
    ledger.close();
  });

  test('an answer without usage is an answer, and its cost is unknown', async () => {
    world.prompts(1);
    world.reply = (request) => {
      const { usage: _, ...rest } = (answerTo(request) as { json: { usage: object } }).json;
      return { json: rest };
    };
    const { code, stderr } = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 answer without a price')]);
    expect(world.rows('out.csv')).toMatchObject([
      { status: 'done', input_tokens: '', output_tokens: '', cost_usd: '' },
    ]);
  });
});

describe('inputs', () => {
  test.each([
    ['a,b\n1,2\n', [], 'in.csv has no column that is clearly a prompt'],
    ['a,b\n1,2\n', ['--prompt-column', 'c'], "in.csv has no column 'c'"],
    ['prompt\n', [], 'in.csv has no rows'],
    ['', [], 'in.csv has no rows'],
    ['prompt\nok\n"never closed\n', [], 'in.csv:3: a quote is not closed'],
    ['prompt\nok\n"a" b\n', [], 'in.csv:3: text follows a closing quote'],
    ['{"prompt":"ok"}\n{"prompt":\n', [], 'in.csv:2: not JSON'],
  ])('%j %j: nothing is asked', async (text, flags, message) => {
    world.file('in.csv', text);
    const { code, stderr } = await world.batch(['in.csv', ...GO, ...flags, '-o', 'out.csv']);
    expect([code, stderr, world.requests]).toEqual([2, expect.stringContaining(message), 0]);
  });

  test('no model at all is said once, not for each row', async () => {
    world.prompts(3);
    const { code, stderr } = await world.batch(['in.csv', '--yes', '-o', 'out.csv']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('no model is named')]);
  });

  test('a prompt of 1 MB, an empty one, and one that begins with =', async () => {
    const long = 'x'.repeat(1_000_000);
    world.file('in.csv', `id,prompt\n1,${long}\n2,\n3,=SUM(A1)\n`);
    const { code } = await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    expect(code).toBe(3);
    expect(world.rows('out.csv').map(({ status, error }) => [status, error])).toEqual([
      ...[
        ['done', ''],
        ['failed', 'bad_row: prompt: empty'],
        ['done', ''],
      ],
    ]);
    expect([...world.asked.keys()].sort()).toEqual(['=SUM(A1)', long].sort());
    expect(world.rows('out.csv')[2]).toMatchObject({ prompt: "'=SUM(A1)" });
  });

  test('images by URL and by path, from the folder of the input', async () => {
    const bytes = Buffer.from('89504e470d0a1a0a', 'hex');
    writeFileSync(join(world.folder, 'dot.png'), bytes);
    world.file(
      'in.csv',
      'prompt,image\nurl,https://example.com/a.png\npath,dot.png\nboth,dot.png https://example.com/a.png\ngone,none.png\nno picture,in.csv\n',
    );
    const bodies = new Map<string, unknown>();
    world.reply = (request) => {
      const { content } = request.body.messages.at(-1);
      bodies.set(content[0].text, content.slice(1));
      return answerTo(request);
    };
    await world.batch(['in.csv', ...GO, '-o', 'out.csv']);
    const url = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } };
    const data = `data:image/png;base64,${bytes.toString('base64')}`;
    const path = { type: 'image_url', image_url: { url: data } };
    expect(Object.fromEntries(bodies)).toEqual({ url: [url], path: [path], both: [path, url] });
    expect(world.rows('out.csv').map(({ status, error }) => `${status} ${error}`)).toEqual([
      ...['done ', 'done ', 'done '],
      'failed bad_row: image: cannot read none.png (ENOENT)',
      'failed bad_row: image: not a PNG, JPEG, GIF or WebP file',
    ]);
  });
});
