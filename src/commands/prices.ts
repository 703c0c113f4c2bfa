/** `aicost prices`: what the price tables hold. */
import { EXIT, UserError } from '../errors.ts';
import { listPrices, type PriceRow, showPrices } from '../pricing/list.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { writeOutput } from '../terminal/output.ts';
import { declarePrices, note, openBook } from './shared.ts';

interface Flags {
  readonly provider?: string;
}

const right = 'right' as const;

/** Columns of a price list; a terminal shows the common classes, other formats all. */
const COMMON: Column<PriceRow>[] = [
  { key: 'provider', title: 'Provider', value: (row) => row.provider },
  { key: 'model', title: 'Model', value: (row) => row.model },
  { key: 'tier', title: 'Tier', value: (row) => row.tier },
  { key: 'input', title: 'Input', align: right, value: (row) => row.input },
  { key: 'cache_read', title: 'Cache read', align: right, value: (row) => row.cacheRead },
  { key: 'output', title: 'Output', align: right, value: (row) => row.output },
  { key: 'above_input_tokens', title: 'Above', align: right, value: (row) => row.aboveInputTokens },
  { key: 'from', title: 'From', value: (row) => row.from },
];
const FURTHER: Column<PriceRow>[] = [
  { key: 'until', title: 'Until', value: (row) => row.until },
  { key: 'time_of_day', title: 'Time of day', value: (row) => row.timeOfDay },
  { key: 'region', title: 'Region', value: (row) => row.region },
  { key: 'cache_write_5m', title: 'Write 5m', align: right, value: (row) => row.cacheWrite5m },
  { key: 'cache_write_1h', title: 'Write 1h', align: right, value: (row) => row.cacheWrite1h },
  { key: 'input_audio', title: 'Audio in', align: right, value: (row) => row.inputAudio },
  { key: 'input_image', title: 'Image in', align: right, value: (row) => row.inputImage },
  { key: 'output_audio', title: 'Audio out', align: right, value: (row) => row.outputAudio },
  { key: 'output_image', title: 'Image out', align: right, value: (row) => row.outputImage },
  { key: 'web_search', title: 'Search', align: right, value: (row) => row.webSearch },
  { key: 'per_request', title: 'Request', align: right, value: (row) => row.perRequest },
];

/** Declares the command and its two verbs. */
export function build(command: CliCommand): void {
  command.description(
    'Lists price tables, or shows the rates of a model. USD per million tokens. Works offline.',
  );
  const list = command
    .command('list')
    .description('Lists the models of a price table, in USD per million tokens.')
    .argument('[text]', 'only models whose name holds this text')
    .option('--provider <name>', 'only this provider');
  declarePrices(list);
  list
    .addHelpText(
      'after',
      '\nExamples:\n  $ aicost prices list gpt-4o\n  $ aicost prices list --prices router-2026 --csv\n',
    )
    .runs<Flags>(runList);
  const show = command
    .command('show')
    .description('Shows how a model name is resolved, and its rates through time.')
    .argument('<model>', 'a model name as it stands in a log')
    .option('--provider <name>', 'the provider the log names');
  declarePrices(show);
  show
    .addHelpText(
      'after',
      '\nExamples:\n  $ aicost prices show claude-sonnet-4-20250514\n  $ aicost prices show gpt-4.1 --prices flat-2026\n',
    )
    .runs<Flags>(runShow);
}

async function runList({ args, flags }: Invocation<Flags>, deps: Deps): Promise<void> {
  const book = await openBook(deps);
  const [text] = args;
  const rows = listPrices(book, {
    ...(flags.provider === undefined ? {} : { provider: flags.provider }),
    ...(text === undefined ? {} : { text }),
  });
  note(
    deps,
    `${book.info.name} ${book.info.version}, as of ${book.info.asOf}: ${book.info.source}`,
  );
  await writeRows(rows, deps);
}

async function runShow({ args, flags }: Invocation<Flags>, deps: Deps): Promise<void> {
  const book = await openBook(deps);
  const [name = ''] = args;
  const { match, rows } = showPrices(
    book,
    name,
    flags.provider === undefined ? {} : { provider: flags.provider },
  );
  if (match.how === 'none') {
    throw new UserError(
      EXIT.failed,
      `${name} has no price in ${book.info.name}: ${match.reason}`,
      match.steps.join('; ') || 'see aicost prices list, or give a price file with --prices',
    );
  }
  note(
    deps,
    `${name} is ${match.model} of ${match.provider} (${match.how}) ${match.steps.join('; ')}`.trim(),
  );
  await writeRows(rows, deps);
}

async function writeRows(rows: readonly PriceRow[], deps: Deps): Promise<void> {
  const columns = deps.output.format === 'table' ? COMMON : [...COMMON, ...FURTHER];
  await writeOutput(renderRows(rows, columns, deps.output), deps.output, deps.streams.stdout);
}
