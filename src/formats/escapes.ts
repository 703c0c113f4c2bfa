/**
 * Escapes and literals: what single bytes and strings of JSON may be.
 *
 * Takes bytes and quoted strings, gives verdicts and decoded strings. Throws DOUBT for what JSON.parse
 * refuses; never decodes what it could not.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Thrown where the bytes are not surely what they look like. */
export const DOUBT = new Error('in doubt');

/** Whether a byte can be part of a number, true, false or null. */
export function isLiteralByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}

/** Whether JSON.stringify writes an escape with this byte: `"`, `\`, b, f, n, r or t. */
export function isCanonical(byte: number): boolean {
  return (
    byte === QUOTE ||
    byte === BACKSLASH ||
    byte === 0x62 ||
    byte === 0x66 ||
    byte === 0x6e ||
    byte === 0x72 ||
    byte === 0x74
  );
}

/** Decodes a quoted JSON string; in doubt where JSON.parse refuses. */
export function parseString(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch (error) {
    if (error instanceof SyntaxError) throw DOUBT;
    throw error;
  }
}
