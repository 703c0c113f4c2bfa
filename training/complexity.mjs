/**
 * Complexity: where a weak model fails and a strong one does not.
 *
 * Takes questions with the scores of both models, fits the gain of the strong one over the same
 * features as the labels; measures it as APGR, the average share of the gap that is won back when the
 * most complex prompts go to the strong model first (RouteLLM). How much a message's length counts
 * beside the features is chosen by folds inside the training part, never by what is measured.
 */
import { routedRows } from './sources.mjs';

const EPOCHS = 4;
const FOLDS = 5;
/**
 * The candidates: how fast to learn, and what each doubling of the length adds: never nothing, since
 * greetings are short and are not among the questions.
 */
const RATES = [0.001, 0.002, 0.004];
const PER_OCTAVE = [0.05, 0.1, 0.2, 0.4];

/** The questions with features and gain: 1 where only the strong model is right, -1 the other way. */
export function readQuestions(classifier) {
  return routedRows().map((row) => {
    const range = row.benchmark === 'mt_bench' ? 10 : 1;
    const gain = Math.max(-1, Math.min(1, (row.strong - row.weak) / range));
    const x = classifier.featuresOf(classifier.plainPrompt('', row.user));
    // MMLU by subject; the others have none, so each question is its own group.
    const group = row.benchmark === 'mmlu' ? row.id : row.user;
    return { ...row, gain, x, fold: hashOf(group) % FOLDS, inner: (hashOf(group) >>> 8) % FOLDS };
  });
}

function hashOf(text) {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 1;
}

/** Fits the gain beyond the mean of its benchmark, a weight a feature; rare features learn no faster. */
export function fitComplexity(classifier, rows, rate, seed = 7) {
  const { FEATURES, seeded, shuffle } = classifier;
  const weights = new Float32Array(FEATURES);
  const random = seeded(seed);
  const means = meanGains(rows);
  const order = Int32Array.from(rows.keys());
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, random);
    const step = rate * (1 - epoch / EPOCHS);
    for (const at of order) {
      const { x, gain, benchmark } = rows[at];
      const error = featuresSay(weights, x) + means.get(benchmark) - gain;
      for (let i = 0; i < x.at.length; i++) {
        const cell = x.at[i];
        weights[cell] -= step * error * x.value[i] + 1e-5 * weights[cell];
      }
    }
  }
  return weights;
}

function meanGains(rows) {
  const sums = new Map();
  for (const { benchmark, gain } of rows) {
    const [sum, n] = sums.get(benchmark) ?? [0, 0];
    sums.set(benchmark, [sum + gain, n + 1]);
  }
  return new Map([...sums].map(([benchmark, [sum, n]]) => [benchmark, sum / n]));
}

/** What the features say; the prompt's length is added to it. */
function featuresSay(weights, x) {
  let sum = 0;
  for (let i = 0; i < x.at.length; i++) sum += weights[x.at[i]] * x.value[i];
  return sum;
}

export function complexityOf(weights, x, perOctave) {
  return featuresSay(weights, x) + perOctave * Math.log2(x.bytes + 1);
}

/** The average share of the gap won back, by the order that `scoreOf` gives. */
export function averageGapRecovered(rows, scoreOf) {
  const sorted = rows
    .map((row, at) => ({ row, at, score: scoreOf(row) }))
    .sort((a, b) => b.score - a.score || a.at - b.at);
  const gap = rows.reduce((sum, row) => sum + row.strong - row.weak, 0);
  let won = 0;
  let area = 0;
  for (const { row } of sorted) {
    const before = won;
    won += row.strong - row.weak;
    area += (before + won) / 2 / gap;
  }
  return area / rows.length;
}

const BENCHMARKS = ['mmlu', 'gsm8k'];

/** The rate and the share of the length that are best for both benchmarks on folds of `rows`. */
export function chooseComplexity(classifier, rows) {
  let best = { quality: -1, rate: 0, perOctave: 0 };
  for (const rate of RATES) {
    for (let fold = 0; fold < FOLDS; fold++) {
      const train = rows.filter((row) => row.inner !== fold);
      const weights = fitComplexity(classifier, train, rate);
      for (const row of rows) if (row.inner === fold) row.says = featuresSay(weights, row.x);
    }
    for (const perOctave of PER_OCTAVE) {
      const scoreOf = (row) => row.says + perOctave * Math.log2(row.x.bytes + 1);
      const quality = BENCHMARKS.reduce((sum, benchmark) => {
        const part = rows.filter((row) => row.benchmark === benchmark);
        return sum + averageGapRecovered(part, scoreOf);
      }, 0);
      if (quality > best.quality) best = { quality, rate, perOctave };
    }
  }
  return best;
}

/** Scores of different models do not compare: each becomes its place among those of its fold. */
function rankWithin(rows) {
  for (const benchmark of new Set(rows.map((row) => row.benchmark))) {
    const part = rows.filter((row) => row.benchmark === benchmark);
    part.sort((a, b) => a.score - b.score);
    part.forEach((row, at) => {
      row.score = (at + 0.5) / part.length;
    });
  }
}

/** APGR by benchmark, of our score, of the prompt's length and of the keywords. */
export function measureComplexity(classifier, questions) {
  const chosen = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const train = questions.filter((row) => row.fold !== fold);
    const { rate, perOctave } = chooseComplexity(classifier, train);
    chosen.push(`${rate}/${perOctave}`);
    const weights = fitComplexity(classifier, train, rate);
    const judged = questions.filter((row) => row.fold === fold);
    for (const row of judged) row.score = complexityOf(weights, row.x, perOctave);
    rankWithin(judged);
  }
  return {
    chosen,
    benchmarks: ['mmlu', 'gsm8k', 'mt_bench'].map((benchmark) => {
      const rows = questions.filter((row) => row.benchmark === benchmark);
      return {
        benchmark,
        n: rows.length,
        ours: averageGapRecovered(rows, (row) => row.score),
        length: averageGapRecovered(rows, (row) => row.user.length),
        keywords: averageGapRecovered(rows, (row) => classifier.keywordComplexity('', row.user)),
      };
    }),
  };
}
