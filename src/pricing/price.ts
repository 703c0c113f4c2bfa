/**
 * The door of pricing: from the name of a price list to a book that prices calls.
 *
 * Takes an id, or the text of the user's own table; gives a PriceBook. Never reads a file or a
 * clock, never the network: the lists are bundled, and the caller reads the file and the call's time.
 */
import { EXIT, UserError } from '../errors.ts';
import type { PriceBook } from './book.ts';
import { loadCatalogue } from './catalogue.ts';
import { type PriceFileOptions, parsePriceFile } from './file.ts';
import { NAMED_TABLE_IDS, namedTable } from './named-tables.ts';
import { layeredBook, tableBook } from './tables.ts';

export { type PriceBook, type Schedule, UNPRICED_REASONS, type UnpricedReason } from './book.ts';

/** Every id that `loadPriceBook` takes; the first is the default. */
export const PRICE_TABLE_IDS: readonly string[] = ['catalogue', ...NAMED_TABLE_IDS];

let catalogue: Promise<PriceBook> | null = null;

/** Loads a price list by its id. Throws UserError for an id that does not exist. */
export async function loadPriceBook(id: string): Promise<PriceBook> {
  if (id === 'catalogue') {
    catalogue ??= loadCatalogue();
    return catalogue;
  }
  const table = namedTable(id);
  if (table !== null) return tableBook(table);
  throw new UserError(
    EXIT.usage,
    `there is no price table named '${id}'`,
    `use one of: ${PRICE_TABLE_IDS.join(', ')}, or the path of your own table`,
  );
}

/**
 * Makes a book from the text of a user's table (CSV, or JSON if it begins with `{`), laid over
 * `below`: a model in the file has the file's prices. `below: null` lets the file stand alone.
 * Throws UserError naming file, line and value.
 */
export function priceBookFromFile(
  file: { readonly name: string; readonly text: string },
  below: PriceBook | null,
  options: PriceFileOptions = {},
): PriceBook {
  const table = parsePriceFile(file, options);
  return below === null ? tableBook(table) : layeredBook(table, below);
}
