/**
 * Expanding: what the user named → the files to read.
 *
 * Takes paths, folders, globs and `-`; gives files in a stable order, each once. Throws UserError for
 * a name that leads nowhere. Never opens a file: what is in it is found out when it is read.
 */
import fs from 'node:fs';
import path from 'node:path';
import { EXIT, UserError } from '../errors.ts';
import { isSystemError } from './read-errors.ts';

/** Standard input, named as users name it. */
export const STDIN = '-';

const LOG_NAME = /\.(jsonl|ndjson|json|csv|tsv|log|txt)(\.gz)?$|\.gz$/i;
const GLOB = /[*?[\]{}]/;
const SKIPPED = new Set(['node_modules', '.git']);

/** The files behind the inputs; relative ones are taken from `cwd`. */
export async function expandInputs(inputs: readonly string[], cwd: string): Promise<string[]> {
  const files = new Set<string>();
  for (const input of inputs) {
    for (const file of await expandOne(input, cwd)) files.add(file);
  }
  return [...files];
}

async function expandOne(input: string, cwd: string): Promise<string[]> {
  if (input === STDIN) return [STDIN];
  if (input === '') {
    throw new UserError(
      EXIT.usage,
      'a log has an empty name',
      'is a variable of your shell unset?',
    );
  }
  const full = path.resolve(cwd, input);
  const stat = statOf(full);
  if (stat?.isDirectory()) return logsIn(full, input);
  if (stat !== undefined) return [full];
  if (GLOB.test(input)) return globbed(input, cwd);
  throw new UserError(
    EXIT.failed,
    `there is no file ${input}`,
    'check the path; a folder or a quoted glob such as "logs/*.jsonl.gz" works too',
  );
}

/** What stands at a path; undefined for nothing, also where a part of the path is a file. */
function statOf(full: string): fs.Stats | undefined {
  try {
    return fs.statSync(full, { throwIfNoEntry: false });
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOTDIR') return undefined;
    if (isSystemError(error) && error.code === 'ELOOP') {
      throw new UserError(
        EXIT.failed,
        `${full} is a loop of symbolic links`,
        'name the log itself',
      );
    }
    throw error;
  }
}

function logsIn(folder: string, input: string): string[] {
  const files = walk(folder).filter((file) => LOG_NAME.test(file));
  if (files.length > 0) return files.sort();
  throw new UserError(
    EXIT.failed,
    `the folder ${input} holds no logs`,
    'looked for .jsonl, .ndjson, .json, .csv, .tsv, .log, .txt, plain or .gz; name a file of another kind directly',
  );
}

function walk(folder: string): string[] {
  const files: string[] = [];
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) files.push(...walk(full));
    else if (entry.isFile() || entry.isSymbolicLink()) files.push(full);
  }
  return files;
}

async function globbed(pattern: string, cwd: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const files = await glob(pattern, { cwd, absolute: true, onlyFiles: true });
  if (files.length > 0) return files.sort();
  throw new UserError(
    EXIT.failed,
    `no file matches ${pattern}`,
    'check the pattern; quote it so that the shell leaves it alone',
  );
}
