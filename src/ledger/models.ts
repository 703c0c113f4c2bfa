/**
 * The models of a ledger, by how often they were called.
 *
 * Takes sources (null: all), gives provider and model as logged. Never a name that prices were
 * found under.
 */
import type { Ledger } from './open.ts';
import { isInSources } from './sources.ts';

/** A model as a log names it. */
export interface LoggedModel {
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
}

/** Models of chat calls, most calls first. */
export function chatModels(db: Ledger, sourceIds: readonly number[] | null): LoggedModel[] {
  return db
    .prepare(
      `SELECT t.provider, t.model, count(*) AS calls
       FROM call c JOIN target t ON t.id = c.target_id
       WHERE t.operation = 'chat' AND t.model <> ''
       ${sourceIds === null ? '' : `AND ${isInSources(sourceIds)}`}
       GROUP BY t.provider, t.model ORDER BY calls DESC, t.model`,
    )
    .all() as LoggedModel[];
}

/** The providers that logs name, as they spell them. */
export function loggedProviders(db: Ledger): string[] {
  return db.prepare('SELECT DISTINCT provider FROM target').pluck().all() as string[];
}
