/**
 * Rows written several at a time.
 *
 * Takes values row by row, gives INSERTs of as many as one statement binds. Never opens a
 * transaction: whoever writes does.
 */
import type { Ledger } from './open.ts';

type Bound = string | number | null;

/** An INSERT of one row, and one of several: each call of SQLite costs as much as a row. */
export interface RowStatement {
  readonly width: number;
  readonly one: { run(...values: Bound[]): unknown };
  readonly many: { run(...values: Bound[]): unknown };
}

/** Rows to one INSERT. */
const ROWS = 8;

/** Gathers the values of rows for one INSERT after the other. */
export class BoundRows {
  #bound: Bound[] = [];

  constructor(private readonly statement: RowStatement) {}

  add(...values: Bound[]): void {
    for (const value of values) this.#bound.push(value);
    if (this.#bound.length < ROWS * this.statement.width) return;
    this.statement.many.run(...this.#bound);
    this.#bound = [];
  }

  finish(): void {
    const { width, one } = this.statement;
    for (let at = 0; at < this.#bound.length; at += width) {
      one.run(...this.#bound.slice(at, at + width));
    }
  }
}

/** An INSERT of rows of so many values. */
export function rowStatement(db: Ledger, insert: string, width: number): RowStatement {
  const row = `(${Array(width).fill('?').join()})`;
  const of = (rows: number) =>
    db.prepare<Bound[]>(`${insert} VALUES ${Array(rows).fill(row).join()}`);
  return { width, one: of(1), many: of(ROWS) };
}
