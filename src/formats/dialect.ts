/** Dialect: one way of logging a call. Takes records, gives calls; the registry is index.ts. */
import type { Rejected } from '../domain/reject.ts';
import type { ReadCall } from './assemble.ts';
import type { Fields } from './json.ts';
import type { RoleValues } from './roles.ts';

/** One dialect of the registry. */
export interface Dialect {
  /** The name `--input-format` takes. */
  readonly id: string;
  readonly title: string;
  /** What is looked for; shown when a format is not recognised. */
  readonly evidence: string;
  /**
   * The calls of a record, or why it is none; null for a record of another dialect. The role values
   * are the dialect's to change. Throws BadValue for impossible counts.
   */
  read(record: Fields, values: RoleValues): ReadCall[] | Rejected | null;
}
