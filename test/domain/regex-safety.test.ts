/** Which regular expressions are refused, because they could take for ever. */
import { describe, expect, test } from 'vitest';
import { slowRegexProblem } from '../../src/domain/regex-safety.ts';

describe('expressions that could back-track for ever', () => {
  test.each([
    '(a+)+$',
    '(a|a)*b',
    '(.*)*x',
    String.raw`^(\w+\s?)*$`,
    '(a?b?)*c',
    '(a|aa)+$',
    '(x+x+)+y',
    '([a-z]+)*',
    String.raw`(\d+){3,}`,
    '(?=(a+)+$)x',
    '(?:(?:ab?)+)+c',
    '(ä|[à-ö])*z',
    // Each of the 30 takes an a or nothing: 2^30 ways.
    '^(a?){30}a{30}$',
  ])('%s is refused', (pattern) => {
    expect(slowRegexProblem(pattern, 'isu')).toMatch(/for ever/);
  });

  test.each([
    '^You are .* assistant',
    String.raw`\binvoice\b`,
    '(foo|bar)+',
    '(foo|foobar)*x',
    String.raw`order \d{4,}`,
    '.*refund.*',
    String.raw`^(\w+,)*$`,
    String.raw`(\w+\s)*`,
    '(发票|账单)+',
    String.raw`(\d{1,3}\.){3}\d{1,3}`,
    'price.*list.*today',
    String.raw`^\d{4}-\d{2}-\d{2}$`,
    String.raw`^[^\s@]+@[^\s@]+\.[a-z]{2,}$`,
    '',
  ])('%s is harmless', (pattern) => {
    expect(slowRegexProblem(pattern, 'isu')).toBeNull();
  });

  test('flags count: the two letters are one only where case does not', () => {
    expect(slowRegexProblem('(a|A)*$', 'u')).toBeNull();
    expect(slowRegexProblem('(a|A)*$', 'iu')).toMatch(/for ever/);
  });

  test('without the flag u, braces after \\u repeat it', () => {
    // One letter a with the flag, 61 times the letter u without it.
    expect(slowRegexProblem(String.raw`(\u{61})*$`, 'u')).toBeNull();
    expect(slowRegexProblem(String.raw`(\u{61})*$`, '')).toMatch(/for ever/);
  });

  test('open repetitions one after the other are few', () => {
    for (const pattern of ['a.*a.*b', '(a|b)*c', '^(a+b)*c', 'a*a*b']) {
      expect(slowRegexProblem(pattern, 'isu')).toBeNull();
    }
    expect(slowRegexProblem('a.*a.*a.*b', 'isu')).toMatch(/very long/);
    // 2^13 ways to take a part of 13.
    expect(slowRegexProblem(`^${'a?'.repeat(13)}$`, 'u')).toMatch(/very long/);
    expect(slowRegexProblem(`^${'a?'.repeat(12)}$`, 'u')).toBeNull();
  });

  test('alternatives that begin alike are few, one after the other', () => {
    // 2^13 ways to take the same text; 2^25 would take a minute.
    expect(slowRegexProblem('(a|a)'.repeat(13), 'u')).toMatch(/begin alike/);
    expect(slowRegexProblem('(a|a)(b|bc)'.repeat(7), 'u')).toMatch(/begin alike/);
    expect(slowRegexProblem('(a|a)'.repeat(12), 'u')).toBeNull();
    // Of four alternatives alike there are 4^7 ways; with optional parts between, as many more.
    expect(slowRegexProblem('(a|a|a|a)'.repeat(7), 'u')).toMatch(/begin alike/);
    expect(slowRegexProblem(`${'(a|a)'.repeat(7)}${'a?'.repeat(6)}`, 'u')).toMatch(/begin alike/);
    expect(slowRegexProblem('(sum|summary) of (the|this) (text|texts)', 'u')).toBeNull();
    expect(slowRegexProblem('(a|b)'.repeat(30), 'u')).toBeNull();
  });

  test('repetitions that cannot share out their characters are no chain', () => {
    expect(slowRegexProblem('"[^"]*","[^"]*","[^"]*","[^"]*"', 'u')).toBeNull();
    expect(slowRegexProblem('a*a*a*a*b', 'u')).toMatch(/very long/);
  });

  test('neither is what no expression is, or refers back', () => {
    expect(slowRegexProblem('(a', 'u')).toMatch(/no regular expression: Unterminated group/);
    expect(slowRegexProblem(String.raw`(a)\1`, 'u')).toMatch(/refers back/);
    expect(slowRegexProblem('a'.repeat(501), 'u')).toMatch(/longer/);
    expect(slowRegexProblem('a?'.repeat(240), 'u')).toMatch(/too large/);
  });

  test('alternatives by the hundred are looked at, too', () => {
    const letters = Array.from({ length: 195 }, (_, at) => String.fromCharCode(0x4e00 + at));
    expect(slowRegexProblem(`(${letters.join('|')})*`, 'u')).toBeNull();
  });
});
