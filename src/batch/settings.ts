/**
 * Settings of a run: everything that decides what is asked. They are kept with the run.
 *
 * Takes the command's reading of its flags, gives text and hash. Never a key, a URL or a speed: how
 * rows are sent may change while a run goes on, what they ask may not.
 */
import { createHash } from 'node:crypto';
import type { Operation } from '../domain/call.ts';
import type { Task } from '../domain/task.ts';

/** How the input is written; `auto` finds out from its first record. */
export type InputFormat = 'auto' | 'csv' | 'jsonl';

/** What decides the prompts of a run. */
export interface BatchSettings {
  readonly format: InputFormat;
  /** A column's name, or its number from 1 in a CSV without a header; null: the usual names. */
  readonly promptColumn: string | null;
  /** Text with `{{column}}`; null: the prompt column as it is. */
  readonly template: string | null;
  readonly system: string | null;
  /** For rows that name none; `auto`: the policy decides. */
  readonly model: string | null;
  /** What rows with the model `auto` would be asked without a policy; null: nobody says. */
  readonly autoBase: string | null;
  /** A preset's name, or a file's with its text; null: flags alone decide. */
  readonly policy: { readonly name: string; readonly text: string | null } | null;
  readonly operation: Operation;
  readonly maxTokens: number | null;
  readonly temperatureMilli: number | null;
  readonly task: Task | null;
  /** A JSON schema that answers must fit. */
  readonly schema: object | null;
  /** Models tried after the first where it is not available, in this order. */
  readonly fallback: readonly string[];
  /** Models asked one after the other until an answer passes the checks; empty: no cascade. */
  readonly cascade: readonly string[];
  /** Checks of a cascade, as the command line spells them. */
  readonly checks: readonly string[];
}

/** The model of rows that leave it to the policy. */
export const AUTO_MODEL = 'auto';

/** The settings as they are kept. */
export function formatSettings(settings: BatchSettings): string {
  return JSON.stringify(settings);
}

/** Settings as `formatSettings` wrote them. */
export function parseSettings(text: string): BatchSettings {
  return JSON.parse(text) as BatchSettings;
}

/** A hash that equal settings share, in whichever order they were given. */
export function hashSettings(settings: BatchSettings): string {
  return createHash('sha256').update(canonicalJson(settings)).digest('hex');
}

/** JSON with the members of each object in the order of their names. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
