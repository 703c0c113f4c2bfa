/**
 * `aicost rejects`: the lines that are no calls.
 *
 * Takes a part of a path, gives file, line and reason of each. Never shows what stood in the line,
 * and never holds more than a page of them.
 */
import { type RejectRow, rejectPages } from '../ledger/lookup.ts';
import { type Column, renderRowPages } from '../report/rows.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { withLedger } from './with-ledger.ts';

const COLUMNS: Column<RejectRow>[] = [
  { key: 'path', title: 'File', value: (row) => row.path },
  { key: 'line', title: 'Line', align: 'right', value: (row) => row.line },
  { key: 'reason', title: 'Reason', value: (row) => row.reason },
  { key: 'detail', title: 'Detail', value: (row) => row.detail },
];

/** Declares the command. */
export function build(command: CliCommand): void {
  command
    .description('Lists every log line that could not become a call, with file, line and reason.')
    .argument('[text]', 'only files whose path holds this text')
    .addHelpText(
      'after',
      `
Examples:
  $ aicost rejects               all of them
  $ aicost rejects march --csv   those of files with "march" in their path
`,
    )
    .runs(run);
}

async function run({ args }: Invocation<object>, deps: Deps): Promise<void> {
  const [text = ''] = args;
  await withLedger(deps, 'refuse', (db) =>
    deps.write(renderRowPages(rejectPages(db, text), COLUMNS, deps.output)),
  );
}
