/**
 * Members of a JSON object, whatever the case and underscores of their names.
 *
 * Takes parsed JSON, gives counts and objects by name. Throws CountError for a count that cannot be
 * true; never gives 0 for one that is not there.
 */
import { MAX_TOKENS } from '../domain/tokens.ts';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A count that is negative, no whole number, or beyond any call's. */
export class CountError extends Error {}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of an object; of none, if it is none. */
export class Members {
  readonly #values = new Map<string, unknown>();
  readonly #spellings = new Set<string>();

  constructor(value: unknown) {
    if (!isObject(value)) return;
    for (const [name, member] of Object.entries(value)) {
      if (member === null || member === undefined) continue;
      this.#values.set(fold(name), member);
      this.#spellings.add(name);
    }
  }

  /** Whether one of the names has a value. */
  has(...names: string[]): boolean {
    return names.some((name) => this.#values.has(fold(name)));
  }

  /** Whether one of the names has a value, spelled exactly so. */
  spells(...names: string[]): boolean {
    return names.some((name) => this.#spellings.has(name));
  }

  /** The count under the first of some names that is there; null if none is. */
  count(...names: string[]): number | null {
    for (const name of names) {
      const value = this.#values.get(fold(name));
      if (value !== undefined) return checked(name, value);
    }
    return null;
  }

  /** The value under a name, as it is. */
  get(name: string): unknown {
    return this.#values.get(fold(name));
  }

  /** The text under a name; empty if there is none. */
  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : '';
  }

  /** The members of the object under a name. */
  in(name: string): Members {
    return new Members(this.get(name));
  }

  /** The objects in the list under a name. */
  list(name: string): Members[] {
    const value = this.get(name);
    return Array.isArray(value) ? value.map((item: unknown) => new Members(item)) : [];
  }
}

function fold(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

function checked(name: string, value: unknown): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) {
    if (number <= MAX_TOKENS) return number;
  }
  const seen = typeof value === 'number' ? String(value) : `a ${typeof value}`;
  throw new CountError(`${name} is ${seen}; a whole number up to ${MAX_TOKENS} was expected`);
}
