import { describe, expect, it } from 'vitest';
import { bandsFor, NearDuplicates } from '../../src/policy/near-duplicates.ts';
import { FeatureReader } from '../../src/policy/semantic-features.ts';
import { below, seeded } from './calls.ts';

/** Texts of made-up words, or of Chinese characters without spaces; some are copies with changes. */
function texts(
  seed: number,
  count: number,
  { words, chinese }: { words: number; chinese: boolean },
): string[] {
  const random = seeded(seed);
  const word = () => {
    const rank = Math.floor(3000 * random() ** 2);
    return chinese ? String.fromCharCode(0x4e00 + rank) : `w${rank.toString(36)}`;
  };
  const all: string[][] = [];
  while (all.length < count) {
    const base = Array.from({ length: words + below(random, words) }, word);
    all.push(base);
    const copies = random() < 0.3 ? 1 + below(random, 4) : 0;
    const change = random() * 0.3;
    for (let copy = 0; copy < copies; copy++)
      all.push(base.map((one) => (random() < change ? word() : one)));
  }
  return all.slice(0, count).map((list) => list.join(chinese ? '' : ' '));
}

function featuresOf(list: readonly string[]): Int32Array[] {
  const reader = new FeatureReader();
  return list.map((text) => reader.read(text).slice());
}

function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let shared = 0;
  for (const feature of a) if (b.has(feature)) shared += 1;
  return shared / (a.size + b.size - shared);
}

describe('near-duplicates', () => {
  it.each([
    [1, 0.5, 8, false],
    [2, 0.6, 20, false],
    [3, 0.8, 20, false],
    [4, 0.9, 60, false],
    [5, 0.5, 12, true],
    [6, 0.7, 30, true],
    [7, 0.8, 400, false],
  ])(
    'recall against brute force: seed %i, from %d, %i words, Chinese %s',
    (seed, minSimilarity, words, chinese) => {
      const features = featuresOf(texts(seed, words > 100 ? 500 : 1500, { words, chinese }));
      const sets = features.map((list) => new Set(list));
      const index = new NearDuplicates({ minSimilarity });
      let [all, found] = [0, 0];
      features.forEach((list, text) => {
        index.add(list);
        const named = new Set(index.others.subarray(0, index.found));
        for (let other = 0; other < text; other++) {
          if (jaccard(sets[text]!, sets[other]!) < minSimilarity) continue;
          all += 1;
          if (named.has(other)) found += 1;
        }
        // Sets of at most 512 are compared in full: nothing is named that is not alike.
        if (sets[text]!.size <= 512)
          for (const other of named)
            if (sets[other]!.size <= 512)
              expect(jaccard(sets[text]!, sets[other]!)).toBeGreaterThanOrEqual(minSimilarity);
      });
      expect(all).toBeGreaterThan(50);
      expect(found / all).toBeGreaterThanOrEqual(0.95);
    },
  );

  it('names copies with 1, and nothing for a text without features', () => {
    const index = new NearDuplicates({ minSimilarity: 0.5 });
    const seen = [[1, 2], [], [2, 1, 1], [], [9]].map((list) => {
      index.add(Int32Array.from(list));
      return [...index.others.subarray(0, index.found)].map((other, i) => [
        other,
        index.similarities[i],
      ]);
    });
    expect(seen).toEqual([[], [], [[0, 1]], [], []]);
    expect(index.size).toBe(5);
  });

  it('looks at the latest of a crowd only', () => {
    const index = new NearDuplicates({ minSimilarity: 0.5, maxPerBucket: 3 });
    for (let i = 0; i < 10; i++) index.add(Int32Array.of(1, 2, 3));
    expect([...index.others.subarray(0, index.found)]).toEqual([8, 7, 6]);
  });

  it('grows with texts nobody expected, and finds what it would have found', () => {
    // Every third text is the one 1,000 before it; the fifth ones have no features.
    const featuresOf = (text: number) => {
      if (text % 5 === 4) return new Int32Array(0);
      const same = text % 3 === 0 && text >= 1000 ? text - 1000 : text;
      return Int32Array.from({ length: 8 }, (_, at) => same * 8 + at);
    };
    const [grown, roomy] = [
      new NearDuplicates({ minSimilarity: 0.9 }),
      new NearDuplicates({ minSimilarity: 0.9, expected: 4096 }),
    ];
    let copies = 0;
    for (let text = 0; text < 3000; text++) {
      for (const index of [grown, roomy]) index.add(featuresOf(text));
      const [a, b] = [grown, roomy].map(({ others, found }) => [...others.slice(0, found)]);
      expect(a).toEqual(b);
      copies += a!.length;
    }
    // 666 multiples of 3 from 1,002 to 2,997, less 133 empty ones (1,014 to 2,994 by 15).
    expect(copies).toBe(533);
    expect([grown.buckets, roomy.buckets]).toEqual([4096, 4096]);
  });

  it('refuses similarities it has no bands for', () => {
    expect(() => new NearDuplicates({ minSimilarity: 0.3 })).toThrow(RangeError);
    expect(bandsFor(0.8).bands).toBeLessThanOrEqual(25);
  });
});

describe('features', () => {
  const reader = new FeatureReader();
  const of = (text: string) => [...reader.read(text)];

  it('fold case and width, and separate at punctuation', () => {
    expect(of('Hello, WORLD')).toEqual(of('hello world'));
    expect(of('ＡＢＣ')).toEqual(of('abc'));
    expect(of('')).toEqual([]);
  });

  it('of Chinese are characters and pairs of them', () => {
    expect(of('中文字')).toHaveLength(5);
    expect(of('中，文')).toHaveLength(2);
  });
});
