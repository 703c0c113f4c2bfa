import { describe, expect, it } from 'vitest';
import {
  addFeatures,
  COMPLEXITY,
  createFeatures,
  FEATURE_BITS,
  formatModel,
  parseModel,
  pushFeature,
  SCORES,
} from '../../src/classify/model.ts';
import { seeded } from './prompt.ts';

const FEATURES = 1 << FEATURE_BITS;

function randomWeights(): Float32Array {
  const random = seeded(5);
  return Float32Array.from({ length: FEATURES * SCORES }, () => random() * 2 - 1);
}

const TRAINED = {
  complexityBias: 0.5,
  complexityPerOctave: 0.125,
  temperature: 2,
  minProbability: 0.25,
};

describe('a model in bytes', () => {
  it('gives the sums of its weights, to the size of a step, also of many features', () => {
    const weights = randomWeights();
    const model = parseModel(formatModel({ ...TRAINED, weights }));
    const list = createFeatures(2000);
    for (let i = 0; i < 1500; i++) pushFeature(list, i * 7919);
    const scores = new Float64Array(SCORES);
    addFeatures(model, list, 0.5, scores);
    for (let score = 0; score < SCORES; score++) {
      let plain = 0;
      for (let i = 0; i < list.count; i++) plain += weights[list.at[i]! * SCORES + score]! / 2;
      expect(Math.abs(scores[score]! - plain)).toBeLessThan(1);
    }
  });

  it('keeps the largest weights of either sign apart from their neighbours', () => {
    const weights = new Float32Array(FEATURES * SCORES);
    for (let score = 0; score < SCORES; score++) {
      weights[3 * SCORES + score] = score % 2 === 0 ? 1 : -1;
    }
    const model = parseModel(formatModel({ ...TRAINED, weights }));
    const list = createFeatures(300);
    list.at.fill(3);
    list.count = 300;
    const scores = new Float64Array(SCORES);
    addFeatures(model, list, 1, scores);
    scores.forEach((score, at) => {
      expect(score).toBeCloseTo(at % 2 === 0 ? 300 : -300, 2);
    });
    expect(scores[COMPLEXITY]).toBeGreaterThan(0);
  });

  it('keeps what it is calibrated with', () => {
    const weights = new Float32Array(FEATURES * SCORES).fill(0.25);
    expect(parseModel(formatModel({ ...TRAINED, weights }))).toMatchObject(TRAINED);
  });

  it('refuses other bytes', () => {
    expect(() => parseModel(new Uint8Array(100))).toThrow(/weights/);
    const weights = new Float32Array(FEATURES * SCORES);
    const bytes = formatModel({ ...TRAINED, weights });
    bytes[4] = 99;
    expect(() => parseModel(bytes)).toThrow(/version/);
  });
});
