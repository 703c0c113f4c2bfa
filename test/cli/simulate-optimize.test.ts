/** `aicost simulate optimize` on the real binary. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliWorld, pico, SUPPORT_DESK, sum } from './world.ts';

interface Answer {
  readonly schema: string;
  readonly saved_usd: string;
  readonly saved_share: number;
  readonly quality: { expected_loss: number; max_loss: number | null };
  readonly training: { priced_calls: number; saved_usd: string; saved_share: number };
  readonly search: { policies: number; exact: boolean; gap_share: number };
  readonly policy_file: string | null;
  readonly policy_yaml: string;
  readonly waterfall: Record<string, unknown>[];
  readonly promised: {
    lever: string;
    training_saved_usd: string;
    saved_usd: string;
    drop: number;
  }[];
  readonly rules: { task: string; from: string; to: string; saved_usd: string }[];
  readonly not_taken: { lever: string; reason: string; calls: number | null }[];
  readonly notes: string[];
}

let world: CliWorld;
beforeAll(() => {
  world = new CliWorld();
  expect(world.run(['ingest', SUPPORT_DESK]).code).toBe(0);
});
afterAll(() => world.close());

function optimize(args: readonly string[] = []): Answer {
  const { code, stdout, stderr } = world.run(['simulate', 'optimize', ...args, '--json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer;
}

/** A flat log of its own ledger. */
function log(name: string, lines: readonly object[]): string[] {
  world.file(`${name}.jsonl`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return [`${name}.jsonl`, '--ledger', `${name}.db`];
}

function line(at: number, over: object = {}): object {
  const timestamp = new Date(Date.UTC(2026, 2, 2, 8, at)).toISOString();
  const tokens = { prompt_tokens: 1000, completion_tokens: 100 };
  return {
    timestamp,
    model: 'gpt-4o',
    ...tokens,
    latency_ms: 800,
    status: 200,
    task: 'qa',
    ...over,
  };
}

/** A number in letters: digits would be gates of their own. */
function letters(number: number): string {
  return [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
}

const lines = (count: number, over: object = {}) =>
  Array.from({ length: count }, (_, at) => line(at, over));

describe('the policy that is found', () => {
  test.each([
    [[]],
    [['--allow', 'needs_test', '--max-quality-loss', '5%']],
    [['--max-false-hits', '5%', '--holdout', '30%', '--seed', '4']],
    [['--max-latency', '5s', '--max-quality-loss', 'none', '--allow', 'needs_test']],
    [['--holdout', '0']],
  ])('replays to the same figures, to the last digit: %j', (flags) => {
    const file = './same.yaml';
    const found = optimize([...flags, '--out', file, '--force']);
    const holdout = flags.includes('--holdout') ? [] : ['--holdout', '40%'];
    const kept = flags.filter((_, at) => {
      return ['--holdout', '--seed'].some((flag) => flag === flags[at] || flag === flags[at - 1]);
    });
    const args = ['simulate', '--policy', file, ...holdout, ...kept, '--json'];
    const replayed = JSON.parse(world.run(args).stdout) as Record<string, unknown>;
    const { schema, notes, quality, ...figures } = replayed;
    expect([schema, notes]).toBeDefined();
    expect(found).toMatchObject(figures);
    expect(found.quality.expected_loss).toBe((quality as Answer['quality']).expected_loss);
    expect(pico(found.saved_usd)).toBeGreaterThan(0n);
  });

  test('has a semantic cache where its own answers bound what it gets wrong', () => {
    // 60 prompts that are asked again with a word more: 60 pairs that agree bound false hits at 4.9 %.
    const nouns = ['invoice', 'garden', 'violin', 'harbour', 'printer', 'camera', 'forest'];
    const asked = Array.from({ length: 200 }, (_, at) => {
      const base = Math.floor(at / 2);
      const some = [1, 3, 7, 11].map(
        (step) => `${nouns[(base * step) % 7]}${letters(base * step)}`,
      );
      const text = `How do I move the ${some.join(' ')}${at % 2 === 0 ? '' : ', please'}?`;
      const request = {
        model: 'gpt-4o',
        temperature: 0,
        messages: [{ role: 'user', content: text }],
      };
      const message = { role: 'assistant', content: `answer ${base}` };
      const usage = { prompt_tokens: 1000, completion_tokens: 100 };
      const choices = [{ message, finish_reason: 'stop' }];
      const response = { object: 'chat.completion', model: 'gpt-4o', choices, usage };
      return { timestamp: new Date(Date.UTC(2026, 2, 2, 8, at)).toISOString(), request, response };
    });
    const own = log('alike', asked);
    const limits = ['--max-quality-loss', '0', '--max-false-hits', '5%'];
    const found = optimize([...own, ...limits, '--out', './alike.yaml']);
    expect(found.waterfall.map(({ lever }) => lever)).toContain('semantic_cache');
    expect(found.policy_yaml).toContain('max_false_hits: 0.05');
    const args = ['simulate', ...own.slice(1), '--policy', './alike.yaml', '--holdout', '40%'];
    const again = JSON.parse(world.run([...args, '--json']).stdout) as Record<string, unknown>;
    const { saved_usd, waterfall, false_hits } = again;
    expect(found).toMatchObject({ saved_usd, waterfall, false_hits });
    expect(optimize([...own, '--max-quality-loss', '0']).policy_yaml).not.toContain('semantic');
  });

  test('says beside what the training promised what became of it', () => {
    const { promised, training, saved_usd, saved_share, rules, search } = optimize();
    const all = promised.at(-1)!;
    expect(all).toMatchObject({
      lever: 'in_all',
      training_saved_usd: training.saved_usd,
      saved_usd,
    });
    expect(all.drop).toBeCloseTo(training.saved_share - saved_share, 6);
    const levers = promised.slice(0, -1);
    expect(sum(levers.map((one) => one.training_saved_usd))).toBe(pico(training.saved_usd));
    expect(sum(levers.map((one) => one.saved_usd))).toBe(pico(saved_usd));
    const routing = levers.find(({ lever }) => lever === 'routing')!;
    expect(sum(rules.map((one) => one.saved_usd))).toBe(pico(routing.training_saved_usd));
    expect(search).toMatchObject({ exact: true, gap_share: 0 });
  });

  test('keeps to its limits', () => {
    for (const limit of [0, 0.01]) {
      const { training } = optimize(['--max-quality-loss', String(limit)]) as unknown as {
        training: { expected_loss: number };
      };
      expect(training.expected_loss).toBeLessThanOrEqual(limit + 1e-6);
    }
    expect(optimize(['--max-quality-loss', '0']).rules).toEqual([]);
    expect(optimize(['--allow', 'sure']).rules).toEqual([]);
    const slow = optimize(['--max-latency', '1ms']);
    expect(slow.rules).toEqual([]);
    expect(slow.not_taken.map(({ reason }) => reason).join()).toMatch(/--max-latency 1ms|unknown/);
  });

  test('is a file with comments, which audit, batch and policy check take', () => {
    const { policy_yaml } = optimize(['--out', './own.yaml', '--force']);
    expect(readFileSync(join(world.folder, 'own.yaml'), 'utf8')).toBe(policy_yaml);
    expect(policy_yaml).toMatch(/# saved \$[\d.]+ on \d+ calls; quality -[\d.]+ points of 100/);
    expect(policy_yaml).toMatch(/# saved .* answers as they are; .* sure/);
    expect(world.run(['policy', 'check', './own.yaml']).code).toBe(0);
    expect(world.run(['report', '--policy', './own.yaml']).code).toBe(0);
    world.file('rows.csv', 'id,prompt\n1,Is this spam? Answer yes or no.\n');
    const batch = ['batch', 'rows.csv', '--policy', './own.yaml', '--auto-base', 'gpt-4o'];
    expect(world.run([...batch, '--dry-run']).code).toBe(0);
  });

  test('stands below the table, in the JSON, and in a file of its own that is never written over', () => {
    const table = world.run(['simulate', 'optimize', '--format', 'table']).stdout;
    expect(table).toContain('Promised by the training, and kept');
    expect(table).toContain('\nname: optimized\n');
    const path = join(world.folder, 'new.yaml');
    const args = ['simulate', 'optimize', '--out', './new.yaml'];
    const { code, stdout, stderr } = world.run(args);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toContain('section,');
    expect(stderr).toContain('policy written: ');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(path, 'mine');
    const again = world.run(args);
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toContain('is there already');
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(world.run([...args, '--force']).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('name: optimized');
    expect(world.run(['simulate', 'optimize', '--out', './report.json']).code).toBe(0);
    const report = JSON.parse(readFileSync(join(world.folder, 'report.json'), 'utf8')) as Answer;
    expect(report).toMatchObject({ schema: 'aicost.simulate-optimize/1', policy_file: null });
  });

  test("goes by the user's scores and holds them: it needs no --quality again", () => {
    const scores = 'model,task,quality\ngpt-4.1,qa,90\ngpt-4.1-mini,qa,95\n';
    world.file('q.csv', scores);
    const out = ['--out', './scored.yaml', '--force'];
    const found = optimize(['--quality', 'q.csv', '--max-quality-loss', '0', ...out]);
    expect(found.rules.map(({ task, to }) => [task, to])).toEqual([['qa', 'gpt-4.1-mini']]);
    expect(found.policy_yaml).toContain('quality:');
    const again = world.run([
      'simulate',
      '--policy',
      './scored.yaml',
      '--holdout',
      '40%',
      '--json',
    ]);
    expect(JSON.parse(again.stdout)).toMatchObject({ saved_usd: found.saved_usd });
  });
});

describe('candidates', () => {
  test('are the named ones and those of the log; a name without a price is refused', () => {
    const own = log('named', lines(20));
    const args = ['--candidates', 'gemini-2.5-flash', '--allow', 'needs_test', '--holdout', '0'];
    expect(optimize([...own, ...args]).rules).toMatchObject([{ to: 'gemini-2.5-flash' }]);
    expect(optimize([...own, '--holdout', '0']).rules).toMatchObject([{ to: 'gpt-4o-mini' }]);
    const { code, stderr } = world.run(['simulate', 'optimize', '--candidates', 'gpt-4o,nobody']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--candidates nobody')]);
    const priced = [
      ...args.slice(0, 1),
      'nobody',
      ...args.slice(2),
      '--price',
      'nobody:input=0.01,output=0.01',
    ];
    // Its price is known, what it loses is not.
    expect(optimize([...own, ...priced]).not_taken[0]?.reason).toContain('unknown loss');
    expect(optimize([...own, ...priced, '--max-quality-loss', 'none']).rules).toMatchObject([
      { to: 'nobody' },
    ]);
  });

  test('must be known to be fast enough, here as in any simulation', () => {
    const mini = { model: 'gpt-4o-mini', latency_ms: 300 };
    const both = Array.from({ length: 40 }, (_, at) => line(at, at % 2 === 0 ? {} : mini));
    const own = log('fast', both);
    const flags = [...own, '--holdout', '0', '--max-latency'];
    expect(optimize([...flags, '300ms']).rules).toMatchObject([{ to: 'gpt-4o-mini' }]);
    const slow = optimize([...flags, '0.299s']);
    expect(slow.rules).toEqual([]);
    expect(slow.not_taken[0]?.reason).toBe('slower than --max-latency 299ms');
    const none = optimize([...log('unknown', lines(20)), '--holdout', '0', '--max-latency', '9s']);
    expect(none.not_taken[0]?.reason).toContain('unknown latency');
    world.file('facts.yaml', 'models: { gpt-4o-mini: { latency_ms: 250 } }\n');
    const told = optimize([...flags, '260ms', '--policy', './facts.yaml']);
    expect(told.policy_yaml).toContain('latency_ms: 250');
    expect(told.rules).toHaveLength(1);
    const saved = (args: readonly string[]) => {
      const run = world.run(['simulate', ...own, '--json', '--max-latency', ...args]);
      return (JSON.parse(run.stdout) as Answer).saved_usd;
    };
    world.file('go.yaml', 'routing: { otherwise: [gpt-4o-mini] }\n');
    // 20 calls at 1,000 × $2.35 and 100 × $9.40 a million less: $0.00329 each.
    expect(saved(['300ms', '--policy', './go.yaml'])).toBe('0.0658');
    expect(saved(['299ms', '--policy', './go.yaml'])).toBe('0');
    world.file('else.yaml', 'routing: { otherwise: [gpt-4.1-nano] }\n');
    expect(saved(['9s', '--policy', './else.yaml'])).toBe('0');
  });
});

describe('a log', () => {
  test('of one call, of failures alone, without times or prices gives a policy that changes nothing', () => {
    const failed = { status: 500, prompt_tokens: 0, completion_tokens: 0 };
    const logs: [string, object[]][] = [
      ['single', lines(1)],
      ['failing', lines(60, failed)],
      ['unpriced', lines(30, { model: 'our-own' })],
    ];
    for (const [name, all] of logs) {
      const found = optimize(log(name, all));
      expect(found).toMatchObject({ saved_usd: '0', rules: [] });
      expect(found.policy_yaml).toContain('levers: []');
      const { stdout } = world.run([
        'simulate',
        'optimize',
        '--ledger',
        `${name}.db`,
        '--format',
        'table',
      ]);
      expect(stdout).toMatch(/^no (?:policy within|call with a price)/);
    }
  });

  test('without times holds nothing out, and says so', () => {
    const found = optimize(log('undated', lines(30, { timestamp: undefined })));
    expect(found.rules).toMatchObject([{ task: 'qa', to: 'gpt-4o-mini' }]);
    expect(found.saved_usd).toBe(found.training.saved_usd);
    expect(found.notes.join('\n')).toContain('no call is held out');
  });

  test('whose limit binds has it named', () => {
    const own = log('binding', lines(30));
    const { stdout } = world.run([
      'simulate',
      'optimize',
      ...own,
      '--max-quality-loss',
      '1%',
      '--format',
      'table',
    ]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('what binds: beyond --max-quality-loss 1%');
  });

  test('that is empty, or in no ledger, is an error', () => {
    expect(world.run(['simulate', 'optimize', '--ledger', 'nowhere.db']).code).toBe(1);
    expect(existsSync(join(world.folder, 'nowhere.db'))).toBe(false);
    const { code, stderr } = world.run(['simulate', 'optimize', '--since', '2036-01-01']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no call to search with')]);
  });
});

test.each([
  [['--max-quality-loss', '2'], /--max-quality-loss '2' is no share/],
  [['--max-false-hits', '1.5'], /--max-false-hits '1\.5' is no share/],
  [['--max-latency', 'soon'], /--max-latency 'soon' is no time/],
  [['--allow', 'perhaps'], /--allow perhaps is not known/],
  [['--candidates', 'a,,b'], /empty name/],
  [['--holdout', '1'], /--holdout '1' leaves nothing to fit on/],
  [['--embed', 'model'], /no semantic cache is searched/],
])('%j is refused', (args, message) => {
  const { code, stderr } = world.run(['simulate', 'optimize', ...args]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});

describe('--out is checked before any work', () => {
  test.each([
    ['a folder that is not there', ['--out', 'away/x.yaml'], 'there is no folder', 1],
    ['a folder', ['--out', 'folder.yaml', '--force'], 'cannot write', 1],
    ['a report in no folder', ['--out', 'away/x.json'], 'there is no folder', 1],
    ['the policy', ['--out', 'own.yaml', '--force', '--policy', './own.yaml'], 'overwrite', 2],
    ['the scores', ['--out', 'q.yaml', '--force', '--quality', 'q.yaml'], 'overwrite', 2],
    ['the log', ['l.yaml', '--out', 'l.yaml', '--force'], 'overwrite', 2],
    ['the ledger', ['--ledger', 'l.yml', '--out', 'l.yml', '--force'], 'overwrite', 2],
  ])('%s is refused', (_, args, message, code) => {
    mkdirSync(join(world.folder, 'folder.yaml'), { recursive: true });
    world.file('own.yaml', 'quality: { gpt-4o: { qa: 90 } }\n');
    world.file('q.yaml', 'model,task,quality\ngpt-4o,qa,90\n');
    world.file('l.yaml', `${JSON.stringify(line(1))}\n`);
    world.run(['ingest', SUPPORT_DESK, '--ledger', 'l.yml']);
    const ran = world.run(['simulate', 'optimize', ...args]);
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(message)]);
    // Nothing was read for it.
    expect(ran.stderr).not.toContain('calls read');
    expect(ran.stdout).toBe('');
  });
});

test('candidates that give no answers are refused', () => {
  const asked = ['simulate', 'optimize', '--candidates', 'gpt-4o-mini,text-embedding-3-small'];
  const { code, stderr } = world.run(asked);
  expect([code, stderr]).toEqual([2, expect.stringContaining('text-embedding-3-small: it has no')]);
});

test('a log of failed calls alone is said to be one', () => {
  const args = log(
    'failed',
    Array.from({ length: 4 }, (_, at) => line(at, { status: 500, completion_tokens: 0 })),
  );
  const { stdout } = world.run(['simulate', ...args, '--format', 'table']);
  expect(stdout).toContain('every call failed');
});

test('--out never overwrites what flags or arguments name', () => {
  const files = ['q.csv', 'ru.yaml', 'key.json', 'p.csv', 'same.yaml'];
  for (const file of files) world.file(file, 'mine');
  const asks = [
    ['simulate', '--quality', 'q.csv'],
    ['simulate', 'optimize', '--force', '--rules', 'ru.yaml'],
    ['simulate', '--key-file', 'key.json'],
    ['report', '--prices', 'p.csv'],
    ['policy', 'show', './same.yaml'],
  ];
  for (const [at, ask] of asks.entries()) {
    const { code, stderr } = world.run([...ask, '--out', files[at]!]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--out would overwrite')]);
    expect(readFileSync(join(world.folder, files[at]!), 'utf8')).toBe('mine');
  }
});
