/**
 * Reading the logs a command names into the ledger: the flags, the run, its exit code.
 *
 * Takes inputs as typed, gives what the ingest did. Never silent about an input that could not be
 * read, and never lets the answer overwrite one.
 */
import { resolve } from 'node:path';
import { EXIT, type ExitCode } from '../errors.ts';
import { type IngestOptions, type IngestResult, ingest } from '../ingest/ingest.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { refuseOverwrite } from '../terminal/output.ts';
import { declareLabelling, labellingOf, relabelStale } from './labelling.ts';

/** More readers than this only wait for the writer. */
const MAX_THREADS = 4;

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
  declareLabelling(command);
}

/** What to read, and into what. */
type Reading = Pick<IngestOptions, 'inputs' | 'db' | 'book' | 'observer'>;

/** Reads logs into the ledger, with progress and a note on every input that could not be read. */
export async function readLogs(
  deps: Deps,
  flags: ReadFlags,
  reading: Reading,
): Promise<IngestResult> {
  const { inputs } = reading;
  refuseOverwrite(
    deps.output,
    inputs.map((input) => resolve(deps.cwd, input)),
  );
  const labelling = labellingOf(deps);
  const progress = deps.progress(
    `reading ${inputs.length === 1 ? inputs[0] : `${inputs.length} inputs`}`,
  );
  const result = await ingest({
    ...reading,
    cwd: deps.cwd,
    stdin: deps.streams.stdin,
    clock: deps.clock,
    inputFormat: flags.inputFormat ?? null,
    storeText: flags.storeText === true,
    labelling,
    threads: Math.min(deps.cores, MAX_THREADS),
    signal: deps.signal,
    onProgress: (done, total) => progress.update(done, total),
  });
  progress.end(`read: ${result.newCalls} new calls, ${result.knownCalls} already known`);
  for (const { message, hint } of result.problems) deps.note(message, hint);
  if (result.interrupted) {
    deps.note('interrupted: what was read is in the ledger', 'run the same command again to go on');
    return result;
  }
  await relabelStale(reading.db, deps, { labelling, sourceIds: result.sourceIds });
  return result;
}

/** The exit code after reading: interrupted, finished with gaps, or fine. */
export function exitCodeOf(result: IngestResult): ExitCode {
  if (result.interrupted) return EXIT.interrupted;
  return result.problems.length > 0 ? EXIT.gaps : EXIT.ok;
}
