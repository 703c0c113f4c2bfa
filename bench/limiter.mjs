/**
 * Runs rows against a server that enforces real limits, and says what share of the allowed rate
 * was reached, how many 429s there were and whether a row was lost.
 *
 *   node bench/limiter.mjs --server ../shared/tools/mock-openai-server.mjs [--requests 9000]
 *     [--kind minute|second|window|none] [--rpm 3000] [--tpm 250000] [--delay 50] [--words 15]
 *
 * `none` has no limits: it times the runner against a bare loop over the same pool.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { Pool } from 'undici';

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    requests: { type: 'string', default: '9000' },
    kind: { type: 'string', default: 'minute' },
    rpm: { type: 'string', default: '3000' },
    tpm: { type: 'string', default: '250000' },
    delay: { type: 'string', default: '50' },
    words: { type: 'string', default: '15' },
    flight: { type: 'string', default: '64' },
    port: { type: 'string', default: '18080' },
    pairs: { type: 'string', default: '5' },
  },
});
if (values.server === undefined) throw new Error('name the server: --server FILE');
const [requests, rpm, tpm, flight] = [values.requests, values.rpm, values.tpm, values.flight].map(
  Number,
);
const origin = `http://127.0.0.1:${values.port}`;
const content = 'word '.repeat(Number(values.words));
/** As the server counts them. */
const inputTokens = 2 + 4 + Math.ceil(content.length / 4) + 1;
const outputTokens = 16;

const SILENT = {
  requestsPerMinute: null,
  remainingRequests: null,
  requestsResetMs: null,
  tokensPerMinute: null,
  remainingTokens: null,
  tokensResetMs: null,
  inputTokensPerMinute: null,
  outputTokensPerMinute: null,
  retryAfterMs: null,
};

const NO_USAGE = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
  inputAudio: 0,
  inputImage: 0,
  outputAudio: 0,
  outputImage: 0,
  cacheReadAudio: 0,
  cacheReadImage: 0,
  webSearches: 0,
};

const { createRunner, processTimers } = await loadBatch();
const server = await startServer();
const pool = new Pool(origin, { connections: flight, pipelining: 1 });
try {
  if (values.kind === 'none') await compare();
  else await measure();
} finally {
  await pool.destroy();
  server.kill();
}

async function loadBatch() {
  const folder = mkdtempSync(join(tmpdir(), 'aicost-limiter-'));
  const source = (name) => fileURLToPath(new URL(`../src/batch/${name}.ts`, import.meta.url));
  const bundle = await rolldown({
    input: { runner: source('runner'), timers: source('timers') },
    platform: 'node',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs' });
  await bundle.close();
  const { createRunner } = await import(join(folder, 'runner.mjs'));
  const { processTimers } = await import(join(folder, 'timers.mjs'));
  rmSync(folder, { recursive: true });
  return { createRunner, processTimers };
}

async function startServer() {
  const mode = { minute: 'bucket', second: 'bucket', window: 'window', none: 'none' }[values.kind];
  const child = spawn(
    process.execPath,
    [values.server, values.port, values.delay, mode, String(rpm), String(tpm)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, BURST: values.kind === 'second' ? String(1 / 60) : '1' },
    },
  );
  await once(child.stdout, 'data');
  return child;
}

async function post(body, signal) {
  const answer = await pool.request({
    path: '/v1/chat/completions',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal,
  });
  return { answer, body: JSON.parse(await answer.body.text()) };
}

async function measure() {
  const lost = await runRows(requests);
  const { ok, r429, span } = await (await fetch(`${origin}/stats`)).json();
  const perRequest = inputTokens + outputTokens;
  const idealSeconds = Math.max(requests / rpm, (requests * perRequest) / tpm) * 60;
  const share = (idealSeconds / span).toFixed(4);
  console.log(
    `${values.kind}: ${ok} answered in ${span.toFixed(1)} s, ${share} of the allowed rate, ${r429} × 429, ${lost} lost`,
  );
}

async function compare() {
  const ratios = [];
  await bareLoop(2000);
  await runRows(2000);
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    const bare = await timed(() => bareLoop(requests));
    const run = await timed(() => runRows(requests));
    ratios.push({ wall: run.wall / bare.wall, cpu: run.cpu / bare.cpu });
    console.log(`bare ${bare.wall.toFixed(0)} ms, runner ${run.wall.toFixed(0)} ms`);
  }
  const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
  console.log(
    `runner / bare: wall ${median(ratios.map(({ wall }) => wall)).toFixed(3)}, CPU ${median(ratios.map(({ cpu }) => cpu)).toFixed(3)}`,
  );
}

async function timed(call) {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await call();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: performance.now() - before, cpu: (user + system) / 1000 };
}

async function bareLoop(count) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await post(bodyOf('gpt-4o-mini'));
  };
  await Promise.all(Array.from({ length: flight }, worker));
}

function bodyOf(model) {
  return JSON.stringify({ model, messages: [{ role: 'user', content }], max_tokens: outputTokens });
}

/** Gives how many rows did not end with an answer. */
async function runRows(count) {
  let answered = 0;
  const runner = createRunner({
    endpoints: [{ endpoint: { id: 'mock' }, models: null, limits: limits() }],
    sender: { send, close: async () => {} },
    journal: { begin() {}, end() {}, finish() {} },
    costs: { worstPico: () => 1000, actualPico: () => 500 },
    budget: { reserve: (worstPico) => ({ worstPico }), settle() {}, release() {} },
    cache: null,
    clock: Date,
    timers: processTimers(),
    random: Math.random,
    interrupt: new AbortController().signal,
    cancel: new AbortController().signal,
    onResult(result) {
      if (result.status === 'done') answered++;
    },
  });
  await runner.run(rowsOf(count));
  return count - answered;
}

function limits() {
  const known = values.kind !== 'none';
  return {
    requestsPerMinute: known ? rpm : null,
    tokensPerMinute: known ? tpm : null,
    inputTokensPerMinute: null,
    outputTokensPerMinute: null,
    concurrency: flight,
    burstMs: 250,
    tokensCounted: 'as_asked',
  };
}

async function* rowsOf(count) {
  const prompt = { model: 'gpt-4o-mini' };
  for (let index = 0; index < count; index++)
    yield {
      ...{ index, prompt, inputTokens, outputTokens },
      ...{ priority: 'medium', cacheKey: null, idempotencyKey: String(index) },
    };
}

async function send(_endpoint, prompt) {
  const startedMs = performance.now();
  const { answer, body } = await post(bodyOf(prompt.model));
  const latencyMs = performance.now() - startedMs;
  const number = (name) =>
    answer.headers[name] === undefined ? null : Number(answer.headers[name]);
  const told =
    values.kind === 'none'
      ? SILENT
      : {
          ...SILENT,
          requestsPerMinute: number('x-ratelimit-limit-requests'),
          remainingRequests: number('x-ratelimit-remaining-requests'),
          remainingTokens: number('x-ratelimit-remaining-tokens'),
          retryAfterMs: number('retry-after-ms'),
        };
  const httpStatus = answer.statusCode;
  if (httpStatus !== 200)
    return {
      ...{ kind: 'failure', code: 'rate_limited', httpStatus, message: body.error.message },
      ...{ isRetryable: true, mayHaveBeenBilled: false, latencyMs, limits: told },
    };
  const { prompt_tokens: input, completion_tokens: output } = body.usage;
  return {
    kind: 'answer',
    text: body.choices[0].message.content,
    model: body.model,
    responseId: body.id,
    stopReason: 'stop',
    usage: usageOf(input, output),
    usageBasis: 'measured',
    billedPico: null,
    tier: null,
    embedding: null,
    httpStatus,
    latencyMs,
    limits: told,
  };
}

function usageOf(input, output) {
  return { ...NO_USAGE, input, output };
}
