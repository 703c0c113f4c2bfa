/** Expressions of rules: the same answer as the whole expression, without trying every way to it. */
import { describe, expect, test } from 'vitest';
import { REGEX_FLAGS, ruleRegexProblem, ruleRegexTest } from '../../src/classify/rule-regex.ts';
import { seeded } from './prompt.ts';

describe('an expression in parts', () => {
  // Tried place by place, each of these would take from seconds to hours on such a text.
  const LONG = 65_536;
  test.each([
    ['.*.*=', 'a'],
    ['a.*a.*a.*a.*b', 'a'],
    ['foo.*bar.*baz', 'foobar'],
    ['^You are .* assistant.*$!', 'You are '],
    [String.raw`(invoice|rechnung).*\d{4,}`, 'invoice 123 '],
    [String.raw`\binvoice\b.+\btotal\b.+\bdue\b`, 'invoice total '],
  ])('%s is used, and fails at once on a long text', (pattern, piece) => {
    expect(ruleRegexProblem(pattern)).toBeNull();
    expect(ruleRegexTest(pattern)(piece.repeat(LONG / piece.length))).toBe(false);
  });

  test.each([
    ['a*a*='],
    [String.raw`\w*\d*\w*x`],
    [String.raw`\s*\w*\s*\w*x`],
    ['(foo.*bar.*baz)'],
    // Two ways each for an a, and a loop: 2^6 × 2,500² / 2 steps.
    ['a?a?a?a?a?a?a+b'],
  ])('%s is refused', (pattern) => {
    expect(ruleRegexProblem(pattern)).toMatch(/back-track for very long/);
  });

  test.each([
    ['^You are .* assistant'],
    [String.raw`^\s*translate\b`],
    ['"[^"]*"[^"]*"'],
    [String.raw`\b\d{4}-\d{2}-\d{2}\b`],
    [String.raw`^[^\s@]+@[^\s@]+\.[a-z]{2,}$`],
    [String.raw`order\s+\d+\s+of\s+\w+`],
    ['colou?rs?.*items?.*orders?'],
    [String.raw`(invoice|invoices)\s+(no|number|num)\s*\d+`],
    [String.raw`^(please |could you |can you )?(translate|transcribe)\b`],
    ['foo.*bar|baz.*qux.*quux'],
    ['(?=.*total)invoice'],
  ])('%s is harmless', (pattern) => {
    expect(ruleRegexProblem(pattern)).toBeNull();
  });

  test('a letter of two halves is one, also where a word may not end', () => {
    // After s and 😀 the text ends, and beside 😀 no word does: `\B` fits at the end.
    expect(ruleRegexTest(String.raw`.+\B`)('s😀')).toBe(true);
    expect(ruleRegexTest(String.raw`.+\B`)('s😀a')).toBe(regexOf(String.raw`.+\B`)?.test('s😀a'));
  });

  test('finds what the whole expression finds', () => {
    const random = seeded(11);
    const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const atoms = String.raw`a b c . \b \w [ab] a* b+ (a|bc) (ab|a)? x .* .+ .*? | \B (b.*a) 中 😀 \cJ ^ $ (?=a)`;
    const letters = ['a', 'b', 'c', 'x', ' ', '\n', '中', '😀', '𠀀'];
    let found = 0;
    for (let round = 0; round < 4_000; round++) {
      const length = 1 + Math.floor(random() * 7);
      const pattern = Array.from({ length }, () => any(atoms.split(' '))).join('');
      const whole = regexOf(pattern);
      if (whole === null) continue;
      const isFound = ruleRegexTest(pattern);
      for (let one = 0; one < 4; one++) {
        const text = Array.from({ length: Math.floor(random() * 9) }, () => any(letters)).join('');
        if (whole.test(text)) found++;
        expect([pattern, text, isFound(text)]).toEqual([pattern, text, whole.test(text)]);
      }
    }
    expect(found).toBeGreaterThan(1_000);
  });
});

function regexOf(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, REGEX_FLAGS);
  } catch {
    return null;
  }
}
