/**
 * Calibrates the token estimates of src/tokenize, and measures their error.
 *
 *   node scripts/calibrate-tokens.mjs [--build DIR] [--calls FILE.jsonl[.gz]] [--texts FILE.jsonl]
 *
 * --calls: recorded calls, a line is {model, status, request, response, usage} as they went over the
 * wire; those of plain text are counted and compared with the provider's own counts. --texts: texts
 * counted with published vocabularies, a line is {kind, text, tokens: {FAMILY: count, …}}; the factors
 * of each family are fitted on one half and tried on the other. Compiles src/ into a temporary folder
 * unless --build names one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { build: { type: 'string' }, calls: { type: 'string' }, texts: { type: 'string' } },
});
if (values.calls === undefined && values.texts === undefined) {
  console.error('usage: node scripts/calibrate-tokens.mjs [--calls FILE] [--texts FILE]');
  process.exit(2);
}
const build = values.build ?? compile();
const load = (path) => import(pathToFileURL(join(build, path)).href);
const { createTokenCounter } = await load('tokenize/tokenize.js');
const { Encodings } = await load('tokenize/encodings.js');
const { scriptShares, SCRIPTS } = await load('tokenize/scripts.js');

function compile() {
  const folder = mkdtempSync(join(tmpdir(), 'calibrate-tokens-'));
  spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', root, '--outDir', folder]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function readLines(path) {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

const percent = (share) => `${(share * 100).toFixed(1)}%`;
const errorsOf = (pairs) => pairs.map(([guess, truth]) => Math.abs(guess / truth - 1));

function report(label, pairs) {
  if (pairs.length === 0) return;
  const errors = errorsOf(pairs);
  const sum = (index) => pairs.reduce((total, pair) => total + pair[index], 0);
  const numbers = [
    `n ${pairs.length}`,
    `median ${percent(quantile(errors, 0.5))}`,
    `p90 ${percent(quantile(errors, 0.9))}`,
    `total ${percent(sum(0) / sum(1) - 1)}`,
  ];
  console.log(`  ${label.padEnd(26)} ${numbers.map((part) => part.padEnd(14)).join(' ')}`);
}

// Factors from published vocabularies.

function fitFactors(lines) {
  const encodings = new Encodings();
  const samples = lines
    .map((line) => ({ ...line, base: encodings.count(line.text, 'o200k_base') }))
    .filter(({ base }) => base >= 20)
    .map((line) => ({ ...line, shares: scriptShares(line.text) }));
  const families = [...new Set(samples.flatMap(({ tokens }) => Object.keys(tokens)))];
  console.log(`factors by script: ${SCRIPTS.join(', ')}`);
  for (const family of families) {
    const own = samples.filter(({ tokens }) => tokens[family] > 0);
    const half = solve(
      own.filter((_, index) => index % 2 === 1),
      family,
    );
    console.log(
      `${family}: ${solve(own, family)
        .map((factor) => factor.toFixed(2))
        .join(', ')}`,
    );
    const tried = own.filter((_, index) => index % 2 === 0);
    for (const kind of new Set(tried.map((sample) => sample.kind))) {
      const pairs = tried
        .filter((sample) => sample.kind === kind)
        .map(({ base, shares, tokens }) => [base * dot(shares, half), tokens[family]]);
      report(kind, pairs);
    }
  }
}

const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);

/** Least squares of the relative error, drawn towards the family's median where there is no data. */
function solve(samples, family) {
  const size = SCRIPTS.length;
  const PULL = 0.5;
  const middle = quantile(
    samples.map(({ base, tokens }) => tokens[family] / base),
    0.5,
  );
  const matrix = SCRIPTS.map((_, row) => SCRIPTS.map((_, column) => (row === column ? PULL : 0)));
  const right = SCRIPTS.map(() => PULL * middle);
  for (const { base, shares, tokens } of samples) {
    const x = shares.map((share) => (share * base) / tokens[family]);
    for (let row = 0; row < size; row++) {
      right[row] += x[row];
      for (let column = 0; column < size; column++) matrix[row][column] += x[row] * x[column];
    }
  }
  const factors = SCRIPTS.map(() => 1);
  for (let round = 0; round < 2000; round++) {
    for (let row = 0; row < size; row++) {
      const others = dot(matrix[row], factors) - matrix[row][row] * factors[row];
      factors[row] = Math.max(0.2, (right[row] - others) / matrix[row][row]);
    }
  }
  return factors;
}

// Errors against what providers measured.

function compareCalls(lines) {
  const counter = createTokenCounter();
  const groups = new Map();
  let hidden = 0;
  for (const line of lines) {
    if (line.status !== 200 || line.usage === null || typeof line.usage !== 'object') continue;
    const model = decodeURIComponent(line.model ?? '');
    for (const [side, count, measured] of [
      ['prompt', promptCount(counter, line, model), inputOf(line.usage)],
      ['answer', answerCount(counter, line, model), outputOf(line.usage)],
    ]) {
      if (count === null || !(measured > 0)) continue;
      if (side === 'prompt' && measured > 2 * count.tokens + 40) {
        hidden++;
        continue;
      }
      const group = `${count.family} ${count.basis} ${side}`;
      // Recordings repeat: one call of a kind counts once.
      const key = `${model} ${count.tokens} ${measured}`;
      if (!groups.has(group)) groups.set(group, new Map());
      groups.get(group).set(key, [count.tokens, measured]);
    }
  }
  console.log('against measured counts (texts without tools, media or thoughts)');
  console.log(
    `left out: ${hidden} prompts of more than twice the text, so with parts not recorded`,
  );
  for (const [group, pairs] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
    const all = [...pairs.values()];
    report(
      group,
      all.filter(([, measured]) => measured >= 30),
    );
    report(
      `${group} < 30`,
      all.filter(([, measured]) => measured < 30),
    );
  }
}

const inputOf = (usage) => {
  const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
  const own =
    usage.prompt_tokens ?? usage.input_tokens ?? usage.inputTokens ?? usage.promptTokenCount ?? 0;
  return own + cached;
};
const outputOf = (usage) => {
  const details = usage.completion_tokens_details ?? usage.output_tokens_details;
  if (details?.reasoning_tokens > 0 || usage.thoughtsTokenCount > 0) return 0;
  return (
    usage.completion_tokens ??
    usage.output_tokens ??
    usage.outputTokens ??
    usage.candidatesTokenCount
  );
};

/** The text of a content that is nothing but text; null for any other. */
function plainText(content) {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  const parts = Array.isArray(content) ? content : [content];
  const texts = parts.map((part) => {
    if (typeof part === 'string') return part;
    const isText = [undefined, 'text', 'input_text', 'output_text'].includes(part?.type);
    return isText && typeof part?.text === 'string' ? part.text : null;
  });
  return texts.includes(null) ? null : texts.join('');
}

const SHAPING = ['tools', 'functions', 'toolConfig', 'response_format', 'text', 'output_config'];
const GEMINI_SHAPING = ['responseSchema', 'responseMimeType', 'responseJsonSchema'];
const NOT_PLAIN = ['tool_calls', 'tool_call_id', 'function_call', 'name', 'reasoning_content'];

function promptCount(counter, { request }, model) {
  if (request === null || typeof request !== 'object') return null;
  const shaped =
    [...SHAPING, 'thinking', 'guardrailConfig'].some((key) => request[key]) ||
    GEMINI_SHAPING.some((key) => request.generationConfig?.[key]);
  const list = request.messages ?? request.contents ?? request.input;
  if (shaped || list === undefined || /embed/.test(model)) return null;
  const system = request.system ?? request.systemInstruction?.parts ?? request.instructions;
  const items = typeof list === 'string' ? [{ content: list }] : list;
  if (!Array.isArray(items)) return null;
  const all = system ? [{ role: 'system', content: system }, ...items] : items;
  const messages = [];
  for (const item of all) {
    const odd = typeof item !== 'object' || ![undefined, 'message'].includes(item.type);
    if (odd || NOT_PLAIN.some((key) => item[key])) return null;
    const text = plainText(item.content ?? item.parts);
    if (text === null) return null;
    messages.push({ role: item.role ?? 'user', texts: [text] });
  }
  return messages.length === 0 ? null : counter.countChat({ messages }, model);
}

function answerCount(counter, { response }, model) {
  const text = answerText(response);
  return text === null || text === '' ? null : counter.countAnswer(text, model);
}

function answerText(response) {
  if (response === null || typeof response !== 'object') return null;
  if (Array.isArray(response.choices)) {
    const message = response.choices[0]?.message;
    const odd = response.choices.length !== 1 || message === undefined || message.reasoning;
    return odd || NOT_PLAIN.some((key) => message[key]) ? null : plainText(message.content);
  }
  if (response.type === 'message') return plainText(response.content);
  if (Array.isArray(response.candidates)) {
    const parts = response.candidates[0]?.content?.parts ?? [];
    return parts.some((part) => part.thoughtSignature || part.thought) ? null : plainText(parts);
  }
  if (Array.isArray(response.output)) {
    const only = response.output.length === 1 ? response.output[0] : undefined;
    return only?.type === 'message' ? plainText(only.content) : null;
  }
  return response.output?.message === undefined ? null : plainText(response.output.message.content);
}

if (values.texts !== undefined) fitFactors(readLines(values.texts));
if (values.calls !== undefined) compareCalls(readLines(values.calls));
if (values.build === undefined) rmSync(build, { recursive: true });
