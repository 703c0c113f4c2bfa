/**
 * `aicost policy check`: everything that is to be said of a policy file, at once.
 *
 * Takes a file, gives its problems with their lines: 2 for errors, 3 for warnings alone. Never changes
 * the file.
 */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { checkPolicy, type PolicyFinding } from '../policy/check-policy.ts';
import { type Column, renderRows } from '../report/rows.ts';
import { escapeUnsafe } from '../report/text.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { hasPriceIn } from './policy-prices.ts';
import { declarePrices, openBook } from './price-book.ts';
import { readPolicySource } from './read-policy.ts';

/** Declares `check`. */
export function buildCheck(command: CliCommand): void {
  command
    .description(
      'Names every problem of a policy file with its line: what is refused, cycles of fallbacks, models without a price, rules that are never reached, and sections that only some commands use. Works offline.',
    )
    .argument('<file>', 'a policy file');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Exit codes: 0 all is well, notes apart; 2 errors; 3 warnings alone.

Examples:
  $ aicost policy check fixtures/policy.yaml
  $ aicost policy check fixtures/policy.yaml --json
`,
    )
    .runs(run);
}

async function run({ args }: Invocation<object>, deps: Deps): Promise<ExitCode> {
  const [value = ''] = args;
  const { name, text } = readPolicySource({ value, origin: value }, deps.cwd);
  if (text === null) {
    const hint = `a path has a slash or ends in .yaml; 'aicost policy show ${name}' shows the preset`;
    throw new UserError(EXIT.usage, `${name} is a preset, there is nothing to check`, hint);
  }
  const found = checkPolicy(text, name, hasPriceIn(await openBook(deps)));
  const isTable = deps.output.format === 'table';
  const answer = isTable ? linesOf(found, name) : renderRows(found, columnsOf(name), deps.output);
  await deps.write([answer]);
  const count = (severity: string) => found.filter((one) => one.severity === severity).length;
  const [errors, warnings] = [count('error'), count('warning')];
  deps.note(`${name}: ${errors} errors, ${warnings} warnings, ${count('note')} notes`);
  if (errors > 0) return EXIT.usage;
  return warnings > 0 ? EXIT.gaps : EXIT.ok;
}

/** One line each, as compilers print them: a table would cut them. */
function linesOf(found: readonly PolicyFinding[], name: string): string {
  const lines = found.flatMap(({ severity, line, key, problem, hint }) => {
    const where = `${name}:${line}: ${severity}: ${key === '' ? '' : `${key}: `}`;
    return [`${where}${problem}`, ...(hint === '' ? [] : [`  ${hint}`])].map(escapeUnsafe);
  });
  return lines.length === 0 ? `${name}: nothing to say against it\n` : `${lines.join('\n')}\n`;
}

function columnsOf(name: string): Column<PolicyFinding>[] {
  return [
    { key: 'severity', title: 'Severity', value: ({ severity }) => severity },
    { key: 'place', title: 'Place', isName: true, value: ({ line }) => `${name}:${line}` },
    { key: 'key', title: 'Key', isName: true, value: ({ key }) => key },
    { key: 'problem', title: 'Problem', value: ({ problem }) => problem },
    { key: 'hint', title: 'What to do', value: ({ hint }) => hint },
  ];
}
