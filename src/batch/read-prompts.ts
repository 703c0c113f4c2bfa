/**
 * Prompts of a file: CSV or JSON lines, read as a batch's input is.
 *
 * Takes a path or bytes, gives a row for each record: its texts, or why it has none. Never holds more
 * than a page or the sample; the same file gives the same one.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import type { Task } from '../domain/task.ts';
import { EXIT, UserError, usageError } from '../errors.ts';
import { Memory } from '../formats/memory.ts';
import { type TaskSource, taskSourceOf } from './prompt-facts.ts';
import { type Input, type InputRow, readInput } from './read-input.ts';
import {
  type Fields,
  fieldOf,
  optionalTask,
  optionalText,
  parseFields,
  promptColumn,
  RowFault,
} from './row-fields.ts';
import { isRequest, listedMessages } from './row-messages.ts';
import { RowPrompts } from './row-prompt.ts';
import type { BatchSettings } from './settings.ts';

/** Where prompts are read. */
export interface PromptFile {
  /** An absolute path, or `-`. */
  readonly path: string;
  /** For messages. */
  readonly name: string;
  /** For `-`. */
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** As `--prompt-column` has it; null: the usual names. */
  readonly column: string | null;
}

/** A record of a file, as its prompt. */
export interface FilePrompt {
  readonly line: number;
  /** Its `id` or `custom_id`; null without one. */
  readonly id: string | null;
  readonly system: string;
  readonly user: string;
  /** What the record itself says it is for; null: nothing. */
  readonly task: Task | null;
  /** What a task is read from; null where there is a fault. */
  readonly source: TaskSource | null;
  /** Why it holds no prompt that could be read; null: it does. Not for an empty one. */
  readonly fault: string | null;
}

/** As a batch without flags asks; a model nobody names has no name. */
const SETTINGS: Omit<BatchSettings, 'promptColumn'> = {
  ...{ format: 'auto', template: null, system: null, model: '', autoBase: null, policy: null },
  ...{ operation: 'chat', maxTokens: null, temperatureMilli: null, task: null, schema: null },
  ...{ fallback: [], cascade: [], checks: [] },
};

/** The rows of a file in their order, in pages. Throws UserError for what cannot be read at all. */
export async function* promptPages(file: PromptFile): AsyncGenerator<FilePrompt[]> {
  const known = isReadTwice(file) ? await columnsOf(file) : null;
  const { columns, rows } = await open(file);
  const reader = new RecordPrompts(known ?? columns, file);
  for await (const page of rows) yield page.map((row) => reader.read(row));
}

function open(file: PromptFile): Promise<Input> {
  const { name, column } = file;
  const hasHeader = column === null || !/^\d+$/.test(column);
  return readInput(bytesOf(file), { name, format: 'auto', hasHeader, keepsFaults: true });
}

/** Pipes and standard input are there but once. */
function isReadTwice({ path }: PromptFile): boolean {
  try {
    return path !== '-' && statSync(path).isFile();
  } catch (error) {
    // Whoever opens it says what is wrong.
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** All columns of JSON lines, since the last line may bring one; null for a CSV, which says them. */
async function columnsOf(file: PromptFile): Promise<readonly string[] | null> {
  const { columns, rows } = await open(file);
  for await (const page of rows) if (page.some(({ input }) => input.startsWith('['))) return null;
  return columns;
}

/** Up to `size` distinct prompts of rows, in the order of their lines. */
export async function samplePrompts(
  pages: AsyncIterable<readonly FilePrompt[]>,
  size: number,
): Promise<FilePrompt[]> {
  const byRank = new Map<string, FilePrompt>();
  for await (const page of pages) {
    for (const row of page) {
      if (row.fault !== null || row.user.trim() === '') continue;
      const said = JSON.stringify({ system: row.system, user: row.user });
      const rank = createHash('sha256').update(said).digest('hex');
      if (!byRank.has(rank)) byRank.set(rank, row);
      if (byRank.size > 2 * size) keepFirst(byRank, size);
    }
  }
  keepFirst(byRank, size);
  return [...byRank.values()].sort((a, b) => a.line - b.line);
}

/** Keeps those of the lowest rank: a rank is a hash, so they are a sample. */
function keepFirst(byRank: Map<string, FilePrompt>, size: number): void {
  for (const rank of [...byRank.keys()].sort().slice(size)) byRank.delete(rank);
}

async function* bytesOf({ path, stdin }: PromptFile): AsyncGenerator<Uint8Array> {
  try {
    const pieces: AsyncIterable<Uint8Array | string> =
      path === '-' ? stdin : createReadStream(path);
    for await (const piece of pieces) {
      yield typeof piece === 'string' ? Buffer.from(piece) : piece;
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause) || cause instanceof UserError) throw cause;
    const message = `--prompts: cannot read ${path} (${String(cause.code)})`;
    const hint = 'name a CSV or JSONL file of prompts, or - for standard input';
    throw new UserError(EXIT.usage, message, hint, { cause });
  }
}

/** Reads the prompts of records. */
class RecordPrompts {
  readonly #columns: readonly string[];
  readonly #file: PromptFile;
  readonly #memory = new Memory();
  #prompts: RowPrompts | null = null;
  #columnCount = 0;
  #column: string | null = null;

  /** `columns` are those of the input, which may still grow. */
  constructor(columns: readonly string[], file: PromptFile) {
    this.#columns = columns;
    this.#file = file;
  }

  read({ line, input, fault }: InputRow): FilePrompt {
    const none = { line, id: null, system: '', user: '', task: null, source: null };
    if (fault !== undefined) return { ...none, fault };
    const fields = parseFields(input, this.#columns);
    const id = optionalText(fields, ['id', 'custom_id']);
    const task = optionalTask(fields);
    if (task instanceof RowFault) return { ...none, id, fault: task.message };
    const source = this.#sourceOf(fields, task);
    if (source instanceof RowFault) return { ...none, id, fault: source.message };
    const { system, user } = source;
    const texts = { system: system?.toString() ?? '', user: user?.toString() ?? '' };
    return { line, id, ...texts, task, source, fault: null };
  }

  #sourceOf(fields: Fields, task: Task | null): TaskSource | RowFault {
    const prompts = this.#settled(fields);
    const request = this.#requestIn(fields);
    const fault = request === fields ? this.#faultOf(fields) : null;
    if (fault !== null) return fault;
    const prompt = prompts.promptOf(request);
    if (prompt instanceof RowFault) return prompt;
    const source = taskSourceOf(prompt, prompts.factsOf(prompt, fields, task), this.#memory);
    const { system, user } = source;
    const isSilent = system === null && user === null && !source.request.hasMedia;
    return isSilent ? new RowFault('it holds no text') : source;
  }

  /** Of a file in which nothing is clearly the prompt, requests are taken all the same. */
  #requestIn(fields: Fields): Fields {
    if (this.#file.column !== null || this.#column !== null) return fields;
    const { body, contents } = fields;
    if (Array.isArray(contents)) return { ...fields, messages: contents };
    const isBody = typeof body === 'object' && body !== null;
    return isBody ? { custom_id: null, ...fields } : fields;
  }

  /** What would be asked, but is no prompt. */
  #faultOf(fields: Fields): RowFault | null {
    if (isRequest(fields) || listedMessages(fields, this.#column) !== null) return null;
    const column = this.#column;
    if (column === null) return new RowFault('no column that is clearly a prompt');
    const value = fieldOf(fields, column);
    if (value === undefined || value === null) return new RowFault(`no column '${column}'`);
    const isText = typeof value === 'string' || typeof value === 'number';
    return isText ? null : new RowFault(`${column}: it is no text and no list of messages`);
  }

  /** Prompts by the columns there are by now. Throws UserError where none of them is the prompt. */
  #settled(fields: Fields): RowPrompts {
    if (this.#prompts !== null && this.#columnCount === this.#columns.length) return this.#prompts;
    const column = promptColumn(this.#columns, this.#file.column);
    if (column === null) this.#refuseWithout(fields);
    if (this.#column !== null && column !== this.#column) this.#refuseOther(column);
    const settings = { ...SETTINGS, promptColumn: this.#file.column };
    const image = { url: 'data:,' };
    const options = { columns: [...this.#columns], settings, readImage: () => image };
    this.#prompts = new RowPrompts({ ...options, takesEmpty: true });
    this.#columnCount = this.#columns.length;
    this.#column = column;
    return this.#prompts;
  }

  /** A column that comes later in a stream, and would have been the prompt of the rows before, too. */
  #refuseOther(column: string | null): never {
    const also = column === null ? 'others' : `'${column}'`;
    throw usageError(
      `${this.#file.name} has '${this.#column}' as its prompts, and further on ${also}`,
      'name the one with --prompt-column, or give a file instead of a pipe',
    );
  }

  #refuseWithout({ body, contents, messages }: Fields): void {
    const { column, name } = this.#file;
    const isRequest = typeof body === 'object' && body !== null;
    const isTold = isRequest || Array.isArray(contents) || Array.isArray(messages);
    if (this.#prompts !== null || (column === null && isTold)) return;
    const what = column === null ? 'that is clearly a prompt' : `'${column}'`;
    const listed = this.#columns.slice(0, 20).join(', ') || 'none';
    throw usageError(
      `${name} has no column ${what}`,
      `name it with --prompt-column; its columns: ${listed}`,
    );
  }
}
