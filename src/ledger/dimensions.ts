/**
 * Dimensions: what many calls share (targets, outcomes, accounts, price tables), stored once.
 *
 * Takes values, gives their ids, adding rows as needed.
 */
import type { Statement } from 'better-sqlite3';
import type { Outcome, Target } from '../domain/call.ts';
import type { Ledger } from './open.ts';

const REMEMBERED = 100_000;
/** Stored for "no HTTP status", so that equal outcomes are one row. */
const NO_HTTP = 0;

/** Finds or adds rows of the dimension tables; one per open ledger. */
export class Dimensions {
  readonly #accounts = new Map<string, number>();
  readonly #statements = new Map<string, { find: Statement; add: Statement }>();
  readonly #db: Ledger;

  constructor(db: Ledger) {
    this.#db = db;
  }

  /** The id of a target. */
  targetId(target: Target): number {
    const values = [
      target.provider,
      target.model,
      target.modelRequested,
      target.operation,
      target.tier,
      target.region,
      target.format,
      target.usageBasis,
      target.timeSource,
    ];
    return this.#findOrAdd(
      `provider, model, model_requested, operation, tier, region, format, usage_basis, time_source`,
      'target',
      values,
    );
  }

  /** The id of an outcome. */
  outcomeId(outcome: Outcome): number {
    const values = [
      outcome.status,
      outcome.httpStatus ?? NO_HTTP,
      outcome.errorType,
      outcome.stopReason,
    ];
    return this.#findOrAdd('status, http_status, error_type, stop_reason', 'outcome', values);
  }

  /** The id of an account. */
  accountId(name: string): number {
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    const id = this.#findOrAdd('name', 'account', [name]);
    if (this.#accounts.size >= REMEMBERED) this.#accounts.clear();
    this.#accounts.set(name, id);
    return id;
  }

  /** The id of a price table. */
  priceTableId(table: { name: string; version: string; asOf: string; source: string }): number {
    const find = this.#db
      .prepare('SELECT id FROM price_table WHERE name = ? AND version = ?')
      .pluck();
    const id = find.get(table.name, table.version) as number | undefined;
    if (id !== undefined) return id;
    return this.#findOrAdd('name, version, as_of, origin', 'price_table', [
      table.name,
      table.version,
      table.asOf,
      table.source,
    ]);
  }

  #findOrAdd(columns: string, table: string, values: (string | number)[]): number {
    const { find, add } = this.#statementsOf(columns, table);
    const id = find.get(...values);
    return id === undefined ? Number(add.run(...values).lastInsertRowid) : (id as number);
  }

  #statementsOf(columns: string, table: string): { find: Statement; add: Statement } {
    const known = this.#statements.get(table);
    if (known !== undefined) return known;
    const names = columns.split(', ');
    const where = names.map((name) => `${name} = ?`).join(' AND ');
    const marks = names.map(() => '?').join(', ');
    const prepared = {
      find: this.#db.prepare(`SELECT id FROM ${table} WHERE ${where}`).pluck(),
      add: this.#db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${marks})`),
    };
    this.#statements.set(table, prepared);
    return prepared;
  }
}
