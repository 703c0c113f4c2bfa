/**
 * Words: the words of JSON-escaped UTF-8 as 32-bit hashes, read without decoding.
 *
 * Takes a byte range, gives hashes of lower-cased words, bigrams and trigrams of characters for
 * scripts of three bytes and more (CJK), and marks for sentence ends.
 * Never reads outside the range, never allocates, never fails on malformed bytes.
 */

/** The marks among the words. */
export const MARK_SENTENCE = 1;
export const MARK_QUESTION = 2;
export const MARK_NEWLINE = 3;
export const MARK_COLON = 4;
export const MARK_QUOTE = 5;
export const MARK_FENCE = 6;
export const MARK_ARROW = 7;

/** Whether an entry of a buffer is a mark, not the hash of a word. */
export function isMark(word: number): boolean {
  return word >>> 4 === 0;
}

/** Words of a text; reused between texts. */
export interface WordBuffer {
  /** Hashes and marks; valid below `count`. */
  readonly words: Int32Array;
  count: number;
  /** Decimal digits seen. */
  digits: number;
  /** Bytes seen of `{}()[];=<>_#|+*^`. */
  symbols: number;
  /** Whether a character was written as `\uXXXX`: then its letters are not in the words. */
  hasEscapes: boolean;
}

/** A buffer for at most `capacity` words; a byte gives at most one word or mark. */
export function createWordBuffer(capacity: number): WordBuffer {
  return { words: new Int32Array(capacity), count: 0, digits: 0, symbols: 0, hasEscapes: false };
}

/** Forgets the words of the text before. */
export function clearWords(buffer: WordBuffer): void {
  buffer.count = 0;
  buffer.digits = 0;
  buffer.symbols = 0;
  buffer.hasEscapes = false;
}

// What a byte is, in its entry of BYTES; the other bits are random, for the hash. Digits and
// symbols are counted in the lower and the upper half of one sum.
const WORD = 1;
const DIGIT = 2;
const SPECIAL = 4;
const SYMBOL_BITS = 17;
const SYMBOL = 1 << SYMBOL_BITS;
const CLASS = WORD | DIGIT | SPECIAL | SYMBOL;
const BYTES = byteTable();

/**
 * Appends the words and marks of `bytes[start, end)` to `out`; stops early, between words, when
 * `out` could not hold the rest.
 */
export function readWords(bytes: Uint8Array, start: number, end: number, out: WordBuffer): void {
  const words = out.words;
  const from = Math.max(0, start) | 0;
  const room = words.length - out.count - 1;
  const to = Math.min(end, bytes.length, from + room) | 0;
  let count = out.count | 0;
  let tally = 0;
  let hash = 0;
  let inWord = 0;
  let i = from;
  // Without branches on word ends: they are unpredictable, and dearer than a store per byte. All
  // in 32-bit integers; `0 -`, since a negation would have to mind -0.
  while (i < to) {
    const entry = BYTES[bytes[i]!]!;
    if ((entry & SPECIAL) !== 0) {
      words[count] = hash;
      out.count = count + inWord;
      hash = 0;
      inWord = 0;
      i = readSpecial(bytes, i, to, out) | 0;
      count = out.count | 0;
      continue;
    }
    const isWord = entry & WORD;
    words[count] = hash;
    count = (count + (inWord & (isWord ^ 1))) | 0;
    hash = (((hash << 5) | (hash >>> 27)) ^ entry) & (0 - isWord);
    inWord = isWord;
    tally = (tally + (entry & (DIGIT | SYMBOL))) | 0;
    i = (i + 1) | 0;
  }
  if (room > 0) words[count] = hash;
  out.count = count + (room > 0 ? inWord : 0);
  out.digits += (tally & (SYMBOL - 1)) / DIGIT;
  out.symbols += tally >>> SYMBOL_BITS;
}

/** Reads what starts at a byte that is neither letter nor separator; gives the next position. */
function readSpecial(bytes: Uint8Array, at: number, end: number, out: WordBuffer): number {
  const byte = bytes[at]!;
  if (byte >= 0xe0) return readWide(bytes, at, end, out);
  if (byte === BACKSLASH) return readEscape(bytes, at, end, out);
  if (byte === 0xc2) return at + 2;
  if (byte === GREATER) {
    out.symbols++;
    // `->` and `=>`, as between an example and its answer.
    if (at > 0 && (bytes[at - 1] === 0x2d || bytes[at - 1] === 0x3d)) push(out, MARK_ARROW);
    return at + 1;
  }
  if (byte === BACKTICK) return readBackticks(bytes, at, end, out);
  if (byte === COLON) {
    // Not in times, URLs and code: there no space follows.
    if (endsSentence(bytes, at + 1, end)) push(out, MARK_COLON);
  } else if (byte === QUESTION) {
    push(out, MARK_QUESTION);
  } else if (endsSentence(bytes, at + 1, end)) {
    push(out, MARK_SENTENCE);
  }
  return at + 1;
}

const BACKSLASH = 0x5c;
const BACKTICK = 0x60;
const COLON = 0x3a;
const QUESTION = 0x3f;
const GREATER = 0x3e;

/** Whether a full stop before `at` ends a sentence: a space, an escape, a quote or nothing follows. */
export function endsSentence(bytes: Uint8Array, at: number, end: number): boolean {
  if (at >= end) return true;
  const next = bytes[at]!;
  return next === 0x20 || next === BACKSLASH || next === 0x29 || next >= 0xe0;
}

function readEscape(bytes: Uint8Array, at: number, end: number, out: WordBuffer): number {
  if (at + 1 >= end) return end;
  const escaped = bytes[at + 1]!;
  if (escaped === 0x6e) push(out, MARK_NEWLINE);
  else if (escaped === 0x22) push(out, MARK_QUOTE);
  else if (escaped === 0x75) {
    // Below 0x80 they are control characters.
    if (at + 5 < end && !isControl(bytes, at)) out.hasEscapes = true;
    return at + 6;
  }
  return at + 2;
}

/** Whether an escape stands for a character below 0x80. */
function isControl(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 2] === 0x30 && bytes[at + 3] === 0x30 && bytes[at + 4]! < 0x38;
}

function readBackticks(bytes: Uint8Array, at: number, end: number, out: WordBuffer): number {
  if (at + 2 >= end || bytes[at + 1] !== BACKTICK || bytes[at + 2] !== BACKTICK) return at + 1;
  push(out, MARK_FENCE);
  return at + 3;
}

/** Reads a run of characters of three and four bytes: bigrams, trigrams, punctuation as marks. */
function readWide(bytes: Uint8Array, start: number, end: number, out: WordBuffer): number {
  let i = start;
  let previous = 0;
  let beforeHash = 0;
  while (i < end && bytes[i]! >= 0xe0) {
    const size = bytes[i]! < 0xf0 ? 3 : 4;
    if (i + size > end) return end;
    const point = pointAt(bytes, i, size);
    i += size;
    if (isWidePunctuation(point)) {
      const mark = wideMark(point);
      if (mark !== 0) push(out, mark);
      previous = 0;
      beforeHash = 0;
      continue;
    }
    if (previous !== 0) {
      const hash = mixPair(previous, point);
      push(out, hash);
      if (beforeHash !== 0) push(out, mixPair(beforeHash, point));
      beforeHash = hash;
    }
    previous = point;
  }
  return i;
}

/** Of a character of three bytes its number; of one of four, a number of its own. */
export function pointAt(bytes: Uint8Array, at: number, size: number): number {
  const low = ((bytes[at + 1]! & 63) << 6) | (bytes[at + 2]! & 63);
  if (size === 3) return ((bytes[at]! & 15) << 12) | low;
  return ((bytes[at]! & 7) << 18) | (low << 6) | (bytes[at + 3]! & 63);
}

/** General punctuation, symbols and arrows; CJK punctuation; full-width forms. */
export function isWidePunctuation(point: number): boolean {
  if (point >= 0x3040 && point < 0xfe00) return false;
  return (point >= 0x2000 && point < 0x3040) || (point >= 0xfe00 && point <= 0xffff);
}

/** The mark that wide punctuation is; 0: none. */
export function wideMark(point: number): number {
  switch (point) {
    case 0x3002: // 。
    case 0xff01: // ！
    case 0xff1b: // ；
      return MARK_SENTENCE;
    case 0xff1f: // ？
      return MARK_QUESTION;
    case 0xff1a: // ：
      return MARK_COLON;
    case 0x2192: // →
    case 0x21d2: // ⇒
      return MARK_ARROW;
    case 0x201c: // “
    case 0x201d: // ”
    case 0x201e: // „
    case 0x300c: // 「
    case 0x300d: // 」
      return MARK_QUOTE;
    default:
      return 0;
  }
}

/** The hash of two hashes (or characters) in a row: a signed 32-bit integer. */
export function mixPair(first: number, second: number): number {
  const mixed = Math.imul(first ^ (first >>> 15), 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** Adds a word or a mark; there must be room. */
export function push(out: WordBuffer, word: number): void {
  out.words[out.count++] = word;
}

/** Letters fold to lower case. */
function byteTable(): Int32Array {
  const table = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    table[byte] = (mixPair(lowerByte(byte), 0x5bd1e995) & ~CLASS) | byteClass(byte);
  }
  return table;
}

/** A byte in lower case: of ASCII, and of the second bytes of Latin letters (Ä is ä). */
export function lowerByte(byte: number): number {
  const isUpper = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x80 && byte <= 0x9e);
  return isUpper ? byte | 0x20 : byte;
}

function byteClass(byte: number): number {
  const char = String.fromCharCode(byte);
  if (byte >= 0xe0 || byte === 0xc2 || '\\`:?!.>'.includes(char)) return SPECIAL;
  if (/[0-9]/.test(char)) return WORD | DIGIT;
  if (byte >= 0x80 || /[A-Za-z]/.test(char)) return WORD;
  return '{}()[];=<_#|+*^'.includes(char) ? SYMBOL : 0;
}
