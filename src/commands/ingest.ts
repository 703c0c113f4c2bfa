/** `aicost ingest`: logs into the ledger, and a line on each count. */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { writeOutput } from '../terminal/output.ts';
import {
  declarePrices,
  declareReadFlags,
  exitCodeOf,
  ingestInputs,
  note,
  openBook,
  type ReadFlags,
  withLedger,
} from './shared.ts';

interface Counts {
  readonly newCalls: number;
  readonly knownCalls: number;
  readonly replacedCalls: number;
  readonly rejectedLines: number;
}

const COLUMNS: Column<Counts>[] = [
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
  return withLedger(deps, false, async (db) => {
    const result = await ingestInputs(deps, flags, { inputs: args, db, book, observer: null });
    if (result.interrupted) {
      note(
        deps,
        'interrupted: what was read is in the ledger; run the same command again to go on',
      );
    }
    await writeOutput(renderRows([result], COLUMNS, deps.output), deps.output, deps.streams.stdout);
    return exitCodeOf(result);
  });
}
