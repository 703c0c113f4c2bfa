/**
 * The results of a run, in the order of the input, written while it runs.
 *
 * Takes the journal's rows, gives text to a file or a stream. A file is appended to as the part
 * without gaps grows, and synced: at any time it holds whole rows of finished prompts, the first ones
 * first, and nothing is ever written twice. It begins as a temporary file beside it that replaces
 * what was there in one step. Never holds more than a page of rows.
 */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { EXIT, UserError } from '../errors.ts';
import type { ReadTo, RowWithResult } from '../ledger/batch-rows.ts';

export interface ResultOptions {
  /** Null: a stream. */
  readonly path: string | null;
  /** Writes to the stream. */
  readonly write: (text: string) => Promise<void>;
  /** A page of rows from one on, or those before the first that is not finished. */
  readonly read: (from: number, to: ReadTo) => readonly RowWithResult[];
  /** What stands before the rows. */
  readonly head: string;
  readonly render: (rows: readonly RowWithResult[]) => string;
}

/** Writes the results of one run. */
export class ResultWriter {
  readonly #options: ResultOptions;
  #file: FileHandle | null = null;
  #next = 0;
  #running: Promise<void> | null = null;

  constructor(options: ResultOptions) {
    this.#options = options;
  }

  /** Writes what is finished already, and puts the file in its place. Throws UserError. */
  async start(): Promise<void> {
    const { path, head } = this.#options;
    if (path === null) {
      await this.#write(head);
      return this.advance();
    }
    const temporary = `${path}.part`;
    await inFile(path, async () => {
      this.#file = await open(temporary, 'w', 0o600);
      await this.#write(head);
      await this.advance();
      await rename(temporary, path);
    }).catch(async (error) => {
      await rm(temporary, { force: true });
      throw error;
    });
  }

  /** Writes rows that are finished and whose turn it is. One at a time: a second call waits for the first. */
  advance(): Promise<void> {
    this.#running ??= this.#advance().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Writes all rows that are left as they are, unfinished ones too, and closes the file. */
  async complete(): Promise<void> {
    await this.#running;
    for (;;) {
      const rows = this.#options.read(this.#next, 'page');
      if (rows.length === 0) break;
      await this.#put(rows);
    }
    await this.#file?.sync();
    await this.#file?.close();
    this.#file = null;
  }

  /** Closes the file as it is. */
  async abandon(): Promise<void> {
    await this.#running?.catch(() => {});
    await this.#file?.close();
    this.#file = null;
  }

  async #advance(): Promise<void> {
    const from = this.#next;
    for (;;) {
      const rows = this.#options.read(this.#next, 'gap');
      if (rows.length === 0) break;
      await this.#put(rows);
    }
    if (this.#next > from) await this.#file?.sync();
  }

  async #put(rows: readonly RowWithResult[]): Promise<void> {
    await this.#write(this.#options.render(rows));
    this.#next += rows.length;
  }

  async #write(text: string): Promise<void> {
    const { path, write } = this.#options;
    const file = this.#file;
    if (path === null || file === null) return write(text);
    await inFile(path, () => file.appendFile(text));
  }
}

async function inFile<Result>(path: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new UserError(
      EXIT.failed,
      `cannot write ${path} (${String(cause.code)})`,
      'the answers are in the ledger: free some space, then aicost batch export',
      { cause },
    );
  }
}
