/**
 * Trains the classifier: writes src/ingest/weights.bin and prints what it measured on the way.
 *
 *   node scripts/train-classifier.mjs
 *
 * Deterministic: the same prompts give the same bytes. Needs ../shared/data for the public prompts and
 * the questions complexity is learned from; without them it stops, so that nobody ships half a model.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadClassifier } from '../training/classifier.mjs';
import {
  chooseComplexity,
  complexityOf,
  fitComplexity,
  readQuestions,
} from '../training/complexity.mjs';
import { crossValidate, readRows, temperatureOf } from '../training/cross-validate.mjs';
import { STORED } from '../training/sources.mjs';

if (STORED === undefined) {
  console.error('train-classifier: ../shared/data is not there: the public prompts are missing');
  process.exit(1);
}
const classifier = await loadClassifier();
const data = readRows(classifier);
console.log(`${data.rows.length} prompts of sources, ${data.composed.length} composed`);
const handOnly = { ...data, judged: data.rows.filter((row) => row.isHand) };
crossValidate(classifier, handOnly, (source) => console.log(`cross-validated ${source}`));
const temperature = temperatureOf(classifier, handOnly.judged);
const weights = classifier.trainWeights(
  [...data.rows, ...data.composed].map((row) => row.training),
  { seeds: 8 },
);
const { complexityBias, complexityPerOctave } = addComplexity(weights);
const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src/ingest/weights.bin');
const { MIN_PROBABILITY: minProbability } = classifier;
const calibration = { temperature, complexityBias, complexityPerOctave, minProbability };
const bytes = classifier.formatModel({ weights, ...calibration });
writeFileSync(file, bytes);
console.log(`${file}: ${bytes.length} bytes, temperature ${temperature.toFixed(3)}`);

/** Fits complexity into the weights' last column; its bias is the score of a usual question. */
function addComplexity(into) {
  const { SCORES, COMPLEXITY } = classifier;
  const questions = readQuestions(classifier);
  const { rate, perOctave } = chooseComplexity(classifier, questions);
  const column = fitComplexity(classifier, questions, rate);
  for (const [feature, weight] of column.entries()) into[feature * SCORES + COMPLEXITY] = weight;
  const scores = questions.map((row) => complexityOf(column, row.x, perOctave));
  scores.sort((a, b) => a - b);
  console.log(`complexity: rate ${rate}, ${perOctave} for each doubling of the length`);
  return { complexityPerOctave: perOctave, complexityBias: scores[scores.length >> 1] };
}
