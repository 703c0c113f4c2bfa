/**
 * What a word is worth to a semantic cache: its stem, its weight, and what the gates look for.
 *
 * Takes words as they stand, folded, gives their facts; each word is looked at once. Never more than
 * some hundred thousand words are remembered.
 */
import {
  FUNCTION_HAN,
  FUNCTION_WORDS,
  NEGATIONS,
  NUMBER_HAN,
  NUMBER_WORDS,
  OPPOSITES,
  QUESTION_WORDS,
  ROLE_HAN,
  ROLE_WORDS,
  SYNONYMS,
} from './semantic-lexicon.ts';
import { hashOf } from './semantic-words.ts';
import { stemOf } from './stems.ts';

/** What is known of a word. */
export interface WordFacts {
  /** A hash that its forms and synonyms share. */
  readonly stem: number;
  /** 1 for content. */
  readonly weight: number;
  /** The hash of the number it names; null: it is none. */
  readonly number: number | null;
  /** The pair of opposites it is of, negative for its second side; 0: none. */
  readonly side: number;
  readonly isNegation: boolean;
  /** Whether the order of what it stands beside decides. */
  readonly isRole: boolean;
  readonly isEnglish: boolean;
  readonly isGerman: boolean;
}

/** What a word of content weighs. */
export const CONTENT = 1;
/** The least a character of Chinese weighs that is content. */
export const HAN_CONTENT = 0.5;
const QUESTION = 0.4;
const FUNCTION = 0.05;
const HAN_FUNCTION = 0.05;
const MOST_WORDS = 300_000;

const sets = {
  en: hashesOf(FUNCTION_WORDS.en),
  de: hashesOf(FUNCTION_WORDS.de),
  question: hashesOf(QUESTION_WORDS),
  negation: hashesOf(NEGATIONS),
  role: hashesOf(ROLE_WORDS),
  functionHan: new Set([...FUNCTION_HAN].map(hashOf)),
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
const words = new Map<number, WordFacts>();
const characters = new Map<number, WordFacts>();

/** The facts of a word by its hash; undefined: it was never learnt. */
export function knownWord(hash: number): WordFacts | undefined {
  return words.get(hash);
}

/** Learns a word as it stands in a text. */
export function learnWord(hash: number, word: string): WordFacts {
  if (words.size >= MOST_WORDS) words.clear();
  const facts = factsOf(hash, hashOf(stemOf(word.toLowerCase().replaceAll('’', "'"))));
  words.set(hash, facts);
  return facts;
}

function factsOf(hash: number, stem: number): WordFacts {
  return {
    stem: synonymOf.get(hash) ?? synonymOf.get(stem) ?? stem,
    weight: Math.min(weightOf(hash), weightOf(stem)),
    number: numberOf.get(hash) ?? null,
    side: sideOf.get(hash) ?? sideOf.get(stem) ?? 0,
    isNegation: sets.negation.has(hash),
    isRole: sets.role.has(hash),
    isEnglish: sets.en.has(hash),
    isGerman: sets.de.has(hash),
  };
}

/** The facts of a character of Chinese. */
export function characterFacts(hash: number): WordFacts {
  const known = characters.get(hash);
  if (known !== undefined) return known;
  const facts = {
    ...{ stem: hash, side: 0, isNegation: false, isEnglish: false, isGerman: false },
    weight: sets.functionHan.has(hash) ? HAN_FUNCTION : HAN_CONTENT,
    number: numberOf.get(hash) ?? null,
    isRole: sets.roleHan.has(hash),
  };
  characters.set(hash, facts);
  return facts;
}

function weightOf(hash: number): number {
  if (sets.question.has(hash)) return QUESTION;
  return sets.en.has(hash) || sets.de.has(hash) ? FUNCTION : CONTENT;
}

function hashesOf(list: string): ReadonlySet<number> {
  return new Set(list.split(/\s+/).map(hashOf));
}

/** The hash that stands for a word, found by the word or its stem. */
function synonyms(): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const group of SYNONYMS.split('|')) {
    const list = group.trim().split(/\s+/);
    const head = hashOf(stemOf(list[0]!));
    for (const word of list) {
      for (const key of [hashOf(word), hashOf(stemOf(word))]) {
        if (!found.has(key)) found.set(key, head);
      }
    }
  }
  return found;
}

/** Words by the pair of opposites they are of: its number, negative for the second side. */
export function opposites<Key>(list: string, keyOf: (word: string) => Key): Map<Key, number> {
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
