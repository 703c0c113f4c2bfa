/**
 * `aicost audit`: logs in, report out.
 *
 * Takes the logs named (none: the whole ledger), gives the report on exactly these. Never reads a
 * log twice for it where once will do.
 */
import { EXIT, type ExitCode } from '../errors.ts';
import type { IngestResult } from '../ingest/ingest.ts';
import type { IngestCounts } from '../report/model.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { noteStale } from './labelling.ts';
import { openBook } from './price-book.ts';
import { declareReadFlags, exitCodeOf, type ReadFlags, readLogs } from './read-logs.ts';
import {
  declareReportFlags,
  type ReportFlags,
  type ReportSettings,
  readReportFlags,
} from './report-flags.ts';
import { withLedger } from './with-ledger.ts';
import { analysisOf, wholeLedger, writeReport } from './write-report.ts';

type Flags = ReadFlags & ReportFlags;

/** Declares the command. */
export function build(command: CliCommand): void {
  command
    .description(
      `Reads logs into the ledger and reports what their calls cost, what was wasted and what could be saved. The report is on exactly the files named; without files, on the whole ledger. A file that was read before is not read again. Works offline; writes only the ledger.`,
    )
    .argument('[paths...]', 'logs: files, folders, quoted globs, .gz, or - for standard input');
  declareReadFlags(command);
  declareReportFlags(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost audit fixtures/support-desk.jsonl         the whole report
  $ aicost audit logs/ --since 2026-03-01 --explain  one folder from March on, with the evidence
  $ zcat old.gz | aicost audit - --json              from standard input, for a script
  $ aicost audit logs.csv --prices my-prices.csv     with your own price table
`,
    )
    .runs<Flags>(run);
}

async function run({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  const settings = await readReportFlags(flags, deps);
  const book = await openBook(deps);
  if (args.length === 0) {
    return withLedger(deps, 'refuse', (db) => {
      noteStale(db, deps);
      return writeReport(deps, settings, wholeLedger(db, book));
    });
  }
  return withLedger(deps, 'make', async (db) => {
    // The first reading of a log needs no second one: the report is made while it is written.
    const analysis =
      isWhole(settings) && settings.by !== 'template' ? analysisOf(book, settings.policy) : null;
    const observer = analysis?.add ?? null;
    const result = await readLogs(deps, flags, { inputs: args, db, book, observer });
    if (result.interrupted) return EXIT.interrupted;
    const code = await writeReport(deps, settings, {
      db,
      book,
      ingest: countsOf(result),
      sourceIds: result.sourceIds,
      analysis: result.observed ? analysis : null,
    });
    return code === EXIT.ok ? exitCodeOf(result) : code;
  });
}

/** Whether the report is on all calls of its logs, whatever their time. */
function isWhole({ sinceMs, untilMs }: ReportSettings): boolean {
  return sinceMs === null && untilMs === null;
}

function countsOf(result: IngestResult): IngestCounts {
  return {
    new_calls: result.newCalls,
    known_calls: result.knownCalls,
    replaced_calls: result.replacedCalls,
    rejected_lines: result.rejectedLines,
  };
}
