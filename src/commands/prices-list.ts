/**
 * `aicost prices list` and `show`: what the price tables hold.
 *
 * Takes a part of a model's name, or the name as a log spells it; gives rates in USD per million
 * tokens. Never touches the ledger.
 */
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { dataFolder } from '../price-store/folder.ts';
import { readStoredTable, storedNames, storedPath } from '../price-store/store.ts';
import { parsePriceFile } from '../pricing/file.ts';
import { listPrices, type PriceRow, showPrices } from '../pricing/list.ts';
import { loadPriceBook, PRICE_TABLE_IDS, type PriceTableInfo } from '../pricing/price.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { declarePrices, openBook, openNamedBook } from './price-book.ts';
import { tableFields, tableLine } from './price-note.ts';

interface Flags {
  readonly provider?: string;
  readonly tables?: boolean;
}

const right = 'right' as const;

/** Columns of a price list; a terminal shows the common classes, other formats all. */
const COMMON: Column<PriceRow>[] = [
  { key: 'provider', title: 'Provider', value: (row) => row.provider },
  { key: 'model', title: 'Model', isName: true, value: (row) => row.model },
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
  { key: 'reasoning', title: 'Reasoning', align: right, value: (row) => row.reasoning },
  { key: 'input_audio', title: 'Audio in', align: right, value: (row) => row.inputAudio },
  { key: 'input_image', title: 'Image in', align: right, value: (row) => row.inputImage },
  { key: 'output_audio', title: 'Audio out', align: right, value: (row) => row.outputAudio },
  { key: 'output_image', title: 'Image out', align: right, value: (row) => row.outputImage },
  {
    key: 'cache_read_audio',
    title: 'Audio read',
    align: right,
    value: (row) => row.cacheReadAudio,
  },
  {
    key: 'cache_read_image',
    title: 'Image read',
    align: right,
    value: (row) => row.cacheReadImage,
  },
  { key: 'web_search', title: 'Search', align: right, value: (row) => row.webSearch },
  { key: 'per_request', title: 'Request', align: right, value: (row) => row.perRequest },
  {
    key: 'assumed',
    title: 'Assumed',
    value: (row) => row.assumed.map(({ rateClass, rule }) => `${rateClass}: ${rule}`).join('; '),
  },
  { key: 'source', title: 'Source', value: (row) => row.source },
];

/** Declares `list`. */
export function buildList(command: CliCommand): void {
  command
    .description('Lists the models of a price table, in USD per million tokens. Works offline.')
    .argument('[text]', 'only models whose name holds this text')
    .option('--provider <name>', 'only this provider')
    .option('--tables', 'the tables themselves: bundled, downloaded, imported, with their age');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost prices list gpt-4o                       models with "gpt-4o" in their name
  $ aicost prices list --prices router-2026 --csv   a whole table, for a spreadsheet
  $ aicost prices list --tables                     which tables there are, and how old they are
`,
    )
    .runs<Flags>(runList);
}

/** Declares `show`. */
export function buildShow(command: CliCommand): void {
  command
    .description('Shows how a model name is resolved, and its rates through time. Works offline.')
    .argument('<model>', 'a model name as it stands in a log')
    .option('--provider <name>', 'the provider the log names');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost prices show claude-sonnet-4-20250514
  $ aicost prices show gpt-4.1 --prices flat-2026
  $ aicost prices show gpt-4o --price gpt-4o:input=2.25,output=9
`,
    )
    .runs<Flags>(runShow);
}

async function runList({ args, flags }: Invocation<Flags>, deps: Deps): Promise<ExitCode> {
  if (flags.tables === true) return writeTables(deps);
  const book = await openBook(deps);
  const [text] = args;
  const rows = listPrices(book, {
    ...(flags.provider === undefined ? {} : { provider: flags.provider }),
    ...(text === undefined ? {} : { text }),
  });
  noteTable(book.info, deps);
  await writeRows(rows, deps);
  return EXIT.ok;
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
      `aicost prices match ${name} says what was tried; --price or --prices can price it`,
    );
  }
  const steps = match.steps.length === 0 ? '' : ` ${match.steps.join('; ')}`;
  const payer = match.provider === '' ? '' : ` of ${match.provider}`;
  deps.note(`${name} is ${match.model}${payer} (${match.how})${steps}`);
  noteTable(book.info, deps);
  await writeRows(rows, deps);
}

/** Says which table it is and how old, and which others the user has. */
function noteTable(info: PriceTableInfo, deps: Deps): void {
  const own = storedNames(dataFolder(deps));
  const others = own.length === 0 ? '' : `imported: ${own.join(', ')}`;
  deps.note(tableLine(info, deps.clock.now()), others);
}

async function writeRows(rows: readonly PriceRow[], deps: Deps): Promise<void> {
  const columns = deps.output.format === 'table' ? COMMON : [...COMMON, ...FURTHER];
  await deps.write([renderRows(rows, columns, deps.output)]);
}

interface TableRow {
  readonly name: string;
  readonly kind: 'built in' | 'downloaded' | 'imported';
  readonly info: PriceTableInfo;
}

/** Tables that cannot be read are named; the others are listed all the same. */
async function writeTables(deps: Deps): Promise<ExitCode> {
  const catalogue = await openNamedBook(deps, { value: 'catalogue', origin: 'default' });
  const bundled = await loadPriceBook('catalogue');
  const first = catalogue.layers[0] ?? catalogue.info;
  const isBundled = first.version === bundled.info.version;
  const named = PRICE_TABLE_IDS.slice(1).map(async (name) => {
    const { info } = await loadPriceBook(name);
    return { name, kind: 'built in' as const, info };
  });
  const { own, problems } = importedRows(deps);
  const rows: TableRow[] = [
    { name: 'catalogue', kind: isBundled ? 'built in' : 'downloaded', info: first },
    ...(await Promise.all(named)),
    ...own,
  ];
  await deps.write([renderRows(rows, tableColumns(deps), deps.output)]);
  for (const { message, hint } of problems) deps.note(message, hint);
  return problems.length === 0 ? EXIT.ok : EXIT.failed;
}

function importedRows(deps: Deps): { own: TableRow[]; problems: UserError[] } {
  const folder = dataFolder(deps);
  const own: TableRow[] = [];
  const problems: UserError[] = [];
  for (const name of storedNames(folder)) {
    try {
      const table = readStoredTable(folder, name);
      if (table === null) continue;
      own.push({ name, kind: 'imported', info: parsePriceFile(table).info });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const path = storedPath(folder, name);
      const message = error.message.includes(path) ? error.message : `${path}: ${error.message}`;
      problems.push(new UserError(error.code, message, error.hint));
    }
  }
  return { own, problems };
}

function tableColumns({ clock }: Deps): Column<TableRow>[] {
  const fields = (row: TableRow) => tableFields(row.info, clock.now());
  return [
    { key: 'table', title: 'Table', value: (row) => row.name },
    { key: 'kind', title: 'Kind', value: (row) => row.kind },
    { key: 'version', title: 'Version', value: (row) => row.info.version },
    { key: 'as_of', title: 'As of', value: (row) => fields(row).as_of },
    { key: 'age_days', title: 'Days old', align: right, value: (row) => fields(row).age_days },
    { key: 'source', title: 'Source', value: (row) => row.info.source },
  ];
}
