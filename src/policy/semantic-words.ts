/**
 * Words of a text as hashes: folded, stemmed lightly, CJK by the character.
 *
 * Takes a text, gives its tokens in order. Never keeps the text, never fails on any of it. The stems
 * are crude on purpose, for English and German at once: what counts is that forms of one word meet.
 */

/** What a token is. */
export const KIND = { word: 0, number: 1, han: 2 } as const;

/** One token. */
export interface Token {
  readonly kind: number;
  /** Of the folded word as it stands. */
  readonly hash: number;
  /** Of its stem; equal to `hash` for numbers and characters. */
  readonly stem: number;
  /** Where it starts and ends in the text. */
  readonly start: number;
  readonly end: number;
  /** Begins with a capital. */
  readonly isCapital: boolean;
  /** The first word of a sentence, a line, or after a colon. */
  readonly isFirst: boolean;
}

const WORD = /\p{Script=Han}|\d+(?:[.,]\d+)*|[\p{L}\p{M}]+(?:['’][\p{L}]+)*/gu;
const HAN = /^\p{Script=Han}$/u;
const BREAK = /[\n.!?:;。！？：；]/;

/** The tokens of a text. */
export function tokensOf(text: string): Token[] {
  const folded = text.normalize('NFKC');
  const tokens: Token[] = [];
  let end = 0;
  for (const match of folded.matchAll(WORD)) {
    const word = match[0];
    const start = match.index;
    const isFirst = end === 0 || BREAK.test(folded.slice(end, start));
    end = start + word.length;
    tokens.push(tokenOf(word, { start, end, isFirst }));
  }
  return tokens;
}

function tokenOf(word: string, place: Pick<Token, 'start' | 'end' | 'isFirst'>): Token {
  const first = word.charCodeAt(0);
  if (first >= 0x30 && first <= 0x39) {
    const hash = hashOf(plainNumber(word));
    return { kind: KIND.number, hash, stem: hash, isCapital: false, ...place };
  }
  if (HAN.test(word)) {
    const hash = hashOf(word);
    return { kind: KIND.han, hash, stem: hash, isCapital: false, ...place };
  }
  const lower = word.toLowerCase().replaceAll('’', "'");
  const isCapital = word[0] !== lower[0];
  return { kind: KIND.word, hash: hashOf(lower), stem: hashOf(stemOf(lower)), isCapital, ...place };
}

/** `1,000` and `1.000` are 1000, `2,50` is 2.5, `007` is 7. */
function plainNumber(text: string): string {
  const whole = /^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(text)
    ? text.replace(/[.,]/g, '')
    : text;
  const plain = whole.replaceAll(',', '.').replace(/^0+(?=\d)/, '');
  return /^\d+\.\d+$/.test(plain) ? plain.replace(/\.?0+$/, '') : plain;
}

const ENDING = /(?:ing|ern|em|en|er|es|ed|e|s|n)$/;
const LEAST_STEM = 3;

/** A word without its endings: `rides`, `riding` and `ride` are `rid`. */
export function stemOf(word: string): string {
  let stem = word.replace(/'s?$/, '');
  for (let round = 0; round < 2; round++) {
    const shorter = stem.replace(ENDING, '');
    if (shorter.length < LEAST_STEM || /ss$/.test(stem)) break;
    stem = shorter;
  }
  return stem.length > LEAST_STEM ? stem.replace(/([b-df-hj-np-tv-z])\1$/, '$1') : stem;
}

/** FNV-1a over UTF-16: a signed 32-bit integer. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) | 0;
}
