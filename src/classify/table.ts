/**
 * Table: the lexicon as an open-addressing hash table of words and phrases.
 *
 * Takes the rows of lexicon.ts, gives typed arrays the scan reads without allocating. Never
 * changes once built; it is built when the first prompt is classified.
 */
import { TASKS } from '../domain/task.ts';
import { CUES, type Kind, LEXICON, type LexiconRow } from './lexicon.ts';
import { clearWords, createWordBuffer, isMark, mixPair, readWords } from './words.ts';

/** Codes of cues follow those of the labels. */
export const FIRST_CUE = TASKS.length;
export const POLITE = FIRST_CUE + CUES.indexOf('polite');
export const BODY = FIRST_CUE + CUES.indexOf('body');
export const TASK = FIRST_CUE + CUES.indexOf('task');
export const OPTION = FIRST_CUE + CUES.indexOf('option');
export const WORD_PROBLEM = FIRST_CUE + CUES.indexOf('word_problem');
export const GIVEN = FIRST_CUE + CUES.indexOf('given');

const KINDS: readonly Kind[] = ['do', 'say', 'ask', 'end', 'any'];
export const KIND_DO = 0;
export const KIND_ASK = 2;
export const KIND_END = 3;
export const KIND_ANY = 4;

/** The compiled lexicon. A key's entries form a list, so that a word may stand for several labels. */
export interface LexiconTable {
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
  /** The label's or cue's code of an entry. */
  readonly what: Uint8Array;
  readonly kind: Uint8Array;
  readonly weight: Uint8Array;
}

const SLOTS = 16_384;
const FILTER_BYTES = 8_192;
/** With at most three beginnings a phrase, fewer keys than slots. */
const MAX_ENTRIES = 4_096;

const ROW_BYTES = 16_384;

const encoder = new TextEncoder();
const rowBytes = new Uint8Array(ROW_BYTES);
const rowWords = createWordBuffer(ROW_BYTES);

let table: LexiconTable | null = null;

/** The table of the lexicon, built once. */
export function lexiconTable(): LexiconTable {
  table ??= compileLexicon(LEXICON);
  return table;
}

/** Builds the table of some rows; throws a RangeError when they outgrow it. */
export function compileLexicon(rows: readonly LexiconRow[]): LexiconTable {
  const built = {
    keys: new Int32Array(SLOTS),
    filter: new Uint8Array(FILTER_BYTES),
    first: new Int16Array(SLOTS).fill(-1),
    opens: new Uint8Array(SLOTS),
    next: new Int16Array(MAX_ENTRIES).fill(-1),
    what: new Uint8Array(MAX_ENTRIES),
    kind: new Uint8Array(MAX_ENTRIES),
    weight: new Uint8Array(MAX_ENTRIES),
  };
  let entries = 0;
  for (const row of rows) entries = enterRow(built, row, entries);
  return built;
}

/** Enters the phrases of a row from entry `entries` on; gives the number of entries then. */
function enterRow(built: LexiconTable, row: LexiconRow, entries: number): number {
  const [what, lang, kind, weight, phrases] = row;
  // All phrases in one reading, a newline between them: JSON-escaped, it becomes a mark.
  const { written } = encoder.encodeInto(phrases.replaceAll(',', '\\n'), rowBytes);
  clearWords(rowWords);
  readWords(rowBytes, 0, written, rowWords);
  const { words, count } = rowWords;
  let next = entries;
  let start = 0;
  for (let end = 0; end <= count; end++) {
    if (end < count && !isMark(words[end]!)) continue;
    // Of Chinese phrases, from the first trigram on: each of its words is followed by the next one.
    const slot = enterPhrase(built, lang === 'zh' && end - start >= 3 ? start + 2 : start, end);
    start = end + 1;
    if (slot < 0) continue;
    if (next >= MAX_ENTRIES) throw new RangeError(`lexicon: over ${MAX_ENTRIES} entries`);
    built.what[next] = labelCode(what);
    built.kind[next] = KINDS.indexOf(kind);
    built.weight[next] = weight;
    built.next[next] = built.first[slot]!;
    built.first[slot] = next++;
  }
  return next;
}

/** Enters the words of a phrase and its beginnings; gives the slot of the whole, -1 if empty. */
function enterPhrase(built: LexiconTable, start: number, end: number): number {
  let chain = 0;
  let slot = -1;
  for (let i = start; i < end; i++) {
    const word = rowWords.words[i]!;
    if (slot >= 0) built.opens[slot] = 1;
    chain = chain === 0 ? word : mixPair(chain, word);
    slot = enterKey(built, chain);
  }
  return slot;
}

/** The slot of a word or a chain of words; -1 if it is not in the table. */
export function findSlot(filter: Uint8Array, keys: Int32Array, hash: number): number {
  if (((filter[hash & (FILTER_BYTES - 1)]! >> ((hash >>> 13) & 7)) & 1) === 0) return -1;
  const mask = keys.length - 1;
  let slot = (hash ^ (hash >>> 16)) & mask;
  while (keys[slot] !== hash) {
    if (keys[slot] === 0) return -1;
    slot = (slot + 1) & mask;
  }
  return slot;
}

function labelCode(what: LexiconRow[0]): number {
  const task = (TASKS as readonly string[]).indexOf(what);
  return task >= 0 ? task : FIRST_CUE + (CUES as readonly string[]).indexOf(what);
}

function enterKey({ filter, keys }: LexiconTable, hash: number): number {
  filter[hash & (FILTER_BYTES - 1)]! |= 1 << ((hash >>> 13) & 7);
  const mask = keys.length - 1;
  let slot = (hash ^ (hash >>> 16)) & mask;
  while (keys[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & mask;
  keys[slot] = hash;
  return slot;
}
