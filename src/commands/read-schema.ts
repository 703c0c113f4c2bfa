/**
 * The JSON schema of `--json-schema`.
 *
 * Takes the flag, gives the schema. Never one that no answer could be held against: it is refused,
 * with its place, before anything is asked.
 */
import { schemaProblem } from '../batch/schema-problem.ts';
import { readSettingFile } from '../config.ts';
import { usageError } from '../errors.ts';
import type { Deps } from '../terminal/command.ts';

/** Reads the schema a flag names; null without one. Throws UserError. */
export function readSchema(name: string | undefined, deps: Pick<Deps, 'cwd'>): object | null {
  if (name === undefined) return null;
  const setting = { value: name, origin: '--json-schema' };
  const text = readSettingFile(setting, deps.cwd, 'name a file with a JSON schema');
  const schema = parseJson(text);
  if (schema instanceof SyntaxError) {
    throw usageError(`${name}:${placeOfBreak(text)}: not JSON from here on`, 'mend the schema');
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw usageError(`${name} is no JSON schema`, 'it is one JSON object');
  }
  const problem = schemaProblem(schema);
  if (problem === null) return schema;
  throw usageError(`${name}: ${problem}`, 'mend the schema: nothing was asked');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

/**
 * Where a text stops being JSON, as `LINE:COLUMN` from 1. Node does not always say: it is where the
 * shortest beginning ends that nothing could complete.
 */
function placeOfBreak(text: string): string {
  let [whole, broken] = [0, text.length + 1];
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    if (couldGoOn(text.slice(0, middle))) whole = middle;
    else broken = middle;
  }
  const lines = text.slice(0, whole).split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** Whether a beginning is JSON so far: its only fault, if it has one, is that it ends. */
function couldGoOn(text: string): boolean {
  const error = parseJson(text);
  if (!(error instanceof SyntaxError)) return true;
  const { message } = error;
  return /end of JSON|Unterminated/.test(message) || message.endsWith(`position ${text.length}`);
}
