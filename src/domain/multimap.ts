/**
 * Several values a key, in the order they came.
 *
 * Takes a map of lists and a value for one of them. Never copies a list: appending is as fast for the
 * last value as for the first.
 */

/** Adds a value to the list of a key, which is made at its first. */
export function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
