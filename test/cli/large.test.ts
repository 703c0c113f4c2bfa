/** A log that is large enough for threads: its totals, and what is left when it is cut short. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Random } from '../formats/random.ts';
import { CliWorld, flatLine } from './world.ts';

let world: CliWorld;
beforeEach(() => {
  world = new CliWorld();
});
afterEach(() => world.close());

interface Body {
  usage: {
    prompt_tokens: number;
    completion_tokens: number;
    prompt_tokens_details: { cached_tokens: number };
  };
}

/** Pairs and flat records of several shapes, some lines damaged, beyond 12 MB. */
function mixedLog(): string {
  const random = new Random(21);
  const lines: string[] = [];
  for (let n = 0; n < 24_000; n++) {
    const input = random.between(10, 4_000);
    const usage = {
      prompt_tokens: input,
      completion_tokens: random.between(0, 300),
      prompt_tokens_details: { cached_tokens: random.between(0, input) },
    };
    const body = {
      id: `c-${n}`,
      object: 'chat.completion',
      model: random.pick(['gpt-4o', 'gpt-4o-mini']),
      choices: [{ message: { content: 'ok' }, finish_reason: 'stop' }],
      usage,
    };
    const text = `${'Grüße, "zitiert" \\ 你好 '.repeat(random.between(1, 30))}${n}`;
    const user = random.pick(['a', 'b', 'c', undefined]);
    const timestamp = Date.UTC(2026, 2, 1) + random.between(0, 30 * 86_400) * 1000;
    if (n % 100 === 7) lines.push(`{"broken": ${n}`);
    else if (n % 10 === 3)
      lines.push(
        flatLine(n, {
          prompt_tokens: input,
          cached_tokens: usage.prompt_tokens_details.cached_tokens,
          completion_tokens: usage.completion_tokens,
          user,
        }),
      );
    else
      lines.push(
        JSON.stringify(
          {
            timestamp,
            user,
            request: { model: body.model, messages: [{ role: 'user', content: text }] },
            response: body,
          },
          null,
          random.chance(0.02) ? ' ' : 0,
        ).replaceAll('\n', ''),
      );
  }
  return `${lines.join('\n')}\n`;
}

test('threads read what a plain loop reads; packed and by standard input as well', () => {
  const log = mixedLog();
  expect(log.length).toBeGreaterThan(12 * 1024 * 1024);
  const expected = { calls: 0, input_tokens: 0, cached_input_tokens: 0, output_tokens: 0 };
  let broken = 0;
  for (const line of log.trim().split('\n')) {
    let record: {
      response?: Body;
      prompt_tokens: number;
      completion_tokens: number;
      cached_tokens: number;
    };
    try {
      record = JSON.parse(line) as typeof record;
    } catch {
      broken++;
      continue;
    }
    const usage = record.response?.usage;
    expected.calls++;
    expected.input_tokens += usage?.prompt_tokens ?? record.prompt_tokens;
    expected.output_tokens += usage?.completion_tokens ?? record.completion_tokens;
    expected.cached_input_tokens +=
      usage?.prompt_tokens_details.cached_tokens ?? record.cached_tokens;
  }
  world.file('big.jsonl', log);
  const first = world.report(['audit', 'big.jsonl']);
  expect(first.totals).toMatchObject(expected);
  expect(first.gaps.rejected_lines).toBe(broken);
  expect(broken).toBe(240);
  const again = world.report(['audit', 'big.jsonl']);
  expect(again.ingest).toMatchObject({ new_calls: 0, known_calls: expected.calls });
  expect({ ...again, generated_at: '', ingest: null }).toEqual({
    ...first,
    generated_at: '',
    ingest: null,
  });
  // Line numbers hold across ranges and threads.
  const rejects = JSON.parse(world.run(['rejects', '--json']).stdout) as { line: number }[];
  expect(rejects.map((row) => row.line)).toEqual(
    Array.from({ length: 240 }, (_, i) => i * 100 + 8),
  );

  world.file('big.jsonl.gz', gzipSync(log, { level: 1 }));
  for (const [name, args] of [
    ['gz', ['big.jsonl.gz']],
    ['stdin', ['-']],
  ] as const) {
    const other = world.report(['audit', ...args, '--ledger', `${name}.db`], {
      input: name === 'stdin' ? log : '',
    });
    expect(other.totals).toEqual(first.totals);
    expect(other.spend).toEqual(first.spend);
    expect(other.savings).toEqual(first.savings);
  }
});

const CALLS = 250_000;

/** A log whose reading takes long enough to be cut short, and the sum of its input tokens. */
function longLog(): { path: string; input: number } {
  const parts: string[] = [];
  let input = 0;
  for (let n = 0; n < CALLS; n++) {
    // Without ids: a call that was read twice would be counted twice.
    parts.push(
      `{"ts":${1_772_000_000 + n},"model":"gpt-4o","prompt_tokens":${n % 1000},"completion_tokens":3,"prompt":"question ${n}"}\n`,
    );
    input += n % 1000;
  }
  return { path: world.file('long.jsonl', parts.join('')), input };
}

/** Resolves when a first part of the log is committed; gives the bytes read so far. */
async function committed(running: ChildProcess): Promise<number> {
  const file = join(world.folder, 'aicost.db');
  while (running.exitCode === null) {
    await setImmediate();
    if (!existsSync(file) || statSync(file).size === 0) continue;
    const db = new Database(file, { readonly: true, timeout: 0 });
    try {
      const bytes = db.prepare('SELECT max(ingested_bytes) FROM source').pluck().get() as
        | number
        | null;
      if (bytes !== null && bytes > 0) return bytes;
    } catch (error) {
      if (!(error instanceof Database.SqliteError)) throw error;
    } finally {
      db.close();
    }
  }
  throw new Error(`it ended with ${running.exitCode} before it could be stopped`);
}

/** Calls in the ledger, and how far it says the log was read. */
function inLedger(): { calls: number; bytes: number } {
  const db = world.ledger();
  const calls = db.prepare('SELECT count(*) FROM call').pluck().get() as number;
  const bytes = db.prepare('SELECT ingested_bytes FROM source').pluck().get() as number;
  db.close();
  return { calls, bytes };
}

async function stopWith(
  signal: 'SIGINT' | 'SIGKILL',
  command: string,
): Promise<{ code: number | null; stderr: string }> {
  const running = world.start([command, 'long.jsonl']);
  let stderr = '';
  running.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(running, 'close') as Promise<[number | null]>;
  await committed(running);
  running.kill(signal);
  const [code] = await ended;
  return { code, stderr };
}

test.each(['ingest', 'audit'])(
  'Ctrl-C in the middle of %s: exit 130, what is committed stays, going on completes it',
  async (command) => {
    const { input } = longLog();
    const { code, stderr } = await stopWith('SIGINT', command);
    expect(code).toBe(130);
    expect(stderr).toMatch(/stopping; press Ctrl-C again to quit at once/);
    expect(stderr).toMatch(/run the same command again to go on/);
    const kept = inLedger();
    expect(kept.calls).toBeGreaterThan(0);
    expect(kept.calls).toBeLessThan(CALLS);
    expect(world.report(['audit', 'long.jsonl'])).toMatchObject({
      totals: { calls: CALLS, input_tokens: input },
      ingest: { new_calls: CALLS - kept.calls, known_calls: kept.calls },
    });
  },
);

test('kill -9 in the middle, twice: nothing is lost and nothing doubled', async () => {
  const { input } = longLog();
  expect((await stopWith('SIGKILL', 'ingest')).code).toBeNull();
  const kept = inLedger();
  expect(kept.calls).toBeGreaterThan(0);
  expect(kept.calls).toBeLessThan(CALLS);
  expect((await stopWith('SIGKILL', 'audit')).code).toBeNull();
  expect(world.report(['audit', 'long.jsonl']).totals).toMatchObject({
    calls: CALLS,
    input_tokens: input,
  });
});
