import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { isSameSetting, matchTexts, refusalOf } from '../../src/policy/semantic-match.ts';
import { readMeaning } from '../../src/policy/semantic-text.ts';
import { WordScanner } from '../../src/policy/semantic-words.ts';
import { stemOf } from '../../src/policy/stems.ts';
import { call, target } from './calls.ts';
import { DIFFERENT, MOVED, OPPOSED, SAME } from './semantic-pairs.ts';

const THRESHOLD = 0.8;

function match(a: string, b: string) {
  return matchTexts(readMeaning(a), readMeaning(b));
}

function isHit(a: string, b: string, threshold = THRESHOLD): boolean {
  const { similarity, refusedBy } = match(a, b);
  return refusedBy === null && similarity >= threshold;
}

describe('gates', () => {
  it.each([
    ['numbers', 'Give me 3 names', 'Give me 4 names'],
    ['numbers', 'Two tickets please', 'three tickets please'],
    ['names', 'Who is Ada Lovelace?', 'Who is Alan Turing?'],
    ['negation', 'Is it open?', "Isn't it open?"],
    ['negation', 'Mit Zucker', 'Ohne Zucker'],
    ['quotes', 'Define "cat"', 'Define "dog"'],
    ['language', 'What is the time?', 'Wie ist das Wetter heute?'],
    ['opposites', 'how to lock the door', 'how to unlock the door'],
    ['order', 'train from york to leeds', 'train from leeds to york'],
    ['numbers', '把5公里换算成英里', '把6公里换算成英里'],
    ['negation', '他来吗', '他不来吗'],
  ])('%s: %s | %s', (gate, a, b) => {
    expect(refusalOf(readMeaning(a), readMeaning(b))).toBe(gate);
    expect(refusalOf(readMeaning(b), readMeaning(a))).toBe(gate);
  });

  it.each(OPPOSED)('hold apart, %s: %s | %s', (gate, a, b) => {
    expect(refusalOf(readMeaning(a), readMeaning(b))).toBe(gate);
    expect(refusalOf(readMeaning(b), readMeaning(a))).toBe(gate);
  });

  it.each(MOVED)('let pass: %s | %s', (a, b) => {
    expect(refusalOf(readMeaning(a), readMeaning(b))).toBeNull();
    expect(refusalOf(readMeaning(b), readMeaning(a))).toBeNull();
  });

  it('let pass what only looks different', () => {
    for (const [a, b] of [
      ['It costs 1,000 dollars', 'it costs 1000 dollars'],
      ['two apples', '2 apples'],
      ['Price: 2,50', 'price: 2.5'],
      ['非常好', '很好'],
    ] as const)
      expect(refusalOf(readMeaning(a), readMeaning(b))).toBeNull();
  });

  it('system prompt, parameters and model must agree', () => {
    expect(isSameSetting(call(), call({ promptHash: 9 }))).toBe(true);
    for (const over of [{ systemHash: 1 }, { paramsHash: 1 }, { target: target({ model: 'o3' }) }])
      expect(isSameSetting(call(), call(over))).toBe(false);
  });
});

describe('similarity', () => {
  // One content word swapped counts 1 + 0.5 of at most 10; two characters of Chinese the same of 7.
  it.each([
    [
      'Write a gentle dinner recipe for a family of mine with vegetables rice herbs lemon and roasted chicken that is safe for a child with a severe allergy against peanut and that takes little time to cook in a small kitchen',
      'peanut',
      'shellfish',
      0.85,
    ],
    [
      'Tell me the usual adult dosage and the most common side effects of ibuprofen when taken together with food for headache after a long flight and whether driving a car afterwards is considered safe',
      'ibuprofen',
      'diazepam',
      0.85,
    ],
    [
      'Schreibe eine kurze freundliche Antwort an einen langjährigen Kunden, dass der bestellte Rasenmäher wegen einer Störung im Lager erst nächste Woche geliefert wird und der Versand deshalb kostenlos bleibt',
      'Rasenmäher',
      'Laubbläser',
      0.85,
    ],
    [
      '请写一封简短友好的邮件告诉我们的老客户她订购的割草机电池下周会到货因为延误所以运费全免并感谢她的耐心等待和长期支持',
      '电池',
      '刀片',
      1 - 1.5 / 7,
    ],
    [
      '请写一封简短友好的邮件告诉我们的老客户她订购的割草机电池下周会到货因为延误所以运费全免并感谢她的耐心等待和长期支持',
      '割',
      '播',
      1 - 0.75 / 7,
    ],
  ])('does not grow with the sentence a word stands in: %s, %s', (text, word, other, expected) => {
    const { similarity } = match(text, text.replace(word, other));
    expect(similarity).toBeCloseTo(expected, 6);
    expect(similarity).toBeLessThan(0.9);
  });

  it('is 1 for the same words, and the same both ways', () => {
    for (const [a, b] of [...SAME, ...DIFFERENT]) {
      expect(match(a, a)).toEqual({ similarity: 1, refusedBy: null });
      expect(match(a, b).similarity).toBeCloseTo(match(b, a).similarity, 12);
    }
    expect(match('', '')).toEqual({ similarity: 1, refusedBy: null });
  });

  it('goes by what changes, however long the template', () => {
    const template = 'You are given a review. Say whether it is positive or negative. '.repeat(20);
    expect(isHit(`${template}The soup was cold.`, `${template}My dog loves the park.`)).toBe(false);
    expect(isHit(`${template}The soup was cold.`, `${template}the soup was cold`)).toBe(true);
  });
});

describe('words', () => {
  it('meet in their stems; Chinese goes by the character', () => {
    expect(new Set(['ride', 'rides', 'riding'].map(stemOf)).size).toBe(1);
    const scanner = new WordScanner();
    const lengths = (text: string) => {
      scanner.scan(text);
      const { starts, ends, count } = scanner;
      return Array.from({ length: count }, (_, at) => ends[at]! - starts[at]!);
    };
    expect(lengths('GPT4 说你好')).toEqual([3, 1, 1, 1, 1]);
    expect(lengths("don't 1,000.5 用Python写 'x' 𠀀")).toEqual([5, 7, 1, 6, 1, 1, 2]);
  });
});

it('takes words of Chinese that stand for each other for one, and no others', () => {
  expect(match('怎么重置账户口令', '如何重置账号密码').similarity).toBe(1);
  expect(match('重置账户', '删除账户').similarity).toBeLessThan(0.7);
});

/** Written together with the rules: a guard as well, no measure. */
describe('pairs written for this test', () => {
  it.each(DIFFERENT)('are no hit: %s | %s', (a, b) => {
    expect(isHit(a, b)).toBe(false);
  });

  it('are found: at least three in four', () => {
    const found = SAME.filter(([a, b]) => isHit(a, b)).length;
    expect(found / SAME.length).toBeGreaterThanOrEqual(0.75);
  });
});

const DATA = new URL('../../../shared/data/similarity/', import.meta.url);

/**
 * Sentences rated 0 to 5 by people; from 4 on they mean the same. The rules were made with the
 * training part; these floors were set after looking at this part, so they guard against a step back
 * and are no measure of what new pairs will show.
 */
describe.skipIf(!existsSync(DATA)).each(['en', 'de', 'zh'])('rated pairs, %s', (language) => {
  it('at 0.8 few are hits that do not mean the same', () => {
    const text = readFileSync(new URL(`stsb-${language}-dev.csv`, DATA), 'utf8');
    const rows: string[][] = parse(text);
    const hits = rows.filter(([a, b]) => isHit(a!, b!));
    const share = (list: string[][], test: (score: number) => boolean) =>
      list.filter((row) => test(Number(row[2]))).length / list.length;
    expect(share(hits, (score) => score >= 4)).toBeGreaterThanOrEqual(0.8);
    expect(share(hits, (score) => score < 3)).toBeLessThanOrEqual(0.04);
  });
});
