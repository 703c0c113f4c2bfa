/**
 * Dialect: one way of logging a call; the registry is index.ts.
 *
 * Takes records with their roles, gives calls or rejects. Never claims a record it has no proof of:
 * null passes it on to the next dialect.
 */
import type { Rejected } from '../domain/reject.ts';
import type { ParsedCall } from './assemble.ts';
import type { Fields } from './json.ts';
import type { Memory } from './memory.ts';
import type { RoleValues } from './roles.ts';

/** One dialect of the registry. */
export interface Dialect {
  /** The name `--input-format` takes. */
  readonly id: string;
  /**
   * The calls of a record, or why it is none; null for a record of another dialect. The role values
   * are the dialect's to change. Throws BadValue for impossible counts.
   */
  parse(record: Fields, values: RoleValues, memory: Memory): ParsedCall[] | Rejected | null;
}
