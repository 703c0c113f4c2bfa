/**
 * How much longer `aicost batch` takes than a bare undici loop: a server that answers after 5 ms, 64
 * requests in flight, 20,000 rows (or as many as the first argument says). Goals: 1.15 times the wall
 * time, 1.5 times the CPU. Needs dist/; takes medians of paired runs, since machines are noisy.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);
const BIN = fileURLToPath(new URL('../bin/aicost.js', import.meta.url));
const [mode = '20000', port = '', count = ''] = process.argv.slice(2);
const IN_FLIGHT = 64;
const DELAY_MS = 5;
const PAIRS = 5;

if (mode === 'serve') serve();
else if (mode === 'bare') await bare(Number(port), Number(count));
else await compare(Number(mode));

function prompt(index) {
  return `Classify the sentiment of review number ${index}`;
}

function serve() {
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
      setTimeout(() => response.writeHead(200, head).end(body), DELAY_MS);
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
  const folder = mkdtempSync(join(tmpdir(), 'aicost-bench-'));
  const server = spawn(process.execPath, [SELF, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const at = String(await new Promise((done) => server.stdout.once('data', done))).trim();
    const texts = Array.from({ length: rows }, (_, index) => prompt(index));
    writeFileSync(join(folder, 'in.csv'), `prompt\n${texts.join('\n')}\n`);
    const pairs = Array.from({ length: PAIRS }, () => {
      const loop = timed([SELF, 'bare', at, String(rows)], folder);
      rmSync(join(folder, 'aicost.db'), { force: true });
      const url = `http://127.0.0.1:${at}/v1`;
      const flags = ['--budget', '100', '--max-tokens', '50', '--concurrency', String(IN_FLIGHT)];
      const batch = ['batch', 'in.csv', '--new', '--model', 'gpt-4o-mini', '--base-url', url];
      const own = timed([BIN, ...batch, ...flags, '-q', '-o', 'out.csv'], folder);
      console.log(`bare ${text(loop)}   aicost ${text(own)}`);
      return { wall: own.wallMs / loop.wallMs, cpu: own.cpuMs / loop.cpuMs };
    });
    console.log(
      `wall ${median(pairs, 'wall')} (goal 1.15), CPU ${median(pairs, 'cpu')} (goal 1.5)`,
    );
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wall and CPU time of a whole process, its start included. */
function timed(args, cwd) {
  const startMs = performance.now();
  const ran = spawnSync(
    '/usr/bin/env',
    ['bash', '-c', 'TIMEFORMAT="%U %S"; time "$@"', 'time', process.execPath, ...args],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  if (ran.status !== 0) throw new Error(`exit ${ran.status}: ${ran.stderr}`);
  const [user = 0, system = 0] = ran.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wallMs: performance.now() - startMs, cpuMs: (user + system) * 1000 };
}

function text({ wallMs, cpuMs }) {
  return `${(wallMs / 1000).toFixed(2)} s, ${(cpuMs / 1000).toFixed(2)} s CPU`;
}

function median(pairs, key) {
  const sorted = pairs.map((pair) => pair[key]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)].toFixed(2);
}
