/**
 * Measures the classifier: `npm run eval:classifier`.
 *
 *   node scripts/eval-classifier.mjs                 cross-validates by source
 *   node scripts/eval-classifier.mjs FILE.jsonl…     the shipped weights on labelled prompts
 *
 * Without files, every source is judged by a model that has not seen it: accuracy, macro-F1, commodity
 * or not, calibration error, per language and per source, and the confusion of labels; the keyword
 * rules of the usual routing articles beside it; and complexity as APGR. A line of a file is {label,
 * lang, half?, system?, user | prompt, signals?}.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadClassifier } from '../training/classifier.mjs';
import { measureComplexity, readQuestions } from '../training/complexity.mjs';
import { crossValidate, readRows, temperatureOf } from '../training/cross-validate.mjs';
import { confusionLines, MEASURE_TITLE, measure, measureLine } from '../training/measure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const classifier = await loadClassifier();
const { TASKS, isCommodity, MIN_PROBABILITY, NO_SIGNALS } = classifier;
const files = process.argv.slice(2);
if (files.length === 0) evaluateSources();
else for (const file of files) evaluateFile(file);

function print(rows, groupKeys) {
  const line = (name, part) => console.log(measureLine(name, measure(part, isCommodity)));
  const byKeywords = (part) =>
    part.map((row) => ({
      ...row,
      task: classifier.keywordTask(row.system ?? '', row.user),
      probability: 1,
    }));
  console.log(MEASURE_TITLE);
  line('all', rows);
  line('keyword rules', byKeywords(rows));
  for (const key of groupKeys) {
    const names = [...new Set(rows.map((row) => row[key]).filter((name) => name !== undefined))];
    for (const name of names) {
      const part = rows.filter((row) => row[key] === name);
      line(`${key} ${name}`, part);
      if (key === 'written') line('  keyword rules', byKeywords(part));
    }
  }
}

function evaluateSources() {
  const data = readRows(classifier);
  const sources = crossValidate(classifier, data);
  // A source's own answers do not decide how it is calibrated.
  for (const source of sources) {
    const temperature = temperatureOf(
      classifier,
      data.rows.filter((row) => row.source !== source),
    );
    for (const row of data.rows) {
      if (row.source !== source) continue;
      const { y, probability } = classifier.likeliest(row.scores, temperature);
      row.task = probability >= MIN_PROBABILITY ? TASKS[y] : 'other';
      row.probability = probability;
      row.written = row.isHand ? 'by hand' : 'public';
      row['by hand,'] = row.isHand ? row.lang : undefined;
    }
  }
  console.log(`\n${data.rows.length} prompts, each judged without its source\n`);
  print(data.rows, ['written', 'by hand,', 'lang', 'source']);
  for (const written of ['by hand', 'public']) {
    const rows = data.rows.filter((row) => row.written === written);
    if (rows.length > 0) console.log(`\n${written}\n${confusionLines(rows, TASKS.slice(0, 12))}`);
  }
  printComplexity();
}

function printComplexity() {
  const questions = readQuestions(classifier);
  if (questions.length === 0) return;
  const { chosen, benchmarks } = measureComplexity(classifier, questions);
  console.log('\ncomplexity (APGR)      n    ours  length  keywords');
  for (const { benchmark, n, ours, length, keywords } of benchmarks) {
    const figures = [ours, length, keywords].map((figure) => figure.toFixed(3)).join('   ');
    console.log(`${benchmark.padEnd(16)} ${String(n).padStart(7)}   ${figures}`);
  }
  console.log(`chosen in each fold by folds within (rate/length): ${chosen.join(' ')}`);
}

function evaluateFile(path) {
  const model = classifier.parseModel(readFileSync(join(root, 'src/ingest/weights.bin')));
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text))
    .map((row) => ({ ...row, system: row.system ?? '', user: row.user ?? row.prompt }));
  for (const row of rows) {
    const signals = { ...NO_SIGNALS, ...row.signals };
    const { task, confidence } = classifier.classifyPrompt(
      classifier.plainPrompt(row.system, row.user),
      signals,
      model,
    );
    row.task = task;
    row.probability = confidence / 100;
  }
  console.log(`\n${path}: ${rows.length} prompts, the shipped weights\n`);
  print(rows, ['half', 'lang', 'source']);
  console.log(`\n${confusionLines(rows, TASKS.slice(0, 12))}`);
}
