/**
 * Which distinct prompts ask the same: links between prompts of one setting that pass every gate.
 *
 * Takes the texts of prompts one after the other, gives for each prompt its likes, the most alike
 * first. Never links prompts of other settings, nor texts that a gate keeps apart. Texts are held until
 * `finish`, what they mean only of those that have a candidate.
 *
 * Memory: the texts and answers (8,000 characters of each at most), the index of `NearDuplicates`,
 * about 2 KB for each prompt with a candidate; afterwards 24 bytes a link.
 */
import { NearDuplicates } from '../policy/near-duplicates.ts';
import { matchTexts, refusalOf } from '../policy/semantic-match.ts';
import { readMeaning, type TextMeaning } from '../policy/semantic-text.ts';
import { FloatColumn, IntColumn } from './columns.ts';
import { answersAgree } from './semantic-answers.ts';
import type { DistinctPrompts } from './semantic-prompts.ts';

/** What is known of a prompt's text. */
export const TEXT = { unread: 0, read: 1, several: 2, long: 3 } as const;

/** Longer messages are documents: that two are alike says little about the answers. */
export const MOST_CHARACTERS = 8000;

/** A prompt as it stands in the log. */
export interface PromptText {
  readonly text: string;
  /** Whether there is more to the prompt than the system's and this message. */
  readonly hasMore: boolean;
  /** Null: not in the log. */
  readonly answer: string | null;
}

/** Links, as lists of one array: those of prompt i from `starts[i]` to before `starts[i + 1]`. */
export interface SemanticLinks {
  readonly prompts: DistinctPrompts;
  /** A value of TEXT for each prompt. */
  readonly texts: Uint8Array;
  readonly starts: Int32Array;
  readonly others: Int32Array;
  /** From 0 to 1, falling within a list. */
  readonly similarities: Float64Array;
  /** 1 where the answers of both prompts' first calls say the same; 2 where one is not known. */
  readonly agreement: Uint8Array;
}

/** What `agreement` holds. */
export const AGREEMENT = { no: 0, yes: 1, unknown: 2 } as const;

/** What candidates share at least of their content words, by Jaccard's index. */
const CANDIDATE_SIMILARITY = 0.5;
/** Question words and function words weigh less: they differ most where the same is asked. */
const LEAST_WEIGHT = 0.5;
/** Prompts of one template are all alike: so many of them are compared with a new one. */
const MOST_CANDIDATES = 16;

/** Collects texts and links them. */
export class SemanticLinker {
  readonly #prompts: DistinctPrompts;
  readonly #floor: number;
  readonly #texts: Uint8Array;
  readonly #index: NearDuplicates;
  /** The prompt of each text of the index. */
  readonly #promptOf = new IntColumn();
  readonly #words = new Map<number, string>();
  readonly #answers = new Map<number, string>();
  readonly #meanings = new Map<number, TextMeaning>();
  readonly #from = new IntColumn();
  readonly #to = new IntColumn();
  readonly #similarity = new FloatColumn();

  /** Prompts less alike than `floor` are not linked. */
  constructor(prompts: DistinctPrompts, floor: number) {
    this.#prompts = prompts;
    this.#floor = floor;
    this.#texts = new Uint8Array(prompts.count);
    this.#index = new NearDuplicates({
      minSimilarity: CANDIDATE_SIMILARITY,
      maxPerBucket: MOST_CANDIDATES,
      expected: Math.max(1, prompts.count),
    });
  }

  /** Adds the text of a prompt, once. */
  add(prompt: number, { text, hasMore, answer }: PromptText): void {
    if (this.#texts[prompt] !== TEXT.unread) return;
    const isLong = text.length > MOST_CHARACTERS;
    this.#texts[prompt] = hasMore ? TEXT.several : isLong ? TEXT.long : TEXT.read;
    if (hasMore || isLong) return;
    this.#words.set(prompt, text);
    if (answer !== null && answer.length <= MOST_CHARACTERS) this.#answers.set(prompt, answer);
    const meaning = readMeaning(text);
    this.#index.add(this.#featuresOf(prompt, meaning));
    this.#promptOf.push(prompt);
    if (this.#index.found === 0) return;
    this.#meanings.set(prompt, meaning);
    const promptOf = this.#promptOf.view();
    for (const text of this.#candidates()) this.#link(prompt, promptOf[text]!);
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

  /** Its content words, the setting mixed in: those of two settings never meet. */
  #featuresOf(prompt: number, { words, weights }: TextMeaning): Int32Array {
    const salt = Math.imul(this.#prompts.setting[prompt]! + 1, 0x9e3779b1);
    return words
      .filter((_, at) => weights[at]! >= LEAST_WEIGHT)
      .map((word) => Math.imul(word ^ salt, 0x85ebca6b));
  }

  #link(prompt: number, other: number): void {
    if (this.#prompts.setting[prompt] !== this.#prompts.setting[other]) return;
    const [a, b] = [this.#meaningOf(prompt), this.#meaningOf(other)];
    if (refusalOf(a, b) !== null) return;
    const { similarity } = matchTexts(a, b);
    if (similarity < this.#floor) return;
    this.#from.push(prompt);
    this.#to.push(other);
    this.#similarity.push(similarity);
  }

  #meaningOf(prompt: number): TextMeaning {
    let meaning = this.#meanings.get(prompt);
    if (meaning === undefined) {
      meaning = readMeaning(this.#words.get(prompt)!);
      this.#meanings.set(prompt, meaning);
    }
    return meaning;
  }

  /** The links, both ways; ends the building. */
  finish(): SemanticLinks {
    const [from, to, similarity] = [this.#from.view(), this.#to.view(), this.#similarity.view()];
    const links = from.length;
    const order = Int32Array.from({ length: links * 2 }, (_, at) => at);
    const [source, target] = [joined(from, to), joined(to, from)];
    order.sort(
      (a, b) =>
        source[a]! - source[b]! ||
        similarity[b % links]! - similarity[a % links]! ||
        target[a]! - target[b]!,
    );
    const agreed = Uint8Array.from(from, (prompt, at) => this.#agreementOf(prompt, to[at]!));
    return {
      prompts: this.#prompts,
      texts: this.#texts,
      starts: startsOf(source, this.#prompts.count),
      others: order.map((at) => target[at]!),
      similarities: Float64Array.from(order, (at) => similarity[at % links]!),
      agreement: Uint8Array.from(order, (at) => agreed[at % links]!),
    };
  }

  #agreementOf(a: number, b: number): number {
    const { answerHash } = this.#prompts;
    if (answerHash[a]! < 0 || answerHash[b]! < 0) return AGREEMENT.unknown;
    if (answerHash[a] === answerHash[b]) return AGREEMENT.yes;
    const [left, right] = [this.#answers.get(a), this.#answers.get(b)];
    // Other answers whose texts are not there count as wrong: that is the careful side.
    if (left === undefined || right === undefined) return AGREEMENT.no;
    return answersAgree(left, right) ? AGREEMENT.yes : AGREEMENT.no;
  }
}

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function startsOf(source: Int32Array, count: number): Int32Array {
  const starts = new Int32Array(count + 1);
  for (const prompt of source) starts[prompt + 1]! += 1;
  for (let at = 0; at < count; at++) starts[at + 1]! += starts[at]!;
  return starts;
}
