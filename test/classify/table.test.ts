import { describe, expect, it } from 'vitest';
import { LEXICON } from '../../src/classify/lexicon.ts';
import { compileLexicon, findSlot, lexiconTable, POLITE } from '../../src/classify/table.ts';
import { createWordBuffer, mixPair, readWords } from '../../src/classify/words.ts';
import { TASKS } from '../../src/domain/task.ts';
import { escaped } from './prompt.ts';

function hashes(text: string): number[] {
  const bytes = escaped(text);
  const buffer = createWordBuffer(256);
  readWords(bytes, 0, bytes.length, buffer);
  return [...buffer.words.subarray(0, buffer.count)];
}

describe('compileLexicon', () => {
  const table = compileLexicon([
    ['translation', 'en', 'do', 6, 'translate, word for word'],
    ['polite', 'en', 'say', 1, 'please, translate'],
    ['summarization', 'zh', 'do', 5, '总结, 主要内容'],
  ]);
  const slot = (hash: number) => findSlot(table.filter, table.keys, hash);

  it('finds words with all their entries', () => {
    const entry = table.first[slot(hashes('Translate')[0]!)]!;
    expect(table.what[entry]).toBe(POLITE);
    expect(TASKS[table.what[table.next[entry]!]!]).toBe('translation');
    expect(table.weight[table.next[entry]!]).toBe(6);
    expect(slot(hashes('unknown')[0]!)).toBe(-1);
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

describe('LEXICON', () => {
  it('fits, and every label but other and embedding has words in three languages', () => {
    expect(lexiconTable()).toBe(lexiconTable());
    for (const task of TASKS) {
      if (task === 'other' || task === 'embedding') continue;
      for (const lang of ['en', 'de', 'zh']) {
        expect(
          LEXICON.some((row) => row[0] === task && row[1] === lang),
          `${task} ${lang}`,
        ).toBe(true);
      }
    }
  });

  it('has weights from 1 to 15 and no empty words', () => {
    for (const [, , , weight, words] of LEXICON) {
      expect(weight).toBeGreaterThanOrEqual(1);
      expect(weight).toBeLessThanOrEqual(15);
      for (const phrase of words.split(',')) expect(phrase.trim()).not.toBe('');
    }
  });
});
