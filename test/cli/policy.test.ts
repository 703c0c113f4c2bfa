/** `aicost policy` by the real binary. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CliWorld } from './world.ts';

const POLICY = `name: gw
routing:
  rules:
    - if: { priority: high }
      use: keep
    - if: { model: gpt-4o }
      use: [gpt-4o-mini, gpt-4.1]
cache: { ttl_hours: 1 }
`;

let world: CliWorld;
beforeAll(() => {
  world = new CliWorld();
  world.file('p.yaml', POLICY);
  world.file('bad.yaml', 'cache: { ttl_hours: -1 }\nfallback: { a: [b], b: [a] }\n');
  world.file('dear.yaml', 'routing: { otherwise: [no-such-model-7] }\n');
});
afterAll(() => world.close());

describe('aicost policy', () => {
  test('list: every preset once', () => {
    const { code, stdout } = world.run(['policy', 'list', '--json']);
    expect(code).toBe(0);
    const names = (JSON.parse(stdout) as { preset: string }[]).map(({ preset }) => preset);
    expect(names).toEqual('conservative a2 b2 c2 d1 e3 d5 e4 e6 b4 b1'.split(' '));
  });

  test('show: what it prints is a policy that is right, and says the same', () => {
    const shown = world.run(['policy', 'show', 'b2', '-o', 'b2.yaml']);
    expect(shown.code).toBe(0);
    expect(
      world.run(['policy', 'check', './b2.yaml', '--prices', 'router-2026']).stdout,
    ).not.toContain('error');
    const { code, stdout } = world.run(['policy', 'diff', 'b2', 'b2.yaml', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([0, []]);
  });

  test('show --json: the fields docs/policies.md lists', () => {
    const { stdout } = world.run(['policy', 'show', 'c2', '--json']);
    const shown = JSON.parse(stdout);
    expect(Object.keys(shown)).toEqual([
      'schema',
      'name',
      'preset',
      'policy',
      'levers',
      'batch',
      'notes',
    ]);
    expect(shown).toMatchObject({ schema: 'aicost.policy/1', preset: true, batch: ['routing'] });
    expect(world.run(['policy', 'show', 'c2', '--csv']).code).toBe(2);
  });

  test('check: 0, 2 for errors, 3 for a model without a price, each with its place', () => {
    expect(world.run(['policy', 'check', 'p.yaml']).code).toBe(0);
    const bad = world.run(['policy', 'check', 'bad.yaml', '--format', 'table']);
    expect(bad.code).toBe(2);
    expect(bad.stdout).toContain('bad.yaml:1: error: cache.ttl_hours:');
    expect(bad.stdout).toContain('bad.yaml:2: error: fallback.b: a cycle: a to b to a');
    const dear = world.run(['policy', 'check', 'dear.yaml']);
    expect(dear.code).toBe(3);
    expect(dear.stdout).toContain('no-such-model-7 has no price');
    const priced = ['--price', 'no-such-model-7:input=1,output=1'];
    expect(world.run(['policy', 'check', 'dear.yaml', ...priced]).code).toBe(0);
    expect(world.run(['policy', 'check', 'c2']).code).toBe(2);
  });

  test('export: what is left out is on stderr and in the YAML; --strict makes it exit code 3', () => {
    const { code, stdout, stderr } = world.run(['policy', 'export', '--to', 'litellm', 'p.yaml']);
    expect(code).toBe(0);
    // 3 × 0.15 + 0.60 is less than 3 × 2 + 8.
    expect(parse(stdout).router_settings).toEqual({
      model_group_alias: { 'gpt-4o': 'gpt-4o-mini' },
    });
    for (const text of [stdout, stderr])
      expect(text).toContain('rule 1 (priority high: keep) is left');
    const portkey = world.run(['policy', 'export', '--to', 'portkey', 'p.yaml', '--strict']);
    expect(portkey.code).toBe(3);
    expect(JSON.parse(portkey.stdout).cache).toEqual({ mode: 'simple', max_age: 3600 });
    const plain = world.run(['policy', 'export', '--to', 'json', 'p.yaml', '--strict']);
    expect([plain.code, JSON.parse(plain.stdout).cache]).toEqual([0, { ttl_hours: 1 }]);
    expect(world.run(['policy', 'export', '--to', 'nginx', 'p.yaml']).code).toBe(2);
  });
});
