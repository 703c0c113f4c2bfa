/**
 * Teach: labels of a user's own → a model over the shipped one, and how sure it is.
 *
 * Takes prompts with the labels a person gave, gives a model and what it would have said of each
 * prompt had it not seen it: ten folds, prompts alike in one fold. Never judges a prompt by a model
 * that has seen it or its like. Deterministic.
 */
import { TASKS, type Task } from '../domain/task.ts';
import { readPrompt } from './classify.ts';
import { NO_SIGNALS } from './evidence.ts';
import type { Model, TrainedModel } from './model.ts';
import type { PromptText } from './read.ts';
import { sketchTemplate } from './templates.ts';
import {
  fitTemperature,
  type LabelledPrompt,
  likeliest,
  MIN_PROBABILITY,
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
}

const FOLDS = 10;
/** Of fewer prompts no temperature can be told: that of the model before stays. */
const LEAST_FOR_TEMPERATURE = 100;
/** All are from one source: the user. */
const SOURCE = 'own';
const SEEDS = 3;

/** Teaches a model on labelled prompts; `onFold` is told of each of the ten folds. */
export async function teach(
  prompts: readonly TaughtPrompt[],
  start: Model,
  onFold: (fold: number) => Promise<void>,
): Promise<Taught> {
  const labelled: LabelledPrompt[] = prompts.map((prompt) => ({ ...prompt, source: SOURCE }));
  const rows = labelled.map(trainingRow);
  const folds = foldsOf(prompts);
  const scores: Float64Array[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    await onFold(fold);
    judgeFold(rows, { folds, fold, start }, scores);
  }
  const temperature =
    rows.length < LEAST_FOR_TEMPERATURE
      ? start.temperature
      : fitTemperature(rows.map(({ y }, at) => ({ scores: scores[at]!, y })));
  const judged = prompts.map(({ text, task }, at) => ({
    task,
    before: readPrompt(text, NO_SIGNALS, start).verdict.task,
    after: taskOf(scores[at]!, temperature),
  }));
  const weights = trainWeights(rows, { start, seeds: SEEDS });
  const model = { ...start, weights, temperature, minProbability: MIN_PROBABILITY };
  return { model, judged };
}

function judgeFold(
  rows: readonly TrainingRow[],
  { folds, fold, start }: { folds: readonly number[]; fold: number; start: Model },
  scores: Float64Array[],
): void {
  if (!folds.includes(fold)) return;
  const others = rows.filter((_, at) => folds[at] !== fold);
  const weights = trainWeights(others, { start, seeds: 1 });
  for (const [at, { x }] of rows.entries()) {
    if (folds[at] === fold) scores[at] = scoresOf(weights, x);
  }
}

function taskOf(scores: Float64Array, temperature: number): Task {
  const { y, probability } = likeliest(scores, temperature);
  return probability < MIN_PROBABILITY ? 'other' : TASKS[y]!;
}

/** The fold of each prompt: labels spread evenly, prompts of one sketch together. */
function foldsOf(prompts: readonly TaughtPrompt[]): number[] {
  const sketch = { system: 0, message: 0 };
  const foldOf = new Map<string, number>();
  const next = new Map<Task, number>();
  return prompts.map(({ text, task }, at) => {
    sketchTemplate(text, sketch);
    const isSketched = sketch.message !== 0;
    const key = isSketched ? `${sketch.system} ${sketch.message}` : `at ${at}`;
    const known = foldOf.get(key);
    if (known !== undefined) return known;
    const turn = next.get(task) ?? TASKS.indexOf(task);
    next.set(task, turn + 1);
    foldOf.set(key, turn % FOLDS);
    return turn % FOLDS;
  });
}
