import { describe, expect, it } from 'vitest';
import { readPrompt } from '../../src/classify/classify.ts';
import { featuresOf, plainPrompt } from '../../src/classify/features.ts';
import { formatModel, parseModel, unpackWeights } from '../../src/classify/model.ts';
import {
  balance,
  fitTemperature,
  likeliest,
  MIN_PROBABILITY,
  trainingRow,
  trainWeights,
} from '../../src/classify/train.ts';
import type { Task } from '../../src/domain/task.ts';
import { MODEL, NO_SIGNALS } from './prompt.ts';

/** Made-up words stand for labels: nothing but training can know them. */
const PROMPTS = Array.from({ length: 40 }, (_, at) => {
  const isFirst = at % 2 === 0;
  return {
    text: plainPrompt('', `${isFirst ? 'blorpify' : 'quaxen'} item ${at} ${'xyz'.repeat(at % 3)}`),
    task: (isFirst ? 'extraction' : 'creative') as Task,
    source: `s${at % 4}`,
  };
});

function taskOf(user: string, model = MODEL): Task {
  return readPrompt(plainPrompt('', user), NO_SIGNALS, model).verdict.task;
}

describe('trainWeights', () => {
  const rows = PROMPTS.map(trainingRow);

  it('learns what words stand for, and keeps what it knew', () => {
    const weights = trainWeights(rows, { start: MODEL });
    const model = parseModel(formatModel({ ...MODEL, weights }));
    expect(taskOf('blorpify item 77', model)).toBe('extraction');
    expect(taskOf('quaxen item 78', model)).toBe('creative');
    expect(taskOf('Translate this sentence into German.', model)).toBe('translation');
  });

  it('gives the same weights for the same prompts', () => {
    const [one, other] = [1, 2].map(() => trainWeights(rows, { seeds: 1 }));
    expect(one).toEqual(other);
  });
});

describe('balance', () => {
  it('weighs each source and each label by the root of its size', () => {
    const row = (source: string, y: number) => ({
      x: featuresOf(plainPrompt('', 'a')),
      y,
      source,
      weight: 1,
    });
    // Of four rows three are of source a and label 1: each 1/√3, then the label's three together
    // weigh √3, so each is divided by its root: 3^(-1/2 - 1/4) = .439 beside the other's 1.
    const weights = balance([row('a', 1), row('a', 1), row('a', 1), row('b', 2)]).map(
      ({ weight }) => weight,
    );
    expect(weights[0]! / weights[3]!).toBeCloseTo(3 ** -0.75, 6);
  });
});

describe('calibration', () => {
  it('finds the temperature at which probabilities are true', () => {
    // Right in three of four cases with a lead of 4: log(3 × 11) ≈ 3.5 would be true of twelve labels
    // of which the other eleven share the rest, so the temperature is about 4 / 3.5.
    const scores = () => Float64Array.from({ length: 12 }, (_, at) => (at === 0 ? 4 : 0));
    const rows = [0, 0, 0, 5].map((y) => ({ scores: scores(), y }));
    const temperature = fitTemperature(rows);
    expect(temperature).toBeGreaterThan(1.1);
    expect(temperature).toBeLessThan(1.18);
    expect(likeliest(scores(), temperature).probability).toBeCloseTo(0.75, 1);
  });

  it('the shipped weights are calibrated with the threshold of the recipe', () => {
    expect(MODEL.minProbability).toBeCloseTo(MIN_PROBABILITY, 6);
  });

  it('unpacks what was packed', () => {
    const again = parseModel(formatModel({ ...MODEL, weights: unpackWeights(MODEL) }));
    expect(again.temperature).toBe(MODEL.temperature);
    expect(taskOf('Fasse den Text zusammen.', again)).toBe('summarization');
  });
});
