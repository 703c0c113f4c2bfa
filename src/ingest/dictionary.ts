/**
 * Dictionaries: numbers for the values that many calls share.
 *
 * Takes values, gives their numbers, and once each what was new. Equality is the caller's. Never
 * forgets by itself: whoever numbers without end calls `clear`.
 */

/** So many values seen last are compared before the map is asked. */
const RECENT = 8;

/** Numbers equal values; what is new since the last batch travels with the next one. */
export class Dictionary<Value> {
  readonly #known = new Map<string, Entry<Value>[]>();
  #recent: Entry<Value>[] = [];
  #fresh: Value[] = [];
  #size = 0;

  constructor(
    private readonly bucketOf: (value: Value) => string,
    private readonly same: (a: Value, b: Value) => boolean,
  ) {}

  get size(): number {
    return this.#size;
  }

  /** The number of a value, from 0 on. */
  idOf(value: Value): number {
    for (const entry of this.#recent) if (this.same(entry.value, value)) return entry.id;
    const entry = this.#find(value);
    if (this.#recent.length < RECENT) this.#recent.push(entry);
    else this.#recent[entry.id % RECENT] = entry;
    return entry.id;
  }

  #find(value: Value): Entry<Value> {
    const bucket = this.bucketOf(value);
    let entries = this.#known.get(bucket);
    if (entries === undefined) {
      entries = [];
      this.#known.set(bucket, entries);
    }
    for (const entry of entries) if (this.same(entry.value, value)) return entry;
    const entry = { value, id: this.#size++ };
    entries.push(entry);
    this.#fresh.push(value);
    return entry;
  }

  /** The values new since the last call, in the order of their numbers. */
  takeNew(): Value[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** Starts anew: the next number is 0. */
  clear(): void {
    this.#known.clear();
    this.#recent = [];
    this.#fresh = [];
    this.#size = 0;
  }
}

interface Entry<Value> {
  readonly value: Value;
  readonly id: number;
}

/** Numbers names. */
export class NameDictionary {
  readonly #known = new Map<string, number>();
  #fresh: string[] = [];

  get size(): number {
    return this.#known.size;
  }

  /** The number of a name, from 0 on. */
  idOf(name: string): number {
    let id = this.#known.get(name);
    if (id === undefined) {
      id = this.#known.size;
      this.#known.set(name, id);
      this.#fresh.push(name);
    }
    return id;
  }

  /** The names new since the last call, in the order of their numbers. */
  takeNew(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** Starts anew: the next number is 0. */
  clear(): void {
    this.#known.clear();
    this.#fresh = [];
  }
}
