import { describe, expect, it } from 'vitest';
import { sketchPrompt, sketchSimilarity } from '../../src/classify/sketch.ts';
import { createWordBuffer, readWords } from '../../src/classify/words.ts';
import { escaped, seeded } from './prompt.ts';

function sketch(text: string): number {
  const bytes = escaped(text);
  const buffer = createWordBuffer(8192);
  readWords(bytes, 0, bytes.length, buffer);
  return sketchPrompt(buffer);
}

const random = seeded(42);
const word = () => Math.floor(random() * 36 ** 6).toString(36);
const text = (count: number) => Array.from({ length: count }, word);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('sketchPrompt', () => {
  it('is a safe integer below 2^48, and 0 only without words', () => {
    expect(sketch('')).toBe(0);
    expect(sketch('... ?')).toBe(0);
    for (let round = 0; round < 500; round++) {
      const value = sketch(text(1 + Math.floor(random() * 50)).join(' '));
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(2 ** 48);
    }
  });

  it('is equal for equal words, whatever their case, order and number', () => {
    const a = sketch('How do I reset my password?');
    expect(sketch('how do i RESET my password')).toBe(a);
    expect(sketch('password my reset I do how how')).toBe(a);
    expect(sketchSimilarity(a, a)).toBe(1);
  });

  it('does not repeat over many texts', () => {
    const seen = new Set(Array.from({ length: 5000 }, () => sketch(text(20).join(' '))));
    expect(seen.size).toBe(5000);
  });
});

describe('sketchSimilarity', () => {
  it('estimates the Jaccard similarity', () => {
    for (const [shared, own] of [
      [90, 5],
      [60, 20],
      [30, 35],
    ] as const) {
      const estimates = Array.from({ length: 400 }, () => {
        const base = text(shared);
        return sketchSimilarity(
          sketch([...base, ...text(own)].join(' ')),
          sketch([...text(own), ...base].join(' ')),
        );
      });
      expect(Math.abs(mean(estimates) - shared / (shared + 2 * own))).toBeLessThan(0.05);
    }
  });

  it('is low for unrelated texts and symmetric', () => {
    const pairs = Array.from(
      { length: 500 },
      () => [sketch(text(40).join(' ')), sketch(text(40).join(' '))] as const,
    );
    expect(mean(pairs.map(([a, b]) => sketchSimilarity(a, b)))).toBeLessThan(0.02);
    for (const [a, b] of pairs) expect(sketchSimilarity(a, b)).toBe(sketchSimilarity(b, a));
  });

  it('is high for CJK texts that differ in a few characters', () => {
    const a = sketch('请问我昨天购买的商品什么时候可以发货，能不能帮我催一下物流，谢谢你们的帮助');
    const b = sketch('请问我前天购买的商品什么时候可以发货，能不能帮我催一下物流，谢谢你们的帮助');
    expect(sketchSimilarity(a, b)).toBeGreaterThan(0.4);
  });

  it('is 0 where there were no words', () => {
    expect(sketchSimilarity(0, 0)).toBe(0);
    expect(sketchSimilarity(0, sketch('word'))).toBe(0);
  });
});
