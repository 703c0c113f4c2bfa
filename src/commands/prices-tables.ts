/**
 * `aicost prices import` and `export`: tables into the user's store, and out of any book.
 *
 * Takes a file that is checked whole before anything is stored, or a table; gives its name, or its
 * text. Never stores a table with a mistake in it.
 */
import { readSettingFile } from '../config.ts';
import { EXIT, UserError } from '../errors.ts';
import { dataFolder } from '../price-store/folder.ts';
import { parseStoredName, storedNames, writeStoredTable } from '../price-store/store.ts';
import { formatPriceTable, tableOf } from '../pricing/export.ts';
import { parsePriceFile } from '../pricing/file.ts';
import { PRICE_TABLE_IDS } from '../pricing/price.ts';
import type { PriceTable } from '../pricing/tables.ts';
import { type Column, renderRows } from '../report/rows.ts';
import type { CliCommand, Deps, Invocation } from '../terminal/command.ts';
import { declarePrices, openBook } from './price-book.ts';

interface Imported {
  readonly name: string;
  readonly path: string;
  readonly table: PriceTable;
  readonly isReplaced: boolean;
}

const COLUMNS: Column<Imported>[] = [
  { key: 'table', title: 'Table', value: (row) => row.name },
  { key: 'prices', title: 'Prices', align: 'right', value: (row) => row.table.rows.length },
  { key: 'models', title: 'Models', align: 'right', value: ({ table }) => modelsOf(table) },
  { key: 'aliases', title: 'Aliases', align: 'right', value: ({ table }) => aliasesOf(table) },
  { key: 'version', title: 'Version', value: (row) => row.table.info.version },
  { key: 'as_of', title: 'As of', value: (row) => row.table.info.asOf || null },
  { key: 'replaced', title: 'Replaced', value: (row) => (row.isReplaced ? 'yes' : 'no') },
  { key: 'path', title: 'File', value: (row) => row.path },
];

/** Declares `import`. */
export function buildImport(command: CliCommand): void {
  command
    .description(
      'Checks a price table and keeps it, so that --prices NAME finds it from every folder. A table with a mistake is not kept, and the file, line and value are named. Writes to AICOST_HOME (~/.local/share/aicost). Works offline.',
    )
    .argument('<file>', 'a price table, .csv or .json (docs/pricing.md)')
    .option('--name <name>', "what to call it (the file's name)")
    .addHelpText(
      'after',
      `
Examples:
  $ aicost prices import my-prices.csv --name contract
  $ aicost report --prices contract
`,
    )
    .runs<{ readonly name?: string }>(runImport);
}

async function runImport(
  { args, flags }: Invocation<{ readonly name?: string }>,
  deps: Deps,
): Promise<void> {
  const [file = ''] = args;
  const text = readSettingFile({ value: file, origin: 'import' }, deps.cwd, 'give a price table');
  const name = parseStoredName(flags.name ?? baseName(file));
  if (PRICE_TABLE_IDS.includes(name)) {
    const hint = 'give it another name with --name';
    throw new UserError(EXIT.usage, `'${name}' is the name of a built-in price table`, hint);
  }
  const table = parsePriceFile({ name: file, text });
  const folder = dataFolder(deps);
  const isReplaced = storedNames(folder).includes(name);
  const path = writeStoredTable(folder, { name, text });
  await deps.write([renderRows([{ name, path, table, isReplaced }], COLUMNS, deps.output)]);
}

function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.(csv|json)$/i, '');
}

function modelsOf({ rows }: PriceTable): number {
  return new Set(rows.map(({ provider, model }) => `${provider}\n${model}`)).size;
}

function aliasesOf({ aliases }: PriceTable): number {
  return Object.keys(aliases ?? {}).length;
}

interface ExportFlags {
  readonly model?: string;
  readonly provider?: string;
}

/** Declares `export`. */
export function buildExport(command: CliCommand): void {
  command
    .description(
      'Writes a price table as CSV or JSON that --prices and `prices import` read back to the same prices. Rates that a rule fills in are left empty. Works offline.',
    )
    .option('--model <text>', 'only models whose name holds this text')
    .option('--provider <name>', 'only this provider');
  declarePrices(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  $ aicost prices export --model gpt-4o --csv            to a spreadsheet and back
  $ aicost prices export --provider anthropic -o anthropic.json
`,
    )
    .runs<ExportFlags>(runExport);
}

async function runExport({ flags }: Invocation<ExportFlags>, deps: Deps): Promise<void> {
  const { format, delimiter, bom } = deps.output;
  if (format === 'ndjson' || delimiter !== ',' || bom) {
    const hint = 'a price table is CSV with commas, or --json';
    throw new UserError(EXIT.usage, 'prices export has no such format', hint);
  }
  const book = await openBook(deps);
  const table = tableOf(book, {
    ...(flags.provider === undefined ? {} : { provider: flags.provider }),
    ...(flags.model === undefined ? {} : { text: flags.model }),
  });
  if (table.rows.length === 0) {
    const hint = 'aicost prices list shows what there is';
    throw new UserError(EXIT.failed, `${book.info.name} has no such prices`, hint);
  }
  await deps.write([formatPriceTable(table, format === 'json' ? 'json' : 'csv')]);
}
