/** Rules of a policy on what a log tells of a request, on the real binary. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliWorld } from './world.ts';

let world: CliWorld;
beforeAll(() => {
  world = new CliWorld();
});
afterAll(() => world.close());

const TOOLS = { tools: [{ type: 'function', function: { name: 'look_up' } }] };
const SCHEMA = { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } } };

/** A pair of request and response: 1,000 and 100 tokens on gpt-4o. */
function pair(minute: number, request: object): object {
  const messages = [{ role: 'user', content: `What is the capital of country ${minute}?` }];
  return {
    timestamp: new Date(Date.UTC(2026, 2, 2, 8, minute)).toISOString(),
    request: { model: 'gpt-4o', messages, ...request },
    response: {
      ...{ object: 'chat.completion', model: 'gpt-4o' },
      choices: [{ message: { role: 'assistant', content: 'Paris' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1000, completion_tokens: 100 },
    },
  };
}

function moved(rule: string, ledger: string): number {
  world.file('rule.yaml', `routing: { rules: [{ ${rule} }] }\n`);
  const args = ['simulate', '--policy', './rule.yaml', '--ledger', ledger, '--json'];
  const { code, stdout, stderr } = world.run(args);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { quality: { moved_calls: number } }).quality.moved_calls;
}

describe('a rule', () => {
  beforeAll(() => {
    const all = [pair(1, {}), pair(2, TOOLS), pair(3, TOOLS), pair(4, SCHEMA), pair(5, {})];
    world.file('pairs.jsonl', all.map((one) => `${JSON.stringify(one)}\n`).join(''));
    expect(world.run(['ingest', 'pairs.jsonl', '--ledger', 'pairs.db']).code).toBe(0);
    // No request: what it came with is not known.
    const flat = { timestamp: '2026-03-02T08:00:00Z', model: 'gpt-4o', prompt_tokens: 1000 };
    const line = JSON.stringify({ ...flat, completion_tokens: 100, prompt: 'Is it so?' });
    world.file('flat.jsonl', `${line}\n`);
    expect(world.run(['ingest', 'flat.jsonl', '--ledger', 'flat.db']).code).toBe(0);
  });

  test.each([
    ['if: { has_tools: true }', 2],
    ['if: { has_tools: false }', 3],
    ['if: { has_schema: true }', 1],
    ['if: { has_schema: false }', 4],
    ['if: { min_complexity: 0 }', 5],
    ['if: { max_complexity: 1 }', 5],
    ['if: { min_complexity: 1 }', 0],
  ])('%s holds for %d calls of a log', (condition, calls) => {
    expect(moved(`${condition}, use: [gpt-4o-mini]`, 'pairs.db')).toBe(calls);
  });

  test('splits the calls at any complexity', () => {
    const below = moved('if: { max_complexity: 0.3 }, use: [gpt-4o-mini]', 'pairs.db');
    const above = moved('if: { min_complexity: 0.31 }, use: [gpt-4o-mini]', 'pairs.db');
    expect(below + above).toBe(5);
  });

  test.each(['has_tools: true', 'has_tools: false', 'has_schema: false'])(
    'does not hold for what is not known: %s',
    (condition) => {
      expect(moved(`if: { ${condition} }, use: [gpt-4o-mini]`, 'flat.db')).toBe(0);
      expect(moved('use: [gpt-4o-mini]', 'flat.db')).toBe(1);
    },
  );

  test('sends calls with tools only to models that take them', () => {
    world.file(
      'no-tools.yaml',
      'routing: { otherwise: [gpt-4o-mini] }\nmodels: { gpt-4o-mini: { tools: false, json: false } }\n',
    );
    const args = ['simulate', '--policy', './no-tools.yaml', '--ledger', 'pairs.db', '--json'];
    const answer = JSON.parse(world.run(args).stdout);
    // Two of five have tools, one a schema.
    expect(answer.quality.moved_calls).toBe(2);
    expect(answer.left_out).toEqual([
      { lever: 'routing', calls: 2, reason: 'no model of the route takes tools' },
      { lever: 'routing', calls: 1, reason: 'no model of the route answers in JSON' },
    ]);
    const flat = world.run([...args.slice(0, 4), 'flat.db', '--json']);
    expect(JSON.parse(flat.stdout)).toMatchObject({
      quality: { moved_calls: 0 },
      left_out: [{ lever: 'routing', calls: 1, reason: expect.stringContaining('is not known') }],
    });
  });
});
