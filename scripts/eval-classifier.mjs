/**
 * Measures the classifier on labelled prompts.
 *
 *   node scripts/eval-classifier.mjs [--build DIR] [--errors N] [--half dev|held-out] FILE.jsonl…
 *
 * A line is {label, lang, source?, prompt} or {label, lang, half?, system, user, signals?}. Prints
 * accuracy, macro-F1, the share of `other`, commodity accuracy and precision, per language and
 * source, and the same for the keyword rules of the usual routing articles. Compiles src/ into a
 * temporary folder unless --build names one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    build: { type: 'string' },
    errors: { type: 'string', default: '0' },
    half: { type: 'string' },
  },
});
if (positionals.length === 0) {
  console.error('usage: node scripts/eval-classifier.mjs [--build DIR] [--errors N] FILE.jsonl…');
  process.exit(2);
}
const build = values.build ?? compile();
const load = (path) => import(pathToFileURL(join(build, path)).href);
const { classifyPrompt } = await load('classify/classify.js');
const { isCommodity } = await load('domain/task.js');
if (values.build === undefined) rmSync(build, { recursive: true });

function compile() {
  const folder = mkdtempSync(join(tmpdir(), 'eval-classifier-'));
  spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', root, '--outDir', folder]);
  return folder;
}

const NO_SIGNALS = {
  operation: 'chat',
  hasTools: false,
  hasSchema: false,
  maxTokens: null,
  inputTokens: 0,
  outputTokens: 0,
  turns: 1,
};

function lexicon(row) {
  const inJson = (text) => JSON.stringify(text).slice(1, -1);
  const system = Buffer.from(inJson(row.system ?? ''));
  const bytes = Buffer.concat([system, Buffer.from(inJson(row.user ?? row.prompt))]);
  const text = {
    bytes,
    systemStart: 0,
    systemKey: 0,
    promptKey: 0,
    systemEnd: system.length,
    userStart: system.length,
    userEnd: bytes.length,
  };
  return classifyPrompt(text, { ...NO_SIGNALS, ...row.signals });
}

/** The articles' keywords, each put to the label it stands for; the first that occurs decides. */
const KEYWORDS = [
  ['translation', /translat|übersetz|翻译/i],
  ['summarization', /summar|zusammenfass|总结|摘要/i],
  ['classification', /classif|categori|sentiment|klassifizier|kategorisier|分类/i],
  ['extraction', /extract|extrahier|提取/i],
  ['code', /\bcode\b|debug|refactor|function|代码/i],
  [
    'analysis',
    /analy[sz]|compare|evaluat|explain|vergleiche|bewerte|erkläre|analysiere|分析|比较/i,
  ],
  ['creative', /write|story|creative|schreib|写/i],
  ['reasoning', /reason|solve|calculate|begründe|berechne|计算/i],
  ['chat', /^(hi|hello|hallo|hey|你好)\b/i],
  ['qa', /\?|？|what|why|how/i],
];

function keywords(row) {
  const text = `${row.system ?? ''}\n${row.user ?? row.prompt}`;
  const found = KEYWORDS.find(([, pattern]) => pattern.test(text));
  return { task: found?.[0] ?? 'other', confidence: found ? 100 : 0 };
}

function measure(rows, classify) {
  const counts = new Map();
  const count = (label) => {
    if (!counts.has(label)) counts.set(label, { tp: 0, predicted: 0, gold: 0 });
    return counts.get(label);
  };
  let [hits, other, commodity, sure, sureRight, sureLabel] = [0, 0, 0, 0, 0, 0];
  for (const row of rows) {
    const { task, confidence } = classify(row);
    count(row.label).gold++;
    count(task).predicted++;
    if (task === row.label) count(task).tp++;
    if (task === row.label) hits++;
    if (task === 'other') other++;
    if (isCommodity(task) === isCommodity(row.label)) commodity++;
    if (isCommodity(task) && confidence >= 60) {
      sure++;
      if (isCommodity(row.label)) sureRight++;
      if (row.label === task) sureLabel++;
    }
  }
  const n = rows.length;
  const f1s = [...counts]
    .filter(([label, c]) => c.gold > 0 && label !== 'embedding')
    .map(([label, c]) => [label, (2 * c.tp) / (c.predicted + c.gold), c]);
  const macroF1 = f1s.reduce((sum, [, f1]) => sum + f1, 0) / f1s.length;
  return {
    n,
    accuracy: hits / n,
    macroF1,
    other: other / n,
    commodity: commodity / n,
    sure: sure / n,
    sureRight: sureRight / sure,
    sureLabel: sureLabel / sure,
    f1s,
  };
}

const percent = (share) => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)}`).padStart(6);
function line(name, m) {
  return `${name.padEnd(28)} ${String(m.n).padStart(5)} ${percent(m.accuracy)} ${m.macroF1.toFixed(3)} ${percent(m.other)} ${percent(m.commodity)} ${percent(m.sure)} ${percent(m.sureRight)} ${percent(m.sureLabel)}`;
}

function groups(rows, key) {
  return Map.groupBy ? Map.groupBy(rows, key) : groupBy(rows, key);
}

function groupBy(rows, key) {
  const found = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(row);
  }
  return found;
}

for (const path of positionals) {
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text))
    .filter((row) => values.half === undefined || row.half === values.half);
  console.log(`\n${path}${values.half ? ` (${values.half})` : ''}`);
  console.log(
    'group                            n    acc%  mF1  other%  comm%  >=60%  comm@60 label@60',
  );
  console.log(line('all', measure(rows, lexicon)));
  console.log(line('keyword rules', measure(rows, keywords)));
  for (const key of ['lang', 'half', 'source']) {
    if (!rows.some((row) => row[key] !== undefined)) continue;
    for (const [name, part] of groups(rows, (row) => String(row[key]))) {
      console.log(line(`${key} ${name}`, measure(part, lexicon)));
    }
  }
  console.log('label            precision  recall   F1');
  for (const [label, f1, c] of measure(rows, lexicon).f1s) {
    console.log(
      `${label.padEnd(16)} ${percent(c.tp / c.predicted)}    ${percent(c.tp / c.gold)}   ${f1.toFixed(3)}`,
    );
  }
  let left = Number(values.errors);
  for (const row of rows) {
    const { task, confidence } = lexicon(row);
    if (task === row.label || left-- <= 0) continue;
    console.log(
      JSON.stringify({
        label: row.label,
        got: task,
        confidence,
        system: row.system?.slice(0, 80),
        prompt: (row.user ?? row.prompt).slice(0, 160),
      }),
    );
  }
}
