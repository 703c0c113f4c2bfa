/**
 * The command line: the commands and the flags they share.
 *
 * Takes arguments, gives an exit code. Never imports a command that is not run: each is loaded when
 * the arguments name it, so that --help and --version stay quick.
 */
import { type Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from './errors.ts';
import { CliCommand, type CommandModule, Session, type World } from './terminal/command.ts';

/** One line of the command table. */
export interface CommandSpec {
  readonly name: string;
  /** One line for the list of commands; it is also the first sentence of the command's help. */
  readonly summary: string;
  load(): Promise<CommandModule>;
}

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'audit',
    summary: 'Read logs and report what they cost, what was wasted and what could be saved',
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'ingest',
    summary: 'Read logs into the ledger without a report',
    load: () => import('./commands/ingest.ts'),
  },
  {
    name: 'report',
    summary: 'Report on what the ledger already holds',
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'classify',
    summary: 'Say which task each call was for, and how sure that is',
    load: () => import('./commands/classify.ts'),
  },
  {
    name: 'prices',
    summary: 'List, match, import, update and compare prices',
    load: () => import('./commands/prices.ts'),
  },
  {
    name: 'cost',
    summary: 'Price one usage body as a provider sent it, or one call of the ledger',
    load: () => import('./commands/cost.ts'),
  },
  {
    name: 'reprice',
    summary: 'Show the costs in the ledger at other prices, and replace them if asked to',
    load: () => import('./commands/reprice.ts'),
  },
  {
    name: 'reconcile',
    summary: 'Hold an invoice against the ledger and split the difference',
    load: () => import('./commands/reconcile.ts'),
  },
  {
    name: 'batch',
    summary: 'Ask a model every prompt of a file, within limits and budget',
    load: () => import('./commands/batch.ts'),
  },
  {
    name: 'simulate',
    summary: 'Replay traffic and say what it would have cost otherwise',
    load: () => import('./commands/simulate.ts'),
  },
  {
    name: 'rejects',
    summary: 'List the log lines that could not be read, with file, line and reason',
    load: () => import('./commands/rejects.ts'),
  },
];

const EXAMPLES = `
Examples:
  $ aicost audit logs.jsonl                 what the calls of a log cost
  $ aicost audit logs/ --json > audit.json  the same, exact, for a script
  $ aicost report --by user --csv           spend per user from the ledger

aicost works offline, 'prices update' and 'batch' apart: it reads logs and writes the ledger, a SQLite file, and
the price tables you import, and nothing else.
'aicost help COMMAND' explains a command. Exit codes: 0 done, 1 failed, 2 wrong usage,
3 finished with gaps (an input could not be read; with --strict any gap), 130
interrupted.
`;

/**
 * Runs the command the arguments name (without node and script) and gives its exit code. Throws
 * CommanderError for help, version and wrong usage, and whatever the command throws.
 */
export async function runCli(
  argv: readonly string[],
  world: World,
  table: readonly CommandSpec[] = COMMANDS,
): Promise<ExitCode> {
  const session = new Session(world);
  const program = buildProgram(session, table);
  try {
    await program.parseAsync(helpSpelledOut(argv), { from: 'user' });
    return session.exitCode;
  } finally {
    session.close();
  }
}

/** No arguments ask for help, and `help audit` is `audit --help`, which loads the command. */
function helpSpelledOut(argv: readonly string[]): string[] {
  if (argv.length === 0) return ['--help'];
  return argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
}

function buildProgram(session: Session, table: readonly CommandSpec[]): CliCommand {
  const { stdout, stderr } = session.world.streams;
  const program = new CliCommand(session, 'aicost')
    .description('Audit an LLM bill from the request logs you already have.')
    .option('-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
    })
    .addHelpText('after', EXAMPLES);
  // Not commander's version(): that would look the version up for --help too.
  program.on('option:version', () => {
    stdout.write(`${session.world.version}\n`);
    throw new CommanderError(EXIT.ok, 'commander.version', 'version');
  });
  declareGlobalFlags(program);
  const loaders = new Map(table.map((spec) => [spec.name, spec]));
  for (const { name, summary } of table)
    program.command(name).summary(summary).description(`${summary}.`);
  program.hook('preSubcommand', async (_, command) => {
    const module = await loaders.get(command.name())?.load();
    if (command instanceof CliCommand) module?.build(command);
  });
  return program;
}

function declareGlobalFlags(program: Command): void {
  program
    .option('--ledger <file>', 'the SQLite file that holds the calls (AICOST_LEDGER, ./aicost.db)')
    .option('--format <format>', 'table, csv, json or ndjson (a table on a terminal, else csv)')
    .option('--csv', 'short for --format csv')
    .option('--json', 'short for --format json')
    .option('-o, --out <file>', 'write the answer to a file; its extension can set the format')
    .option('--delimiter <char>', "what separates CSV cells: ';', 'tab', … (a comma)")
    .option('--bom', 'start CSV with a byte-order mark, for Excel')
    .option('-q, --quiet', 'no progress and no notes on stderr')
    .option('--no-color', 'no colours (NO_COLOR)');
}
