/** The price commands as a user runs them: pipes, exit codes, the store in AICOST_HOME. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliWorld, flatLine } from './world.ts';

let world: CliWorld;
beforeEach(() => {
  world = new CliWorld();
});
afterEach(() => world.close());

const USAGE = '{"prompt_tokens":1000,"completion_tokens":100}';

describe('cost', () => {
  test('prices what is piped in', () => {
    // 1000 × $2.50 + 100 × $10 a million
    const { code, stdout } = world.run(['cost', '--model', 'gpt-4o', '--json'], { input: USAGE });
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ cost_usd: '0.0035' }),
    ]);
  });

  test('exit codes: 3 under --strict without a price, 1 for no usage, 2 for wrong usage', () => {
    const code = (args: string[], input = USAGE) => world.run(['cost', ...args], { input }).code;
    expect(code(['--model', 'house-llm'])).toBe(0);
    expect(code(['--model', 'house-llm', '--strict'])).toBe(3);
    expect(code([], '{"prompt_tokens":')).toBe(1);
    expect(code(['--tier', 'cheap'])).toBe(2);
  });

  test('says why on stderr in two lines, without the text of the body', () => {
    const { stdout, stderr } = world.run(['cost'], { input: '{"secret": 1' });
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stderr).not.toContain('secret');
  });
});

describe('one price for every command', () => {
  test('an imported table, a price and an alias of the project file', () => {
    world.file('own.csv', 'model,input,output\nours,1,2\n');
    expect(world.run(['prices', 'import', 'own.csv']).code).toBe(0);
    expect(existsSync(join(world.folder, '.local/share/aicost/prices/own.prices'))).toBe(true);
    // 101 in, 1 out (flatLine 1): ours 101 × $1 + 1 × $2 = 103 µ$; gpt-4o-mini 101 × $3 + 1 × $4.
    world.file(
      'a.jsonl',
      `${flatLine(1, { model: 'ours' })}\n${flatLine(1, { model: 'prod-chat', request_id: 'x' })}\n`,
    );
    const config = {
      prices: 'own',
      price: ['gpt-4o-mini:input=3,output=4'],
      aliases: { 'prod-chat': 'gpt-4o-mini' },
    };
    world.file('aicost.config.json', JSON.stringify(config));
    const report = world.report(['audit', 'a.jsonl']);
    expect((report.totals as unknown as { cost_usd: string }).cost_usd).toBe('0.00041'); // 103 + 307 µ$
    const over = world.report([
      'report',
      '--alias',
      'prod-chat=ours',
      '--price',
      'ours:input=2,output=2',
    ]);
    // 102 × $2 for both = 408 µ$
    expect((over.totals as unknown as { cost_usd: string }).cost_usd).toBe('0.000408');
  });
});

test('prices update says where it fails, and keeps nothing', () => {
  const { code, stderr } = world.run(['prices', 'update', '--url', 'http://127.0.0.1:2/x']);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot fetch http://127.0.0.1:2/x: ');
  expect(existsSync(join(world.folder, '.local'))).toBe(false);
});
