/**
 * Train: labelled prompts → the weights and the temperature of a model.
 *
 * Takes prompts with their labels and sources, gives what formatModel packs; with `start`, what it knew
 * already is kept where the prompts say nothing. The recipe of the shipped weights and of a user's
 * own. Deterministic: what is drawn comes from a seed. Never reads a file.
 */
import { TASKS, type Task } from '../domain/task.ts';
import { featuresOf, type PromptFeatures } from './features.ts';
import { fitLabels, LABELS, softmax, type WeighedRow } from './fit.ts';
import { FEATURES, type Model, SCORES, unpackWeights } from './model.ts';
import type { PromptText } from './read.ts';

/** A prompt to learn from. */
export interface LabelledPrompt {
  readonly text: PromptText;
  readonly task: Task;
  /** Who wrote it or where it is from: no source dominates. */
  readonly source: string;
  /** Counts so many times; 1 without it. */
  readonly weight?: number;
}

export interface TrainOptions {
  /** Learning goes on from this model, and keeps its complexity. */
  readonly start?: Model;
  /** Models that are averaged. */
  readonly seeds?: number;
}

/** A labelled prompt with its features. */
export interface TrainingRow extends WeighedRow {
  readonly source: string;
}

/** Labels less likely than this are `other`. */
export const MIN_PROBABILITY = 0.2;
const SEEDS = 3;
/** From nothing it takes longer to learn than from a model that knows. */
const EPOCHS = 6;
/** A user's few prompts must not unlearn what many have taught. */
const START_RATE = 0.1;

/** Reads the features of a prompt. */
export function trainingRow({ text, task, source, weight = 1 }: LabelledPrompt): TrainingRow {
  return { x: featuresOf(text), y: TASKS.indexOf(task), source, weight };
}

/** Fits SCORES weights a feature; the mean of several runs, which is better than any of them. */
export function trainWeights(
  rows: readonly TrainingRow[],
  { start, seeds = SEEDS }: TrainOptions = {},
): Float32Array {
  const from = start === undefined ? null : unpackWeights(start);
  const balanced = balance(rows);
  const mean = new Float32Array(FEATURES * SCORES);
  for (let seed = 1; seed <= seeds; seed++) {
    const weights = from === null ? new Float32Array(mean.length) : Float32Array.from(from);
    fitLabels(
      balanced,
      weights,
      from === null ? { seed, epochs: EPOCHS } : { seed, rate: START_RATE },
    );
    for (let i = 0; i < mean.length; i++) mean[i]! += weights[i]! / seeds;
  }
  return mean;
}

/** Weighs rows so that no source and no label dominates: each by the root of its size. */
export function balance(rows: readonly TrainingRow[]): TrainingRow[] {
  const weights = rows.map(({ weight }) => weight);
  for (const keyOf of [(row: TrainingRow) => row.source, (row: TrainingRow) => row.y]) {
    const sums = new Map<string | number, number>();
    rows.forEach((row, at) => {
      sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + weights[at]!);
    });
    rows.forEach((row, at) => {
      weights[at]! /= Math.sqrt(sums.get(keyOf(row))!);
    });
  }
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / rows.length;
  return rows.map((row, at) => ({ ...row, weight: Math.min(MAX_WEIGHT, weights[at]! / mean) }));
}

const MAX_WEIGHT = 6;

/** The score of each label. */
export function scoresOf(weights: Float32Array, { at, value }: PromptFeatures): Float64Array {
  const scores = new Float64Array(LABELS);
  for (let i = 0; i < at.length; i++) {
    const base = at[i]! * SCORES;
    for (let label = 0; label < LABELS; label++) {
      scores[label]! += weights[base + label]! * value[i]!;
    }
  }
  return scores;
}

/** The likeliest label by its code, and its probability. */
export function likeliest(
  scores: Float64Array,
  temperature: number,
): { y: number; probability: number } {
  const shares = scores.map((score) => score / temperature);
  softmax(shares);
  let y = 0;
  for (let label = 1; label < shares.length; label++) if (shares[label]! > shares[y]!) y = label;
  return { y, probability: shares[y]! };
}

/** The temperature that makes the labels of rows likeliest. */
export function fitTemperature(
  rows: readonly { readonly scores: Float64Array; readonly y: number }[],
): number {
  let [best, lowest] = [1, Number.POSITIVE_INFINITY];
  for (let temperature = 0.3; temperature < 8; temperature *= 1.03) {
    let loss = 0;
    for (const { scores, y } of rows) {
      const shares = scores.map((score) => score / temperature);
      softmax(shares);
      loss -= Math.log(Math.max(1e-9, shares[y] ?? 0));
    }
    if (loss < lowest) [best, lowest] = [temperature, loss];
  }
  return best;
}
