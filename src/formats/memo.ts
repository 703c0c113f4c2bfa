/**
 * Bounded memory: what was worked out for values that repeat all day.
 *
 * Takes keys and values, gives what was remembered. Never holds more than its limit: a full memory
 * is emptied, and filled again by what comes next.
 */
export class Memo<Key, Value> {
  readonly #known = new Map<Key, Value>();
  /** What was asked for last is mostly asked for next. */
  #lastKey: Key | undefined;
  #lastValue: Value | undefined;

  constructor(private readonly limit: number) {}

  /** What was remembered; undefined if nothing was. */
  get(key: Key): Value | undefined {
    if (key === this.#lastKey) return this.#lastValue;
    const value = this.#known.get(key);
    this.#lastKey = key;
    this.#lastValue = value;
    return value;
  }

  /** Remembers a value and gives it back. */
  keep(key: Key, value: Value): Value {
    if (this.#known.size >= this.limit) this.#known.clear();
    this.#known.set(key, value);
    this.#lastKey = key;
    this.#lastValue = value;
    return value;
  }
}
