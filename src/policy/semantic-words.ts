/**
 * Words of a text as hashes: folded, CJK by the character.
 *
 * Takes a text, gives its tokens in order, as columns. Never keeps the text, never fails on any of it.
 * One pass over the UTF-16 units; what a word means is looked up once a word by `word-facts.ts`.
 */

/** What a token is. */
export const KIND = { word: 0, number: 1, han: 2, sign: 3 } as const;

/** What the table of units knows of each, beside the folded unit. */
const LETTER = 0x10000;
const DIGIT = 0x20000;
const HAN_UNIT = 0x40000;
/** Ends a sentence, a line, or what stands before a colon. */
const BREAK = 0x80000;
const APOSTROPHE = 0x100000;
const QUOTE = 0x200000;
const SURROGATE = 0x400000;
/** May be an operator, a currency or a bullet. */
const SIGN = 0x800000;
const SPACE = 0x20;
const READ = LETTER | DIGIT | HAN_UNIT;
const CURRENCIES = '$€£¥';
const HYPHENS = '-–−/';
const PERCENT = 0x25;
const UNITS = unitTable();

const PRIME = 0x01000193;
const START = 0x811c9dc5;
const PLAIN_APOSTROPHE = 0x27;

/** The tokens of the text scanned last, as columns valid below `count`. */
export class WordScanner {
  count = 0;
  kinds = new Uint8Array(64);
  /** Of the folded word as it stands, of the number, of the character. */
  hashes = new Int32Array(64);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** 1: begins with a capital. */
  capitals = new Uint8Array(64);
  /** 1: the first word of a sentence, a line, or after a colon. */
  firsts = new Uint8Array(64);
  /** The text as it was scanned. */
  text = '';
  hasApostrophe = false;
  hasQuote = false;
  #at = 0;
  #isFirst = true;

  scan(given: string): void {
    const text = given.normalize('NFKC');
    this.text = text;
    [this.count, this.#at, this.#isFirst] = [0, 0, true];
    [this.hasApostrophe, this.hasQuote] = [false, false];
    if (this.kinds.length < text.length) this.#grow(text.length);
    while (this.#at < text.length) {
      const unit = text.charCodeAt(this.#at);
      const entry = UNITS[unit]!;
      if ((entry & LETTER) !== 0) this.#scanWord(entry);
      else if ((entry & HAN_UNIT) !== 0) this.#addHan(unit);
      else if ((entry & DIGIT) !== 0) this.#scanNumber();
      else if ((entry & SURROGATE) !== 0) this.#scanPair();
      else {
        if ((entry & BREAK) !== 0) this.#isFirst = true;
        if ((entry & QUOTE) !== 0) this.hasQuote = true;
        this.#at += 1;
        if ((entry & SIGN) !== 0 && this.#isSign(unit)) this.#addSign(unit);
      }
    }
  }

  #add(kind: number, hash: number, start: number): void {
    const at = this.count++;
    this.kinds[at] = kind;
    this.hashes[at] = hash;
    this.starts[at] = start;
    this.ends[at] = this.#at;
    this.firsts[at] = this.#isFirst ? 1 : 0;
    this.#isFirst = false;
  }

  /** Letters, and apostrophes between them. */
  #scanWord(first: number): void {
    const { text } = this;
    const start = this.#at;
    let hash = START;
    let entry = first;
    for (;;) {
      hash = Math.imul(hash ^ (entry & 0xffff), PRIME);
      this.#at += 1;
      entry = UNITS[text.charCodeAt(this.#at)]!;
      if ((entry & LETTER) !== 0) continue;
      if ((entry & APOSTROPHE) === 0) break;
      this.hasApostrophe = true;
      entry = UNITS[text.charCodeAt(this.#at + 1)]!;
      if ((entry & LETTER) === 0) break;
      hash = Math.imul(hash ^ PLAIN_APOSTROPHE, PRIME);
      this.#at += 1;
    }
    this.capitals[this.count] = text.charCodeAt(start) === (first & 0xffff) ? 0 : 1;
    this.#add(KIND.word, finished(hash), start);
  }

  #addHan(unit: number): void {
    this.#at += 1;
    this.#add(KIND.han, finished(Math.imul(START ^ unit, PRIME)), this.#at - 1);
  }

  #addSign(unit: number): void {
    this.capitals[this.count] = 0;
    this.#add(KIND.sign, finished(Math.imul(START ^ unit, PRIME)), this.#at - 1);
  }

  /** Beside something that is read; neither a bullet, nor between two words like a hyphen. */
  #isSign(unit: number): boolean {
    const { text } = this;
    const [start, end] = [this.#at - 1, this.#at];
    const isRead = (at: number) => (UNITS[text.charCodeAt(at)]! & READ) !== 0;
    const isCurrency = CURRENCIES.includes(text[start]!);
    if (isCurrency) return isRead(end) || isRead(start - 1) || text.charCodeAt(start - 1) === SPACE;
    const isSpaced = text.charCodeAt(start - 1) === SPACE && text.charCodeAt(end) === SPACE;
    if (isSpaced) return isRead(start - 2) && isRead(end + 1);
    if (!isRead(start - 1)) return false;
    if (unit === PERCENT) return true;
    if (!HYPHENS.includes(text[start]!)) return isRead(end);
    // a-b and 5-3, no two-factor.
    return isRead(end) && !isRead(start - 2) && !isRead(end + 1);
  }

  /** Digits, with dots or commas between them. */
  #scanNumber(): void {
    const { text } = this;
    const start = this.#at;
    let hash = START;
    let isPlain = text.charCodeAt(start) !== 0x30;
    for (;;) {
      hash = Math.imul(hash ^ text.charCodeAt(this.#at), PRIME);
      this.#at += 1;
      if (isDigit(text.charCodeAt(this.#at))) continue;
      const isMark = text[this.#at] === '.' || text[this.#at] === ',';
      if (!isMark || !isDigit(text.charCodeAt(this.#at + 1))) break;
      isPlain = false;
      this.#at += 1;
    }
    const value = isPlain ? finished(hash) : hashOf(plainNumber(text.slice(start, this.#at)));
    this.capitals[this.count] = 0;
    this.#add(KIND.number, value, start);
  }

  /** Rarer characters: those of Chinese, and letters; all else separates. */
  #scanPair(): void {
    const start = this.#at;
    const char = String.fromCodePoint(this.text.codePointAt(start)!);
    this.#at += char.length;
    this.capitals[this.count] = 0;
    if (/\p{Script=Han}/u.test(char)) this.#add(KIND.han, hashOf(char), start);
    else if (/[\p{L}\p{M}]/u.test(char)) this.#add(KIND.word, hashOf(char.toLowerCase()), start);
  }

  #grow(room: number): void {
    const size = room * 2;
    this.kinds = new Uint8Array(size);
    this.hashes = new Int32Array(size);
    this.starts = new Int32Array(size);
    this.ends = new Int32Array(size);
    this.capitals = new Uint8Array(size);
    this.firsts = new Uint8Array(size);
  }
}

/** FNV-1a over UTF-16: a signed 32-bit integer. */
export function hashOf(text: string): number {
  let hash = START;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return finished(hash);
}

function finished(hash: number): number {
  return (hash ^ (hash >>> 15)) | 0;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** `1,000` and `1.000` are 1000, `2,50` is 2.5, `007` is 7. */
function plainNumber(text: string): string {
  const whole = /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(text)
    ? text.replace(/[.,]/g, '')
    : text;
  const plain = whole.replaceAll(',', '.').replace(/^0+(?=\d)/, '');
  return /^\d+\.\d+$/.test(plain) ? plain.replace(/\.?0+$/, '') : plain;
}

function unitTable(): Int32Array {
  return Int32Array.from({ length: 0x10000 }, (_, unit) => {
    const char = String.fromCharCode(unit);
    if (unit >= 0xd800 && unit <= 0xdfff) return SURROGATE;
    if (/\p{Script=Han}/u.test(char)) return HAN_UNIT | unit;
    if (/[\p{L}\p{M}]/u.test(char)) {
      const lower = char.toLowerCase();
      return LETTER | (lower.length === 1 ? lower.charCodeAt(0) : unit);
    }
    if (isDigit(unit)) return DIGIT | unit;
    return (
      ('\n.!?:;。！？：；'.includes(char) ? BREAK : 0) |
      ("'’".includes(char) ? APOSTROPHE : 0) |
      ('"“”„«»「」『』《》`\''.includes(char) ? QUOTE : 0) |
      ('+-–−*×·/÷<>=%$€£¥≤≥≠^'.includes(char) ? SIGN : 0)
    );
  });
}
