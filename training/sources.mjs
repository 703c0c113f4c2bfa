/**
 * Sources: labelled prompts by where they come from.
 *
 * Takes the stored prompts (../shared/data, absent in a clone), those written by hand and those of the
 * generator; gives rows {label, lang, source, system, user}. Prompts written by hand are one source for
 * each writer.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const DATA = join(here, '../../shared/data');
export const STORED = existsSync(join(DATA, 'tasks')) ? DATA : undefined;

function readLines(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Public prompts with labels; those of the rewrites that are translations are marked. */
export function storedRows() {
  if (STORED === undefined) return [];
  return readLines(join(STORED, 'tasks/labelled_prompts.jsonl')).map((row) => ({
    label: row.label,
    lang: row.lang,
    source: row.source,
    system: '',
    user: row.prompt,
    orig: row.orig,
  }));
}

/** The prompts of training/prompts; `w3-2.jsonl` is of writer w3, other files are of the first one. */
export function ownRows() {
  const folder = join(here, 'prompts');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => {
      const source = /^(w\d+)-/.exec(name)?.[1] ?? 'w0';
      return readLines(join(folder, name)).map((row) => ({ ...row, source, isHand: true }));
    });
}

/** Questions with the scores of a strong and a weak model. */
export function routedRows() {
  if (STORED === undefined) return [];
  const text = gunzipSync(readFileSync(join(STORED, 'routellm/items.csv.gz'))).toString();
  return parseCsv(text)
    .slice(1)
    .filter((row) => row.length === 5)
    .map(([benchmark, id, prompt, strong, weak]) => ({
      benchmark,
      id,
      system: '',
      user: prompt,
      strong: Number(strong),
      weak: Number(weak),
    }));
}

function parseCsv(text) {
  const rows = [];
  let row = [];
  const cell = /"((?:[^"]|"")*)"(,|\r?\n|$)|([^,\r\n]*)(,|\r?\n|$)/y;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    row.push(match[1] === undefined ? match[3] : match[1].replaceAll('""', '"'));
    if ((match[2] ?? match[4]) !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
