/**
 * The results of a run, in the order of the input, written while it runs.
 *
 * Takes the journal's rows, gives text to a file or a stream. A file is appended to as the part
 * without gaps grows, and synced: at any time it holds whole rows of finished prompts, the first ones
 * first, and nothing is ever written twice. It begins as a temporary file beside it that replaces
 * what was there in one step; a device or a pipe is written to as it is, and never replaced. Never
 * holds more than some thousand rows.
 */
import {
  access,
  constants,
  type FileHandle,
  open,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT, UserError } from '../errors.ts';
import type { ReadTo, RowWithResult } from '../ledger/batch-rows.ts';

export interface ResultOptions {
  /** Of the run, for messages. */
  readonly id: number;
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

/** So many finished rows are held for their turn, and so much text; the rest is read again. */
const MAX_READY = 4_096;
const MAX_READY_CHARACTERS = 8_000_000;
/** As many as are rendered at once. */
const READY_ROWS = 500;

function lengthOf({ input, answer }: RowWithResult): number {
  return input.length + (answer?.length ?? 0);
}

/** A writer of results that nobody wants written. */
export function unwrittenResults(id: number): ResultWriter {
  const nothing = { read: () => [], head: '', render: () => '' };
  return new ResultWriter({ id, path: null, write: async () => {}, ...nothing });
}

/** Writes the results of one run. */
export class ResultWriter {
  readonly #options: ResultOptions;
  #file: FileHandle | null = null;
  #isStarted = false;
  #isSynced = true;
  #next = 0;
  /** Finished rows whose turn is to come, by their place: what is here is not read back. */
  readonly #ready = new Map<number, RowWithResult>();
  #readyCharacters = 0;
  #running: Promise<void> | null = null;

  constructor(options: ResultOptions) {
    this.#options = options;
  }

  /**
   * Writes what is finished already, and puts the file in its place; a second time it only goes on.
   * Throws UserError.
   */
  async start(): Promise<void> {
    if (this.#isStarted) return this.advance();
    this.#isStarted = true;
    const { path, head } = this.#options;
    if (path === null) {
      await this.#write(head);
      return this.advance();
    }
    await inFile(this.#options, () => this.#open(path));
  }

  async #open(path: string): Promise<void> {
    const place = await placeOf(path);
    this.#isSynced = place !== null;
    const first = place === null ? path : `${place}.part`;
    try {
      this.#file = await open(first, 'w', 0o600);
      await this.#write(this.#options.head);
      await this.advance();
      if (place !== null) await rename(first, place);
    } catch (error) {
      if (place !== null) await rm(first, { force: true });
      throw error;
    }
  }

  /**
   * Takes a row whose result is on disk, to be written without reading it again. What is too much to
   * hold, behind a row that takes long, is read when its turn comes.
   */
  offer(row: RowWithResult): void {
    if (row.index < this.#next) return;
    const characters = lengthOf(row);
    const isFull = this.#ready.size >= MAX_READY || this.#readyCharacters > MAX_READY_CHARACTERS;
    if (isFull && row.index !== this.#next) return;
    this.#readyCharacters += characters;
    this.#ready.set(row.index, row);
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
    await this.#sync();
    await this.#file?.close();
    this.#file = null;
  }

  /** Closes the file as it is. */
  async abandon(): Promise<void> {
    // Whoever began it was told how it failed; the file is closed all the same.
    await Promise.allSettled([this.#running]);
    await this.#file?.close();
    this.#file = null;
  }

  async #advance(): Promise<void> {
    const from = this.#next;
    for (;;) {
      const ready = this.#takeReady();
      const rows = ready.length > 0 ? ready : this.#options.read(this.#next, 'gap');
      if (rows.length === 0) break;
      await this.#put(rows);
    }
    if (this.#next > from) await this.#sync();
  }

  /** A disk may say only now that it is full. */
  async #sync(): Promise<void> {
    const { path } = this.#options;
    const file = this.#file;
    if (path === null || file === null || !this.#isSynced) return;
    await inFile(this.#options, () => file.sync());
  }

  /** The next rows, as far as they are held. */
  #takeReady(): RowWithResult[] {
    const rows: RowWithResult[] = [];
    for (let at = this.#next; rows.length < READY_ROWS; at++) {
      const row = this.#ready.get(at);
      if (row === undefined) break;
      rows.push(row);
    }
    return rows;
  }

  async #put(rows: readonly RowWithResult[]): Promise<void> {
    await this.#write(this.#options.render(rows));
    for (const { index } of rows) this.#forget(index);
    this.#next += rows.length;
  }

  #forget(index: number): void {
    const row = this.#ready.get(index);
    if (row === undefined) return;
    this.#readyCharacters -= lengthOf(row);
    this.#ready.delete(index);
  }

  async #write(text: string): Promise<void> {
    const { path, write } = this.#options;
    const file = this.#file;
    if (path === null || file === null) return write(text);
    await inFile(this.#options, () => file.appendFile(text));
  }
}

/** Throws UserError for a file that cannot be written, before anything is asked. */
export async function checkResultFile(path: string): Promise<void> {
  try {
    const place = await placeOf(path);
    if (place === null && (await stat(path)).isDirectory()) throw notWritable(path, 'EISDIR');
    // What takes its place is written beside it.
    await access(place === null ? path : dirname(place), constants.W_OK);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause) || cause instanceof UserError) throw cause;
    throw notWritable(path, String(cause.code), cause);
  }
}

function notWritable(path: string, code: string, cause?: unknown): UserError {
  const hint =
    code === 'ENOENT'
      ? `make the folder ${dirname(path)} first, or name another file with --out`
      : 'name another file with --out';
  return new UserError(EXIT.usage, `cannot write ${path} (${code})`, hint, { cause });
}

/** The file a path leads to, there or not; null for a device or a pipe. */
async function placeOf(path: string): Promise<string | null> {
  try {
    return (await stat(path)).isFile() ? await realpath(path) : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return path;
    throw error;
  }
}

/** A full disk, as it is called. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

async function inFile<Result>(
  { path, id }: Pick<ResultOptions, 'path' | 'id'>,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    // What was said once is not said again around it.
    if (!(cause instanceof Error && 'code' in cause) || cause instanceof UserError) throw cause;
    throw new UserError(
      EXIT.failed,
      `cannot write ${path} (${String(cause.code)})`,
      `the answers are in the ledger: ${FULL.has(cause.code) ? 'free some space, then ' : ''}aicost batch export ${id} --out FILE`,
      { cause },
    );
  }
}
