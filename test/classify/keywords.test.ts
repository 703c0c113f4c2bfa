import { describe, expect, it } from 'vitest';
import { keywordComplexity, keywordTask } from '../../src/classify/keywords.ts';

describe('the preset keywords', () => {
  it('takes the first keyword for the label', () => {
    expect(keywordTask('', 'Translate and summarize this')).toBe('translation');
    expect(keywordTask('You summarize mails.', 'hello')).toBe('summarization');
    expect(keywordTask('', 'xyz')).toBe('other');
  });

  it('sums each word once, and cuts at 1', () => {
    // analyze .30 + compare .25 = .55
    expect(keywordComplexity('', 'Analyze, compare, compare')).toBeCloseTo(0.55, 9);
    expect(keywordComplexity('', 'x'.repeat(1001))).toBeCloseTo(0.1, 9);
    expect(keywordComplexity('', 'analyze compare debug refactor')).toBe(1);
    expect(keywordComplexity('', '')).toBe(0);
  });
});
