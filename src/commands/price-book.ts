/**
 * The price book a command works with: the flags, and the book they name.
 *
 * Takes the settled `prices`, `price` and `aliases`, gives a PriceBook; a user's table lies over the
 * catalogue. Never reads a file itself: config and the price store do.
 */
import { bundledProviders } from '../compare/catalogue-facts.ts';
import { readSettingFile, type Setting } from '../config.ts';
import type { EpochMs } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import { dataFolder } from '../price-store/folder.ts';
import { readStoredCatalogue, readStoredTable, storedNames } from '../price-store/store.ts';
import { parseAlias } from '../pricing/aliases.ts';
import { CATALOGUE, type Catalogue } from '../pricing/catalogue.ts';
import { bookAsOf } from '../pricing/diff.ts';
import type { PriceFile } from '../pricing/file.ts';
import { formatLimit } from '../pricing/list.ts';
import {
  openPriceBook,
  PRICE_TABLE_IDS,
  type PriceBook,
  type PriceSources,
  parseCatalogue,
} from '../pricing/price.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';

const DEFAULT_TABLE = 'catalogue';

type World = Pick<Deps, 'config' | 'cwd' | 'env' | 'note'>;

/** Declares --prices, --price and --alias. */
export function declarePrices(command: CliCommand): void {
  command.option(
    '--prices <table>',
    `a price table: ${PRICE_TABLE_IDS.join(', ')}, one you imported, or your own .csv or .json (${DEFAULT_TABLE})`,
  );
  declareOwnPrices(command);
}

/** Declares --price and --alias, for commands that name their tables otherwise. */
export function declareOwnPrices(command: CliCommand): void {
  command
    .option(
      '--price <model:rates>',
      "a price over the table's, in USD per million tokens: gpt-4o:input=2.5,output=10 (repeatable)",
      collect,
    )
    .option(
      '--alias <name=model>',
      'the model a name in the log stands for: prod-chat=gpt-4o (repeatable)',
      collect,
    );
}

/** Gathers the values of a flag that may be given several times. */
export function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

/** The price book of --prices, AICOST_PRICES or the config. Throws UserError. */
export async function openBook(
  deps: World,
  downloaded: Downloaded = downloadedOnce(deps),
): Promise<PriceBook> {
  const { value, origin } = deps.config.prices;
  return openNamedBook(deps, { value: value ?? DEFAULT_TABLE, origin }, downloaded);
}

/** The price book of a table's name or file, with the user's own prices and aliases over it. */
export async function openNamedBook(
  deps: World,
  table: Setting<string>,
  downloaded: Downloaded = downloadedOnce(deps),
): Promise<PriceBook> {
  const { price, aliases } = deps.config;
  return openPriceBook({
    ...tableSources(deps, table),
    ...catalogueSource(table.value, downloaded),
    prices: price.value,
    aliases: Object.fromEntries(aliases.value.map(parseAlias)),
  });
}

/** A book as it was on a day; its version says so, also where it is kept with a cost. */
export function bookOn(book: PriceBook, atMs: EpochMs): PriceBook {
  const version = `${book.info.version}@${formatLimit(atMs)}`;
  return { ...bookAsOf(book, atMs), info: { ...book.info, version } };
}

function tableSources(deps: World, table: Setting<string>): PriceSources {
  if (PRICE_TABLE_IDS.includes(table.value)) return { table: table.value };
  return { files: [tableFile(deps, table)] };
}

/** The text of a table of the user's own: a file, or one that was imported. */
function tableFile(deps: World, table: Setting<string>): PriceFile {
  const names = [...PRICE_TABLE_IDS, ...storedNames(dataFolder(deps))];
  const hint = `give a price table, or one of: ${names.join(', ')}`;
  const { value, origin } = table;
  if (/\.(csv|json)$/i.test(value)) {
    return { name: value, text: readSettingFile(table, deps.cwd, hint) };
  }
  const stored = readStoredTable(dataFolder(deps), value);
  if (stored !== null) return stored;
  throw new UserError(EXIT.usage, `${origin}: there is no price table named '${value}'`, hint);
}

/** The providers of the catalogue in use: the downloaded one where it is newer, else the bundled. */
export async function catalogueInUse(
  deps: World,
  downloaded: Downloaded = downloadedOnce(deps),
): Promise<Catalogue> {
  return downloaded() ?? { info: CATALOGUE, providers: await bundledProviders() };
}

/** The named lists stand alone: the catalogue is not read for them. */
function catalogueSource(table: string, downloaded: Downloaded): Pick<PriceSources, 'catalogue'> {
  const isAlone = table !== DEFAULT_TABLE && PRICE_TABLE_IDS.includes(table);
  const catalogue = isAlone ? null : downloaded();
  return catalogue === null ? {} : { catalogue };
}

/** The downloaded catalogue, where it is newer than the bundled one; null: there is none. */
export type Downloaded = () => Catalogue | null;

/** For a command that asks twice: read and checked at most once, and what is wrong is said once. */
export function downloadedOnce(deps: World): Downloaded {
  let known: Catalogue | null | undefined;
  return () => {
    if (known === undefined) known = readDownloaded(deps);
    return known;
  };
}

/** A damaged file must not stand in the way of the update that replaces it, nor of a report. */
function readDownloaded(deps: World): Catalogue | null {
  const stored = readStoredCatalogue(dataFolder(deps));
  if (stored === null || stored.fetchedOn <= CATALOGUE.asOf) return null;
  try {
    return parseCatalogue(stored);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    deps.note(`the bundled catalogue is used: ${cause.message}`, cause.hint);
    return null;
  }
}
