/**
 * The door of pricing: from the name of a price list to a book that prices calls.
 *
 * Takes ids and texts of the user's own prices; gives a PriceBook. Never reads a file or a
 * clock, never the network: the lists are bundled, and the caller reads the file and the call's time.
 */
import { EXIT, UserError } from '../errors.ts';
import { type Aliases, aliasedBook } from './aliases.ts';
import type { PriceBook } from './book.ts';
import { type Catalogue, catalogueBook, loadCatalogue } from './catalogue.ts';
import type { ExchangeRates } from './exchange.ts';
import { type PriceFile, type PriceFileOptions, parsePriceFile } from './file.ts';
import { NAMED_TABLE_IDS, namedTable } from './named-tables.ts';
import { parsePriceOption, pricedByOptions } from './price-option.ts';
import { layeredBook, tableBook } from './tables.ts';

export {
  type PriceBook,
  type PriceTableInfo,
  type Schedule,
  UNPRICED_REASONS,
  type UnpricedReason,
} from './book.ts';
export { CATALOGUE_URL, parseCatalogue } from './catalogue-file.ts';

/** Every id that `loadPriceBook` takes; the first is the default. */
export const PRICE_TABLE_IDS: readonly string[] = ['catalogue', ...NAMED_TABLE_IDS];

/** Where prices come from, in the order in which they are laid on top of each other. */
export interface PriceSources {
  /** The list at the bottom: one of PRICE_TABLE_IDS. */
  readonly table?: string;
  /** A downloaded catalogue in place of the bundled one. */
  readonly catalogue?: Catalogue;
  /** The user's own tables. */
  readonly files?: readonly PriceFile[];
  /** Texts such as `gpt-4o:input=2.5,output=10`. */
  readonly prices?: readonly string[];
  /** Names in the log → models. */
  readonly aliases?: Aliases;
  /** Units of a currency for one US dollar. */
  readonly perUsd?: ExchangeRates;
}

let bundled: Promise<PriceBook> | null = null;

/** Loads a price list by its id. Throws UserError for an id that does not exist. */
export async function loadPriceBook(id: string): Promise<PriceBook> {
  if (id === 'catalogue') {
    bundled ??= loadCatalogue();
    return bundled;
  }
  const table = namedTable(id);
  if (table !== null) return tableBook(table);
  throw new UserError(
    EXIT.usage,
    `there is no price table named '${id}'`,
    `use one of: ${PRICE_TABLE_IDS.join(', ')}, or the path of your own table`,
  );
}

/** Opens a book of all sources; later ones win, model by model. Throws UserError. */
export async function openPriceBook(sources: PriceSources): Promise<PriceBook> {
  const id = sources.table ?? 'catalogue';
  let book =
    id === 'catalogue' && sources.catalogue !== undefined
      ? catalogueBook(sources.catalogue)
      : await loadPriceBook(id);
  const options = sources.perUsd === undefined ? {} : { perUsd: sources.perUsd };
  const tables = (sources.files ?? []).map((file) => parsePriceFile(file, options));
  for (const table of tables) book = layeredBook(table, book);
  book = pricedByOptions(book, (sources.prices ?? []).map(parsePriceOption));
  // Aliases go on top of all lists: a name stands for its model in every one of them.
  const aliases = [...tables.map((table) => table.aliases ?? {}), sources.aliases ?? {}];
  return aliasedBook(book, Object.assign({}, ...aliases) as Aliases);
}

/**
 * Makes a book from the text of a user's table (CSV or JSON), laid over
 * `below`: a model in the file has the file's prices. `below: null` lets the file stand alone.
 * Throws UserError naming file, line and value.
 */
export function priceBookFromFile(
  file: PriceFile,
  below: PriceBook | null,
  options: PriceFileOptions = {},
): PriceBook {
  const table = parsePriceFile(file, options);
  const book = below === null ? tableBook(table) : layeredBook(table, below);
  return aliasedBook(book, table.aliases ?? {});
}
