/**
 * What several commands share: their flags, the ledger, the price book and the logs they name.
 *
 * Takes flags as typed, gives what the rooms need. Throws UserError for values that make no sense.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { DAY_MS, parseInstant } from '../domain/time.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { type IngestOptions, type IngestResult, ingest } from '../ingest/ingest.ts';
import { settleDuplicates } from '../ledger/duplicates.ts';
import { guardLedger, type Ledger, openExistingLedger, openLedger } from '../ledger/open.ts';
import {
  loadPriceBook,
  PRICE_TABLE_IDS,
  type PriceBook,
  priceBookFromFile,
} from '../pricing/price.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';

/** More readers than this only wait for the writer. */
const MAX_THREADS = 4;
const DEFAULT_TABLE = 'catalogue';

/** Flags of every command that reads logs. */
export interface ReadFlags {
  readonly inputFormat?: string;
  readonly storeText?: boolean;
}

/** Declares the flags of ReadFlags. */
export function declareReadFlags(command: CliCommand): void {
  command
    .option('--input-format <name>', 'read every record as this dialect instead of finding out')
    .option('--store-text', 'keep the records with their prompts and answers in the ledger');
}

/** Declares --prices. */
export function declarePrices(command: CliCommand): void {
  command.option(
    '--prices <table>',
    `a price table: ${PRICE_TABLE_IDS.join(', ')}, or your own .csv or .json (${DEFAULT_TABLE})`,
  );
}

/** The price book of --prices, AICOST_PRICES or the config; a user's file lies over the catalogue. */
export async function openBook({ config, cwd }: Deps): Promise<PriceBook> {
  const { value, origin } = config.prices;
  const name = value ?? DEFAULT_TABLE;
  if (!/\.(csv|json)$/i.test(name)) return loadPriceBook(name);
  return priceBookFromFile(
    { name, text: readPriceFile(resolve(cwd, name), origin) },
    await loadPriceBook(DEFAULT_TABLE),
  );
}

function readPriceFile(path: string, origin: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new UserError(
      EXIT.usage,
      `${origin}: cannot read the price file ${path} (${String(cause.code)})`,
      `give a file, or one of: ${PRICE_TABLE_IDS.join(', ')}`,
      { cause },
    );
  }
}

/** Refuses an answer that would overwrite the ledger or a log. Throws UserError. */
function refuseOverwrite(deps: Deps, files: readonly string[]): void {
  const { path } = deps.output;
  const victim = files.find((file) => path !== null && resolve(deps.cwd, file) === path);
  if (victim === undefined) return;
  throw new UserError(EXIT.usage, `--out would overwrite ${victim}`, 'name another file');
}

/** Runs with the ledger of --ledger open; says in plain words what is wrong with it. */
export async function withLedger<Result>(
  deps: Deps,
  existing: boolean,
  run: (db: Ledger) => Promise<Result>,
): Promise<Result> {
  const path = resolve(deps.cwd, deps.config.ledger.value);
  refuseOverwrite(deps, [path]);
  const db = existing ? openExistingLedger(path) : openLedger(path);
  try {
    // An ingest that was cut off may have left calls to settle.
    guardLedger(path, () => settleDuplicates(db));
    return await run(db);
  } catch (error) {
    return guardLedger(path, () => {
      throw error;
    });
  } finally {
    db.close();
  }
}

/** Reads logs into the ledger, with progress and a line for every input that could not be read. */
export async function ingestInputs(
  deps: Deps,
  flags: ReadFlags,
  run: Pick<IngestOptions, 'inputs' | 'db' | 'book' | 'observer'>,
): Promise<IngestResult> {
  refuseOverwrite(deps, run.inputs);
  const label =
    run.inputs.length === 1 ? `reading ${run.inputs[0]}` : `reading ${run.inputs.length} inputs`;
  const progress = deps.progress(label);
  const result = await ingest({
    ...run,
    cwd: deps.cwd,
    stdin: deps.streams.stdin,
    clock: deps.clock,
    inputFormat: flags.inputFormat ?? null,
    storeText: flags.storeText === true,
    threads: Math.min(availableParallelism(), MAX_THREADS),
    signal: deps.signal,
    onProgress: (done, total) => progress.update(done, total),
  });
  progress.end(`read: ${result.newCalls} new calls, ${result.knownCalls} already known`);
  for (const { message, hint } of result.problems) note(deps, `${message}\n  ${hint}`);
  return result;
}

/** A note on stderr; nothing with --quiet. */
export function note(deps: Deps, text: string): void {
  if (!deps.config.quiet.value) deps.streams.stderr.write(`aicost: ${text}\n`);
}

/** The exit code after an ingest: interrupted, finished with gaps, or fine. */
export function exitCodeOf(result: IngestResult): ExitCode {
  if (result.interrupted) return EXIT.interrupted;
  return result.problems.length > 0 ? EXIT.gaps : EXIT.ok;
}

/** Reads --since: the start of a day, or an instant. Null when it is not given. */
export function parseSince(text: string | undefined): number | null {
  return text === undefined ? null : instantOf(text, '--since');
}

/** Reads --until: the end of a day, or an instant, exclusive. Null when it is not given. */
export function parseUntil(text: string | undefined): number | null {
  if (text === undefined) return null;
  const instant = instantOf(text, '--until');
  return /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? instant + DAY_MS : instant;
}

function instantOf(text: string, flag: string): number {
  const instant = parseInstant(text);
  if (instant !== null) return instant;
  throw new UserError(
    EXIT.usage,
    `${flag} '${text}' is no day and no time`,
    'give a UTC day such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z',
  );
}

/** Reads a whole number of at least `min` from a flag. */
export function parseWhole(text: string, flag: string, min: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw new UserError(
    EXIT.usage,
    `${flag} '${text}' is no whole number from ${min} on`,
    'give a number such as 10',
  );
}
