/**
 * Cross-validate: what a model says of each prompt when it has not seen the prompt's source.
 *
 * Takes the rows of all sources and the generator's, sets `scores` of every row of a source.
 */
import { generate } from './generate.mjs';
import { ownRows, storedRows } from './sources.mjs';

/**
 * How much a prompt counts by where it is from. Public sources name things by conventions of their
 * own (multiple choice is `qa`, lists of words `creative`): with full weight they cost hand-written
 * prompts four points.
 */
const WEIGHTS = { hand: 30, composed: 1, nothing: 2, public: 0.1 };

/** All labelled rows, and those composed for training, with what training takes. */
export function readRows(classifier) {
  const rows = [...storedRows(), ...ownRows()];
  const composed = generate(classifier.seeded);
  for (const row of composed) row.isComposed = true;
  for (const row of [...rows, ...composed]) {
    row.gold = classifier.TASKS.indexOf(row.label);
    row.training = classifier.trainingRow({
      text: classifier.plainPrompt(row.system ?? '', row.user),
      task: taughtLabel(row),
      source: row.source,
      weight: weightOf(row),
    });
  }
  return { rows, composed };
}

/** Composed prompts that ask for nothing count more: no writer thinks of many. */
function weightOf({ isHand, isComposed, label }) {
  if (isHand) return WEIGHTS.hand;
  if (!isComposed) return WEIGHTS.public;
  return label === 'other' ? WEIGHTS.nothing : WEIGHTS.composed;
}

/** Published as rewrites, but translations by our labels: so for training, not for measuring. */
function taughtLabel({ label, source, user }) {
  const isTranslation = source === 'belle_eval' && /翻译|译成|译为/.test(user);
  return isTranslation && label === 'rewriting' ? 'translation' : label;
}

/** Sets the scores of each judged row, of all without `judged`, by a model that has not seen its source. */
export function crossValidate(classifier, { rows, composed, judged = rows }, onSource = () => {}) {
  const sources = [...new Set(judged.map((row) => row.source))];
  for (const source of sources) {
    const others = [...rows.filter((row) => row.source !== source), ...composed];
    const weights = classifier.trainWeights(others.map((row) => row.training));
    for (const row of judged) {
      if (row.source === source) row.scores = classifier.scoresOf(weights, row.training.x);
    }
    onSource(source);
  }
  return sources;
}

/** The temperature of rows written by hand, which are what real prompts are like. */
export function temperatureOf(classifier, rows) {
  const hand = rows.filter((row) => row.isHand);
  return classifier.fitTemperature(
    (hand.length > 0 ? hand : rows).map(({ scores, gold }) => ({ scores, y: gold })),
  );
}
