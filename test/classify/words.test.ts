import { describe, expect, it } from 'vitest';
import {
  clearWords,
  createWordBuffer,
  isMark,
  MARK_COLON,
  MARK_FENCE,
  MARK_NEWLINE,
  MARK_QUESTION,
  MARK_QUOTE,
  MARK_SENTENCE,
  readWords,
} from '../../src/classify/words.ts';
import { escaped, seeded } from './prompt.ts';

const buffer = createWordBuffer(4096);

function tokens(text: string): number[] {
  const bytes = escaped(text);
  clearWords(buffer);
  readWords(bytes, 0, bytes.length, buffer);
  return [...buffer.words.subarray(0, buffer.count)];
}

const words = (text: string) => tokens(text).filter((word) => !isMark(word));
const marks = (text: string) => tokens(text).filter(isMark);

describe('readWords', () => {
  it('folds case, also of umlauts and accents', () => {
    expect(words('Über GRÖSSE Élan')).toEqual(words('über grÖsse élan'));
    expect(words('Schön')).not.toEqual(words('Schon'));
    expect(words('straße')).toHaveLength(1);
  });

  it('tells words apart, and the same letters in another order', () => {
    const list = words('listen silent enlist tinsel a b ab ba aab 12 21 122');
    expect(new Set(list).size).toBe(12);
  });

  it('separates words at escapes and reads them as what they stand for', () => {
    expect(words('one\ntwo\tthree\r\nfour')).toEqual(words('one two three four'));
    expect(words('say "hi"\\now')).toEqual(words('say hi now'));
    expect(words('a\u0001b')).toEqual(words('a b'));
  });

  it('marks sentences, questions, lines, quotes, colons and fences', () => {
    expect(marks('One. Two? Three:\n"four" ```js')).toEqual([
      MARK_SENTENCE,
      MARK_QUESTION,
      MARK_COLON,
      MARK_NEWLINE,
      MARK_QUOTE,
      MARK_QUOTE,
      MARK_FENCE,
    ]);
    expect(marks('at 3.50 or 10:30 see a.b.c')).toEqual([]);
    expect(marks('好。吗？说：“是”')).toEqual([
      MARK_SENTENCE,
      MARK_QUESTION,
      MARK_COLON,
      MARK_QUOTE,
      MARK_QUOTE,
    ]);
  });

  it('reads CJK as overlapping bigrams and trigrams', () => {
    expect(words('翻')).toEqual([]);
    expect(words('翻译')).toHaveLength(1);
    expect(words('翻译成')).toHaveLength(3);
    expect(words('翻译成英文')).toHaveLength(7);
    expect(words('请翻译')).toEqual(expect.arrayContaining(words('翻译')));
    expect(words('翻，译')).toEqual([]);
  });

  it('counts digits and symbols', () => {
    tokens('x = [1, 23];');
    expect([buffer.digits, buffer.symbols]).toEqual([3, 4]);
  });

  it('appends to what is there and stays within the buffer', () => {
    const small = createWordBuffer(20);
    const bytes = escaped('a b c d e f g h i j k l m n o p q r s t u v w x y z');
    readWords(bytes, 0, 4, small);
    expect(small.count).toBe(2);
    for (let round = 0; round < 10; round++) readWords(bytes, 0, bytes.length, small);
    expect(small.count).toBeLessThanOrEqual(20);
  });

  it('gives the same words wherever the text lies', () => {
    const random = seeded(3);
    const bytes = escaped('Größe: 翻译 "x" ```y``` end? \n no');
    const alone = tokens('Größe: 翻译 "x" ```y``` end? \n no');
    for (let round = 0; round < 50; round++) {
      const junk = Uint8Array.from({ length: 9 }, () => random() * 256);
      clearWords(buffer);
      readWords(Buffer.concat([junk, bytes, junk]), 9, 9 + bytes.length, buffer);
      expect([...buffer.words.subarray(0, buffer.count)]).toEqual(alone);
    }
  });
});
