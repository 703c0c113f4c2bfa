/**
 * Model file: the classifier's weights, read once in each thread that classifies.
 *
 * Takes nothing, gives the model in weights.bin, which lies beside this file and, built, beside the
 * bundle. Never reads it before the first prompt.
 */
import { readFileSync } from 'node:fs';
import { type Model, parseModel } from '../classify/model.ts';

let shipped: Model | null = null;

/** The model shipped with aicost. */
export function shippedModel(): Model {
  shipped ??= parseModel(readFileSync(new URL('./weights.bin', import.meta.url)));
  return shipped;
}
