import { describe, expect, it } from 'vitest';
import { ASKING, CUES, TELLING } from '../../src/classify/concepts.ts';
import {
  BODY,
  compileConcepts,
  conceptTable,
  FIRST_CONCEPT,
  findSlot,
  OPTION,
  POLITE,
  TASK,
  WORD_PROBLEM,
} from '../../src/classify/table.ts';
import { createWordBuffer, mixPair, readWords } from '../../src/classify/words.ts';
import { escaped } from './prompt.ts';

function hashes(text: string): number[] {
  const bytes = escaped(text);
  const buffer = createWordBuffer(256);
  readWords(bytes, 0, bytes.length, buffer);
  return [...buffer.words.subarray(0, buffer.count)];
}

describe('compileConcepts', () => {
  const table = compileConcepts([
    ['translate', 'translat/e/ed, word for word'],
    ['polite', 'please, translate'],
    ['summarize', '总结, 主要内容'],
  ]);
  const slot = (hash: number) => findSlot(table.filter, table.keys, hash);

  it('finds words with all their entries', () => {
    const entry = table.first[slot(hashes('Translate')[0]!)]!;
    expect(table.what[entry]).toBe(2);
    expect(table.what[table.next[entry]!]).toBe(1);
    expect(slot(hashes('unknown')[0]!)).toBe(-1);
  });

  it('cuts stems from their endings', () => {
    expect(table.what[table.first[slot(hashes('translated')[0]!)]!]).toBe(1);
    expect(slot(hashes('translat')[0]!)).toBe(-1);
  });

  it('finds phrases word by word', () => {
    const [a, b] = hashes('word for');
    const start = slot(a!);
    expect([table.first[start], table.opens[start]]).toEqual([-1, 1]);
    const pair = slot(mixPair(a!, b!));
    expect([table.first[pair], table.opens[pair]]).toEqual([-1, 1]);
    expect(table.first[slot(mixPair(mixPair(a!, b!), a!))]).toBeGreaterThanOrEqual(0);
  });

  it('finds Chinese words among the bigrams of a text', () => {
    expect(hashes('请总结').some((hash) => slot(hash) >= 0)).toBe(true);
  });
});

describe('the concepts', () => {
  it('fit, and their codes are their places', () => {
    expect(conceptTable()).toBe(conceptTable());
    const names = ['', ...[...CUES, ...ASKING, ...TELLING].map(([name]) => name)];
    expect(names.length).toBeLessThan(256);
    expect([POLITE, BODY, TASK, OPTION, WORD_PROBLEM].map((code) => names[code])).toEqual(
      CUES.map(([name]) => name),
    );
    expect(names[FIRST_CONCEPT]).toBe(ASKING[0]?.[0]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('have no empty words, and Chinese ones beside others', () => {
    for (const [name, words] of [...ASKING, ...TELLING]) {
      for (const phrase of words.split(',')) expect(phrase.trim(), name).not.toBe('');
      // What is written in Latin letters everywhere, such as code, has no Chinese words.
      if (!['into_language', 'syntax'].includes(name)) expect(words).toMatch(/\p{Script=Han}/u);
    }
  });
});
