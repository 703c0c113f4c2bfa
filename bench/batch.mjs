/**
 * How much longer `aicost batch` takes than a bare undici loop: a server that answers after 5 ms, 64
 * requests in flight, 20,000 rows (or as many as the first argument says). Goals: 1.15 times the wall
 * time, 1.5 times the CPU. Needs dist/; takes medians of paired runs, since machines are noisy.
 *
 *   node bench/batch.mjs [20000]
 *   node bench/batch.mjs memory 1000 100000 1000000
 *
 * `memory` shows the peak of each run's memory, with a server that answers at once.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);
const BIN = fileURLToPath(new URL('../bin/aicost.js', import.meta.url));
const [mode = '20000', port = '', count = ''] = process.argv.slice(2);
const IN_FLIGHT = 64;
const DELAY_MS = 5;
const PAIRS = 5;
/** Tells its peak in KiB, as the last line a process writes to stderr. */
const PEAK =
  "data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))";

if (mode === 'serve') serve(Number(port));
else if (mode === 'bare') await bare(Number(port), Number(count));
else if (mode === 'memory') await memory(process.argv.slice(3).map(Number));
else await compare(Number(mode));

function prompt(index) {
  return `Classify the sentiment of review number ${index}`;
}

function serve(delayMs) {
  let answers = 0;
  const server = createServer((request, response) => {
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece));
    request.on('end', () => {
      const { model } = JSON.parse(Buffer.concat(pieces));
      const message = { role: 'assistant', content: 'positive' };
      const body = JSON.stringify({
        ...{ id: `chatcmpl-${answers++}`, object: 'chat.completion', model },
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage: { prompt_tokens: 20, completion_tokens: 2, total_tokens: 22 },
      });
      const head = { 'content-type': 'application/json', 'content-length': body.length };
      const answer = () => response.writeHead(200, head).end(body);
      if (delayMs > 0) setTimeout(answer, delayMs);
      else answer();
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

async function bare(at, rows) {
  const { Pool } = createRequire(import.meta.url)('undici');
  const pool = new Pool(`http://127.0.0.1:${at}`, { connections: IN_FLIGHT });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer none' };
  let next = 0;
  const work = async () => {
    while (next < rows) {
      const messages = [{ role: 'user', content: prompt(next++) }];
      const body = JSON.stringify({ model: 'gpt-4o-mini', messages, max_tokens: 50 });
      const path = '/v1/chat/completions';
      const answer = await pool.request({ path, method: 'POST', headers, body });
      await answer.body.json();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  await pool.close();
}

async function compare(rows) {
  await withServer(DELAY_MS, (at, folder) => {
    writeInput(folder, rows);
    const pairs = Array.from({ length: PAIRS }, () => {
      const loop = timed([SELF, 'bare', at, String(rows)], folder);
      const own = timed(batchArgs(at, folder), folder);
      console.log(`bare ${text(loop)}   aicost ${text(own)}   load ${loadavg()[0].toFixed(1)}`);
      return { wall: own.wallMs / loop.wallMs, cpu: own.cpuMs / loop.cpuMs };
    });
    console.log(
      `wall ${median(pairs, 'wall')} (goal 1.15), CPU ${median(pairs, 'cpu')} (goal 1.5)`,
    );
  });
}

async function memory(sizes) {
  await withServer(0, (at, folder) => {
    for (const rows of sizes) {
      writeInput(folder, rows);
      const { wallMs, cpuMs, peakMb } = timed(batchArgs(at, folder), folder);
      const perRow = ((cpuMs * 1000) / rows).toFixed(0);
      console.log(
        `${rows} rows: peak ${peakMb} MB, ${(wallMs / 1000).toFixed(1)} s, ${perRow} µs CPU a row`,
      );
    }
  });
}

async function withServer(delayMs, run) {
  const folder = mkdtempSync(join(tmpdir(), 'aicost-bench-'));
  const stdio = ['ignore', 'pipe', 'inherit'];
  const server = spawn(process.execPath, [SELF, 'serve', String(delayMs)], { stdio });
  try {
    run(String(await new Promise((done) => server.stdout.once('data', done))).trim(), folder);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeInput(folder, rows) {
  const file = openSync(join(folder, 'in.csv'), 'w');
  writeSync(file, 'prompt\n');
  for (let from = 0; from < rows; from += 10_000) {
    const length = Math.min(10_000, rows - from);
    writeSync(file, Array.from({ length }, (_, index) => `${prompt(from + index)}\n`).join(''));
  }
  closeSync(file);
}

/** A new ledger each time. */
function batchArgs(at, folder) {
  for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `aicost.db${end}`), { force: true });
  const url = `http://127.0.0.1:${at}/v1`;
  const flags = ['--budget', '1000', '--max-tokens', '50', '--concurrency', String(IN_FLIGHT)];
  const batch = ['batch', 'in.csv', '--new', '--model', 'gpt-4o-mini', '--base-url', url];
  return [BIN, ...batch, ...flags, '-q', '-o', 'out.csv'];
}

/** Wall and CPU time of a whole process, its start included. */
function timed(args, cwd) {
  const startMs = performance.now();
  const ran = spawnSync(
    '/usr/bin/env',
    [
      'bash',
      '-c',
      'TIMEFORMAT="%U %S"; time "$@"',
      'time',
      process.execPath,
      '--import',
      PEAK,
      ...args,
    ],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  if (ran.status !== 0) throw new Error(`exit ${ran.status}: ${ran.stderr}`);
  const lines = ran.stderr.trim().split('\n');
  const [user = 0, system = 0] = lines.at(-1).split(' ').map(Number);
  const peakMb = Math.round(Number(lines.at(-2)) / 1024);
  return { wallMs: performance.now() - startMs, cpuMs: (user + system) * 1000, peakMb };
}

function text({ wallMs, cpuMs }) {
  return `${(wallMs / 1000).toFixed(2)} s, ${(cpuMs / 1000).toFixed(2)} s CPU`;
}

function median(pairs, key) {
  const sorted = pairs.map((pair) => pair[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)].toFixed(2);
}
