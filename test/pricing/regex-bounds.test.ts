import { waitForUpdate } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { LONGEST_NAME, regexProblem } from '../../src/pricing/regex-bounds.ts';
import { ruleAccepts } from '../../src/pricing/rules.ts';

describe('regexProblem', () => {
  it('takes every pattern of the bundled catalogue', async () => {
    const text = JSON.stringify(await waitForUpdate());
    const patterns = [...text.matchAll(/"regex":("(?:\\.|[^"\\])*")/g)].map(
      ([, pattern = '']) => JSON.parse(pattern) as string,
    );
    expect(patterns.length).toBeGreaterThan(40);
    expect(patterns.filter((pattern) => regexProblem(pattern) !== null)).toEqual([]);
  });

  it.each([
    '^gpt-4o$',
    'gpt-(?:4o|5)(?:-mini)?',
    '^a.*b.*c$',
    '[+*?({|]+',
    '\\(\\+\\)\\+',
    'a{2}b{x',
    '^(?<name>a)-\\d{4}$',
    'x'.repeat(256),
  ])('takes %s', (pattern) => expect(regexProblem(pattern)).toBeNull());

  it.each([
    ['(', 'is no regular expression'],
    ['[b-a]', 'is no regular expression'],
    ['^(a+)+$', 'repeats a group'],
    ['^(?:a|a)*$', 'repeats a group'],
    ['^(a?){30}a{30}$', 'repeats a group'],
    ['^(a)\\1$', 'refers back to a group'],
    ['^(?<n>a)\\k<n>$', 'refers back to a group'],
    ['.*.*.*x', 'could take too long'],
    ['^.*.*.*.*x$', 'could take too long'],
    [`^${'a?'.repeat(30)}$`, 'could take too long'],
    [`^${'(a|a)'.repeat(30)}$`, 'could take too long'],
    [`^${'a{0,9}'.repeat(6)}b$`, 'could take too long'],
    ['x'.repeat(257), 'is longer than 256 characters'],
  ])('refuses %s', (pattern, problem) => expect(regexProblem(pattern)).toBe(problem));
});

it('no pattern is tried on a name longer than any model’s', () => {
  const name = `m-${'1'.repeat(LONGEST_NAME - 2)}`;
  expect(ruleAccepts({ regex: '^m-1+$' }, name, 'm')).toBe(true);
  expect(ruleAccepts({ regex: '^m-1+$' }, `${name}1`, 'm')).toBe(false);
});
