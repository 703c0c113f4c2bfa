/** Long runs are cut; everything else is counted as the library counts the whole text. */
import { existsSync, readFileSync } from 'node:fs';
import { encode as encodeCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as encodeO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { LONGEST_RUN, segmentEnd } from '../../src/tokenize/cut.ts';
import { Encodings } from '../../src/tokenize/encodings.ts';

const encodings = new Encodings();

function segmentsOf(text: string): string[] {
  const segments: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = segmentEnd(text, start);
    segments.push(text.slice(start, end));
    start = end;
  }
  return segments;
}

const ENGLISH = `The committee met on 14 March 2025 to review the draft. "Nothing is settled," she said,
"until we've read all 317 pages." It's late; they'll vote on Tuesday at 9:30 a.m., won't they?\n\n`;
const GERMAN = `Die Straßenbahn fährt übermorgen früher ab, weil größere Umbauten nötig sind. Trotzdem
müssen Fahrgäste in Köln-Ehrenfeld mit Verspätungen rechnen – bis zu 25 Minuten.\n`;
const CHINESE = `会议定于三月十四日召开，讨论新的预算方案。她说：“在读完全部三百一十七页之前，什么都没有决定。”
他们将在星期二上午九点半投票，对吗？\n`;
const JAPANESE = 'これは長い文章の一部です。カタカナとひらがなと漢字が混ざっています。\n';
const RUSSIAN = 'Заседание состоится четырнадцатого марта; на нём обсудят новый проект бюджета.\n';
const CODE = `export function total(rows: readonly Row[]): number {
    let sum = 0;
    for (const { price, count } of rows) sum += price * count; // ${'-'.repeat(60)}
\tif (sum > 1_000_000) throw new RangeError(\`too much: \${sum}\`);
    return sum;
}\n\n`;
const TABLE = '| id | name   |  amount |\n|---:|:-------|--------:|\n|  1 | Müller | 1.204,5 |\n';

const ORDINARY: readonly (readonly [string, string])[] = [
  ['English', ENGLISH],
  ['German', GERMAN],
  ['Chinese', CHINESE],
  ['Japanese', JAPANESE],
  ['Russian', RUSSIAN],
  ['code', CODE],
  ['a table', TABLE],
  ['emoji', 'Great 👍🏽 work 👩‍👩‍👧 everyone! 🎉🎉🎉\n'],
];

describe('ordinary text is counted exactly', () => {
  test.each(ORDINARY)('%s', (_, text) => {
    const long = text.repeat(40);
    expect(encodings.count(long, 'o200k_base')).toBe(encodeO200k(long).length);
    expect(encodings.count(long, 'cl100k_base')).toBe(encodeCl100k(long).length);
    expect(segmentsOf(long)).toEqual([long]);
  });

  test('all of it together', () => {
    const long = ORDINARY.map(([, text]) => text)
      .join('')
      .repeat(30);
    expect(encodings.count(long, 'o200k_base')).toBe(encodeO200k(long).length);
  });

  test('nothing is nothing', () => {
    expect(encodings.count('', 'o200k_base')).toBe(0);
  });

  test('special tokens are text, not an error', () => {
    // As text: `<`, `|`, `endoftext`, `|`, `>` or merges of these, so more than the one special token.
    expect(encodings.count('a <|endoftext|> b', 'o200k_base')).toBeGreaterThan(3);
  });
});

describe('long runs', () => {
  test('are whole up to the limit and cut after it', () => {
    expect(segmentsOf('x'.repeat(LONGEST_RUN))).toHaveLength(1);
    expect(segmentsOf('x'.repeat(LONGEST_RUN + 1))).toEqual(['x'.repeat(LONGEST_RUN), 'x']);
  });

  test('one class at a time: a change of class starts a run anew', () => {
    const half = 'x'.repeat(LONGEST_RUN);
    expect(segmentsOf(`${half} ${half}`)).toHaveLength(1);
    expect(segmentsOf(`${half}é`)).toHaveLength(2);
  });

  test('no segment is lost and no pair is cut in two', () => {
    for (const unit of ['a', ' ', '中', '😀', 'é', '=', '\n', '7', 'a😀']) {
      const text = unit.repeat(1_000);
      const segments = segmentsOf(text);
      expect(segments.join('')).toBe(text);
      for (const segment of segments) expect(segment).toBe(segment.toWellFormed());
    }
  });

  // `aaaaaaaa` is one token of o200k_base: 200,000 / 8.
  test('200,000 times the letter a', () => {
    expect(encodings.count('a'.repeat(200_000), 'o200k_base')).toBe(25_000);
  });

  test.each([
    ['a Chinese text without punctuation', CHINESE.replace(/[^\u4e00-\u9fff]/g, '').repeat(40)],
    ['digits', '1234567890'.repeat(200)],
    ['spaces before words', `${' '.repeat(300)}word`.repeat(8)],
  ])('%s: within 2 %% of the exact count', (_, text) => {
    const exact = encodeO200k(text).length;
    expect(Math.abs(encodings.count(text, 'o200k_base') / exact - 1)).toBeLessThan(0.02);
  });

  const base64 = Array.from({ length: 1_000_000 }, (_, i) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charAt(
      ((i * i * 31 + i * 7919) >> 3) & 63,
    ),
  ).join('');
  const chinese = Array.from({ length: 200_000 }, (_, i) =>
    String.fromCharCode(0x4e00 + ((i * 48_271) % 3_001)),
  ).join('');

  // The plain library needs 30 to 90 s for the first three; a busy machine is given its time.
  test.each([
    ['200,000 × a', 'a'.repeat(200_000)],
    ['200,000 Chinese characters', chinese],
    ['1 MB of spaces', ' '.repeat(1_000_000)],
    ['1 MB of base64', base64],
    ['1 MB of line feeds', '\n'.repeat(1_000_000)],
    ['500,000 combining marks', '\u0301'.repeat(500_000)],
  ])('%s do not hold it up', (_, text) => {
    const before = performance.now();
    expect(encodings.count(text, 'o200k_base')).toBeGreaterThan(0);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

const prompts = new URL('../../../shared/data/tasks/labelled_prompts.jsonl', import.meta.url);

test.skipIf(!existsSync(prompts))('real prompts: within 0.2 % of the exact count', () => {
  const texts = readFileSync(prompts, 'utf8')
    .trim()
    .split('\n')
    .filter((_, index) => index % 4 === 0)
    .map((line) => (JSON.parse(line) as { prompt: string }).prompt);
  const whole = texts.join('\n');
  const exact = encodeO200k(whole, { disallowedSpecial: new Set() }).length;
  expect(Math.abs(encodings.count(whole, 'o200k_base') / exact - 1)).toBeLessThan(0.002);
});
