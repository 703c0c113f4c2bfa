/**
 * Times the whole audit, report included, against DuckDB loading the same log: whole processes, in
 * turn, medians of wall time and peak memory.
 *
 *   npm install --prefix bench
 *   npm run bench:audit -- [--calls 500000] [--runs 5] [--log FILE] [--baseline SCRIPT]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '500000' },
    runs: { type: 'string', default: '5' },
    log: { type: 'string' },
    baseline: { type: 'string', default: fileURLToPath(new URL('./duckdb.mjs', import.meta.url)) },
  },
});
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aicost-bench-'));
const log = values.log ?? join(folder, 'log.jsonl');

/** Loaded into each process: says its peak resident memory, in KB, when it ends. */
const REPORT_PEAK = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))`;

/** Runs a Node script; gives its wall time in seconds and its peak resident memory in MB. */
function run(args) {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', REPORT_PEAK, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`);
  return { seconds, megabytes: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024 };
}

if (!existsSync(log)) run([here('./generate-log.mjs'), log, values.calls]);

const ledger = join(folder, 'bench.db');
function audit() {
  for (const suffix of ['', '-wal', '-shm']) rmSync(ledger + suffix, { force: true });
  return run([
    here('../bin/aicost.js'),
    'audit',
    log,
    '--ledger',
    ledger,
    '--format',
    'table',
    '--quiet',
  ]);
}
const duckdb = () => run([values.baseline, log, join(folder, 'bench.duckdb')]);

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const pairs = [];
audit();
duckdb();
for (let i = 0; i < Number(values.runs); i++) pairs.push({ audit: audit(), duckdb: duckdb() });

console.log(
  `${log}: ${(statSync(log).size / 1e6).toFixed(0)} MB, ${pairs.length} paired runs, medians`,
);
for (const name of ['audit', 'duckdb']) {
  const seconds = median(pairs.map((pair) => pair[name].seconds));
  const megabytes = median(pairs.map((pair) => pair[name].megabytes));
  console.log(`${name.padEnd(8)} ${seconds.toFixed(2)} s  ${megabytes.toFixed(0)} MB peak`);
}
const ratio = median(pairs.map((pair) => pair.audit.seconds / pair.duckdb.seconds));
console.log(`audit / duckdb: ${ratio.toFixed(2)} (median of the paired ratios)`);
rmSync(folder, { recursive: true });
