/**
 * `aicost policy`: the presets, and what a policy file says.
 *
 * Takes a verb, gives it to the page of that verb. Never does anything itself.
 */
import type { CliCommand } from '../terminal/command.ts';
import { buildCheck } from './policy-check.ts';
import { buildDiff } from './policy-diff.ts';
import { buildExport } from './policy-export.ts';
import { buildList } from './policy-list.ts';
import { buildShow } from './policy-show.ts';

/** Declares the command and its verbs. */
export function build(command: CliCommand): void {
  command.description(
    'Lists the presets, shows and checks policies, compares two, and writes one as the configuration of a gateway (docs/policies.md). Works offline and touches no ledger.',
  );
  buildList(command.command('list'));
  buildShow(command.command('show'));
  buildCheck(command.command('check'));
  buildDiff(command.command('diff'));
  buildExport(command.command('export'));
}
