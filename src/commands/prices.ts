/**
 * `aicost prices`: the price tables, and what follows from them.
 *
 * Takes a verb, gives it to the page of that verb. Never does anything itself.
 */
import type { CliCommand } from '../terminal/command.ts';
import { buildCompare } from './prices-compare.ts';
import { buildDiff } from './prices-diff.ts';
import { buildList, buildShow } from './prices-list.ts';
import { buildMatch } from './prices-match.ts';
import { buildExport, buildImport } from './prices-tables.ts';
import { buildUpdate } from './prices-update.ts';

/** Declares the command and its verbs. */
export function build(command: CliCommand): void {
  command.description(
    `Lists price tables, shows how a name is resolved and what it costs, imports and exports tables, and compares models and tables. USD per million tokens. Works offline, 'prices update' apart.`,
  );
  buildList(command.command('list'));
  buildShow(command.command('show'));
  buildMatch(command.command('match'));
  buildImport(command.command('import'));
  buildExport(command.command('export'));
  buildUpdate(command.command('update'));
  buildDiff(command.command('diff'));
  buildCompare(command.command('compare'));
}
