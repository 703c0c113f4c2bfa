/**
 * What a word is worth to a semantic cache: its stem, its weight, and what the gates look for.
 *
 * Takes words as they stand, folded, gives their facts; each word is looked at once. Never more than
 * some hundred thousand words are remembered.
 */
import {
  ARTICLES,
  DENYING_PREFIXES,
  FINAL_PARTICLES,
  FUNCTION_HAN,
  FUNCTION_WORDS,
  NEGATIONS,
  NUMBER_HAN,
  NUMBER_WORDS,
  OPPOSITES,
  PERSONS,
  PREPOSITIONS,
  QUESTION_WORDS,
  ROLE_HAN,
  ROLE_WORDS,
  SIGNS,
  SYNONYMS,
  TURNING_PREFIXES,
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
  /** The sides of classes it is of. */
  readonly sides: readonly number[];
  /** The side it is of where a clause ends; 0: none. */
  readonly finalSide: number;
  /** Who it stands for; 0: nobody. */
  readonly person: number;
  /** The sign it is a word for; 0: none. */
  readonly sign: number;
  /** What is left without a prefix that denies it or turns it round. */
  readonly turned: readonly number[];
  readonly isArticle: boolean;
  readonly isPreposition: boolean;
  readonly isNegation: boolean;
  /** Whether the order of what it stands beside decides. */
  readonly isRole: boolean;
  readonly isEnglish: boolean;
  readonly isGerman: boolean;
}

/** The number of a side is that of its class times this, and its place. */
export const SIDES_OF_CLASS = 64;
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
  article: hashesOf(ARTICLES),
  preposition: hashesOf(PREPOSITIONS),
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
const sidesOf = sidesByWord();
const finalSideOf = firstSides(FINAL_PARTICLES, 2000);
const personOf = firstSides(PERSONS, 0);
const signOf = new Map(
  SIGNS.split('|').flatMap((group) => {
    const signs = group.split(' ');
    return signs.map((sign) => [hashOf(sign), hashOf(signs[0]!)] as const);
  }),
);
const prefixes = { denying: DENYING_PREFIXES.split(' '), turning: TURNING_PREFIXES.split(' ') };
/** What is left of a word without its prefix. */
const LEAST_REST = 4;
const NONE: readonly number[] = [];
const words = new Map<number, WordFacts>();
const characters = new Map<number, WordFacts>();

/** The facts of a word by its hash; undefined: it was never learnt. */
export function knownWord(hash: number): WordFacts | undefined {
  return words.get(hash);
}

/** Learns a word as it stands in a text. */
export function learnWord(hash: number, word: string): WordFacts {
  if (words.size >= MOST_WORDS) words.clear();
  const plain = word.toLowerCase().replaceAll('’', "'");
  const facts = factsOf(hash, plain);
  words.set(hash, facts);
  return facts;
}

function factsOf(hash: number, word: string): WordFacts {
  const stem = hashOf(stemOf(word));
  // `Mann` is not the pronoun that its stem is.
  const weight = synonymOf.has(hash) ? weightOf(hash) : Math.min(weightOf(hash), weightOf(stem));
  return {
    stem: synonymOf.get(hash) ?? synonymOf.get(stem) ?? stem,
    weight,
    number: numberOf.get(hash) ?? null,
    sides: sidesOf.get(hash) ?? sidesOf.get(stem) ?? NONE,
    finalSide: finalSideOf.get(hash) ?? 0,
    person: personOf.get(hash) ?? 0,
    sign: signOf.get(hash) ?? 0,
    turned: weight === CONTENT ? turnedOf(word) : NONE,
    isArticle: sets.article.has(hash),
    isPreposition: sets.preposition.has(hash),
    isNegation: sets.negation.has(hash),
    isRole: sets.role.has(hash),
    isEnglish: sets.en.has(hash),
    isGerman: sets.de.has(hash),
  };
}

/** The stem of a word without a prefix that denies it, and what is left of others. */
function turnedOf(word: string): readonly number[] {
  const found: number[] = [];
  const restsOf = (list: readonly string[]) =>
    list
      .filter((prefix) => word.startsWith(prefix) && word.length >= prefix.length + LEAST_REST)
      .map((prefix) => stemOf(word.slice(prefix.length)));
  for (const rest of restsOf(prefixes.denying)) found.push(hashOf(rest));
  // Alike in another word with such a prefix, and not in the word without one.
  for (const rest of restsOf(prefixes.turning)) found.push(hashOf(`-${rest}`));
  return found.length === 0 ? NONE : found;
}

/** The sign that a token of punctuation is; 0: none that counts. */
export function signOfToken(hash: number): number {
  return signOf.get(hash) ?? 0;
}

/** The facts of a character of Chinese. */
export function characterFacts(hash: number): WordFacts {
  const known = characters.get(hash);
  if (known !== undefined) return known;
  const facts = {
    ...{ stem: hash, sides: NONE, finalSide: 0, sign: 0, turned: NONE },
    ...{ isArticle: false, isPreposition: false },
    ...{ isNegation: false, isEnglish: false, isGerman: false },
    person: personOf.get(hash) ?? 0,
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

/** The sides of classes that each word is of; lists must not share the numbers of classes. */
export function opposites(list: string, firstClass: number): Map<string, number[]> {
  const found = new Map<string, number[]>();
  list.split('|').forEach((sides, index) => {
    sides.split('/').forEach((side, at) => {
      for (const word of side.trim().split(/\s+/)) {
        const known = found.get(word) ?? [];
        known.push((firstClass + index + 1) * SIDES_OF_CLASS + at);
        found.set(word, known);
      }
    });
  });
  return found;
}

/** By the hash of a word; by that of its stem where no word of another side has it. */
function sidesByWord(): ReadonlyMap<number, readonly number[]> {
  const byWord = [...opposites(OPPOSITES, 0)];
  const found = new Map<number, readonly number[]>();
  const taken = new Set<number>();
  for (const [word, sides] of byWord) {
    const stem = hashOf(stemOf(word));
    if (found.has(stem) && found.get(stem)!.join() !== sides.join()) taken.add(stem);
    else found.set(stem, sides);
  }
  for (const stem of taken) found.delete(stem);
  for (const [word, sides] of byWord) found.set(hashOf(word), sides);
  return found;
}

function firstSides(list: string, firstClass: number): ReadonlyMap<number, number> {
  return new Map(
    [...opposites(list, firstClass)].map(([word, sides]) => [hashOf(word), sides[0]!]),
  );
}
