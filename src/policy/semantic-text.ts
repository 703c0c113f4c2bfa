/**
 * What a text asks, as far as words tell: content words and what the gates compare.
 *
 * Takes a text, gives hashes only: about 20 bytes a word. Never keeps the text, so that a log's
 * prompts can be read once at their source and compared later.
 */
import { plainHan } from './han-words.ts';
import { contractions, hanNegations, quotesOf, sidesInHan } from './semantic-phrases.ts';
import { KIND, WordScanner } from './semantic-words.ts';
import {
  CONTENT,
  characterFacts,
  HAN_CONTENT,
  knownWord,
  learnWord,
  signOfToken,
  type WordFacts,
} from './word-facts.ts';

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
  readonly folded: Int32Array;
  readonly quotes: Int32Array;
  readonly negations: number;
  /** Sides of classes named: class times SIDES_OF_CLASS, and the place. */
  readonly sides: Int32Array;
  /** Operators, currencies and the words for them, in order. */
  readonly signs: Int32Array;
  /** Who is named by a pronoun, in order; not whom courtesy names. */
  readonly persons: Int32Array;
  /** Pairs of a word with a prefix that denies or turns, and what is left of it. */
  readonly turned: Int32Array;
  /** Of each of the words: ARGUMENT or ROLE. */
  readonly marks: Uint8Array;
  /** Pairs of a word that makes the order count and the content word after it. */
  readonly roles: Int32Array;
  /** `en`, `de`, `zh`, another script's name; empty if too short to tell. */
  readonly language: string;
}

/** A noun with an article and no preposition: who does it, or to whom. */
export const ARGUMENT = 1;
/** A word beside which the order counts. */
export const ROLE = 2;

/** Reads a text. */
export function readMeaning(text: string): TextMeaning {
  reader.read(text);
  return reader.meaning();
}

const NOTHING = new Int32Array(0);

/** Numbers that are pushed one by one, and taken all at once. */
class Numbers {
  values = new Int32Array(64);
  count = 0;

  push(value: number): void {
    if (this.count === this.values.length) {
      const larger = new Int32Array(this.count * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = value;
  }

  taken(): Int32Array {
    return this.count === 0 ? NOTHING : this.values.slice(0, this.count);
  }
}

/** Reads texts; what it holds is that of the last one. */
export class MeaningReader {
  readonly #scanner = new WordScanner();
  readonly #words = new Numbers();
  #weights = new Float32Array(64);
  #marks = new Uint8Array(64);
  readonly #signs = new Numbers();
  readonly #persons = new Numbers();
  readonly #turned = new Numbers();
  readonly #segmentOf = new Numbers();
  readonly #segments = new Numbers();
  readonly #numbers = new Numbers();
  readonly #names = new Numbers();
  readonly #sides = new Numbers();
  readonly #folded = new Numbers();
  readonly #roles = new Numbers();
  readonly #features = new Numbers();
  #counts = { en: 0, de: 0, han: 0, words: 0, inner: 0, capitals: 0 };
  #negations = 0;
  /** The last words that make the order count, until their content word comes. */
  readonly #pending: number[] = [];
  #afterArticle = false;
  #afterPreposition = false;

  /** Reads a text. */
  read(text: string): void {
    const scanner = this.#scanner;
    this.#clear();
    scanner.scan(plainHan(text));
    if (this.#weights.length < scanner.count) {
      this.#weights = new Float32Array(scanner.count * 2);
      this.#marks = new Uint8Array(scanner.count * 2);
    }
    let segment = 0;
    for (let at = 0; at < scanner.count; at++) {
      const hash = scanner.hashes[at]!;
      const kind = scanner.kinds[at]!;
      if (at > 0 && scanner.firsts[at] === 1) {
        this.#segments.push(segment);
        segment = 0;
      }
      segment = (Math.imul(segment, 31) + hash) | 0;
      if (kind === KIND.word) this.#addWord(at, hash);
      else if (kind === KIND.number) this.#addNumber(hash);
      else if (kind === KIND.han) this.#addHan(hash);
      else this.#addSign(hash);
    }
    if (scanner.count > 0) this.#segments.push(segment);
  }

  #clear(): void {
    this.#words.count = 0;
    this.#segmentOf.count = 0;
    this.#segments.count = 0;
    this.#numbers.count = 0;
    this.#names.count = 0;
    this.#sides.count = 0;
    this.#folded.count = 0;
    this.#roles.count = 0;
    this.#counts = { en: 0, de: 0, han: 0, words: 0, inner: 0, capitals: 0 };
    this.#negations = 0;
    this.#signs.count = 0;
    this.#persons.count = 0;
    this.#turned.count = 0;
    this.#pending.length = 0;
    [this.#afterArticle, this.#afterPreposition] = [false, false];
  }

  #addSign(hash: number): void {
    const sign = signOfToken(hash);
    if (sign !== 0) this.#signs.push(sign);
  }

  #addHan(hash: number): void {
    this.#counts.han += 1;
    const facts = characterFacts(hash);
    const { number, weight, isRole, person } = facts;
    if (number !== null) {
      this.#addNumber(number);
      return;
    }
    if (person !== 0) this.#persons.push(person);
    this.#push(hash, weight, isRole ? ROLE : 0);
    if (person !== 0) this.#pairRoles(hash);
    if (isRole) this.#pending.push(hash);
  }

  #addNumber(hash: number): void {
    this.#numbers.push(hash);
    this.#push(hash, CONTENT);
  }

  #addWord(at: number, hash: number): void {
    const { text, starts, ends, firsts, capitals } = this.#scanner;
    const counts = this.#counts;
    const facts = knownWord(hash) ?? learnWord(hash, text.slice(starts[at], ends[at]));
    const isInner = firsts[at] === 0;
    const isInnerCapital = isInner && capitals[at] === 1;
    counts.words += 1;
    if (isInner) counts.inner += 1;
    if (isInnerCapital) counts.capitals += 1;
    this.#folded.push(hash);
    if (facts.isEnglish) counts.en += 1;
    if (facts.isGerman) counts.de += 1;
    if (facts.number !== null) {
      this.#addNumber(facts.number);
      return;
    }
    this.#addFacts(at, facts);
    if (facts.isNegation) {
      this.#negations += 1;
      return;
    }
    if (isInnerCapital && facts.weight === CONTENT) this.#names.push(hash);
    const isContent = facts.weight === CONTENT;
    const isArgument = isContent && this.#afterArticle && !this.#afterPreposition;
    this.#push(facts.stem, facts.weight, (isArgument ? ARGUMENT : 0) | (facts.isRole ? ROLE : 0));
    if (facts.isRole) this.#pending.push(hash);
    this.#afterArticle = facts.isArticle;
    this.#afterPreposition = facts.isPreposition || (facts.isArticle && this.#afterPreposition);
  }

  /** What the gates compare of a word. */
  #addFacts(at: number, facts: WordFacts): void {
    for (const side of facts.sides) this.#sides.push(side);
    if (facts.sign !== 0) this.#signs.push(facts.sign);
    if (facts.person !== 0) this.#persons.push(facts.person);
    for (const rest of facts.turned) {
      this.#turned.push(facts.stem);
      this.#turned.push(rest);
    }
    if (facts.finalSide === 0) return;
    const { text, ends } = this.#scanner;
    if (CLAUSE_END.test(text.slice(ends[at]!, ends[at]! + 2))) this.#sides.push(facts.finalSide);
  }

  #push(word: number, weight: number, mark = 0): void {
    this.#weights[this.#words.count] = weight;
    this.#marks[this.#words.count] = mark;
    this.#words.push(word);
    this.#segmentOf.push(this.#segments.count);
    if (weight >= HAN_CONTENT) this.#pairRoles(word);
  }

  #pairRoles(word: number): void {
    for (const role of this.#pending) {
      this.#roles.push(role);
      this.#roles.push(word);
    }
    this.#pending.length = 0;
  }

  /** The content words of the text, mixed with a salt; valid until the next call. */
  features(salt: number): Int32Array {
    const { values, count } = this.#words;
    const features = this.#features;
    features.count = 0;
    for (let at = 0; at < count; at++) {
      if (this.#weights[at]! >= HAN_CONTENT)
        features.push(Math.imul(values[at]! ^ salt, 0x85ebca6b));
    }
    return features.values.subarray(0, features.count);
  }

  /** What the text means. */
  meaning(): TextMeaning {
    const language = this.#language();
    const { text, hasQuote, hasApostrophe } = this.#scanner;
    const hasHan = this.#counts.han > 0;
    if (hasHan) for (const side of sidesInHan(text)) this.#sides.push(side);
    const negations = (hasApostrophe ? contractions(text) : 0) + (hasHan ? hanNegations(text) : 0);
    return {
      words: this.#words.taken(),
      weights: this.#weights.slice(0, this.#words.count),
      segmentOf: this.#segmentOf.taken(),
      segments: this.#segments.taken(),
      numbers: this.#numbers.taken(),
      names: language === 'de' || this.#isHeadline() ? NOTHING : this.#names.taken(),
      folded: this.#folded.taken(),
      quotes: hasQuote ? quotesOf(text) : NOTHING,
      negations: this.#negations + negations,
      sides: this.#sides.taken(),
      signs: this.#signs.taken(),
      persons: this.#persons.taken(),
      turned: this.#turned.taken(),
      marks: this.#marks.slice(0, this.#words.count),
      roles: this.#roles.taken(),
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

const reader = new MeaningReader();

const CLAUSE_END = /^\s?(?:$|[\n.,;:!?…)"])/;
