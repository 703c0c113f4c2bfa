/**
 * Which distinct prompts ask the same: links between prompts of one setting that pass every gate.
 *
 * Takes the texts of prompts one after the other, gives for each prompt its likes, the most alike
 * first. Never links prompts of other settings, nor texts that a gate keeps apart. Texts are held until
 * `finish`.
 *
 * Memory: the index, the texts and answers (8,000 characters of each at most); afterwards 24 bytes a
 * link.
 */
import { MOST_CHARACTERS, type Neighbours, SemanticIndex } from '../policy/semantic-index.ts';
import { FloatColumn, IntColumn } from './columns.ts';
import { answersAgree } from './semantic-answers.ts';
import type { DistinctPrompts } from './semantic-prompts.ts';

/** What is known of a prompt's text. */
export const TEXT = { unread: 0, read: 1, several: 2, long: 3, noVector: 4 } as const;

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

/** Collects texts and links them. */
export class SemanticLinker {
  readonly #prompts: DistinctPrompts;
  readonly #texts: Uint8Array;
  readonly #index: SemanticIndex;
  /** The prompt of each text of the index. */
  readonly #promptOf: number[] = [];
  readonly #answers = new Map<number, string>();
  readonly #from = new IntColumn();
  readonly #to = new IntColumn();
  readonly #similarity = new FloatColumn();

  /** Prompts less alike than `floor` are not linked. */
  constructor(prompts: DistinctPrompts, floor: number, neighbours: Neighbours | null = null) {
    this.#prompts = prompts;
    this.#texts = new Uint8Array(prompts.count);
    this.#index = new SemanticIndex({ floor, expected: prompts.count, neighbours });
  }

  /** Adds the text of a prompt, once. */
  add(prompt: number, { text, hasMore, answer }: PromptText): void {
    if (this.#texts[prompt] !== TEXT.unread) return;
    const isLong = text.length > MOST_CHARACTERS;
    this.#texts[prompt] = hasMore ? TEXT.several : isLong ? TEXT.long : TEXT.read;
    if (hasMore || isLong) return;
    if (answer !== null && answer.length <= MOST_CHARACTERS) this.#answers.set(prompt, answer);
    this.#promptOf.push(prompt);
    for (const like of this.#index.add(text, this.#prompts.setting[prompt]!)) {
      this.#from.push(prompt);
      this.#to.push(this.#promptOf[like.number]!);
      this.#similarity.push(like.similarity);
    }
  }

  /** Notes that a text has no vector, so that nothing can be said of it. */
  leaveOut(prompt: number): void {
    this.#texts[prompt] = TEXT.noVector;
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
