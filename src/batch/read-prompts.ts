/**
 * Prompts of a file: CSV or JSON lines, read as a batch's input is.
 *
 * Takes a path or bytes, gives a row for each record: its texts, or why it has none. Never holds more
 * than a page or the sample; the same file gives the same one.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { EXIT, UserError, usageError } from '../errors.ts';
import { Fields as RequestFields, treeOf } from '../formats/json.ts';
import { Memory } from '../formats/memory.ts';
import { promptOf } from '../formats/prompt.ts';
import { type InputRow, readInput } from './read-input.ts';
import {
  type Fields,
  fieldOf,
  optionalText,
  parseFields,
  promptColumn,
  RowFault,
  textOf,
} from './row-fields.ts';
import { isRequest, listedMessages, messagesIn } from './row-messages.ts';

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
  /** Why it holds no prompt that could be read; null: it does. Not for an empty one. */
  readonly fault: string | null;
}

interface Texts {
  readonly system: string;
  readonly user: string;
}

/** The rows of a file in their order, in pages. Throws UserError for what cannot be read at all. */
export async function* promptPages(file: PromptFile): AsyncGenerator<FilePrompt[]> {
  const { name, column } = file;
  const hasHeader = column === null || !/^\d+$/.test(column);
  const options = { name, format: 'auto', hasHeader, keepsFaults: true } as const;
  const input = await readInput(bytesOf(file), options);
  const reader = new RecordPrompts(input.columns, file);
  for await (const rows of input.rows) yield rows.map((row) => reader.read(row));
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
  #isFirst = true;
  /** Of a CSV, all of whose rows have the same columns. */
  #csvColumn: string | null | undefined;

  /** `columns` are those of the input, which may still grow. */
  constructor(columns: readonly string[], file: PromptFile) {
    this.#columns = columns;
    this.#file = file;
  }

  read({ line, input, fault }: InputRow): FilePrompt {
    const none = { line, id: null, system: '', user: '' };
    if (fault !== undefined) return { ...none, fault };
    const fields = parseFields(input, this.#columns);
    const texts = this.#textsOf(fields, input.startsWith('['));
    this.#isFirst = false;
    const id = optionalText(fields, ['id', 'custom_id']);
    if (texts instanceof RowFault) return { ...none, id, fault: texts.message };
    return { line, id, ...texts, fault: null };
  }

  #textsOf(fields: Fields, isCsv: boolean): Texts | RowFault {
    if (isRequest(fields)) return this.#asked(fields.body);
    const columns = isCsv ? this.#columns : Object.keys(fields);
    const column = this.#columnOf(columns, isCsv);
    const listed = listedMessages(fields, column);
    if (listed !== null) {
      const messages = messagesIn(listed);
      if (messages instanceof RowFault) return messages;
      const system = optionalText(fields, ['system', 'instructions']);
      return this.#asked({ ...(system === null ? {} : { system }), messages });
    }
    if (column === null) return this.#withoutColumn(fields, columns);
    const system = optionalText(fields, ['system', 'instructions']) ?? '';
    return { system, user: textOf(fieldOf(fields, column)) };
  }

  #columnOf(columns: readonly string[], isCsv: boolean): string | null {
    if (!isCsv) return promptColumn(columns, this.#file.column);
    if (this.#csvColumn === undefined) this.#csvColumn = promptColumn(columns, this.#file.column);
    return this.#csvColumn;
  }

  /** A request as it is sent; of a record in which nothing is clearly the prompt, its reason. */
  #withoutColumn(fields: Fields, columns: readonly string[]): Texts | RowFault {
    const { column } = this.#file;
    const { body, contents } = fields;
    if (column === null && typeof body === 'object' && body !== null) return this.#asked(body);
    if (column === null && Array.isArray(contents)) return this.#asked(fields);
    const what = column === null ? 'that is clearly a prompt' : `'${column}'`;
    if (!this.#isFirst) return new RowFault(`no column ${what}`);
    const listed = columns.slice(0, 20).join(', ') || 'none';
    throw usageError(
      `${this.#file.name} has no column ${what}`,
      `name it with --prompt-column; its columns: ${listed}`,
    );
  }

  /** The texts of a request, as they would be read from a log of it. */
  #asked(request: object): Texts | RowFault {
    const tree = treeOf(request, true);
    if (!(tree instanceof RequestFields)) return new RowFault('body: it is no request');
    const { system, user, turns } = promptOf(tree, this.#memory);
    if (turns === 0) return new RowFault('messages: there are none');
    return { system: system?.toString() ?? '', user: user?.toString() ?? '' };
  }
}
