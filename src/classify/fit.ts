/**
 * Fit: the weights of a linear model, by stochastic gradient descent.
 *
 * Takes rows of features with a label and a weight, changes weights. Each row is seen with most of its
 * features dropped, so that no single word is relied on. Deterministic: order and drops come from a seed.
 */
import type { PromptFeatures } from './features.ts';
import { SCORES } from './model.ts';

/** A prompt to learn from. */
export interface WeighedRow {
  readonly x: PromptFeatures;
  /** The code of its label. */
  readonly y: number;
  readonly weight: number;
}

export interface FitOptions {
  readonly seed?: number;
  readonly epochs?: number;
  readonly rate?: number;
  readonly decay?: number;
  /** The share of features that a row is shown without. */
  readonly drop?: number;
}

export const LABELS = 12;
const MAX_KEPT = 8192;
/** Errors below this teach nothing. */
const TOO_SMALL = 0.01;
/** Where Adagrad begins to count. */
const FIRST_SQUARE = 0.02;

const keptCell = new Int32Array(MAX_KEPT);
const keptValue = new Float32Array(MAX_KEPT);

/** Fits the labels' weights, SCORES a feature, from where they are. */
export function fitLabels(
  rows: readonly WeighedRow[],
  weights: Float32Array,
  { seed = 1, epochs = 3, rate = 0.35, decay = 2e-5, drop = 0.6 }: FitOptions = {},
): void {
  const squares = new Float32Array(weights.length).fill(FIRST_SQUARE);
  const random = seeded(seed);
  const order = Int32Array.from(rows.keys());
  const errors = new Float64Array(LABELS);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    const step = rate * (1 - epoch / epochs);
    for (const at of order) {
      const { x, y, weight } = rows[at]!;
      const kept = dropFeatures(x, drop, (random() * 2 ** 32) | 0);
      scoreKept(weights, kept, errors);
      softmax(errors);
      for (let label = 0; label < LABELS; label++) {
        const error = (errors[label]! - (label === y ? 1 : 0)) * weight;
        if (Math.abs(error) < TOO_SMALL) continue;
        for (let i = 0; i < kept; i++) {
          const cell = keptCell[i]! + label;
          const gradient = error * keptValue[i]!;
          squares[cell]! += gradient * gradient;
          weights[cell]! -= (step * gradient) / Math.sqrt(squares[cell]!) + decay * weights[cell]!;
        }
      }
    }
  }
}

/** Keeps a share of the features, louder in turn; gives how many. */
function dropFeatures({ at, value }: PromptFeatures, drop: number, seed: number): number {
  const threshold = drop * 2 ** 32;
  const louder = 1 / (1 - drop);
  let state = seed;
  let kept = 0;
  for (let i = 0; i < at.length && kept < MAX_KEPT; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    if (state >>> 0 < threshold) continue;
    keptCell[kept] = at[i]! * SCORES;
    keptValue[kept++] = value[i]! * louder;
  }
  return kept;
}

function scoreKept(weights: Float32Array, kept: number, scores: Float64Array): void {
  scores.fill(0);
  for (let i = 0; i < kept; i++) {
    const cell = keptCell[i]!;
    const value = keptValue[i]!;
    for (let label = 0; label < LABELS; label++) scores[label]! += weights[cell + label]! * value;
  }
}

/** Turns scores into probabilities. */
export function softmax(scores: Float64Array): void {
  const top = Math.max(...scores);
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    scores[i] = Math.exp(scores[i]! - top);
    sum += scores[i]!;
  }
  for (let i = 0; i < scores.length; i++) scores[i]! /= sum;
}

export function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}

/** A generator of numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
