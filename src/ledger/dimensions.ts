/**
 * Dimensions: what many calls share (targets, outcomes, accounts, price tables), stored once.
 *
 * Takes values, gives their ids, adding rows as needed; takes rows, gives the values back. Never holds
 * two rows of equal values.
 */
import type { Statement } from 'better-sqlite3';
import type { Operation, Outcome, Status, Target, Tier, TimeSource } from '../domain/call.ts';
import type { UsageBasis } from '../domain/tokens.ts';
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

/** A row of `target`. */
export interface TargetRow {
  readonly id: number;
  readonly provider: string;
  readonly model: string;
  readonly model_requested: string;
  readonly operation: string;
  readonly tier: string;
  readonly region: string;
  readonly format: string;
  readonly usage_basis: string;
  readonly time_source: string;
}

/** The target of a row. */
export function targetOf(row: TargetRow): Target {
  return {
    provider: row.provider,
    model: row.model,
    modelRequested: row.model_requested,
    operation: row.operation as Operation,
    tier: row.tier as Tier,
    region: row.region,
    format: row.format,
    usageBasis: row.usage_basis as UsageBasis,
    timeSource: row.time_source as TimeSource,
  };
}

/** A row of `outcome`. */
export interface OutcomeRow {
  readonly id: number;
  readonly status: string;
  readonly http_status: number;
  readonly error_type: string;
  readonly stop_reason: string;
}

/** The outcome of a row. */
export function outcomeOf(row: OutcomeRow): Outcome {
  return {
    status: row.status as Status,
    httpStatus: row.http_status === NO_HTTP ? null : row.http_status,
    errorType: row.error_type,
    stopReason: row.stop_reason,
  };
}
