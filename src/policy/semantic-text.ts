/**
 * What a text asks, as far as words tell: content words and what the gates compare.
 *
 * Takes a text, gives hashes only: about 20 bytes a word. Never keeps the text, so that a log's
 * prompts can be read once at their source and compared later.
 */
import {
  FUNCTION_HAN,
  FUNCTION_WORDS,
  NEGATION_HAN,
  NEGATIONS,
  NO_NEGATION_HAN,
  NUMBER_HAN,
  NUMBER_WORDS,
  OPPOSITES,
  OPPOSITES_HAN,
  QUESTION_WORDS,
  ROLE_HAN,
  ROLE_WORDS,
  SYNONYMS,
} from './semantic-lexicon.ts';
import { hashOf, KIND, stemOf, type Token, tokensOf } from './semantic-words.ts';

/** A text, read. */
export interface TextMeaning {
  /** Stems of its words and its characters, in order, and what each weighs. */
  readonly words: Int32Array;
  readonly weights: Float32Array;
  /** The segment (sentence, line, part before a colon) each belongs to. */
  readonly segmentOf: Int32Array;
  /** A hash of each segment, word for word. */
  readonly segments: Int32Array;
  /** Hashes in order of their place. */
  readonly numbers: Int32Array;
  readonly names: Int32Array;
  /** Hashes of all words as they stand, for names that are not capitals elsewhere. */
  readonly folded: ReadonlySet<number>;
  readonly quotes: Int32Array;
  readonly negations: number;
  /** Opposites named: the pair's number, negative for its second side. */
  readonly sides: Int32Array;
  /** Pairs of a word that makes the order count and the content word after it. */
  readonly roles: Int32Array;
  /** `en`, `de`, `zh`, another script's name; empty if too short to tell. */
  readonly language: string;
}

const CONTENT = 1;
const QUESTION = 0.4;
const FUNCTION = 0.05;
const HAN_CONTENT = 0.5;
const HAN_FUNCTION = 0.05;

const sets = {
  en: hashesOf(FUNCTION_WORDS.en),
  de: hashesOf(FUNCTION_WORDS.de),
  question: hashesOf(QUESTION_WORDS),
  negation: hashesOf(NEGATIONS),
  role: hashesOf(ROLE_WORDS),
  functionHan: new Set([...FUNCTION_HAN].map(hashOf)),
  negationHan: new Set([...NEGATION_HAN].map(hashOf)),
  roleHan: new Set([...ROLE_HAN].map(hashOf)),
};
const numberOf = new Map(
  [...Object.entries(NUMBER_WORDS), ...Object.entries(NUMBER_HAN)].map(([word, number]) => [
    hashOf(word),
    hashOf(number),
  ]),
);
const synonymOf = synonyms();
const sideOf = opposites(OPPOSITES, (word) => hashOf(word));
const hanSides = [...opposites(OPPOSITES_HAN, (word) => word)].sort(
  ([a], [b]) => b.length - a.length,
);

/** Reads a text. */
export function readMeaning(text: string): TextMeaning {
  const reading = new Reading();
  for (const token of tokensOf(text)) reading.add(token);
  return reading.result(text.normalize('NFKC'));
}

/** One text being read. */
class Reading {
  readonly #words: number[] = [];
  readonly #weights: number[] = [];
  readonly #segmentOf: number[] = [];
  readonly #segments: number[] = [];
  readonly #numbers: number[] = [];
  readonly #names: number[] = [];
  readonly #sides: number[] = [];
  readonly #folded = new Set<number>();
  readonly #counts = { en: 0, de: 0, han: 0, words: 0, inner: 0, capitals: 0 };
  #negations = 0;
  readonly #roles: number[] = [];
  /** The last such word, until its content word comes. */
  #role: number | null = null;

  add(token: Token): void {
    const { kind, hash, isFirst } = token;
    if (isFirst || this.#segments.length === 0) this.#segments.push(0);
    const segment = this.#segments.length - 1;
    this.#segments[segment] = (Math.imul(this.#segments[segment]!, 31) + hash) | 0;
    if (kind === KIND.han) this.#addHan(token);
    else if (kind === KIND.number) this.#addNumber(hash);
    else this.#addWord(token);
  }

  #addHan({ hash }: Token): void {
    this.#counts.han += 1;
    const number = numberOf.get(hash);
    if (number !== undefined) {
      this.#addNumber(number);
      return;
    }
    this.#push(hash, sets.functionHan.has(hash) ? HAN_FUNCTION : HAN_CONTENT);
    if (sets.roleHan.has(hash)) this.#role = hash;
  }

  #addNumber(hash: number): void {
    this.#numbers.push(hash);
    this.#push(hash, CONTENT);
  }

  #addWord(token: Token): void {
    const { hash, stem } = token;
    this.#counts.words += 1;
    if (!token.isFirst) this.#counts.inner += 1;
    if (!token.isFirst && token.isCapital) this.#counts.capitals += 1;
    this.#folded.add(hash);
    if (sets.en.has(hash)) this.#counts.en += 1;
    if (sets.de.has(hash)) this.#counts.de += 1;
    const number = numberOf.get(hash);
    if (number !== undefined) {
      this.#addNumber(number);
      return;
    }
    const side = sideOf.get(hash) ?? sideOf.get(stem);
    if (side !== undefined) this.#sides.push(side);
    if (sets.negation.has(hash)) {
      this.#negations += 1;
      return;
    }
    const weight = Math.min(weightOf(hash), weightOf(stem));
    if (token.isCapital && !token.isFirst && weight === CONTENT) this.#names.push(hash);
    this.#push(synonymOf.get(hash) ?? synonymOf.get(stem) ?? stem, weight);
    if (sets.role.has(hash)) this.#role = hash;
  }

  #push(word: number, weight: number): void {
    this.#words.push(word);
    this.#weights.push(weight);
    this.#segmentOf.push(this.#segments.length - 1);
    if (this.#role === null || weight < HAN_CONTENT) return;
    this.#roles.push(this.#role, word);
    this.#role = null;
  }

  result(text: string): TextMeaning {
    const language = this.#language();
    return {
      words: Int32Array.from(this.#words),
      weights: Float32Array.from(this.#weights),
      segmentOf: Int32Array.from(this.#segmentOf),
      segments: Int32Array.from(this.#segments),
      numbers: Int32Array.from(this.#numbers),
      names: Int32Array.from(language === 'de' || this.#isHeadline() ? [] : this.#names),
      folded: this.#folded,
      quotes: quotesOf(text),
      negations: this.#negations + contractions(text) + hanNegations(text),
      sides: Int32Array.from([...this.#sides, ...(this.#counts.han > 0 ? sidesInHan(text) : [])]),
      roles: Int32Array.from(this.#roles),
      language,
    };
  }

  /** Where nearly every word has a capital, as every German noun has, names are words like others. */
  #isHeadline(): boolean {
    const { inner, capitals } = this.#counts;
    return inner >= 4 && capitals > inner * 0.6;
  }

  #language(): string {
    const { en, de, han, words } = this.#counts;
    if (han > words) return 'zh';
    if (en === de) return '';
    return en > de ? 'en' : 'de';
  }
}

function weightOf(hash: number): number {
  if (sets.question.has(hash)) return QUESTION;
  return sets.en.has(hash) || sets.de.has(hash) ? FUNCTION : CONTENT;
}

const QUOTED =
  /"([^"\n]{1,400})"|“([^”\n]{1,400})”|„([^“”\n]{1,400})[“”]|«([^»\n]{1,400})»|「([^」\n]{1,400})」|『([^』\n]{1,400})』|《([^》\n]{1,400})》|`([^`\n]{1,400})`|(?<![\p{L}\d])'([^'\n]{2,400})'(?![\p{L}\d])/gu;

function quotesOf(text: string): Int32Array {
  return Int32Array.from(text.matchAll(QUOTED), (match) => {
    const quoted = match.slice(1).find((part) => part !== undefined) ?? '';
    return hashOf(
      quoted
        .toLowerCase()
        .replace(/[\s\p{P}]+/gu, ' ')
        .trim(),
    );
  });
}

/** `don't`, `isn’t`. */
function contractions(text: string): number {
  return text.match(/n['’]t\b/gi)?.length ?? 0;
}

function hanNegations(text: string): number {
  let count = 0;
  for (const char of text.replace(NO_NEGATION_HAN, '')) if (NEGATION_HAN.includes(char)) count += 1;
  return count;
}

function sidesInHan(text: string): number[] {
  const found: number[] = [];
  let rest = text;
  for (const [word, side] of hanSides) {
    if (!rest.includes(word)) continue;
    found.push(side);
    rest = rest.replaceAll(word, ' ');
  }
  return found.sort((a, b) => a - b);
}

function hashesOf(words: string): ReadonlySet<number> {
  return new Set(words.split(/\s+/).map(hashOf));
}

/** The hash that stands for a word, found by the word or its stem. */
function synonyms(): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const group of SYNONYMS.split('|')) {
    const words = group.trim().split(/\s+/);
    const head = hashOf(stemOf(words[0]!));
    for (const word of words) {
      for (const key of [hashOf(word), hashOf(stemOf(word))]) {
        if (!found.has(key)) found.set(key, head);
      }
    }
  }
  return found;
}

function opposites<Key>(list: string, keyOf: (word: string) => Key): Map<Key, number> {
  const found = new Map<Key, number>();
  list.split('|').forEach((pair, index) => {
    const sides = pair.trim().split('/');
    sides.forEach((side, at) => {
      for (const word of side.trim().split(/\s+/)) {
        const key = keyOf(word);
        if (!found.has(key)) found.set(key, at === 0 ? index + 1 : -index - 1);
      }
    });
  });
  return found;
}
