/**
 * How well the semantic cache tells sentences that mean the same: precision and recall of rated pairs.
 *
 *   node scripts/eval-semantic.mjs NAME.csv … [--same 4]
 *
 * Each file has the columns sentence, sentence, score, without a header; from `--same` on they mean the
 * same. A hit passes all gates at the similarity of the column. `far` is the share of hits rated below 3.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { rolldown } from 'rolldown';

const { values, positionals } = parseArgs({
  options: { same: { type: 'string', default: '4' } },
  allowPositionals: true,
});
const THRESHOLDS = [0.7, 0.8, 0.85, 0.9];
const { matchTexts, readMeaning } = await load();

for (const path of positionals) {
  const rows = parse(readFileSync(path, 'utf8')).map(([a, b, score]) => ({
    ...matchTexts(readMeaning(a), readMeaning(b)),
    score: Number(score),
  }));
  const isSame = ({ score }) => score >= Number(values.same);
  const same = rows.filter(isSame);
  console.log(`${basename(path)}: ${rows.length} pairs, ${same.length} mean the same`);
  for (const threshold of THRESHOLDS) {
    const hits = rows.filter((row) => row.refusedBy === null && row.similarity >= threshold);
    const right = hits.filter(isSame).length;
    const far = hits.filter(({ score }) => score < 3).length;
    const [precision, recall] = [right / hits.length, right / same.length];
    console.log(
      `  from ${threshold}: ${hits.length} hits, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, far ${(far / hits.length).toFixed(3)}`,
    );
  }
}

/** The rules, bundled: src/ is TypeScript. */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'aicost-eval-'));
  const source = (path) =>
    JSON.stringify(fileURLToPath(new URL(`../src/policy/${path}`, import.meta.url)));
  const entry = join(folder, 'entry.ts');
  const files = ['semantic-match.ts', 'semantic-text.ts'];
  writeFileSync(entry, files.map((path) => `export * from ${source(path)};`).join('\n'));
  const bundle = await rolldown({ input: entry, platform: 'node' });
  await bundle.write({ file: join(folder, 'rules.mjs') });
  await bundle.close();
  const rules = await import(pathToFileURL(join(folder, 'rules.mjs')).href);
  rmSync(folder, { recursive: true });
  return rules;
}
