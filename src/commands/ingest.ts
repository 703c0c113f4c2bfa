/**
 * `aicost ingest`: logs into the ledger.
 *
 * Takes the logs named, gives one row of counts. Never makes a report.
 */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import type { IngestResult } from '../ingest/ingest.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { declarePrices, openBook } from './price-book.ts';
import { declareReadFlags, exitCodeOf, type ReadFlags, readLogs } from './read-logs.ts';
import { withLedger } from './with-ledger.ts';

const COLUMNS: Column<IngestResult>[] = [
  { key: 'new_calls', title: 'New calls', align: 'right', value: (row) => row.newCalls },
  { key: 'known_calls', title: 'Already known', align: 'right', value: (row) => row.knownCalls },
  { key: 'replaced_calls', title: 'Replaced', align: 'right', value: (row) => row.replacedCalls },
  {
    key: 'rejected_lines',
    title: 'Rejected lines',
    align: 'right',
    value: (row) => row.rejectedLines,
  },
];

/** Declares the command. */
export function build(command: CliCommand): void {
  command
    .description(
      `Reads logs into the ledger and says what was new. The same file again adds nothing, a grown one adds its new lines, a fuller row of a known call replaces it. Works offline.`,
    )
    .argument('<paths...>', 'logs: files, folders, quoted globs, .gz, or - for standard input');
  declareReadFlags(command);
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost ingest fixtures/support-desk.jsonl    one file
  $ aicost ingest "logs/**/*.jsonl.gz"           many, by a quoted glob
  $ tail -f app.log | aicost ingest -            until the pipe ends
`,
    )
    .runs<ReadFlags>(run);
}

async function run({ args, flags }: Invocation<ReadFlags>, deps: Deps): Promise<ExitCode> {
  if (args.length === 0)
    throw new UserError(EXIT.usage, 'no log is named', 'see aicost ingest --help');
  const book = await openBook(deps);
  return withLedger(deps, 'make', async (db) => {
    const result = await readLogs(deps, flags, { inputs: args, db, book, observer: null });
    await deps.write([renderRows([result], COLUMNS, deps.output)]);
    return exitCodeOf(result);
  });
}
