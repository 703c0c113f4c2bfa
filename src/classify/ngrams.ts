/**
 * N-grams: the words and letters of a text as hashed features, by where they stand.
 *
 * Takes the words of a text and its bytes, adds features to lists. What stands in the first
 * sentences or the last line asks; what stands between, or in quotes, is worked on and not read.
 */
import { type FeatureList, featureOf, pushFeature } from './model.ts';
import type { Parts } from './parts.ts';
import { isMark, MARK_COLON, MARK_NEWLINE, MARK_QUOTE, mixPair, type WordBuffer } from './words.ts';

/** So many words of the beginning and of the end ask at most. */
const HEAD_WORDS = 32;
const HEAD_SENTENCES = 2;
const TAIL_WORDS = 28;
/** Letters are read of so many bytes of the beginning and of the end. */
const HEAD_LETTERS = 128;
const TAIL_LETTERS = 64;

/** Salts keep features of the same words apart. */
const START = 0x2ab7c1;
const START_PAIR = 0x7d3c19;
const LAST = 0x19f3d5;
const LETTERS = 0x3c6ef3;
const ENDING = 0x5555;
const BEGINNING = 0x1234;
const CHARACTER = 0x77;
const SPREAD = 0x5bd1e995;
/** The last word of a stretch of letters gives two more. */
const ROOM = 4;

/** What a byte folds to that is no letter. */
const BLANK = 0x20;
const HAN = 1;

/** Where the asking ends and begins again, as positions in the buffer; and in how many words. */
const zones = { headEnd: 0, tailStart: 0 };

/**
 * Adds the words that ask to `asks`. `salt` is other than 0 where the text is
 * worked on whatever it says.
 */
export function addWords(buffer: WordBuffer, asks: FeatureList, salt: number): void {
  findZones(buffer);
  const { words, count } = buffer;
  const { headEnd, tailStart } = zones;
  const { at } = asks;
  const room = at.length;
  let added = asks.count | 0;
  let quoted = false;
  for (let i = 0; i < count && added < room; i++) {
    if (i === headEnd) i = tailStart;
    if (i >= count) break;
    const word = words[i]!;
    if (isMark(word)) {
      if (word === MARK_QUOTE) quoted = !quoted;
      else if (word === MARK_NEWLINE) quoted = false;
    } else if (!quoted) at[added++] = featureOf(word ^ salt);
  }
  asks.count = added;
  addStarts(buffer, asks, salt);
}

/** The words a text and its last line begin with, and the ones it ends with. */
function addStarts({ words, count }: WordBuffer, asks: FeatureList, salt: number): void {
  if (count === 0) return;
  const start = START ^ salt;
  const first = words[0]!;
  const second = count > 1 ? words[1]! : 0;
  const third = count > 2 ? words[2]! : 0;
  pushFeature(asks, first ^ start);
  pushFeature(asks, mixPair(first, second) ^ START_PAIR ^ salt);
  pushFeature(asks, mixPair(mixPair(first, second), third) ^ START_PAIR ^ salt);
  const { tailStart } = zones;
  if (tailStart < count && tailStart > 0) {
    pushFeature(asks, words[tailStart]! ^ start);
    if (tailStart + 1 < count)
      pushFeature(asks, mixPair(words[tailStart]!, words[tailStart + 1]!) ^ START_PAIR ^ salt);
  }
  const last = words[count - 1]!;
  pushFeature(asks, last ^ LAST ^ salt);
  if (count > 1) pushFeature(asks, mixPair(words[count - 2]!, last) ^ LAST ^ salt);
}

function findZones(buffer: WordBuffer): void {
  zones.headEnd = headEnd(buffer);
  zones.tailStart = Math.max(zones.headEnd, tailStart(buffer));
}

/** The first two sentences, or the first line if it is one; to a colon after some words. */
function headEnd({ words, count }: WordBuffer): number {
  let seen = 0;
  let sentences = 0;
  for (let i = 0; i < count; i++) {
    const word = words[i]!;
    if (!isMark(word)) {
      if (++seen === HEAD_WORDS) return i + 1;
      continue;
    }
    if (seen < 3 || word === MARK_QUOTE) continue;
    if (word === MARK_NEWLINE || word === MARK_COLON) {
      if (seen >= 4) return i;
    } else if (++sentences === HEAD_SENTENCES) return i;
  }
  return count;
}

/** The last line, or the last sentence of a long one. */
function tailStart({ words, count }: WordBuffer): number {
  let seen = 0;
  for (let i = count - 1; i >= 0; i--) {
    const word = words[i]!;
    if (!isMark(word)) {
      if (++seen === TAIL_WORDS) return i;
      continue;
    }
    if (seen >= 2 && word !== MARK_QUOTE && word !== MARK_COLON) return i + 1;
  }
  return 0;
}

/** Adds how the first and the last words begin and end, lower-cased, and single Chinese characters. */
export function addLetters(parts: Parts, letters: FeatureList, salt: number): void {
  const { bytes, start, headEnd: end } = parts;
  addLettersOf(bytes, start, Math.min(end, start + HEAD_LETTERS), letters, salt);
  const from = parts.tailStart < parts.end ? parts.tailStart : start + HEAD_LETTERS;
  addLettersOf(bytes, Math.max(from, parts.end - TAIL_LETTERS), parts.end, letters, salt);
}

/** Of each word the first four letters, the first six, and the last four. A byte gives at most one. */
function addLettersOf(
  bytes: Uint8Array,
  start: number,
  end: number,
  letters: FeatureList,
  salt: number,
): void {
  const { at } = letters;
  const salted = LETTERS ^ salt;
  const to = Math.min(end, start + at.length - letters.count - ROOM) | 0;
  let count = letters.count | 0;
  let last = 0;
  let first = 0;
  let seen = 0;
  for (let i = start | 0; i <= to; i++) {
    const byte = i === to ? BLANK : FOLD[bytes[i]!]!;
    if (byte > BLANK) {
      last = (last << 8) | byte;
      seen++;
      if (seen === 4) {
        at[count++] = featureOf(Math.imul(last, SPREAD) ^ salted);
        first = last;
      } else if (seen === 6) first = Math.imul(first, 31) ^ last;
      continue;
    }
    if (seen >= 4) {
      at[count++] = featureOf(Math.imul(last, SPREAD) ^ salted ^ ENDING);
      if (seen >= 6) at[count++] = featureOf(Math.imul(first, SPREAD) ^ salted ^ BEGINNING);
    }
    if (byte === HAN && i + 2 < to) {
      const point = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
      at[count++] = featureOf(Math.imul(point, SPREAD) ^ salted ^ CHARACTER);
      i += 2;
    }
    last = 0;
    seen = 0;
  }
  letters.count = count;
}

/** Letters in lower case, a blank for what separates words, HAN and 0 for wide characters. */
const FOLD = foldTable();

function foldTable(): Uint8Array {
  const table = new Uint8Array(256).fill(BLANK);
  for (let byte = 0x61; byte <= 0x7a; byte++) {
    table[byte] = byte;
    table[byte - 0x20] = byte;
  }
  for (let byte = 0x80; byte < 0xe0; byte++) table[byte] = byte;
  for (let byte = 0xe0; byte < 256; byte++) table[byte] = 0;
  for (let byte = 0xe4; byte <= 0xe9; byte++) table[byte] = HAN;
  for (const byte of '0123456789') table[byte.charCodeAt(0)] = 0;
  return table;
}
