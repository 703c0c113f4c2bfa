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
    // A character that a class takes, too, however either of them is written.
    String.raw`(\s|\u3000)*x`,
    String.raw`(\s|\xa0)*x`,
    String.raw`(\s|\u2003)*x`,
    String.raw`(\s|\ufeff)*x`,
    String.raw`([^a]|\u3000)*x`,
    String.raw`(\D|\u3000)*x`,
    String.raw`(.|\cJ)*x`,
    String.raw`(\cA|\x01)*x`,
    String.raw`(.|\ud83d\ude00)*x`,
    String.raw`(\p{L}|\u{20001})*x`,
    String.raw`([\u{20001}-\u{20003}]|[\u{20003}-\u{20005}])*x`,
    String.raw`(\p{Lu}|[\u0101-\u0102])*x`,
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
    // Each of them takes what none of the others does.
    String.raw`(\d|\u3000|\xa0)*x`,
    String.raw`([^\s]|\u3000|\ufeff)*x`,
    String.raw`(\cA|b)x`,
    String.raw`^(?=.*[A-Z])(?=.*\d).{8,}$`,
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

  test('what a look-around takes is taken again from each place before it', () => {
    const steps = { loops: 2, doublings: 12, doublingsWithLoops: 12 };
    // The place to begin, a*, and a* within: the third power of the text.
    for (const pattern of ['a*(?=a*b)', '(?=a*(?=a*b))', 'a*(?!a*b)', '(?:(?=a*b)a)*']) {
      expect(slowRegexProblem(pattern, 'u', steps), pattern).toMatch(/very long/);
    }
    for (const pattern of ['a+(?<=ba*)', 'a+(?<!c(ba)*)']) {
      expect(slowRegexProblem(pattern, 'u', steps), pattern).toMatch(/very long/);
    }
    expect(slowRegexProblem('(?=a*(?=a*(?=a*b)))', 'u')).toMatch(/very long/);
    // One after the other they add up, they do not multiply; nor do other characters.
    expect(slowRegexProblem('(?=a*b)(?=a*c)(?=a*d)x', 'u', steps)).toBeNull();
    expect(slowRegexProblem('c*(?=a*b)', 'u', steps)).toBeNull();
  });

  test('only what begins with ^ in each of its alternatives begins at one place', () => {
    expect(slowRegexProblem('^a*a*a*b', 'u')).toBeNull();
    expect(slowRegexProblem('^c|a*a*a*b', 'u')).toMatch(/very long/);
    expect(slowRegexProblem('^a*a*a*b', 'um')).toMatch(/very long/);
  });

  test.each([
    [String.raw`\w*`.repeat(100), /very long/],
    [String.raw`(\w|\s)*`.repeat(50), /very long/],
    [String.raw`(\w|\s)*`.repeat(55), /very long/],
    [`(${'(ab|bc|ca)'.repeat(30)})*${'(ab|bc|ca)*'.repeat(5)}`, /too large|very long/],
  ])('the check itself takes so many steps and no more: %#', (pattern, problem) => {
    expect(slowRegexProblem(pattern, 'isu')).toMatch(problem);
  });

  test('flags within, and \\c without a letter, are not looked into', () => {
    expect(slowRegexProblem(String.raw`(\c1|a)*`, '')).toMatch(/without a letter/);
    // Node 20 takes no flags within: it says so itself.
    expect(slowRegexProblem('(?i:a)', 'u')).toMatch(/sets flags within|no regular expression/);
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
