/** Every kind of bad input: a clear message, the right exit code, and nothing lost. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliWorld, flatLine, flatLog } from './world.ts';

let world: CliWorld;
beforeEach(() => {
  world = new CliWorld();
});
afterEach(() => world.close());

/** A command that fails: two lines on stderr, nothing on stdout. */
function fails(args: readonly string[], message: RegExp, code = 1): void {
  const ran = world.run(args);
  expect(ran.stderr).toMatch(message);
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(ran.stderr).toMatch(/^aicost: .*\n {2}.*\n$/);
}

function calls(...args: string[]): number {
  return world.report(['audit', ...args]).totals.calls;
}

function rejects(): { line: number; reason: string; detail: string }[] {
  return JSON.parse(world.run(['rejects', '--json']).stdout) as {
    line: number;
    reason: string;
    detail: string;
  }[];
}

test('a missing file', () => fails(['audit', 'none.jsonl'], /there is no file none\.jsonl/));

test('a missing file beside one that is there: nothing is read by mistake', () => {
  world.file('a.jsonl', flatLog(2));
  fails(['audit', 'a.jsonl', 'none.jsonl'], /there is no file none\.jsonl/);
  expect(calls('a.jsonl')).toBe(2);
});

test('an empty file', () => {
  world.file('a.jsonl', '');
  fails(['audit', 'a.jsonl'], /a\.jsonl is empty/);
});

test('an empty file beside another: the other is reported, exit 3', () => {
  world.file('a.jsonl', flatLog(2));
  world.file('empty.jsonl', '');
  const { code, stdout, stderr } = world.run(['audit', 'empty.jsonl', 'a.jsonl', '--json']);
  expect(code).toBe(3);
  expect(stderr).toMatch(/empty\.jsonl is empty/);
  expect(JSON.parse(stdout)).toMatchObject({ totals: { calls: 2 } });
});

test('a folder without logs', () => {
  mkdirSync(join(world.folder, 'logs'));
  world.file('logs/readme.md', 'x');
  fails(['audit', 'logs'], /the folder logs holds no logs/);
});

test('a truncated last line', () => {
  const path = world.file('a.jsonl', flatLog(2) + flatLine(9).slice(0, 40));
  expect(calls('a.jsonl')).toBe(2);
  expect(rejects()).toMatchObject([{ line: 3, reason: 'incomplete_line' }]);
  appendFileSync(path, flatLine(9).slice(40));
  expect(calls('a.jsonl')).toBe(3);
  expect(rejects()).toEqual([]);
});

describe('gzip', () => {
  test('truncated: what is there is reported, exit 3; the whole file later adds the rest', () => {
    const packed = gzipSync(flatLog(3_000));
    world.file('a.jsonl.gz', packed.subarray(0, Math.floor(packed.length / 2)));
    const { code, stdout, stderr } = world.run(['audit', 'a.jsonl.gz', '--json']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/a\.jsonl\.gz: the gzip data ends too early/);
    const { totals } = JSON.parse(stdout) as { totals: { calls: number } };
    expect(totals.calls).toBeGreaterThan(500);
    world.file('a.jsonl.gz', packed);
    expect(calls('a.jsonl.gz')).toBe(3_000);
  });

  test('corrupt from the start', () => {
    world.file(
      'a.jsonl.gz',
      Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), Buffer.alloc(500, 0xff)]),
    );
    fails(['audit', 'a.jsonl.gz'], /a\.jsonl\.gz: the gzip data is damaged/);
  });

  test('truncated on standard input', () => {
    const packed = gzipSync(flatLog(3_000));
    const { code, stderr } = world.run(['audit', '-', '--json'], {
      input: packed.subarray(0, Math.floor(packed.length / 2)),
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/-: the gzip data ends too early/);
  });
});

test('a line of 50 MB', () => {
  world.file(
    'a.jsonl',
    `${flatLine(1)}\n${flatLine(2, { prompt: 'x'.repeat(50 * 1024 * 1024) })}\n${flatLine(3)}\n`,
  );
  expect(calls('a.jsonl')).toBe(3);
  expect(rejects()).toEqual([]);
});

test('a line of 50 MB that is no record', () => {
  world.file('a.jsonl', `${flatLine(1)}\n${'x'.repeat(50 * 1024 * 1024)}\n${flatLine(3)}\n`);
  expect(calls('a.jsonl')).toBe(2);
  expect(rejects()).toMatchObject([{ line: 2, reason: 'invalid_json' }]);
});

test('NUL bytes', () => {
  world.file('a.jsonl', `${flatLine(1)}\n${'\0'.repeat(4096)}\n\0${flatLine(2)}\n${flatLine(3)}\n`);
  expect(calls('a.jsonl')).toBe(2);
  expect(rejects()).toMatchObject([{ line: 3, reason: 'invalid_json' }]);
});

test('a byte-order mark', () => {
  world.file('a.jsonl', `\uFEFF${flatLog(2)}`);
  world.file('b.csv', '\uFEFFmodel,prompt_tokens,completion_tokens\ngpt-4o,1,2\n');
  expect([calls('a.jsonl'), calls('b.csv')]).toEqual([2, 1]);
  expect(rejects()).toEqual([]);
});

test('CRLF', () => {
  world.file('a.jsonl', flatLog(3).replaceAll('\n', '\r\n'));
  world.file('b.csv', 'model,prompt_tokens,completion_tokens\r\ngpt-4o,1,2\r\n');
  expect([calls('a.jsonl'), calls('b.csv')]).toEqual([3, 1]);
  expect(rejects()).toEqual([]);
});

test('invalid UTF-8', () => {
  const line = Buffer.from(`${flatLine(1, { user: 'K?ln', prompt: 'caf?' })}\n`);
  for (let at = line.indexOf('?'); at >= 0; at = line.indexOf('?')) line[at] = 0xf6;
  world.file('a.jsonl', Buffer.concat([line, Buffer.from(flatLog(2))]));
  const report = world.report(['audit', 'a.jsonl']);
  expect(report.spend.by_user.map((row) => row.user)).toContain('K\ufffdln');
  expect(rejects()).toEqual([]);
});

test('a JSON array instead of lines', () => {
  world.file(
    'a.json',
    JSON.stringify(
      [1, 2, 3].map((n) => JSON.parse(flatLine(n)) as object),
      null,
      2,
    ),
  );
  expect(calls('a.json')).toBe(3);
});

test('numbers as strings', () => {
  world.file(
    'a.jsonl',
    `${flatLine(1, { prompt_tokens: '1,200', completion_tokens: '80', cost: '$0.0038' })}\n`,
  );
  const report = world.report(['audit', 'a.jsonl']);
  expect(report.totals).toMatchObject({ calls: 1, input_tokens: 1200, output_tokens: 80 });
  expect(report.billed).toMatchObject({ billed_usd: '0.0038' });
});

test('negative, NaN and 1e308 tokens: each a reject with the value seen', () => {
  const lines = [
    flatLine(1),
    flatLine(2, { prompt_tokens: -5 }),
    flatLine(3, { prompt_tokens: 0 }).replace(':0,', ':NaN,'),
    flatLine(4, { prompt_tokens: 1e308 }),
    flatLine(5, { completion_tokens: 1.5 }),
  ];
  world.file('a.jsonl', `${lines.join('\n')}\n`);
  const report = world.report(['audit', 'a.jsonl']);
  expect(report.totals.calls).toBe(1);
  expect(report.gaps.rejected_lines).toBe(4);
  expect(rejects()).toMatchObject([
    { line: 2, reason: 'negative_tokens', detail: expect.stringContaining('-5') },
    { line: 3, reason: 'invalid_json' },
    { line: 4, reason: 'invalid_tokens', detail: expect.stringContaining('1e+308') },
    { line: 5, reason: 'invalid_tokens', detail: expect.stringContaining('1.5') },
  ]);
});

test('timestamps in s, ms, µs, ns, ISO with offsets, and absent', () => {
  const seconds = Date.UTC(2026, 2, 2, 23, 30) / 1000;
  const times = [
    seconds,
    seconds * 1e3,
    seconds * 1e6,
    seconds * 1e9,
    '2026-03-03T05:00:00+05:30',
    '2026-03-02T15:30:00-08:00',
  ];
  const lines = times.map((timestamp, n) => flatLine(n, { timestamp }));
  world.file('a.jsonl', `${lines.join('\n')}\n${flatLine(99, { timestamp: undefined })}\n`);
  const report = world.report(['audit', 'a.jsonl']);
  expect(report.spend.by_day.map((row) => [row.day, row.calls])).toEqual(
    expect.arrayContaining([
      ['2026-03-02', 6],
      [null, 1],
    ]),
  );
  expect(report.period).toMatchObject({
    from: '2026-03-02T23:30:00.000Z',
    to: '2026-03-02T23:30:00.000Z',
    calls_without_time: 1,
  });
});

test.each([
  ['lines', '{"zip":1,"town":"x"}\n{"zip":2,"town":"y"}\n', /"zip", "town"/],
  ['an array', '[{"zip":1,"town":"x"}]', /"zip", "town"/],
  ['text', 'GET /index.html 200\n', /unknown/],
  ['a table', 'name,age\nx,1\n', /"name", "age"/],
])('an unknown format (%s): what was looked for, and the first keys', (_, content, keys) => {
  world.file('a.jsonl', content);
  fails(
    ['audit', 'a.jsonl'],
    /its format is unknown; its first keys are .*\n {2}looked for .*litellm.*flat/,
  );
  fails(['audit', 'a.jsonl'], keys);
});

test('one unknown line among many is a reject, not a failure', () => {
  world.file('a.jsonl', `${flatLog(2)}{"zip":1}\n[1]\n${flatLine(3)}\n`);
  expect(calls('a.jsonl')).toBe(3);
  expect(rejects().map((row) => row.reason)).toEqual(['unknown_shape', 'not_an_object']);
});

test('control characters in a user’s name or an error never reach the terminal', () => {
  world.file('a.jsonl', `${flatLine(1, { user: '\u001b[31mred\u0007' })}\n`);
  const { stdout } = world.run(['audit', 'a.jsonl', '--format', 'table']);
  for (const control of ['\u0007', '\u001b']) expect(stdout).not.toContain(control);
  expect(stdout).toContain('red');
});
