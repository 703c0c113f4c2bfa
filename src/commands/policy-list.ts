/**
 * `aicost policy list`: what can be named in a policy.
 *
 * Takes nothing, gives the presets with their rule. Never a preset of a section that has none.
 */
import { listPolicies } from '../policy/presets.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';

interface Row {
  readonly preset: string;
  readonly section: string;
  /** Null: a setting, and no claim about quality. */
  readonly certainty: string | null;
  readonly rule: string;
  /** How logged calls are routed otherwise. */
  readonly onLogs: string | null;
}

/** The published settings of the other sections; `lever-presets.ts` has their figures. */
const SETTINGS: readonly (readonly [preset: string, section: string, rule: string])[] = [
  [
    'd5',
    'output_caps',
    'Answers of 50 tokens for classification, 300 for summaries, 1,500 for analysis, 2,000 for prose, 500 for all others.',
  ],
  [
    'e4',
    'cascade_split',
    'Of 100 requests 82 are settled by the first of three models, 13 by the second, 5 by the third.',
  ],
  ['e6', 'compression', 'System prompts of 50 tokens or more to 40 % by Qwen3-8B.'],
  [
    'b4',
    'retries',
    'Three attempts: 429 and 503 after pauses that double, other 5xx at once, other 4xx never.',
  ],
  ['b1', 'gateway', 'Every price times 0.015.'],
];

const COLUMNS: Column<Row>[] = [
  { key: 'preset', title: 'Preset', value: ({ preset }) => preset },
  { key: 'section', title: 'Section', value: ({ section }) => section },
  { key: 'certainty', title: 'Certainty', value: ({ certainty }) => certainty },
  { key: 'rule', title: 'Rule', value: ({ rule }) => rule },
];
const ON_LOGS: Column<Row> = { key: 'on_logs', title: 'On logs', value: ({ onLogs }) => onLogs };

/** Declares `list`. */
export function buildList(command: CliCommand): void {
  command
    .description('Lists the presets: what each does, and how sure its savings are. Works offline.')
    .addHelpText(
      'after',
      `
Examples:
  $ aicost policy list
  $ aicost policy list --json    with how logged calls are routed otherwise
`,
    )
    .runs(run);
}

async function run(_: unknown, deps: Deps): Promise<void> {
  const routing = listPolicies().map(({ id, note, differs, certainty }) => ({
    ...{ preset: id, section: 'routing', certainty, rule: note, onLogs: differs },
  }));
  const settings = SETTINGS.map(([preset, section, rule]) => ({
    ...{ preset, section, certainty: null, rule, onLogs: null },
  }));
  const columns = deps.output.format === 'table' ? COLUMNS : [...COLUMNS, ON_LOGS];
  await deps.write([renderRows([...routing, ...settings], columns, deps.output)]);
}
