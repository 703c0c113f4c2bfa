/**
 * `aicost report`: the report on what the ledger holds.
 *
 * Takes the flags of a report, gives the report on all calls. Never reads a log.
 */
import type { ExitCode } from '../errors.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { noteStale } from './labelling.ts';
import { openBook } from './price-book.ts';
import { declareReportFlags, type ReportFlags, readReportFlags } from './report-flags.ts';
import { withLedger } from './with-ledger.ts';
import { wholeLedger, writeReport } from './write-report.ts';

/** Declares the command. */
export function build(command: CliCommand): void {
  command.description('Reports on all calls of the ledger, without reading a log.');
  declareReportFlags(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost report                              everything in ./aicost.db
  $ aicost report --by day --csv               spend per UTC day, for a spreadsheet
  $ aicost report --prices router-2026 --json  the same calls at another price table
`,
    )
    .runs<ReportFlags>(run);
}

async function run({ flags }: Invocation<ReportFlags>, deps: Deps): Promise<ExitCode> {
  const settings = await readReportFlags(flags, deps);
  const book = await openBook(deps);
  return withLedger(deps, 'refuse', (db) => {
    noteStale(db, deps);
    return writeReport(deps, settings, wholeLedger(db, book));
  });
}
