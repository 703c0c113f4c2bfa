/**
 * Quality: how good a model is at a task, and what a change of model is expected to lose.
 *
 * Takes the user's scores over the published ones, gives scores from 0 to 100 with what they rest on.
 * Never a guess for a model of unknown size or a task nobody measured: unknown is null, not 0.
 */
import type { Task } from '../domain/task.ts';
import { modelName } from './model-family.ts';

/** Stands for every task that is not named. */
export const ANY_TASK = '*';

/** One score of the user's own. */
export interface QualityScore {
  readonly model: string;
  readonly task: Task | typeof ANY_TASK;
  /** From 0 to 100. */
  readonly score: number;
}

/** What a score rests on, best first. */
export const QUALITY_BASES = ['yours', 'published', 'by_size'] as const;
export type QualityBasis = (typeof QUALITY_BASES)[number];

/** How good a model is at a task. */
export interface Quality {
  /** From 0 to 100. */
  readonly score: number;
  readonly basis: QualityBasis;
}

/** What a change of model is expected to lose. */
export interface QualityLoss {
  /** As a share of the whole scale: 0.03 is three points of a hundred; below 0 it is a gain. */
  readonly loss: number;
  /** The weaker of the two scores' bases. */
  readonly basis: QualityBasis;
}

/** Technique E2: scores by people for deepseek-v4-flash and Qwen3-8B. */
const PUBLISHED: Readonly<Partial<Record<Task, readonly [large: number, small: number]>>> = {
  qa: [87, 84],
  classification: [92, 91],
  summarization: [78, 75],
  code: [85, 62],
  reasoning: [82, 41],
};
/** Technique D3 puts these with one that was measured: as easy, or as hard. */
const LIKE: Readonly<Partial<Record<Task, Task>>> = {
  extraction: 'classification',
  chat: 'qa',
  translation: 'summarization',
  rewriting: 'summarization',
  analysis: 'reasoning',
};
const MEASURED: Readonly<Record<string, 0 | 1>> = { 'deepseek-v4-flash': 0, 'qwen3-8b': 1 };

/** Small and cheap by their name, or in the articles' own pools (deepseek-v3.2: B2, D1). */
const SMALL =
  /(?:^|[-./])(?:mini|nano|haiku|flash|lite|small|tiny|micro|instant|nemo|ministral|[1-9]b)(?:$|[-.:])|^deepseek-v3/;
const LARGE =
  /^(?:gpt-[45](?:\.\d)?(?:o|-turbo(?:-preview)?|-32k|-chat)?|chatgpt-4o|o[13](?:-pro)?|claude-(?:opus|sonnet)-.*|claude-3(?:-\d)?-(?:opus|sonnet)|gemini-.*-pro(?:-preview)?|mistral-(?:large|medium)|deepseek-(?:v4-pro|reasoner|r1)|nova-(?:pro|premier)|grok-\d|command-(?:r-plus|a)|llama-.*-(?:70b|405b).*|qwen.*-(?:32b|72b|235b|max).*)$/;

/** Scores by model and task. */
export class QualityTable {
  readonly #own = new Map<string, number>();
  readonly #known = new Map<string, Quality | null>();

  /** Later scores win over earlier ones. */
  constructor(own: readonly QualityScore[] = []) {
    for (const { model, task, score } of own) this.#own.set(keyOf(model, task), score);
  }

  /** How good a model is at a task; null where nothing is known. */
  of(task: Task, model: string): Quality | null {
    const key = keyOf(model, task);
    let quality = this.#known.get(key);
    if (quality === undefined) {
      quality = this.#find(task, model);
      this.#known.set(key, quality);
    }
    return quality;
  }

  /** What is lost where calls of a task go to another model; null where it is not known. */
  loss(task: Task, from: string, to: string): QualityLoss | null {
    if (familyOf(from) === familyOf(to)) return { loss: 0, basis: 'published' };
    const [before, after] = [this.of(task, from), this.of(task, to)];
    if (before === null || after === null) return null;
    if (isSameGuess(before, after)) return null;
    const rank = (basis: QualityBasis) => QUALITY_BASES.indexOf(basis);
    const basis = rank(before.basis) > rank(after.basis) ? before.basis : after.basis;
    return { loss: (before.score - after.score) / 100, basis };
  }

  #find(task: Task, model: string): Quality | null {
    const own = this.#own.get(keyOf(model, task)) ?? this.#own.get(keyOf(model, ANY_TASK));
    if (own !== undefined) return { score: own, basis: 'yours' };
    const like = LIKE[task];
    const pair = PUBLISHED[like ?? task];
    if (pair === undefined) return null;
    const family = familyOf(model);
    const measured = Object.hasOwn(MEASURED, family) ? MEASURED[family] : undefined;
    if (measured !== undefined) {
      return { score: pair[measured], basis: like === undefined ? 'published' : 'by_size' };
    }
    if (SMALL.test(family)) return { score: pair[1], basis: 'by_size' };
    return LARGE.test(family) ? { score: pair[0], basis: 'by_size' } : null;
  }
}

/** Two models taken for the same size: that they are as good as each other is nowhere published. */
function isSameGuess(a: Quality, b: Quality): boolean {
  return a.basis === 'by_size' && b.basis === 'by_size' && a.score === b.score;
}

function keyOf(model: string, task: string): string {
  return `${familyOf(model)}\n${task}`;
}

/** `Qwen/Qwen3-8B` and `qwen3-8b` are one. */
function familyOf(model: string): string {
  const { family } = modelName(model);
  return family.slice(family.lastIndexOf('/') + 1);
}
