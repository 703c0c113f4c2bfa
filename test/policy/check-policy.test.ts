import { describe, expect, test } from 'vitest';
import { checkPolicy } from '../../src/policy/check-policy.ts';

const priced = (model: string) => !model.startsWith('unknown');

/** `SEVERITY LINE KEY: PROBLEM` of each finding. */
function check(text: string, severities = ['error', 'warning']): string[] {
  return checkPolicy(text, 'p.yaml', priced)
    .filter(({ severity }) => severities.includes(severity))
    .map(({ severity, line, key, problem }) => `${severity} ${line} ${key}: ${problem}`);
}

describe('errors', () => {
  test('all of them, each once and with its line; what follows from one is not another', () => {
    const text = `routing:
  rules:
    - if: { task: [nonsense] }
      use: [small]
    - use: []
fallback:
  x: [y]
  y: [x]
semantic_cache: { min_similarity: 2, max_false_hits: -1 }
nonsense: 3
`;
    expect(check(text)).toEqual([
      "error 3 routing.rules.if.task: 'nonsense' is no task",
      'error 5 routing.rules.use: an empty list is no list with anything in it',
      'error 8 fallback.y: a cycle: x to y to x',
      'error 9 semantic_cache.min_similarity: 2 is not a number from 0 to 1',
      'error 9 semantic_cache.max_false_hits: -1 is not a number from 0 to 1',
      'error 10 nonsense: a policy has no such key',
    ]);
  });

  test.each([
    ['', 'a policy is a mapping'],
    ['- a', 'a policy is a mapping'],
    ['cache: [', ''],
    ['cache: []', 'is no mapping'],
  ])('%j is refused', (text, problem) => {
    const [first = ''] = check(text);
    expect(first).toContain('error 1 ');
    expect(first).toContain(problem);
  });

  test('a lever without its section', () => {
    expect(check('cache: { ttl_hours: 1 }\nlevers: [gateway]')).toEqual([
      'error 2 levers: the lever gateway has no section',
    ]);
  });

  test('an aliased value that is wrong ends the search too', () => {
    expect(check('cache: &c { ttl_hours: -1 }\nsemantic_cache: *c')).not.toEqual([]);
  });
});

describe('warnings and notes', () => {
  test('models without a price, where they stand: rules, fallbacks, cascades, judges', () => {
    const text = `routing: { otherwise: [known, unknown-a] }
fallback:
  known: [unknown-b]
cascade:
  - models: [known, unknown-c]
    checks: ['judge:unknown-d>=8']
`;
    const found = check(text).map((line) => line.replace(/ has no price.*/, ''));
    expect(found).toEqual([
      'warning 1 routing: unknown-a',
      'warning 3 fallback: unknown-b',
      'warning 5 cascade: unknown-c',
      'warning 6 cascade: unknown-d',
    ]);
  });

  test('an if that no request can meet', () => {
    const rule = (parts: string) =>
      check(`routing:\n  rules:\n    - if: { ${parts} }\n      use: [known]\n`);
    expect(rule('min_complexity: 0.9, max_complexity: 0.2')).toEqual([
      'warning 3 if: min_complexity 0.9 is above max_complexity 0.2: it never holds',
    ]);
    expect(rule('min_complexity: 0.2, max_complexity: 0.2')).toEqual([]);
  });

  test('rules behind one that always holds', () => {
    const [first = ''] = check('routing:\n  rules: [{ use: keep }, { use: [known] }]\n');
    expect(first).toContain('rule 1 has no');
    expect(check('routing:\n  rules: [{ use: [known] }]\n')).toEqual([]);
  });

  test('sections that only some commands go by', () => {
    expect(check('cache: { ttl_hours: 1 }\ngateway: b1\nfallback: { a: [b] }', ['note'])).toEqual([
      'note 2 gateway: only simulate goes by this section',
      'note 3 fallback: only batch goes by this section',
    ]);
  });
});
