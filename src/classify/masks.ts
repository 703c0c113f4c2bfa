/**
 * Masks: the words of a text without its changing parts: numbers, ids, dates, names, addresses, quotes.
 *
 * Takes a range of JSON-escaped UTF-8, adds the hashes of its other words and its marks to a buffer.
 * Never decodes, never allocates, never reads outside the range.
 */
import {
  createWordBuffer,
  endsSentence,
  isMark,
  isWidePunctuation,
  lowerByte,
  MARK_COLON,
  MARK_NEWLINE,
  MARK_QUESTION,
  MARK_SENTENCE,
  pointAt,
  push,
  type WordBuffer,
  wideMark,
} from './words.ts';

/** Longer quotes are not taken for one. */
const MAX_QUOTE = 160;
/** Longer words are ids, keys, encoded data. */
const MAX_WORD = 28;

const SPACE = 0x20;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const LETTER_U = 0x75;
const QUOTE = 0x22;
const BACKTICK = 0x60;

const MONTHS_AND_DAYS = `january february march april may june july august september october november
  december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday
  saturday sunday mon tue wed thu fri sat sun januar februar märz mai juni juli oktober dezember
  montag dienstag mittwoch donnerstag freitag samstag sonntag janvier février mars avril juin juillet
  août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche enero
  febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes
  miércoles jueves viernes sábado domingo`;

/** What follows these is no name, though it may be written like one: German nouns are. */
const ARTICLES = `the a an this der die das den dem des ein eine einen einem einer im ins zum zur vom
  beim le la les un une el los las una`;

/** What the last bits of a word's hash may stand for: a set is asked only where it may. */
const FILTER = 8_191;
const DATE = 1;
const ARTICLE = 2;
const mayBe = new Uint8Array(FILTER + 1);
let dateWords: ReadonlySet<number> | null = null;
let articles: ReadonlySet<number> = new Set();

function enterDates(): ReadonlySet<number> {
  dateWords = new Set();
  const dates = hashesOf(MONTHS_AND_DAYS);
  articles = hashesOf(ARTICLES);
  for (const word of dates) mayBe[word & FILTER]! |= DATE;
  for (const word of articles) mayBe[word & FILTER]! |= ARTICLE;
  dateWords = dates;
  return dates;
}

/** The hashes of the words of a list. */
export function hashesOf(list: string): ReadonlySet<number> {
  const bytes = new TextEncoder().encode(list.replace(/\s+/g, ' '));
  const buffer = createWordBuffer(bytes.length + 1);
  readMasked(bytes, [0, bytes.length], buffer);
  return new Set(buffer.words.subarray(0, buffer.count));
}

// What a byte is: of a word, between the words of one address or date, what makes a word change.
const LETTER = 1;
const JOINS = 2;
const CHANGES = 3;
const SPECIAL = 4;
const KIND = kindTable();
const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => lowerByte(byte));
const START = 0x1505;

/**
 * Adds the words of `bytes[start, end)` to `out`, changing parts left out; after `enough` words only to
 * the end of their line. One loop, longer than a screen, because every prompt goes through it.
 */
export function readMasked(
  bytes: Uint8Array,
  [start, end]: readonly [number, number],
  out: WordBuffer,
  enough = 4_096,
): void {
  const dates = dateWords ?? enterDates();
  const { words } = out;
  const room = words.length - 4;
  let count = out.count;
  /** Where the words of this address or date begin, and what is known of it. */
  let first = count;
  let length = 0;
  let changes = false;
  let hash = START;
  let seen = 0;
  /** Whether the next word begins a sentence or a line. */
  let opens = true;
  let i = start;
  for (; i <= end && count < room; i++) {
    const byte = i < end ? bytes[i]! : SPACE;
    const kind = KIND[byte]!;
    if (kind === LETTER) {
      if (length === 0 && !opens && isCapital(bytes, i, end)) {
        changes = count === 0 || !isArticle(words[count - 1]!);
      }
      hash = Math.imul(hash ^ FOLD[byte]!, 0x01000193);
      length++;
      continue;
    }
    if (kind === CHANGES) {
      changes = true;
      length++;
      continue;
    }
    if (hash !== START) {
      const word = (hash ^ (hash >>> 13)) | 0x100;
      hash = START;
      if ((mayBe[word & FILTER]! & DATE) === 0 || !dates.has(word)) words[count++] = word;
    }
    if (kind === JOINS && !endsSentence(bytes, i + 1, end)) {
      length++;
      continue;
    }
    if (length > 0) {
      if (changes || length > MAX_WORD) count = first;
      else seen++;
      if (changes || count > first) opens = false;
      changes = false;
      length = 0;
    }
    if (kind === SPECIAL || kind === JOINS) {
      if (byte === BACKSLASH && seen >= enough && bytes[i + 1] === LETTER_N) break;
      out.count = count;
      i = readSpecial(bytes, i, end, out) - 1;
      if (out.count > count) opens = isMark(words[out.count - 1]!);
      count = out.count;
    }
    first = count;
  }
  out.count = count;
}

function isArticle(word: number): boolean {
  return (mayBe[word & FILTER]! & ARTICLE) !== 0 && articles.has(word);
}

/** Whether a word begins with one capital letter: `Anna`, `Élodie`, not `JSON`. */
function isCapital(bytes: Uint8Array, at: number, end: number): boolean {
  const byte = bytes[at]!;
  if (byte >= 0x80) return byte === 0xc3 && at + 1 < end && bytes[at + 1]! <= 0x9e;
  return byte <= 0x5a && byte >= 0x41 && at + 1 < end && bytes[at + 1]! > 0x5a;
}

/** Reads a mark, an escape, a quote or a wide character; gives the next position. */
function readSpecial(bytes: Uint8Array, at: number, end: number, out: WordBuffer): number {
  const byte = bytes[at]!;
  if (byte >= 0xe0) return readWide(bytes, at, end, out);
  // Hard spaces and « » of two bytes.
  if (byte === 0xc2) return at + 2;
  if (byte === BACKSLASH) {
    const closed = quoteEnd(bytes, at, end);
    if (closed > at) return closed;
    if (bytes[at + 1] === LETTER_N) push(out, MARK_NEWLINE);
    return bytes[at + 1] === LETTER_U ? at + 6 : at + 2;
  }
  if (byte === BACKTICK) return Math.max(at + 1, quoteEnd(bytes, at, end));
  const mark = MARKS[String.fromCharCode(byte)];
  if (mark !== undefined) push(out, mark);
  return at + 1;
}

const MARKS: Readonly<Record<string, number>> = {
  '.': MARK_SENTENCE,
  '!': MARK_SENTENCE,
  '?': MARK_QUESTION,
  ':': MARK_COLON,
};

/** Reads a character of three or four bytes: with the next one it is a word. */
function readWide(bytes: Uint8Array, at: number, end: number, out: WordBuffer): number {
  const closed = wideQuoteEnd(bytes, at, Math.min(end, at + MAX_QUOTE));
  if (closed > at) return closed;
  const size = bytes[at]! < 0xf0 ? 3 : 4;
  const next = at + size;
  if (next > end) return end;
  const point = pointAt(bytes, at, size);
  if (isWidePunctuation(point)) {
    const mark = wideMark(point);
    // What ends a sentence, not quotes and arrows.
    if (mark !== 0 && mark <= MARK_COLON) push(out, mark);
  } else if (next + 3 <= end && bytes[next]! >= 0xe0) {
    const after = pointAt(bytes, next, bytes[next]! < 0xf0 ? 3 : 4);
    if (!isWidePunctuation(after))
      push(out, Math.imul(point ^ Math.imul(after, 0x5bd1e995), 0x01000193) | 0x100);
  }
  return next;
}

/** Digits and at-signs change; letters of two bytes are of words. */
function kindTable(): Uint8Array {
  const kinds = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const char = String.fromCharCode(byte);
    if (byte >= 0xe0 || byte === 0xc2 || '\\`!?'.includes(char)) kinds[byte] = SPECIAL;
    else if (byte >= 0x80 || /[A-Za-z_]/.test(char)) kinds[byte] = LETTER;
    else if (/[0-9@]/.test(char)) kinds[byte] = CHANGES;
    else if ("'/.:-".includes(char)) kinds[byte] = JOINS;
  }
  return kinds;
}

/** Where a quote that opens at `at` has closed; `at` if none does within its line. */
function quoteEnd(bytes: Uint8Array, at: number, end: number): number {
  const limit = Math.min(end, at + MAX_QUOTE);
  const byte = bytes[at]!;
  if (byte === BACKSLASH) {
    if (bytes[at + 1] !== QUOTE) return at;
    for (let i = at + 2; i + 1 < limit; i++) {
      if (bytes[i] !== BACKSLASH) continue;
      if (bytes[i + 1] === QUOTE) return i + 2;
      if (bytes[i + 1] === LETTER_N) return at;
      i++;
    }
    return at;
  }
  if (byte === BACKTICK) {
    if (bytes[at + 1] === BACKTICK) return at;
    for (let i = at + 1; i < limit; i++) if (bytes[i] === BACKTICK) return i + 1;
    return at;
  }
  return wideQuoteEnd(bytes, at, limit);
}

/** Of “…”, „…“ and 「…」, in three bytes a mark. */
function wideQuoteEnd(bytes: Uint8Array, at: number, limit: number): number {
  const [first, second, third] = [bytes[at]!, bytes[at + 1], bytes[at + 2]];
  const isCurly = first === 0xe2 && second === 0x80 && (third === 0x9c || third === 0x9e);
  const isCorner = first === 0xe3 && second === 0x80 && third === 0x8c;
  if (!isCurly && !isCorner) return at;
  for (let i = at + 3; i + 2 < limit; i++) {
    if (bytes[i] !== first || bytes[i + 1] !== 0x80) continue;
    const last = bytes[i + 2]!;
    if (isCorner ? last === 0x8d : last === 0x9c || last === 0x9d) return i + 3;
  }
  return at;
}
