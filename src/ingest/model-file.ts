/**
 * Model file: the classifier's weights, read once in each thread that classifies.
 *
 * Takes nothing, gives the model in weights.bin, which lies beside this file and, built, beside the
 * bundle, and what it is known by. Never reads it before it is needed.
 */
import { readFileSync } from 'node:fs';
import { type Model, parseModel } from '../classify/model.ts';
import { hashBytes } from '../formats/hash.ts';

let shipped: { readonly model: Model; readonly id: number } | null = null;

/** The model shipped with aicost. */
export function shippedModel(): Model {
  return load().model;
}

/** A hash of the shipped weights and their calibration: other ones label otherwise. */
export function shippedId(): number {
  return load().id;
}

function load(): { readonly model: Model; readonly id: number } {
  if (shipped !== null) return shipped;
  const bytes = readFileSync(new URL('./weights.bin', import.meta.url));
  shipped = { model: parseModel(bytes), id: hashBytes(bytes, 0, bytes.length) };
  return shipped;
}
