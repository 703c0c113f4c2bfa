/**
 * Which texts ask the same: the index of a semantic cache, for replays and for batches.
 *
 * Takes texts one after the other with their settings, gives for each the earlier ones that may stand
 * for it: alike enough, of the same setting, and kept apart by no gate. Never decides whether an
 * answer is there: whoever asks knows.
 *
 * Candidates share half of their content words, or are the nearest by their vectors where there are
 * any. Memory: the texts, the index of `NearDuplicates`, and about 2 KB for each text with a candidate.
 */
import { NearDuplicates } from './near-duplicates.ts';
import { refusalOf, similarityOf } from './semantic-match.ts';
import { MeaningReader, readMeaning, type TextMeaning } from './semantic-text.ts';

/** An earlier text, and how alike it is, from 0 to 1. */
export interface Neighbour {
  readonly number: number;
  readonly similarity: number;
}

/** The nearest texts by something else than their words: vectors. */
export interface Neighbours {
  /** Adds a text under its number; gives the nearest earlier ones of its setting. */
  add(number: number, setting: number, text: string): readonly Neighbour[];
}

export interface SemanticIndexOptions {
  /** Texts less alike are not named. */
  readonly floor: number;
  /** About how many texts there will be. */
  readonly expected?: number;
  /** Null: words are compared. */
  readonly neighbours?: Neighbours | null;
}

/** Longer messages are documents: that two are alike says little about the answers. */
export const MOST_CHARACTERS = 8000;
/** Prompts of one template are all alike: so many of them are compared with a new one. */
export const MOST_CANDIDATES = 16;
/** What a cache serves from where no similarity is set. */
export const DEFAULT_SIMILARITY = 0.9;

/** What candidates share at least of their content words, by Jaccard's index. */
const CANDIDATE_SIMILARITY = 0.5;

export class SemanticIndex {
  readonly #floor: number;
  readonly #neighbours: Neighbours | null;
  readonly #index: NearDuplicates;
  readonly #texts: string[] = [];
  readonly #settings: number[] = [];
  readonly #reader = new MeaningReader();
  readonly #meanings = new Map<number, TextMeaning>();

  constructor({ floor, expected = 1024, neighbours = null }: SemanticIndexOptions) {
    this.#floor = floor;
    this.#neighbours = neighbours;
    this.#index = new NearDuplicates({
      minSimilarity: CANDIDATE_SIMILARITY,
      maxPerBucket: MOST_CANDIDATES,
      expected: neighbours === null ? Math.max(1, expected) : 1,
    });
  }

  /** Texts so far: the next one's number. */
  get size(): number {
    return this.#texts.length;
  }

  /** Adds a text; gives the earlier ones that may stand for it, the most alike first. */
  add(text: string, setting: number): readonly Neighbour[] {
    const number = this.#texts.push(text) - 1;
    this.#settings.push(setting);
    const likes =
      this.#neighbours === null
        ? this.#byWords(number, setting)
        : this.#byVectors(number, this.#neighbours.add(number, setting, text));
    return likes.sort((a, b) => b.similarity - a.similarity || a.number - b.number);
  }

  #byVectors(number: number, nearest: readonly Neighbour[]): Neighbour[] {
    return nearest.filter(
      (other) =>
        other.similarity >= this.#floor &&
        refusalOf(this.#meaningOf(number), this.#meaningOf(other.number)) === null,
    );
  }

  #byWords(number: number, setting: number): Neighbour[] {
    const reader = this.#reader;
    reader.read(this.#texts[number]!);
    // The setting mixed in: texts of two never meet.
    this.#index.add(reader.features(Math.imul(setting + 1, 0x9e3779b1)));
    if (this.#index.found === 0) return [];
    const meaning = reader.meaning();
    this.#meanings.set(number, meaning);
    const likes: Neighbour[] = [];
    for (const other of this.#candidates()) {
      if (this.#settings[other] !== setting) continue;
      const similarity = this.#compare(meaning, this.#meaningOf(other));
      if (similarity !== null) likes.push({ number: other, similarity });
    }
    return likes;
  }

  /** How alike two texts are; null: not enough, or kept apart. */
  #compare(a: TextMeaning, b: TextMeaning): number | null {
    if (refusalOf(a, b) !== null) return null;
    const similarity = similarityOf(a, b);
    return similarity < this.#floor ? null : similarity;
  }

  /** Texts like the one added last: of a crowd those that share most. */
  #candidates(): Int32Array {
    const { others, similarities, found } = this.#index;
    if (found <= MOST_CANDIDATES) return others.slice(0, found);
    return Int32Array.from({ length: found }, (_, at) => at)
      .sort((a, b) => similarities[b]! - similarities[a]! || others[b]! - others[a]!)
      .subarray(0, MOST_CANDIDATES)
      .map((at) => others[at]!);
  }

  #meaningOf(number: number): TextMeaning {
    let meaning = this.#meanings.get(number);
    if (meaning === undefined) {
      meaning = readMeaning(this.#texts[number]!);
      this.#meanings.set(number, meaning);
    }
    return meaning;
  }
}
