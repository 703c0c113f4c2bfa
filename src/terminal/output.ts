/**
 * Where the answer goes and in which format.
 *
 * Takes the output flags and the streams, gives TextOptions, and writes the text. Never guesses
 * against a flag: two flags that contradict each other are an error. Never holds a whole long answer.
 */
import { closeSync, constants, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { EXIT, UserError, usageError } from '../errors.ts';
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
 * Throws UserError on contradictions, unknown values, and a file that no answer may replace.
 */
export function resolveOutput(
  flags: OutputFlags,
  configured: OutputFormat | null,
  { stdout, cwd }: { readonly stdout: Out; readonly cwd: string },
): Output {
  const path = flags.out === undefined ? null : resolve(cwd, flags.out);
  if (path !== null) refuseKept(path);
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
  throw usageError(
    `${first} and ${second} were both asked for`,
    'give one of --format, --csv, --json',
  );
}

function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if ([...delimiter].length === 1 && !/["\r\n\w]/.test(delimiter)) return delimiter;
  throw usageError(
    `--delimiter: '${text}' cannot separate cells`,
    "one character, such as ';' or 'tab'",
  );
}

function refuseCsvFlags(flags: OutputFlags, format: OutputFormat): void {
  if (flags.bom !== true && flags.delimiter === undefined) return;
  const flag = flags.bom === true ? '--bom' : '--delimiter';
  throw usageError(`${flag} is for CSV, and the format here is ${format}`, 'add --csv');
}

/**
 * Refuses an answer that would overwrite what a command reads, by whichever name; `files` are
 * absolute. Throws UserError.
 */
export function refuseOverwrite({ path }: Pick<Output, 'path'>, files: readonly string[]): void {
  if (path === null) return;
  const own = identityOf(path);
  const found = files.find((file) => file === path || identityOf(file) === own);
  if (found === undefined) return;
  const name = found === path ? path : `${path}, which is ${found}`;
  throw usageError(`--out would overwrite ${name}`, 'name another file');
}

/** How files begin that hold what cannot be had again, and what they are. */
const KEPT: readonly (readonly [begins: string, what: string])[] = [
  ['SQLite format 3\0', 'a SQLite database'],
  ['{"kind":"aicost.classifier/', 'a classifier that was taught'],
];
const KEPT_BYTES = 32;

/** Whatever is asked: never a ledger, be it another one, nor a taught classifier. */
function refuseKept(path: string): void {
  const head = fileHead(path);
  const [, what] = KEPT.find(([begins]) => head.startsWith(begins)) ?? [];
  if (what === undefined) return;
  throw usageError(`--out would overwrite ${path}, ${what}`, 'name another file');
}

function fileHead(path: string): string {
  return readPrevious(path, (file) => {
    const head = new Uint8Array(KEPT_BYTES);
    return new TextDecoder('latin1').decode(head.subarray(0, readSync(file, head)));
  });
}

/** The text that the file of --out holds already, UTF-8 or UTF-16; empty where there is no file. */
export function previousText({ path }: Pick<Output, 'path'>): string {
  if (path === null) return '';
  return readPrevious(path, (file) => {
    const bytes = readFileSync(file);
    const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
    return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes);
  });
}

/** Empty also of what is no file or may not be read: writing it says what is wrong. */
function readPrevious(path: string, read: (file: number) => string): string {
  try {
    if (!statSync(path).isFile()) return '';
    const file = openSync(path, 'r');
    try {
      return read(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return '';
  }
}

/** Refuses a file for the answer that cannot be written, before any work is done. Throws UserError. */
export async function checkWritable({ path }: Pick<Output, 'path'>): Promise<void> {
  if (path === null) return;
  await inFile(path, async () => {
    if (statOf(path) === null) await access(`${dirname(path)}/.`, constants.W_OK);
    else await (await open(path, 'r+')).close();
  });
}

/** Equal for two names of one file; of a file that is not there, its folder's and its name. */
function identityOf(path: string): string {
  const there = statOf(path);
  if (there !== null) return `${there.dev}:${there.ino}`;
  const folder = statOf(dirname(path));
  return folder === null ? path : `${folder.dev}:${folder.ino}/${basename(path)}`;
}

/** Null where there is nothing, or nothing one may look at. */
function statOf(path: string): { readonly dev: bigint; readonly ino: bigint } | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return null;
  }
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
  pieces: Iterable<string> | AsyncIterable<string>,
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
  pieces: Iterable<string> | AsyncIterable<string>,
  writing: Writing,
  write: (text: string) => Promise<void>,
): Promise<void> {
  let isFirst = true;
  for await (const piece of pieces) {
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
    const hint =
      cause.code === 'ENOENT'
        ? `there is no folder ${dirname(path)}: make it, or choose another file with --out`
        : 'choose another file with --out, or leave it out and redirect stdout';
    const message = `cannot write ${path} (${String(cause.code)})`;
    throw new UserError(EXIT.failed, message, hint, { cause });
  }
}
