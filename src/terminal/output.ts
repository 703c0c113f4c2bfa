/**
 * Where the answer goes and in which format.
 *
 * Takes the output flags and the streams, gives TextOptions, and writes the text. Never guesses
 * against a flag: two flags that contradict each other are an error. Never holds a whole long answer.
 */
import { open } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { EXIT, UserError } from '../errors.ts';
import { type OutputFormat, parseFormat, type TextOptions } from '../report/format.ts';
import type { Out } from './streams.ts';

export interface OutputFlags {
  readonly csv?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly format?: string | undefined;
  readonly out?: string | undefined;
  readonly bom?: boolean | undefined;
  readonly delimiter?: string | undefined;
}

export interface Output extends TextOptions {
  /** The file of --out, absolute; null for stdout. */
  readonly path: string | null;
}

const DEFAULT_WIDTH = 100;
const MIN_WIDTH = 40;
const EXTENSIONS: Readonly<Record<string, OutputFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.txt': 'table',
};

/**
 * Settles the format: --format, --csv or --json; else the extension of --out; else `configured`
 * (AICOST_FORMAT or a config file); else a table on a terminal and CSV when piped.
 * Throws UserError on contradictions and unknown values.
 */
export function resolveOutput(
  flags: OutputFlags,
  configured: OutputFormat | null,
  { stdout, cwd }: { readonly stdout: Out; readonly cwd: string },
): Output {
  const path = flags.out === undefined ? null : resolve(cwd, flags.out);
  const extension = path === null ? '' : extname(path).toLowerCase();
  const format =
    flaggedFormat(flags) ??
    EXTENSIONS[extension] ??
    configured ??
    (path === null && stdout.isTTY ? 'table' : 'csv');
  if (format !== 'csv') refuseCsvFlags(flags, format);
  return {
    format,
    path,
    colour: path === null && stdout.colour,
    width: path === null ? Math.max(stdout.columns ?? DEFAULT_WIDTH, MIN_WIDTH) : DEFAULT_WIDTH,
    bom: flags.bom === true,
    delimiter:
      flags.delimiter === undefined
        ? extension === '.tsv'
          ? '\t'
          : ','
        : parseDelimiter(flags.delimiter),
  };
}

/** The format the flags name, or null; throws UserError when they name two. */
export function flaggedFormat(flags: OutputFlags): OutputFormat | null {
  const named = new Set<OutputFormat>();
  if (flags.format !== undefined) named.add(parseFormat(flags.format, '--format'));
  if (flags.csv === true) named.add('csv');
  if (flags.json === true) named.add('json');
  const [first = null, second = null] = named;
  if (second === null) return first;
  throw usage(`${first} and ${second} were both asked for`, 'give one of --format, --csv, --json');
}

function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if ([...delimiter].length === 1 && !/["\r\n\w]/.test(delimiter)) return delimiter;
  throw usage(
    `--delimiter: '${text}' cannot separate cells`,
    "one character, such as ';' or 'tab'",
  );
}

function refuseCsvFlags(flags: OutputFlags, format: OutputFormat): void {
  if (flags.bom !== true && flags.delimiter === undefined) return;
  const flag = flags.bom === true ? '--bom' : '--delimiter';
  throw usage(`${flag} is for CSV, and the format here is ${format}`, 'add --csv');
}

function usage(message: string, hint: string): UserError {
  return new UserError(EXIT.usage, message, hint);
}

/** Refuses an answer that would overwrite the ledger or a log; `files` are absolute. Throws UserError. */
export function refuseOverwrite({ path }: Output, files: readonly string[]): void {
  if (path === null || !files.includes(path)) return;
  throw usage(`--out would overwrite ${path}`, 'name another file');
}

/** What writing an answer needs of the world. */
export interface Writing {
  readonly stdout: Out;
  /** Asked for only between two pieces: an answer of one piece leaves Ctrl-C alone. */
  readonly signal: AbortSignal;
  pause(): Promise<void>;
}

/**
 * Writes the answer piece by piece to stdout or to the file of --out, no faster than its reader
 * takes it. Throws UserError if the file refuses, and the signal's reason when it is aborted.
 */
export async function writeOutput(
  pieces: Iterable<string>,
  output: Output,
  writing: Writing,
): Promise<void> {
  const { path } = output;
  if (path === null) {
    const { stdout } = writing;
    return writePieces(pieces, writing, async (text) => {
      stdout.write(text);
      await stdout.drained();
    });
  }
  const file = await inFile(path, () => open(path, 'w'));
  try {
    await writePieces(pieces, writing, (text) => inFile(path, () => file.appendFile(text)));
  } finally {
    await file.close();
  }
}

async function writePieces(
  pieces: Iterable<string>,
  writing: Writing,
  write: (text: string) => Promise<void>,
): Promise<void> {
  let isFirst = true;
  for (const piece of pieces) {
    if (!isFirst) {
      await writing.pause();
      writing.signal.throwIfAborted();
    }
    isFirst = false;
    if (piece !== '') await write(piece);
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
      'choose another file with --out, or leave it out and redirect stdout',
      { cause },
    );
  }
}
