/**
 * Model: a linear model over hashed features, in bytes.
 *
 * Takes the bytes of weights.bin (made by scripts/train-classifier.mjs) or of a user's own, adds the weights of lists of
 * features to scores. Never allocates while it scores.
 */
import { EXIT, UserError } from '../errors.ts';

/** Scores of a prompt: one per label up to `creative`, then the complexity. */
export const COMPLEXITY = 12;
export const SCORES = 13;

/** Hashed features of one zone; a feature may occur more than once. */
export interface FeatureList {
  /** From 0 to FEATURES - 1; valid below `count`. */
  readonly at: Int32Array;
  count: number;
}

/** Features hash to so many rows of weights. */
export const FEATURE_BITS = 18;
export const FEATURES = 1 << FEATURE_BITS;
/** Bytes of a row in memory: 12 labels, the complexity, three not used. */
const ROW_BYTES = 16;
// A file: the header, a bit for each row that says anything, SCORES bytes for each of these.
const HEADER_BYTES = 64;
const BITS_BYTES = FEATURES / 8;
const MAGIC = 0x4d434941;
const VERSION = 3;
/** Rows whose weights are all smaller, in steps, say nothing. */
const LEAST_STEPS = 3;
/** Bytes are weights plus this. */
const ZERO = 128;
/** So many bytes add up in 16 bits. */
const MAX_SUM = 256;

/** A trained model. */
export interface Model {
  /** Four integers a row. */
  readonly cells: Int32Array;
  /** What a weight of 1 stands for. */
  readonly labelUnit: number;
  readonly complexityUnit: number;
  /** The complexity's score that stands for one half. */
  readonly complexityBias: number;
  /** What each doubling of a message's length adds to the complexity's score. */
  readonly complexityPerOctave: number;
  /** Logits are divided by it, so that probabilities are true. */
  readonly temperature: number;
  /** Labels below this probability are not given. */
  readonly minProbability: number;
}

/** What is learned, before it is packed into bytes. */
export interface TrainedModel extends Omit<Model, 'cells' | 'labelUnit' | 'complexityUnit'> {
  /** SCORES weights a feature. */
  readonly weights: Float32Array;
}

/** Reads a model; throws a UserError if the bytes are none. */
export function parseModel(bytes: Uint8Array): Model {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOurs =
    bytes.length >= HEADER_BYTES + BITS_BYTES &&
    view.getInt32(0, true) === MAGIC &&
    view.getInt32(4, true) === VERSION;
  const cells = isOurs ? parseRows(bytes.subarray(HEADER_BYTES)) : null;
  if (cells === null)
    throw new UserError(EXIT.failed, 'weights.bin is not of this version', 'install aicost again');
  return {
    cells,
    labelUnit: view.getFloat32(8, true),
    complexityUnit: view.getFloat32(12, true),
    complexityBias: view.getFloat32(16, true),
    temperature: view.getFloat32(20, true),
    minProbability: view.getFloat32(24, true),
    complexityPerOctave: view.getFloat32(28, true),
  };
}

/** The rows of a file, aligned, in the byte order of little-endian platforms; null if some are missing. */
function parseRows(bytes: Uint8Array): Int32Array | null {
  const rows = new Uint8Array(FEATURES * ROW_BYTES).fill(ZERO);
  let from = BITS_BYTES;
  for (let feature = 0; feature < FEATURES; feature++) {
    if (((bytes[feature >> 3]! >> (feature & 7)) & 1) === 0) continue;
    const row = feature * ROW_BYTES;
    for (let score = 0; score < SCORES; score++) rows[row + score] = bytes[from + score] ?? ZERO;
    from += SCORES;
  }
  return from === bytes.length ? new Int32Array(rows.buffer) : null;
}

/** Packs a model into bytes: each weight in 8 bits. */
export function formatModel(model: TrainedModel): Uint8Array {
  const [labelUnit, complexityUnit] = [unitOf(model.weights, false), unitOf(model.weights, true)];
  const bytes = new Uint8Array(HEADER_BYTES + BITS_BYTES + FEATURES * SCORES);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, MAGIC, true);
  view.setInt32(4, VERSION, true);
  const { complexityBias, complexityPerOctave, temperature, minProbability } = model;
  const calibration = [complexityBias, temperature, minProbability, complexityPerOctave];
  const header = [labelUnit, complexityUnit, ...calibration];
  header.forEach((value, i) => {
    view.setFloat32(8 + 4 * i, value, true);
  });
  let to = HEADER_BYTES + BITS_BYTES;
  const steps = new Float64Array(SCORES);
  for (let feature = 0; feature < FEATURES; feature++) {
    for (let score = 0; score < SCORES; score++) {
      const weight = model.weights[feature * SCORES + score]!;
      steps[score] = Math.round(weight / (score === COMPLEXITY ? complexityUnit : labelUnit));
    }
    if (!steps.some((step) => Math.abs(step) >= LEAST_STEPS)) continue;
    bytes[HEADER_BYTES + (feature >> 3)]! |= 1 << (feature & 7);
    for (const step of steps) bytes[to++] = ZERO + Math.max(-127, Math.min(127, step));
  }
  return bytes.slice(0, to);
}

/** The weights of a model, as they are learned: SCORES a feature. */
export function unpackWeights({ cells, labelUnit, complexityUnit }: Model): Float32Array {
  const bytes = new Uint8Array(cells.buffer);
  const weights = new Float32Array(FEATURES * SCORES);
  for (let feature = 0; feature < FEATURES; feature++) {
    for (let score = 0; score < SCORES; score++) {
      const unit = score === COMPLEXITY ? complexityUnit : labelUnit;
      weights[feature * SCORES + score] = (bytes[feature * ROW_BYTES + score]! - ZERO) * unit;
    }
  }
  return weights;
}

/** The step that keeps all but the largest one in a thousand labels' weights; of complexity it keeps all. */
function unitOf(weights: Float32Array, ofComplexity: boolean): number {
  const sizes = weights
    .filter((weight, i) => weight !== 0 && (i % SCORES === COMPLEXITY) === ofComplexity)
    .map(Math.abs)
    .sort();
  const largest = ofComplexity ? sizes.length - 1 : Math.floor(sizes.length * 0.999);
  return (sizes[largest] ?? 1) / 127 || 1;
}

/** An empty list. */
export function createFeatures(capacity: number): FeatureList {
  return { at: new Int32Array(capacity), count: 0 };
}

/** Adds a feature by its hash; nothing once the list is full. */
export function pushFeature(list: FeatureList, hash: number): void {
  if (list.count < list.at.length) list.at[list.count++] = featureOf(hash);
}

/** The row of weights that a hash falls to. */
export function featureOf(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> (32 - FEATURE_BITS);
}

/** Adds the weights of a list's features, each times `factor`, to SCORES scores. */
export function addFeatures(
  model: Model,
  list: FeatureList,
  factor: number,
  scores: Float64Array,
): void {
  for (let from = 0; from < list.count; from += MAX_SUM) {
    addSome(model, list, from, factor, scores);
  }
}

/** At most MAX_SUM features: two bytes of weights at a time, each in 16 bits of a sum. */
function addSome(
  model: Model,
  list: FeatureList,
  from: number,
  factor: number,
  scores: Float64Array,
): void {
  const { cells } = model;
  const { at } = list;
  const to = Math.min(list.count, from + MAX_SUM) | 0;
  let s02 = 0;
  let s13 = 0;
  let s46 = 0;
  let s57 = 0;
  let s8a = 0;
  let s9b = 0;
  let sc = 0;
  for (let i = from | 0; i < to; i++) {
    const row = at[i]! << 2;
    const a = cells[row]!;
    const b = cells[row + 1]!;
    const c = cells[row + 2]!;
    s02 = (s02 + (a & 0xff00ff)) | 0;
    s13 = (s13 + ((a >>> 8) & 0xff00ff)) | 0;
    s46 = (s46 + (b & 0xff00ff)) | 0;
    s57 = (s57 + ((b >>> 8) & 0xff00ff)) | 0;
    s8a = (s8a + (c & 0xff00ff)) | 0;
    s9b = (s9b + ((c >>> 8) & 0xff00ff)) | 0;
    sc = (sc + (cells[row + 3]! & 0xff)) | 0;
  }
  const zero = ZERO * (to - from);
  const unit = factor * model.labelUnit;
  addPair(scores, 0, s02, zero, unit);
  addPair(scores, 1, s13, zero, unit);
  addPair(scores, 4, s46, zero, unit);
  addPair(scores, 5, s57, zero, unit);
  addPair(scores, 8, s8a, zero, unit);
  addPair(scores, 9, s9b, zero, unit);
  scores[COMPLEXITY]! += (sc - zero) * factor * model.complexityUnit;
}

function addPair(scores: Float64Array, at: number, sum: number, zero: number, unit: number): void {
  scores[at]! += ((sum & 0xffff) - zero) * unit;
  scores[at + 2]! += ((sum >>> 16) - zero) * unit;
}
