/**
 * What JSON.parse does not say of a text: on which lines its rows begin, and which keys come twice.
 *
 * Takes the text of an object that JSON.parse accepted; gives lines and keys. Never a value.
 */

/** A key that an object has twice, and the line of the second. */
export interface RepeatedKey {
  readonly key: string;
  readonly line: number;
}

/** What the scan found. */
export interface JsonText {
  /** The lines on which the objects of lists in the root begin. */
  readonly rowLines: readonly number[];
  /** Of each pair JSON.parse keeps the last; null: no key comes twice. */
  readonly repeated: RepeatedKey | null;
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(?:\s*:)?|[{}[\]]|\n/g;

/** Scans the text of a JSON object. */
export function scanJson(text: string): JsonText {
  const rowLines: number[] = [];
  const keysOf: Set<string>[] = [];
  let repeated: RepeatedKey | null = null;
  let line = 1;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      if (token === '{' && keysOf.length === 2) rowLines.push(line);
      keysOf.push(new Set());
    } else if (token === '}' || token === ']') keysOf.pop();
    else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1)) as string;
      const keys = keysOf.at(-1);
      if (keys?.has(key) === true) repeated ??= { key, line };
      keys?.add(key);
    }
    line += token.split('\n').length - 1;
  }
  return { rowLines, repeated };
}
