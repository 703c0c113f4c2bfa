/** Sketches: sets of words in a few bits. */
import { describe, expect, it } from 'vitest';
import { sketchWords } from '../../src/classify/sketch.ts';
import { createWordBuffer, readWords } from '../../src/classify/words.ts';
import { escaped, seeded } from './prompt.ts';

const SHAPE = { bins: 6, bits: 8, leastWords: 1 };

function read(text: string) {
  const bytes = escaped(text);
  const buffer = createWordBuffer(8192);
  readWords(bytes, 0, bytes.length, buffer);
  return buffer;
}

function sketch(text: string, shape = SHAPE): number {
  const buffer = read(text);
  return sketchWords(buffer, [0, buffer.count], shape);
}

const random = seeded(42);
const word = () => Math.floor(random() * 36 ** 6).toString(36);
const text = (count: number) => Array.from({ length: count }, word);

describe('sketchWords', () => {
  it('is a safe integer below 2^48, and 0 only of too few words', () => {
    expect(sketch('')).toBe(0);
    expect(sketch('... ?')).toBe(0);
    expect(sketch('two words', { ...SHAPE, leastWords: 3 })).toBe(0);
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
  });

  it('does not repeat over many texts', () => {
    const seen = new Set(Array.from({ length: 5000 }, () => sketch(text(20).join(' '))));
    expect(seen.size).toBe(5000);
  });

  it('agrees in as many bins as the words are shared', () => {
    for (const [shared, own] of [
      [90, 5],
      [60, 20],
      [30, 35],
    ] as const) {
      let agreed = 0;
      for (let round = 0; round < 400; round++) {
        const base = text(shared);
        const one = sketch([...base, ...text(own)].join(' '));
        const other = sketch([...text(own), ...base].join(' '));
        for (let bin = 0; bin < 6; bin++) {
          const bits = (value: number) => Math.floor(value / 2 ** (8 * bin)) % 256;
          if (bits(one) === bits(other)) agreed++;
        }
      }
      // Jaccard's: the shared words of all words.
      expect(Math.abs(agreed / (6 * 400) - shared / (shared + 2 * own))).toBeLessThan(0.06);
    }
  });
});
