/**
 * Loads src/classify, compiled to a temporary folder: the recipe and the features are those that ship.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FILES = [
  'classify/classify',
  'classify/evidence',
  'classify/features',
  'classify/fit',
  'classify/keywords',
  'classify/model',
  'classify/train',
  'domain/task',
];

/** All that these files export. */
export async function loadClassifier() {
  const folder = mkdtempSync(join(tmpdir(), 'aicost-classifier-'));
  spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', root, '--outDir', folder]);
  const load = (name) => import(pathToFileURL(join(folder, `${name}.js`)).href);
  const parts = await Promise.all(FILES.map(load));
  rmSync(folder, { recursive: true });
  return Object.assign({}, ...parts);
}
