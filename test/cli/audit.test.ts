/** The commands on the support desk’s log, against a plain reading of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliWorld, flatLine, pico, type Report, SUPPORT_DESK, sum } from './world.ts';

let world: CliWorld;
let first: Report;
beforeAll(() => {
  world = new CliWorld();
  first = world.report(['audit', SUPPORT_DESK]);
});
afterAll(() => world.close());

interface Line {
  timestamp: string;
  user: string;
  request: { model: string };
  response: {
    model?: string;
    usage?: {
      prompt_tokens: number;
      completion_tokens: number;
      prompt_tokens_details?: { cached_tokens: number };
    };
  };
  status: number;
}

/** Every line of the fixture that is JSON. */
const lines = readFileSync(SUPPORT_DESK, 'utf8')
  .trim()
  .split('\n')
  .flatMap((line): Line[] => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });

function expected(of: readonly Line[]) {
  const usages = of.map((line) => line.response.usage);
  return {
    calls: of.length,
    input_tokens: usages.reduce((n, usage) => n + (usage?.prompt_tokens ?? 0), 0),
    cached_input_tokens: usages.reduce(
      (n, usage) => n + (usage?.prompt_tokens_details?.cached_tokens ?? 0),
      0,
    ),
    output_tokens: usages.reduce((n, usage) => n + (usage?.completion_tokens ?? 0), 0),
  };
}

describe('totals', () => {
  test('to the token', () => {
    expect(lines).toHaveLength(410);
    expect(first.totals).toMatchObject({
      ...expected(lines),
      failed_calls: lines.filter((line) => line.status === 429).length,
    });
    expect(first.gaps).toMatchObject({ unpriced_calls: 1, rejected_lines: 1 });
    expect(first.ingest).toEqual({
      new_calls: 410,
      known_calls: 0,
      replaced_calls: 0,
      rejected_lines: 1,
    });
    expect(first.period).toMatchObject({
      from: lines[0]?.timestamp,
      to: '2026-03-06T11:10:00.000Z',
    });
    expect(first.schema).toMatch(/^aicost\.audit\/\d+$/);
  });

  test.each([
    ['by_user', 'user', (line: Line) => line.user ?? null],
    ['by_day', 'day', (line: Line) => line.timestamp.slice(0, 10)],
    ['by_model', 'model', (line: Line) => line.response.model ?? line.request.model],
  ] as const)('%s', (group, key, keyOf) => {
    for (const row of first.spend[group]) {
      expect(row).toMatchObject(
        expected(lines.filter((line) => (keyOf(line) ?? null) === row[key])),
      );
    }
    expect(first.spend[group]).toHaveLength(new Set(lines.map(keyOf)).size);
  });

  test.each(['by_model', 'by_task', 'by_day', 'by_user'] as const)(
    '%s adds up to the total',
    (group) => {
      const rows = first.spend[group];
      expect(sum(rows.map((row) => row.cost_usd))).toBe(pico(first.totals.cost_usd));
      for (const key of [
        'calls',
        'input_tokens',
        'cached_input_tokens',
        'output_tokens',
      ] as const) {
        expect(rows.reduce((n, row) => n + row[key], 0)).toBe(first.totals[key]);
      }
    },
  );

  test('gpt-4o costs what its tokens cost', () => {
    // $2.50 per million fresh input tokens, $1.25 cached, $10 output: 2.5, 1.25 and 10 µ$ a token.
    const { input_tokens, cached_input_tokens, output_tokens, cost_usd } = expectGroup('gpt-4o');
    const fresh = BigInt(input_tokens - cached_input_tokens);
    expect(pico(cost_usd)).toBe(
      fresh * 2_500_000n +
        BigInt(cached_input_tokens) * 1_250_000n +
        BigInt(output_tokens) * 10_000_000n,
    );
  });
});

function expectGroup(model: string) {
  const row = first.spend.by_model.find((group) => group.model === model);
  if (row === undefined) throw new Error(`no ${model}`);
  return row;
}

test('the savings add up exactly, lever by lever and by certainty', () => {
  const { savings } = first;
  const saved = sum(savings.levers.map((lever) => lever.saved_usd));
  expect(pico(savings.baseline_usd) - saved).toBe(pico(savings.after_usd));
  expect(pico(savings.saved_usd)).toBe(saved);
  expect(pico(savings.baseline_usd)).toBe(pico(first.totals.cost_usd));
  expect(saved).toBeGreaterThan(0n);
  const parts = ['sure_usd', 'likely_usd', 'needs_test_usd'] as const;
  for (const lever of savings.levers)
    expect(sum(parts.map((part) => lever[part]))).toBe(pico(lever.saved_usd));
  for (const part of parts) {
    expect(sum(savings.levers.map((lever) => lever[part]))).toBe(pico(savings.by_certainty[part]));
  }
});

test('every finding says on what it rests, and points at lines of the log', () => {
  expect(first.findings.length).toBeGreaterThan(2);
  for (const finding of first.findings) {
    expect(finding).toMatchObject({
      id: expect.stringMatching(/\w/),
      basis: expect.stringMatching(/^(measured|estimated)$/),
    });
    expect(pico(finding.cost_usd)).toBeGreaterThanOrEqual(0n);
    for (const example of finding.examples) expect(example).toMatch(/support-desk\.jsonl:\d+$/);
  }
});

/** A report without what differs from run to run. */
function stable(report: Report): unknown {
  return { ...report, generated_at: '', ingest: null };
}

describe('again', () => {
  test('the same report, read back from the ledger, and nothing new', () => {
    const second = world.report(['audit', SUPPORT_DESK]);
    expect(second.ingest).toEqual({
      new_calls: 0,
      known_calls: 410,
      replaced_calls: 0,
      rejected_lines: 0,
    });
    expect(stable(second)).toEqual(stable(first));
    expect(stable(world.report(['report']))).toEqual(stable(first));
    expect(stable(world.report(['audit']))).toEqual(stable(first));
  });

  test('amounts that the log itself names are in the first report and in all later ones', () => {
    const other = new CliWorld();
    other.file('a.jsonl', [1, 2, 3].map((n) => `${flatLine(n, { cost: 0.5 })}\n`).join(''));
    const billed = other.report(['audit', 'a.jsonl']).billed;
    expect(billed).toMatchObject({ calls: 3, billed_usd: '1.5' });
    expect(other.report(['audit', 'a.jsonl']).billed).toEqual(billed);
    expect(other.report(['report']).billed).toEqual(billed);
    other.close();
  });

  test('a log out of time order, with duplicates and without times, is reported the same both ways', () => {
    const other = new CliWorld();
    const rows = [5, 3, 9, 3, 1].map((n) => flatLine(n));
    const log = `${rows.join('\n')}\n${flatLine(20, { timestamp: undefined })}\n${flatLine(5, { completion_tokens: 5 })}\n`;
    other.file('a.jsonl', log);
    const one = other.report(['audit', 'a.jsonl']);
    expect(one.totals.calls).toBe(5);
    expect(stable(other.report(['audit', 'a.jsonl']))).toEqual(stable(one));
    other.close();
  });
});

describe('exactly the files given', () => {
  test('one of two, the other, both, and the whole ledger', () => {
    const other = new CliWorld();
    other.file('a.jsonl', [1, 2].map((n) => `${flatLine(n)}\n`).join(''));
    other.file('b.jsonl', [2, 3, 4].map((n) => `${flatLine(n)}\n`).join(''));
    other.run(['ingest', 'a.jsonl', 'b.jsonl']);
    const calls = (...args: string[]): number => other.report(['audit', ...args]).totals.calls;
    expect([calls('a.jsonl'), calls('b.jsonl'), calls('a.jsonl', 'b.jsonl'), calls()]).toEqual([
      2, 3, 4, 4,
    ]);
    expect(other.report(['audit', 'a.jsonl']).sources.map((source) => source.path)).toEqual([
      join(other.folder, 'a.jsonl'),
    ]);
    other.close();
  });
});

describe('flags', () => {
  test.each(['table', 'csv', 'json', 'ndjson'])('--format %s', (format) => {
    const { code, stdout, stderr } = world.run(['audit', SUPPORT_DESK, '--format', format]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('gpt-4o');
    expect(stdout.endsWith('\n')).toBe(true);
    expect(stdout).not.toContain('\u001b');
    if (format === 'ndjson') {
      const totals = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { section: string })
        .filter((row) => row.section === 'totals');
      expect(totals).toMatchObject([first.totals]);
    }
  });

  test('piped without a format it is CSV, the same as --csv', () => {
    const csv = world.run(['report', '--by', 'model']).stdout;
    expect(world.run(['report', '--by', 'model', '--csv']).stdout).toBe(csv);
    const [head = [], ...rows] = csv
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    expect(head[0]).toBe('model');
    const cost = head.indexOf('cost_usd');
    expect(sum(rows.map((row) => row[cost] ?? '').filter((usd) => usd !== ''))).toBe(
      pico(first.totals.cost_usd),
    );
  });

  test.each(['model', 'task', 'day', 'user'])('--by %s', (by) => {
    const { code, stdout } = world.run(['report', '--by', by, '--csv']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]?.split(',')[0]).toBe(by);
  });

  test('--since and --until: UTC days whatever the zone of the machine; the last day is included', () => {
    const on = (...args: string[]): number =>
      world.report(['audit', SUPPORT_DESK, ...args]).totals.calls;
    const days = (from: string, to: string): number =>
      lines.filter(
        ({ timestamp }) => timestamp.slice(0, 10) >= from && timestamp.slice(0, 10) <= to,
      ).length;
    expect(on('--since', '2026-03-03')).toBe(days('2026-03-03', '2026-12-31'));
    expect(on('--until', '2026-03-03')).toBe(days('2026-01-01', '2026-03-03'));
    expect(on('--since', '2026-03-03', '--until', '2026-03-04')).toBe(
      days('2026-03-03', '2026-03-04'),
    );
    expect(on('--since', lines[10]!.timestamp)).toBe(400);
    expect(on('--until', lines[10]!.timestamp)).toBe(10);
    expect(on('--since', '2027-01-01')).toBe(0);
  });

  test('--top cuts the tables of the terminal, and says so', () => {
    const { stdout } = world.run(['report', '--format', 'table', '--top', '2']);
    expect(stdout).toContain('4 more');
    expect(world.run(['report', '--format', 'table', '--top', '50']).stdout).not.toMatch(/\d more/);
  });

  test('--explain names lines and methods', () => {
    const plain = world.run(['report', '--format', 'table']).stdout;
    const explained = world.run(['report', '--format', 'table', '--explain']).stdout;
    expect(explained.length).toBeGreaterThan(plain.length);
    expect(explained).toMatch(/support-desk\.jsonl:\d+/);
  });

  test('--strict: 3 with gaps, 0 without', () => {
    expect(world.run(['audit', SUPPORT_DESK, '--strict', '--json']).code).toBe(3);
    const other = new CliWorld();
    other.file('a.jsonl', `${flatLine(1)}\n`);
    expect(other.run(['audit', 'a.jsonl', '--strict', '--json']).code).toBe(0);
    other.close();
  });

  test('--prices: another table, a file over the catalogue, and names that are none', () => {
    const router = world.report(['report', '--prices', 'router-2026']);
    expect(router.prices.table).toBe('router-2026');
    expect(router.totals.cost_usd).not.toBe(first.totals.cost_usd);
    world.file('mine.csv', 'model,input,output\ngpt-4o,1,2\n');
    const mine = world.report(['report', '--prices', 'mine.csv']);
    const { input_tokens, output_tokens } = expectGroup('gpt-4o');
    const row = mine.spend.by_model.find((group) => group.model === 'gpt-4o');
    // $1 and $2 per million: 1 and 2 µ$ a token.
    expect(pico(row?.cost_usd ?? '')).toBe(
      BigInt(input_tokens) * 1_000_000n + BigInt(output_tokens) * 2_000_000n,
    );
    expect(mine.spend.by_model.find((group) => group.model === 'gpt-4.1')?.cost_usd).toBe(
      expectGroup('gpt-4.1').cost_usd,
    );
    for (const name of ['nothing', 'nothing.csv']) {
      const { code, stdout, stderr } = world.run(['report', '--prices', name]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^aicost: .*\n {2}.*router-2026.*\n$/);
    }
  });

  test('--policy changes what routing saves, and is named; an unknown one is wrong usage', () => {
    const c2 = world.report(['report', '--policy', 'c2']);
    expect(c2.savings.policy).toBe('c2');
    const routed = (report: Report): string =>
      report.savings.levers.find((lever) => lever.lever === 'routing')?.saved_usd ?? '';
    expect(routed(c2)).not.toBe(routed(first));
    expect(
      pico(c2.savings.baseline_usd) - sum(c2.savings.levers.map((lever) => lever.saved_usd)),
    ).toBe(pico(c2.savings.after_usd));
    expect(world.run(['report', '--policy', 'c9']).code).toBe(2);
  });

  test.each([
    [['audit', '--by', 'colour', SUPPORT_DESK], '--by colour'],
    [['audit', '--since', 'yesterday', SUPPORT_DESK], '--since'],
    [['audit', '--top', '0', SUPPORT_DESK], '--top'],
    [['audit', '--top', 'x', SUPPORT_DESK], '--top'],
    [['audit', '--input-format', 'xml', SUPPORT_DESK], 'xml'],
    [['audit', '--json', '--csv', SUPPORT_DESK], 'both asked for'],
    [['audit', '--nothing', SUPPORT_DESK], '--nothing'],
    [['ingest'], ''],
    [['nothing'], 'nothing'],
  ])('%j is wrong usage: exit 2, two lines, nothing on stdout', (args, told) => {
    const { code, stdout, stderr } = world.run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^aicost: .*\n {2}.*\n$/);
    expect(stderr).toContain(told);
  });

  test('--ledger and AICOST_LEDGER, the flag first', () => {
    const other = new CliWorld();
    other.file('a.jsonl', `${flatLine(1)}\n`);
    expect(
      other.run(['ingest', 'a.jsonl', '--ledger', 'one.db'], { env: { AICOST_LEDGER: 'two.db' } })
        .code,
    ).toBe(0);
    expect(other.run(['ingest', 'a.jsonl'], { env: { AICOST_LEDGER: 'two.db' } }).code).toBe(0);
    for (const name of ['one.db', 'two.db']) {
      const db = other.ledger(name);
      expect(db.prepare('SELECT count(*) FROM call').pluck().get()).toBe(1);
      db.close();
    }
    other.close();
  });
});

describe('the other commands', () => {
  test('ingest says what was new', () => {
    const other = new CliWorld();
    const { code, stdout } = other.run(['ingest', SUPPORT_DESK, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      { new_calls: 410, known_calls: 0, replaced_calls: 0, rejected_lines: 1 },
    ]);
    expect(JSON.parse(other.run(['ingest', SUPPORT_DESK, '--json']).stdout)).toEqual([
      { new_calls: 0, known_calls: 410, replaced_calls: 0, rejected_lines: 0 },
    ]);
    other.close();
  });

  test('rejects names file, line and reason', () => {
    const rows = JSON.parse(world.run(['rejects', '--json']).stdout) as unknown;
    expect(rows).toMatchObject([{ path: SUPPORT_DESK, line: 411, reason: 'invalid_json' }]);
    expect(JSON.parse(world.run(['rejects', 'elsewhere', '--json']).stdout)).toEqual([]);
  });

  test('classify counts every call once, and lists each', () => {
    const tasks = JSON.parse(world.run(['classify', '--json']).stdout) as {
      task: string;
      calls: number;
    }[];
    expect(tasks.reduce((n, row) => n + row.calls, 0)).toBe(410);
    expect(tasks.map((row) => row.task)).toEqual(
      first.spend.by_task.map((row) => row.task).sort((a, b) => place(tasks, a) - place(tasks, b)),
    );
    const calls = JSON.parse(world.run(['classify', '--calls', '--json']).stdout) as {
      line: number;
    }[];
    expect(calls.map((row) => row.line)).toEqual(Array.from({ length: 410 }, (_, i) => i + 1));
  });

  test('prices list and show', () => {
    const list = JSON.parse(world.run(['prices', 'list', 'gpt-4o', '--json']).stdout) as {
      model: string;
    }[];
    expect(list.length).toBeGreaterThan(1);
    expect(list.every((row) => row.model.includes('gpt-4o'))).toBe(true);
    const show = JSON.parse(
      world.run(['prices', 'show', 'gpt-4o', '--provider', 'openai', '--json']).stdout,
    ) as unknown;
    expect(show).toMatchObject([{ provider: 'openai', model: 'gpt-4o' }]);
    expect(world.run(['prices', 'show', 'house-llm-7b']).code).toBe(1);
  });

  test.each([['report'], ['rejects'], ['classify'], ['audit']])(
    '%s without a ledger says how to make one',
    (command) => {
      const other = new CliWorld();
      const { code, stdout, stderr } = other.run([command]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^aicost: there is no ledger at .*\n {2}make one with: aicost ingest/);
      other.close();
    },
  );

  test('help and version', () => {
    expect(world.run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    for (const command of ['audit', 'ingest', 'report', 'classify', 'prices', 'rejects']) {
      const { code, stdout, stderr } = world.run([command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`aicost ${command}`);
    }
  });
});

function place(rows: readonly { task: string }[], task: unknown): number {
  return rows.findIndex((row) => row.task === task);
}

test('a reader that has seen enough ends the run quietly', () => {
  const { code, stdout, stderr } = world.bash(
    `aicost classify --calls --csv '${SUPPORT_DESK}' | head -1`,
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  const many = world.bash(
    'for i in 1 2 3 4 5 6 7 8; do aicost classify --calls --json; done | head -c 10',
  );
  expect([many.code, many.stderr]).toEqual([0, '']);
});
