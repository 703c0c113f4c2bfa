/**
 * The ledger a command works with: opened, settled, closed.
 *
 * Takes the settled `ledger` setting and what to do with it. Never leaves the ledger open, and never
 * lets the answer overwrite it, what lies beside it, or what it was filled from.
 */
import { resolve } from 'node:path';
import { settleDuplicates } from '../ledger/duplicates.ts';
import { closeDeadEmbeddings, hasOpenEmbeddings } from '../ledger/embedding-runs.ts';
import { guardLedger, type Ledger, openExistingLedger, openLedger } from '../ledger/open.ts';
import { listPaths } from '../ledger/sources.ts';
import type { Deps } from '../terminal/command.ts';
import { refuseOverwrite } from '../terminal/output.ts';
import { refuseLabels } from './sheet-notes.ts';

/** Whether a ledger that is not there is made, or is an error. */
export type Missing = 'make' | 'refuse';

/** Files that lie beside a ledger: SQLite's, its classifier, and of the locks of runs the one named. */
function besides(path: string, named: string | null): string[] {
  const [lock] = /-run-\d+$/.exec(named ?? '') ?? [];
  const suffixes = [
    '-wal',
    '-shm',
    '-journal',
    '.classifier',
    ...(lock === undefined ? [] : [lock]),
  ];
  return suffixes.map((suffix) => `${path}${suffix}`);
}

/** Runs with the ledger of --ledger open; says in plain words what is wrong with it. */
export async function withLedger<Result>(
  deps: Deps,
  missing: Missing,
  run: (db: Ledger) => Promise<Result>,
): Promise<Result> {
  const path = resolve(deps.cwd, deps.config.ledger.value);
  refuseOverwrite(deps.output, [path, ...besides(path, deps.output.path)]);
  refuseLabels(deps.output, 'ours');
  const db = missing === 'make' ? openLedger(path) : openExistingLedger(path);
  try {
    refuseSources(db, deps.output);
    // An ingest that was cut off may have left calls to settle.
    guardLedger(path, () => settleDuplicates(db));
    // A process that was killed may have left texts that it embedded.
    if (hasOpenEmbeddings(db)) guardLedger(path, () => closeDeadEmbeddings(db, deps.clock.now()));
    return await run(db);
  } catch (error) {
    return guardLedger(path, () => {
      throw error;
    });
  } finally {
    db.close();
  }
}

/** The texts of calls are read again where their logs lie. */
function refuseSources(db: Ledger, output: Deps['output']): void {
  if (output.path === null) return;
  refuseOverwrite(output, listPaths(db));
}
