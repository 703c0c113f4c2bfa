/** `aicost simulate` and `simulate frontier` on the real binary. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliWorld, pico, SUPPORT_DESK, sum } from './world.ts';

interface Step {
  readonly lever: string;
  readonly calls: number;
  readonly saved_usd: string;
  readonly left_usd: string;
  readonly sure_usd: string;
  readonly likely_usd: string;
  readonly needs_test_usd: string;
  readonly low_usd: string | null;
  readonly high_usd: string | null;
  readonly shapley_usd?: string | null;
}

interface Answer {
  readonly schema: string;
  readonly policy: string;
  readonly priced_calls: number;
  readonly unpriced_calls: number;
  readonly baseline_usd: string;
  readonly after_usd: string;
  readonly saved_usd: string;
  readonly holdout: { from: string; training_calls: number; held_out_calls: number } | null;
  readonly quality: { expected_loss: number; max_loss: number | null };
  readonly shapley: { exact: boolean } | null;
  readonly waterfall: Step[];
  readonly moves: { task: string; calls: number; expected_loss: number | null }[];
  readonly left_out: { lever: string; calls: number; reason: string }[];
  readonly notes: string[];
}

let world: CliWorld;
beforeAll(() => {
  world = new CliWorld();
  expect(world.run(['ingest', SUPPORT_DESK]).code).toBe(0);
});
afterAll(() => world.close());

function file(name: string, text: string): string {
  world.file(name, text);
  return `./${name}`;
}

function simulate(args: readonly string[]): Answer {
  const { code, stdout, stderr } = world.run(['simulate', ...args, '--json']);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer;
}

/** Another ledger with these lines of a flat log, and the answer on it. */
function onLog(name: string, lines: readonly object[], args: readonly string[] = []): Answer {
  const log = file(`${name}.jsonl`, lines.map((line) => JSON.stringify(line)).join('\n'));
  return simulate([log, '--ledger', `${name}.db`, ...args]);
}

function line(over: object): object {
  return {
    timestamp: '2026-03-02T08:00:00Z',
    model: 'gpt-4o',
    ...{ prompt_tokens: 1000, completion_tokens: 100, latency_ms: 10, status: 200, ...over },
  };
}

describe('a policy', () => {
  test('by name says what an audit says, to the last digit', () => {
    const audit = world.report(['report', '--policy', 'conservative']).savings;
    const answer = simulate(['--policy', 'conservative']);
    expect(answer).toMatchObject({
      baseline_usd: audit.baseline_usd,
      after_usd: audit.after_usd,
      saved_usd: audit.saved_usd,
    });
    const levers = answer.waterfall.slice(1, -1);
    expect(levers.map(({ lever, saved_usd }) => [lever, saved_usd])).toEqual(
      audit.levers.map(({ lever, saved_usd }) => [lever, saved_usd]),
    );
  });

  test('adds up, step by step and by certainty', () => {
    const answer = simulate(['--policy', 'c2']);
    const [paid, ...rest] = answer.waterfall;
    const all = rest.pop()!;
    let left = pico(paid!.left_usd);
    for (const step of rest) {
      left -= pico(step.saved_usd);
      expect(pico(step.left_usd)).toBe(left);
      expect(sum([step.sure_usd, step.likely_usd, step.needs_test_usd])).toBe(pico(step.saved_usd));
    }
    expect([paid!.lever, all.lever]).toEqual(['as_paid', 'in_all']);
    expect(pico(all.left_usd)).toBe(left);
    expect(pico(answer.after_usd)).toBe(left);
    expect(sum(rest.map(({ saved_usd }) => saved_usd))).toBe(pico(answer.saved_usd));
    expect(pico(all.low_usd!)).toBeLessThan(pico(all.saved_usd));
    expect(pico(all.high_usd!)).toBeGreaterThan(pico(all.saved_usd));
  });

  test.each(['{}', 'name: keep\n', 'routing: { otherwise: keep }\n', 'levers: []\n'])(
    'that changes nothing costs what was paid: %j',
    (text) => {
      const paid = world.report(['report']).totals.cost_usd;
      const { baseline_usd, after_usd, saved_usd } = simulate(['--policy', file('k.yaml', text)]);
      expect([baseline_usd, after_usd, saved_usd]).toEqual([paid, paid, '0']);
    },
  );

  test('may name what has no price, which is said', () => {
    const policy = file('u.yaml', 'routing: { otherwise: [our-own-model] }\n');
    const { saved_usd, left_out, notes } = simulate(['--policy', policy]);
    expect(saved_usd).toBe('0');
    expect(left_out[0]?.reason).toBe('the model routed to has no price');
    expect(notes).toContain('our-own-model: the policy names it, it has no price');
  });

  test.each([
    ['fallback: { a: [b], b: [a] }', /b\.yaml:1: .*a cycle: a to b to a/],
    ['semantic_cache: { min_similarity: 1.5 }', /b\.yaml:1: .*1\.5/],
    ['cascade: [{ models: [a, b] }]\ncascade_split: { qa: [1] }', /1 shares for a cascade of 2/],
  ])('that is wrong is refused: %s', (text, message) => {
    const { code, stderr } = world.run(['simulate', '--policy', file('b.yaml', text)]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('how sure it is', () => {
  test('a holdout reports the later calls, the same for the same seed', () => {
    const answer = simulate(['--holdout', '40%']);
    const { held_out_calls: held = 0, training_calls: training = 0 } = answer.holdout ?? {};
    const all = simulate([]);
    expect(held + training).toBe(all.priced_calls + all.unpriced_calls);
    expect(answer.priced_calls).toBeLessThanOrEqual(held);
    expect(pico(answer.baseline_usd)).toBeLessThan(pico(all.baseline_usd));
    expect(simulate(['--holdout', '0.4'])).toEqual(answer);
    expect(simulate(['--holdout', '40%', '--seed', '2']).waterfall).not.toEqual(answer.waterfall);
  });

  test('shares whatever the order add up to the whole, and are marked', () => {
    const answer = simulate(['--policy', 'c2', '--shapley']);
    const levers = answer.waterfall.slice(1, -1);
    expect(sum(levers.map(({ shapley_usd }) => shapley_usd!))).toBe(pico(answer.saved_usd));
    expect(answer.shapley?.exact).toBe(true);
    expect(answer.notes.join('\n')).toContain('Shapley, exact');
  });

  test('a limit of quality lost is kept, with scores of the user', () => {
    const free = simulate(['--policy', 'c2']);
    const tight = simulate(['--policy', 'c2', '--max-quality-loss', '0.5%']);
    expect(tight.quality.expected_loss).toBeLessThanOrEqual(0.005);
    expect(free.quality.expected_loss).toBeGreaterThan(0.005);
    expect(pico(tight.saved_usd)).toBeLessThan(pico(free.saved_usd));
    const scores = 'model,task,quality\ngpt-4.1,qa,90\ngemini-2.5-flash,qa,90\n';
    const own = ['--quality', file('q.csv', scores), '--max-quality-loss', '0'];
    expect(simulate(['--policy', 'c2', ...own]).moves.map(({ task }) => task)).toEqual(['qa']);
  });

  test.each([
    [['--holdout', '140%'], /--holdout '140%' is no share/],
    [['--holdout', '100%'], /--holdout '100%' leaves nothing to fit on/],
    [['--max-latency', '2'], /--max-latency '2' is no time/],
    [['--holdout', 'some'], /is no share from 0 to 1/],
    [['--max-quality-loss', '2'], /--max-quality-loss '2' is no share/],
    [['--seed', '-1'], /--seed '-1'/],
    [['--quality', 'nowhere.csv'], /nowhere\.csv/],
    [['--policy', 'nobody'], /nobody/],
  ])('%j is refused', (args, message) => {
    const { code, stderr } = world.run(['simulate', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('a log', () => {
  test('of one call has no interval', () => {
    // 1,000 × $2.50 and 100 × $10 a million: $0.0035.
    const answer = onLog('one', [line({})]);
    expect(answer).toMatchObject({ priced_calls: 1, baseline_usd: '0.0035' });
    expect(answer.waterfall.every(({ low_usd, high_usd }) => (low_usd ?? high_usd) === null)).toBe(
      true,
    );
    expect(answer.notes.join('\n')).toMatch(/no intervals: 1 (?:day|session) is too few/);
  });

  test('in which every call failed has nothing to save', () => {
    const failed = Array.from({ length: 60 }, (_, at) => {
      const timestamp = `2026-03-02T08:00:${String(at).padStart(2, '0')}Z`;
      return line({ timestamp, status: 500, prompt_tokens: 0, completion_tokens: 0 });
    });
    const answer = onLog('failed', failed, ['--holdout', '40%', '--shapley']);
    expect(answer).toMatchObject({ saved_usd: '0', after_usd: answer.baseline_usd });
    const { stdout } = world.run(['simulate', '--ledger', 'failed.db', '--format', 'table']);
    expect(stdout).toContain('would have saved nothing');
  });

  test('without times says which levers are left out', () => {
    const undated = ['a', 'a', 'b'].map((prompt) => {
      const request = { model: 'gpt-4o', messages: [{ role: 'user', content: prompt }] };
      return { ...line({ timestamp: undefined }), request };
    });
    const answer = onLog('undated', undated, ['--holdout', '40%']);
    expect(answer.holdout).toBe(null);
    expect(answer.notes).toContain('nothing is held out: the calls cannot be told apart by time');
    const reasons = answer.left_out.map(({ reason }) => reason);
    expect(reasons).toContain('the log gives no time');
  });

  test('is read first where one is named, and --strict sees what has no price', () => {
    const log = file('strict.jsonl', `${JSON.stringify(line({ model: 'our-own' }))}\n`);
    const args = ['simulate', log, '--ledger', 'strict.db'];
    expect(world.run(args).code).toBe(0);
    expect(world.run([...args, '--strict']).code).toBe(3);
    expect(world.run(['simulate', '--ledger', 'nowhere.db']).code).toBe(1);
  });
});

describe('each call', () => {
  test('adds up to the waterfall, call by call, and has its line', () => {
    const { stdout } = world.run(['simulate', '--policy', 'c2', '--calls', '--json']);
    const { calls, waterfall } = JSON.parse(stdout) as {
      calls: Record<string, string | null>[];
      waterfall: Step[];
    };
    const steps = waterfall.slice(1, -1);
    for (const { lever, saved_usd, calls: changed } of steps) {
      const amounts = calls.map((row) => row[`${lever}_usd`] ?? '0');
      expect(sum(amounts)).toBe(pico(saved_usd));
      expect(amounts.filter((amount) => amount !== '0')).toHaveLength(changed);
    }
    for (const row of calls.filter(({ cost_usd }) => cost_usd !== null)) {
      const saved = sum(steps.map(({ lever }) => row[`${lever}_usd`] ?? '0'));
      expect(pico(row.cost_usd!) - saved).toBe(pico(row.left_usd!));
    }
    expect(calls[0]?.place).toMatch(/support-desk\.jsonl:1$/);
    const hit = calls.find(({ served }) => served === 'cache');
    expect(hit).toMatchObject({ levers: 'exact_cache', left_usd: '0' });
  });
});

describe('the frontier', () => {
  test('ends where the policy does, and loses more as it saves more', () => {
    const { stdout } = world.run(['simulate', 'frontier', '--policy', 'conservative', '--json']);
    const { schema, points, baseline_usd } = JSON.parse(stdout) as {
      schema: string;
      baseline_usd: string;
      points: {
        task: string | null;
        after_usd: string;
        saved_usd: string;
        expected_loss: number;
      }[];
    };
    const whole = simulate(['--policy', 'conservative']);
    expect([schema, baseline_usd]).toEqual(['aicost.simulate-frontier/1', whole.baseline_usd]);
    expect(points[0]).toMatchObject({ task: null, expected_loss: 0 });
    expect(points.at(-1)?.after_usd).toBe(whole.after_usd);
    points.slice(1).forEach((point, at) => {
      expect(point.expected_loss).toBeGreaterThanOrEqual(points[at]!.expected_loss);
      expect(pico(point.saved_usd)).toBeGreaterThan(pico(points[at]!.saved_usd));
    });
  });

  test('wants a policy that routes', () => {
    const { code, stderr } = world.run([
      ...['simulate', 'frontier', '--policy', file('n.yaml', 'cache: { ttl_hours: 1 }\n')],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('has no routing')]);
  });
});
