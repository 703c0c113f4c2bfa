/**
 * Teach: labels of a user's own → a model over the shipped one, and how sure it is.
 *
 * Takes prompts with the labels a person gave, gives a model and what it would have said of each
 * prompt had it not seen it: ten folds, prompts alike in one fold. Never judges a prompt by weights or
 * a temperature that know it or its like, and never one model by another path than the other.
 * Deterministic.
 */
import type { Task } from '../domain/task.ts';
import { readPrompt } from './classify.ts';
import { NO_SIGNALS } from './evidence.ts';
import { formatModel, type Model, parseModel, type TrainedModel } from './model.ts';
import type { PromptText } from './read.ts';
import { foldsOf } from './teach-folds.ts';
import {
  fitTemperature,
  type LabelledPrompt,
  scoresOf,
  type TrainingRow,
  trainingRow,
  trainWeights,
} from './train.ts';

/** A prompt that a person labelled. */
export interface TaughtPrompt {
  readonly text: PromptText;
  readonly task: Task;
}

/** What the two models say of one labelled prompt. */
export interface Judged {
  readonly task: Task;
  /** By the model it was taught over. */
  readonly before: Task;
  /** By a taught model that has not seen the prompt. */
  readonly after: Task;
}

/** A taught model. */
export interface Taught {
  readonly model: TrainedModel;
  readonly judged: readonly Judged[];
  /** The most rows that one fold holds: far above a tenth, most are alike. */
  readonly largestFold: number;
}

const FOLDS = 10;
/** Of fewer prompts no temperature can be told: that of the model before stays. */
const LEAST_FOR_TEMPERATURE = 100;
/** All are from one source: the user. */
const SOURCE = 'own';
const SEEDS = 3;

/** A prompt that was scored by weights that have not seen it. */
interface Scored {
  readonly scores: Float64Array;
  readonly y: number;
}

/** What is learned from the prompts outside a fold. */
interface Fold {
  readonly number: number;
  /** Packed, as they would be used: a million bytes instead of three. */
  readonly packed: Uint8Array;
}

/** Teaches a model on labelled prompts; `onFold` is told of each of the ten folds. */
export async function teach(
  prompts: readonly TaughtPrompt[],
  start: Model,
  onFold: (fold: number) => Promise<void>,
): Promise<Taught> {
  const labelled: LabelledPrompt[] = prompts.map((prompt) => ({ ...prompt, source: SOURCE }));
  const rows = labelled.map(trainingRow);
  const foldOf = foldsOf(prompts, FOLDS);
  const scored: Scored[] = [];
  const folds: Fold[] = [];
  for (let number = 0; number < FOLDS; number++) {
    await onFold(number);
    if (foldOf.includes(number)) folds.push(learnFold(rows, { number, foldOf, start }, scored));
  }
  const after: Task[] = [];
  for (const { number, packed } of folds) {
    const temperature = temperatureWithout(number, { scored, foldOf, start });
    const model = { ...parseModel(packed), temperature };
    for (const [at, { text }] of prompts.entries()) {
      if (foldOf[at] === number) after[at] = readPrompt(text, NO_SIGNALS, model).verdict.task;
    }
  }
  const judged = prompts.map(({ text, task }, at) => {
    return { task, before: readPrompt(text, NO_SIGNALS, start).verdict.task, after: after[at]! };
  });
  const weights = trainWeights(rows, { start, seeds: SEEDS });
  const model = { ...start, weights, temperature: temperatureOf(scored, start) };
  return { model, judged, largestFold: largestOf(foldOf) };
}

/** Whether prompts are all alike: none can be judged by a model that has not seen its like. */
export function areAllAlike(prompts: readonly TaughtPrompt[]): boolean {
  return new Set(foldsOf(prompts, FOLDS)).size === 1;
}

function largestOf(foldOf: readonly number[]): number {
  const sizes = new Array<number>(FOLDS).fill(0);
  for (const fold of foldOf) sizes[fold]!++;
  return Math.max(...sizes);
}

/** Learns from all rows but those of a fold, and scores these. */
function learnFold(
  rows: readonly TrainingRow[],
  { number, foldOf, start }: { number: number; foldOf: readonly number[]; start: Model },
  scored: Scored[],
): Fold {
  const others = rows.filter((_, at) => foldOf[at] !== number);
  const weights = trainWeights(others, { start, seeds: 1 });
  for (const [at, { x, y }] of rows.entries()) {
    if (foldOf[at] === number) scored[at] = { scores: scoresOf(weights, x), y };
  }
  return { number, packed: formatModel({ ...start, weights }) };
}

/** The temperature by the prompts of the other folds: none is judged by one it was fitted on. */
export function temperatureWithout(
  fold: number,
  { scored, foldOf, start }: { scored: readonly Scored[]; foldOf: readonly number[]; start: Model },
): number {
  const others = scored.filter((_, at) => foldOf[at] !== fold);
  return temperatureOf(others, start);
}

function temperatureOf(scored: readonly Scored[], start: Model): number {
  return scored.length < LEAST_FOR_TEMPERATURE ? start.temperature : fitTemperature(scored);
}
