/**
 * `aicost policy diff`: what two policies say differently.
 *
 * Takes two names or files, gives one row a difference, section by section. Never compares money.
 */
import { diffPolicies, type PolicyDifference } from '../policy/diff-policies.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { readSettled } from './policy-show.ts';

const COLUMNS: Column<PolicyDifference>[] = [
  { key: 'section', title: 'Section', value: ({ section }) => section },
  { key: 'key', title: 'Key', isName: true, value: ({ key }) => key },
  { key: 'a', title: 'A', value: ({ a }) => a },
  { key: 'b', title: 'B', value: ({ b }) => b },
];

/** Declares `diff`. */
export function buildDiff(command: CliCommand): void {
  command
    .description(
      'Shows what two policies say differently, section by section; presets are written out first. An empty cell: that side does not say it. Works offline.',
    )
    .argument('<a>', 'a preset, or a policy file')
    .argument('<b>', 'the policy to compare it with')
    .addHelpText(
      'after',
      `
Examples:
  $ aicost policy diff c2 e3
  $ aicost policy diff c2 fixtures/policy.yaml --csv
`,
    )
    .runs(run);
}

async function run({ args }: Invocation<object>, deps: Deps): Promise<void> {
  const [a = '', b = ''] = args;
  const [before, after] = [readSettled(a, deps).settled, readSettled(b, deps).settled];
  const rows = diffPolicies(before, after);
  await deps.write([renderRows(rows, COLUMNS, deps.output)]);
  for (const { name, notes } of [before, after])
    for (const note of notes) deps.note(`${name}: ${note}`);
  if (rows.length === 0) deps.note(`${a} and ${b} say the same`);
}
