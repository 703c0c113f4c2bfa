/**
 * The ledger a command works with: opened, settled, closed.
 *
 * Takes the settled `ledger` setting and what to do with it. Never leaves the ledger open, and never
 * lets the answer overwrite it.
 */
import { resolve } from 'node:path';
import { settleDuplicates } from '../ledger/duplicates.ts';
import { guardLedger, type Ledger, openExistingLedger, openLedger } from '../ledger/open.ts';
import type { Deps } from '../terminal/command.ts';
import { refuseOverwrite } from '../terminal/output.ts';

/** Whether a ledger that is not there is made, or is an error. */
export type Missing = 'make' | 'refuse';

/** Runs with the ledger of --ledger open; says in plain words what is wrong with it. */
export async function withLedger<Result>(
  deps: Deps,
  missing: Missing,
  run: (db: Ledger) => Promise<Result>,
): Promise<Result> {
  const path = resolve(deps.cwd, deps.config.ledger.value);
  refuseOverwrite(deps.output, [path]);
  const db = missing === 'make' ? openLedger(path) : openExistingLedger(path);
  try {
    // An ingest that was cut off may have left calls to settle.
    guardLedger(path, () => settleDuplicates(db));
    return await run(db);
  } catch (error) {
    return guardLedger(path, () => {
      throw error;
    });
  } finally {
    db.close();
  }
}
