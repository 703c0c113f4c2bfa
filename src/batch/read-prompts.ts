/**
 * Prompts of a file, a sample of them: CSV or JSON lines, read as a batch's input is.
 *
 * Takes a path, gives prompts with their lines. Never holds more than the sample; the same file
 * gives the same one.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { EXIT, UserError } from '../errors.ts';
import { readInput } from './read-input.ts';
import {
  type Fields,
  fieldOf,
  optionalText,
  parseFields,
  promptColumn,
  textOf,
} from './row-fields.ts';

/** A prompt of a file. */
export interface FilePrompt {
  readonly line: number;
  readonly system: string;
  readonly user: string;
}

interface Ranked {
  readonly rank: string;
  readonly prompt: FilePrompt;
}

/** Up to `size` distinct prompts of a file, in the order of its lines. Throws UserError. */
export async function samplePrompts(path: string, size: number): Promise<FilePrompt[]> {
  const byRank = new Map<string, FilePrompt>();
  for await (const { rank, prompt } of rankedPrompts(path)) {
    if (!byRank.has(rank)) byRank.set(rank, prompt);
    if (byRank.size > 2 * size) keepFirst(byRank, size);
  }
  keepFirst(byRank, size);
  return [...byRank.values()].sort((a, b) => a.line - b.line);
}

/** Keeps those of the lowest rank: a rank is a hash, so they are a sample. */
function keepFirst(byRank: Map<string, FilePrompt>, size: number): void {
  for (const rank of [...byRank.keys()].sort().slice(size)) byRank.delete(rank);
}

async function* rankedPrompts(path: string): AsyncGenerator<Ranked> {
  const bytes = bytesOf(path);
  const input = await readInput(bytes, { name: path, format: 'auto', hasHeader: true });
  for await (const rows of input.rows) {
    for (const { line, input: record } of rows) {
      const prompt = promptOf(parseFields(record, input.columns), input.columns);
      if (prompt === null) continue;
      const rank = createHash('sha256').update(JSON.stringify(prompt)).digest('hex');
      yield { rank, prompt: { line, ...prompt } };
    }
  }
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Uint8Array;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    const message = `--prompts: cannot read ${path} (${String(cause.code)})`;
    throw new UserError(EXIT.usage, message, 'name a CSV or JSONL file of prompts', { cause });
  }
}

/** The prompt of a record; null without one. */
function promptOf(fields: Fields, columns: readonly string[]): Omit<FilePrompt, 'line'> | null {
  const column = promptColumn(columns, null);
  const { messages } = fields;
  const said = Array.isArray(messages) ? (messages as Fields[]) : null;
  const last = said?.findLast(({ role }) => role === 'user')?.content;
  const user =
    said === null ? textOf(column === null ? '' : fieldOf(fields, column)) : textOf(last);
  const system = said?.find(({ role }) => role === 'system')?.content;
  if (user.trim() === '') return null;
  return { system: optionalText(fields, ['system']) ?? textOf(system), user };
}
