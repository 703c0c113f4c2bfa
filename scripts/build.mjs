/**
 * Builds dist/ from src/: main.js, the command line, with a chunk for each command, and worker.js,
 * a reader thread, on its own. Types are checked apart, by `npm run check:types`.
 *
 * Bundled, because start-up time is mostly the number of files Node opens. Everything lies flat in
 * one folder, so `new URL('./worker.js', import.meta.url)` is right from every chunk.
 */
import { copyFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Small, pure JavaScript and on the way to every report. The rest stays in node_modules. */
const BUNDLED = new Set(['commander', 'cli-table3', 'csv-stringify']);

/**
 * commander loads node:child_process for subcommands that are programs of their own; aicost has
 * none, and loading it takes 3 of the 20 ms that --help takes beyond Node itself.
 */
const withoutSubprocesses = {
  name: 'without-subprocesses',
  resolveId: (id, importer) => (isUnused(id, importer) ? '\0no-child-process.cjs' : null),
  load: (id) => (id === '\0no-child-process.cjs' ? 'module.exports = {};' : null),
};

/** What every run loads, --help too, in one chunk: each further file takes a millisecond. */
const START =
  /rolldown[:/]runtime|\/node_modules\/commander\/|\/src\/(errors|cli|report\/text|terminal\/(command|interrupt|note|streams))\.ts$/;

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = fileURLToPath(new URL('../dist', import.meta.url));

await rm(dist, { recursive: true, force: true });
await build({ main: 'src/main.ts' });
await build({ worker: 'src/ingest/worker.ts' });
// Read at run time, beside the chunks, as in src/.
await copyFile(`${root}src/ingest/weights.bin`, `${dist}/weights.bin`);

async function build(input) {
  const bundle = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    external: isExternal,
    plugins: [withoutSubprocesses],
    onLog: (level, log, print) => print(level === 'warn' ? 'error' : level, log),
  });
  await bundle.write({
    dir: dist,
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups: [{ name: 'start', test: START }] },
  });
  await bundle.close();
}

function isUnused(id, importer) {
  return id === 'node:child_process' && importer?.includes('/node_modules/commander/');
}

function isExternal(id, importer) {
  if (importer === undefined || /^[./\0]/.test(id) || isUnused(id, importer)) return false;
  if (id.startsWith('node:')) return true;
  return !importer.includes('node_modules') && !BUNDLED.has(id.split('/')[0]);
}
