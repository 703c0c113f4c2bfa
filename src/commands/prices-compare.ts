/**
 * `aicost prices compare`: what tokens cost on each of several models.
 *
 * Takes a stated volume a month, or the calls of logs or of a ledger; gives cost per month and year.
 * Never both at once: flags of the other way are an error.
 */
import { candidatesOf } from '../compare/candidates.ts';
import { contextWindows } from '../compare/catalogue-facts.ts';
import { compareTraffic } from '../compare/compare.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { chatModels } from '../ledger/models.ts';
import { readCalls } from '../ledger/read.ts';
import type { PriceBook } from '../pricing/price.ts';
import { renderSections } from '../report/sections.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { trafficAnswer } from './compare-traffic.ts';
import { modelNames, readVolumeFlags, type VolumeFlags, volumeAnswer } from './compare-volume.ts';
import {
  catalogueInUse,
  type Downloaded,
  declarePrices,
  downloadedOnce,
  openBook,
} from './price-book.ts';
import { tableFields, tableLine } from './price-note.ts';
import { atLedger, eachCall } from './read-ledger.ts';
import { declareReadFlags, exitCodeOf, type ReadFlags, readLogs } from './read-logs.ts';
import { withLedger } from './with-ledger.ts';

type Flags = VolumeFlags & ReadFlags & { readonly on?: string };

/** Without --models: as many of the log's own. */
const MOST_CALLED = 10;

/** Declares `compare`. */
export function buildCompare(command: CliCommand): void {
  command
    .description(
      `Compares models: what a stated number of tokens a month costs on each, or, without --monthly-tokens, what the calls of logs or of the ledger would have cost on each, per month and year, with a primary and a backup for each task and the latencies observed. Token counts are kept, quality is not judged. Works offline.`,
    )
    .argument('[paths...]', 'logs to read first; without them, the whole ledger')
    .option('--models <names>', "models, separated by commas (the log's own)")
    .option('--monthly-tokens <n>', 'tokens a month: 10M, or several: 100k,1M,5M')
    .option('--output-share <share>', 'the part of them that is output, from 0 to 1 (1)')
    .option('--input-tokens <n>', 'input tokens a month, instead of --monthly-tokens')
    .option('--output-tokens <n>', 'output tokens a month, instead of --monthly-tokens')
    .option('--multiplier <n>', "a gateway's multiplier on list prices, such as 0.015")
    .option('--baseline <model>', 'the model that savings are counted against (the first)')
    .option('--on <ledger>', 'the ledger whose calls are compared (--ledger)');
  declareReadFlags(command);
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost prices compare --monthly-tokens 10M --models gpt-4.1,deepseek-v3.2 --prices flat-2026 --multiplier 0.015
  $ aicost prices compare --monthly-tokens 100k,1M,5M --models claude-opus-4.7,deepseek-v3.2 --prices tiered-2026-04
  $ aicost prices compare fixtures/support-desk.jsonl --models gpt-4o-mini,claude-haiku-4-5
  $ aicost prices compare --on aicost.db --csv
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const volume = readVolumeFlags(flags);
  const downloaded = downloadedOnce(deps);
  const book = await openBook(deps, downloaded);
  if (volume === null) return compareLogs({ args, flags }, { book, downloaded }, deps);
  if (args.length > 0 || flags.on !== undefined) {
    const hint = 'leave out --monthly-tokens to compare the calls of a log';
    throw new UserError(EXIT.usage, 'a stated volume needs no log', hint);
  }
  const nowMs = deps.clock.now();
  const prices = { ...tableFields(book.info, nowMs), line: tableLine(book.info, nowMs) };
  await deps.write([renderSections(volumeAnswer(book, volume, prices), deps.output)]);
  return EXIT.ok;
}

async function compareLogs(
  { args, flags }: Pick<Invocation<Flags>, 'args' | 'flags'>,
  { book, downloaded }: { readonly book: PriceBook; readonly downloaded: Downloaded },
  deps: Deps,
): Promise<ExitCode> {
  const missing = args.length === 0 ? 'refuse' : 'make';
  return withLedger(atLedger(deps, flags.on), missing, async (db) => {
    const reading = { inputs: args, db, book, observer: null };
    const read = args.length === 0 ? null : await readLogs(deps, flags, reading);
    if (read?.interrupted === true) return EXIT.interrupted;
    const sourceIds = read?.sourceIds ?? null;
    const candidates =
      flags.models === undefined
        ? candidatesOf(book, chatModels(db, sourceIds)).slice(0, MOST_CALLED)
        : modelNames(flags.models).map((model) => ({ provider: '', model }));
    const windowOf = contextWindows((await catalogueInUse(deps, downloaded)).providers);
    const traffic = compareTraffic(book, candidates, windowOf);
    const selection = { sourceIds, sinceMs: null, untilMs: null };
    await eachCall(readCalls(db, selection, book), deps, (call) => traffic.add(call));
    const nowMs = deps.clock.now();
    const prices = { ...tableFields(book.info, nowMs), line: tableLine(book.info, nowMs) };
    await deps.write([renderSections(trafficAnswer(traffic.result(), prices), deps.output)]);
    return read === null ? EXIT.ok : exitCodeOf(read);
  });
}
