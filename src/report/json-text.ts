/**
 * JSON as every answer is written.
 *
 * Takes data, gives text ending in a line break. Never a float of money: amounts come as decimal text.
 */

/** One value, indented by two: the same text on a terminal and in a file. */
export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** One object a line; empty for none. */
export function ndjsonText(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
