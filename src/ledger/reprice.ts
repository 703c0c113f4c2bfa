/**
 * Repricing: the cost that stands in the ledger beside the cost at another price book.
 *
 * Takes a book, gives every call with both, page by page; writes the new ones if asked to, all or
 * none. Never holds more than a page, and never touches what a call was: only cost and table change.
 */
import type { PriceBook } from '../pricing/price.ts';
import { Dimensions } from './dimensions.ts';
import type { Ledger } from './open.ts';
import { readCalls } from './read.ts';
import { beginWriting, commitWriting, undoWriting } from './sources.ts';

/** One call with its stored and its new cost, in pico-USD; null: no price. */
export interface RepricedCall {
  readonly id: number;
  readonly provider: string;
  readonly model: string;
  readonly storedPico: number | null;
  readonly newPico: number | null;
}

/** What to do with the new costs. */
export interface Repricing {
  readonly book: PriceBook;
  /** Whether they replace the stored ones. */
  readonly isWritten: boolean;
  /** Called for each page; throwing ends it, and nothing is written. */
  onPage(page: readonly RepricedCall[]): Promise<void>;
}

const WHOLE = { sourceIds: null, sinceMs: null, untilMs: null };

type StoredRow = [costPico: number | null, priceTableId: number];

/** Reprices every call. What is written is written in one transaction: all of it, or nothing. */
export async function repriceCalls(db: Ledger, repricing: Repricing): Promise<void> {
  if (!repricing.isWritten) return eachPage(db, repricing, () => {});
  beginWriting(db);
  try {
    await eachPage(db, repricing, writerOf(db, repricing.book));
    commitWriting(db);
  } catch (error) {
    undoWriting(db);
    throw error;
  }
}

type Write = (call: RepricedCall, storedTableId: number) => void;

async function eachPage(db: Ledger, repricing: Repricing, write: Write): Promise<void> {
  const stored = db.prepare('SELECT cost_pico, price_table_id FROM call WHERE id = ?').raw();
  for (const page of readCalls(db, WHOLE, repricing.book)) {
    const repriced = page.map(({ id, target, costPico }): RepricedCall => {
      const [storedPico, tableId] = stored.get(id) as StoredRow;
      const { provider, model, modelRequested } = target;
      const call = { id, provider, model: model || modelRequested, storedPico, newPico: costPico };
      write(call, tableId);
      return call;
    });
    await repricing.onPage(repriced);
  }
}

function writerOf(db: Ledger, book: PriceBook): Write {
  const tableId = new Dimensions(db).priceTableId(book.info);
  const update = db.prepare('UPDATE call SET cost_pico = ?, price_table_id = ? WHERE id = ?');
  return ({ id, storedPico, newPico }, storedTableId) => {
    if (storedPico !== newPico || storedTableId !== tableId) update.run(newPico, tableId, id);
  };
}
