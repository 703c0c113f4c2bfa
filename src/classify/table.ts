/**
 * Table: the concepts as an open-addressing hash table of words and phrases.
 *
 * Takes the rows of concepts.ts, gives typed arrays the scan reads without allocating. Never
 * changes once built; it is built when the first prompt is classified.
 */
import { ASKING, type ConceptRow, CUES, TELLING } from './concepts.ts';
import { clearWords, createWordBuffer, mixPair, readWords } from './words.ts';

/** The codes of cues; those of concepts follow them, what is asked for first. */
export const [POLITE, BODY, TASK, OPTION, WORD_PROBLEM] = [1, 2, 3, 4, 5] as const;
export const FIRST_CONCEPT = 1 + CUES.length;
export const FIRST_TELLING = FIRST_CONCEPT + ASKING.length;

/** The compiled concepts. A key's entries form a list, so that a word may stand for several. */
export interface ConceptTable {
  /** Hash of a word or of a chain of words; 0 where a slot is free. Its length is a power of two. */
  readonly keys: Int32Array;
  /** A bit per hash, to turn most words away at once. */
  readonly filter: Uint8Array;
  /** The first entry of a key; -1 for a mere beginning of phrases. */
  readonly first: Int16Array;
  /** 1 where a longer phrase may follow. */
  readonly opens: Uint8Array;
  /** The next entry of the same key; -1 at the end. */
  readonly next: Int16Array;
  /** The code of an entry. */
  readonly what: Uint8Array;
}

const SLOTS = 32_768;
const FILTER_BYTES = 16_384;
const MAX_ENTRIES = 12_288;
const PHRASE_BYTES = 256;

const encoder = new TextEncoder();
const phraseBytes = new Uint8Array(PHRASE_BYTES);
const phraseWords = createWordBuffer(PHRASE_BYTES);

let table: ConceptTable | null = null;

/** The table of all concepts, built once. */
export function conceptTable(): ConceptTable {
  table ??= compileConcepts([...CUES, ...ASKING, ...TELLING]);
  return table;
}

/** Builds the table of some rows, coded from 1 on; throws a RangeError when they outgrow it. */
export function compileConcepts(rows: readonly ConceptRow[]): ConceptTable {
  const built = {
    keys: new Int32Array(SLOTS),
    filter: new Uint8Array(FILTER_BYTES),
    first: new Int16Array(SLOTS).fill(-1),
    opens: new Uint8Array(SLOTS),
    next: new Int16Array(MAX_ENTRIES).fill(-1),
    what: new Uint8Array(MAX_ENTRIES),
  };
  let entry = 0;
  for (const [at, [, phrases]] of rows.entries()) {
    for (const phrase of withEndings(phrases)) {
      const slot = enterPhrase(built, phrase);
      if (slot < 0 || built.what[built.first[slot]!] === at + 1) continue;
      if (entry >= MAX_ENTRIES) throw new RangeError(`concepts: over ${MAX_ENTRIES} entries`);
      built.what[entry] = at + 1;
      built.next[entry] = built.first[slot]!;
      built.first[slot] = entry++;
    }
  }
  return built;
}

/** `list//s/ed` → list, lists, listed. */
function withEndings(phrases: string): string[] {
  return phrases.split(',').flatMap((phrase) => {
    const [stem, ...endings] = phrase.trim().split('/');
    return endings.length === 0 ? [stem!] : endings.map((ending) => stem + ending);
  });
}

/** Enters the words of a phrase and its beginnings; gives the slot of the whole, -1 if empty. */
function enterPhrase(built: ConceptTable, phrase: string): number {
  const { written } = encoder.encodeInto(phrase, phraseBytes);
  clearWords(phraseWords);
  readWords(phraseBytes, 0, written, phraseWords);
  const { words, count } = phraseWords;
  // Of Chinese phrases, from the first trigram on: each of its words is followed by the next one.
  const isChinese = /\p{Script=Han}/u.test(phrase);
  let chain = 0;
  let slot = -1;
  for (let i = isChinese && count >= 3 ? 2 : 0; i < count; i++) {
    const word = words[i]!;
    if (slot >= 0) built.opens[slot] = 1;
    chain = chain === 0 ? word : mixPair(chain, word);
    slot = enterKey(built, chain);
  }
  return slot;
}

/** The slot of a word or a chain of words; -1 if it is not in the table. */
export function findSlot(filter: Uint8Array, keys: Int32Array, hash: number): number {
  if (((filter[hash & (FILTER_BYTES - 1)]! >> ((hash >>> 14) & 7)) & 1) === 0) return -1;
  const mask = keys.length - 1;
  let slot = (hash ^ (hash >>> 16)) & mask;
  while (keys[slot] !== hash) {
    if (keys[slot] === 0) return -1;
    slot = (slot + 1) & mask;
  }
  return slot;
}

function enterKey({ filter, keys }: ConceptTable, hash: number): number {
  filter[hash & (FILTER_BYTES - 1)]! |= 1 << ((hash >>> 14) & 7);
  const mask = keys.length - 1;
  let slot = (hash ^ (hash >>> 16)) & mask;
  while (keys[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & mask;
  keys[slot] = hash;
  return slot;
}
