/** `aicost audit`: logs in, report out. */
import { Analysis } from '../audit/analyse.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { declareReportFlags, type ReportFlags, readReportFlags, writeReport } from './reporting.ts';
import {
  declareReadFlags,
  exitCodeOf,
  ingestInputs,
  note,
  openBook,
  type ReadFlags,
  withLedger,
} from './shared.ts';

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
  const settings = readReportFlags(flags, deps);
  const book = await openBook(deps);
  if (args.length === 0) {
    return withLedger(deps, true, (db) =>
      writeReport(deps, settings, { db, book, ingest: null, sourceIds: null, analysis: null }),
    );
  }
  return withLedger(deps, false, async (db) => {
    // The first reading of a log needs no second one: the report is made while it is written.
    const whole = settings.sinceMs === null && settings.untilMs === null;
    const analysis = whole ? new Analysis(book, settings.policy) : null;
    const observer = analysis?.add ?? null;
    const result = await ingestInputs(deps, flags, { inputs: args, db, book, observer });
    if (result.interrupted) {
      note(
        deps,
        'interrupted: what was read is in the ledger; run the same command again to go on',
      );
      return EXIT.interrupted;
    }
    const counts = {
      new_calls: result.newCalls,
      known_calls: result.knownCalls,
      replaced_calls: result.replacedCalls,
      rejected_lines: result.rejectedLines,
    };
    const { sourceIds } = result;
    const code = await writeReport(deps, settings, {
      db,
      book,
      ingest: counts,
      sourceIds,
      analysis: result.observed ? analysis : null,
    });
    return code === EXIT.ok ? exitCodeOf(result) : code;
  });
}
