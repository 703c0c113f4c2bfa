/**
 * Parts: the beginning and the end of a text, where instructions stand.
 *
 * Takes a range of JSON-escaped UTF-8, gives its head and tail, if asked without `\uXXXX` escapes. Never
 * reads more than `head` + `tail` characters of a text, however long it is; copies only texts that hold
 * such escapes.
 */

/** Half-open ranges of `bytes`; the second one is empty for short texts. */
export interface Parts {
  bytes: Uint8Array;
  start: number;
  headEnd: number;
  tailStart: number;
  end: number;
  /** Length of the whole text. */
  textBytes: number;
}

/** Lengths in bytes. */
export interface Cut {
  readonly head: number;
  readonly tail: number;
}

/** A cut moves on to the next space if there is one within so many bytes. */
const MAX_CUT_SHIFT = 32;
/** An escaped character takes six bytes, two or three of them when plain. */
const ESCAPE_GROWTH = 3;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

const plain = new Uint8Array(4096);

/** No text. */
export function createParts(): Parts {
  return { bytes: plain, start: 0, headEnd: 0, tailStart: 0, end: 0, textBytes: 0 };
}

/** Cuts a range down to its beginning and its end, within the bytes there are. */
export function setParts(
  parts: Parts,
  bytes: Uint8Array,
  range: readonly [number, number],
  cut: Cut,
): void {
  const start = Math.min(Math.max(0, range[0]), bytes.length) | 0;
  const end = Math.min(Math.max(start, range[1]), bytes.length) | 0;
  cutTo(parts, bytes, start, end, cut.head, cut.tail);
}

/** Cuts a range with `\uXXXX` escapes likewise, and resolves them. */
export function setEscapedParts(
  parts: Parts,
  bytes: Uint8Array,
  range: readonly [number, number],
  cut: Cut,
): void {
  setParts(parts, bytes, range, { head: cut.head * ESCAPE_GROWTH, tail: cut.tail * ESCAPE_GROWTH });
  unescapeParts(parts);
}

function cutTo(
  parts: Parts,
  bytes: Uint8Array,
  start: number,
  end: number,
  head: number,
  tail: number,
): void {
  const isShort = end - start <= head + tail;
  parts.bytes = bytes;
  parts.textBytes = end - start;
  parts.start = start;
  parts.end = end;
  parts.headEnd = isShort ? end : start + head;
  parts.tailStart = isShort ? end : wordStart(bytes, end - tail, end);
}

/** The first position from `from` on where a cut is no word, character or escape in two. */
function wordStart(bytes: Uint8Array, from: number, end: number): number {
  const limit = Math.min(end, from + MAX_CUT_SHIFT);
  for (let i = from; i < limit; i++) if (bytes[i] === 0x20) return i;
  let i = from;
  while (i < limit && (bytes[i]! & 0xc0) === 0x80) i++;
  return i;
}

function unescapeParts(parts: Parts): void {
  const { bytes, start, headEnd, tailStart, end } = parts;
  const middle = unescapeRange(bytes, start, headEnd, 0);
  parts.end = unescapeRange(bytes, tailStart, end, middle);
  parts.bytes = plain;
  parts.start = 0;
  parts.headEnd = middle;
  parts.tailStart = middle;
}

/** Copies a range to `plain` from `to` on, its escapes resolved; gives where it ends there. */
function unescapeRange(bytes: Uint8Array, start: number, end: number, to: number): number {
  let out = to;
  for (let i = start; i < end && out + 6 < plain.length; i++) {
    const byte = bytes[i]!;
    if (byte !== BACKSLASH) {
      plain[out++] = byte;
      continue;
    }
    const unit = bytes[i + 1] === LETTER_U && i + 5 < end ? hexAt(bytes, i + 2) : -1;
    if (unit < 0x80) {
      plain[out++] = byte;
      if (++i < end) plain[out++] = bytes[i]!;
      continue;
    }
    const low = unit >> 10 === 0x36 && i + 11 < end ? hexAt(bytes, i + 8) : -1;
    const isPair = low >> 10 === 0x37;
    out = writePoint(isPair ? (((unit & 0x3ff) << 10) | (low & 0x3ff)) + 0x10000 : unit, out);
    i += isPair ? 11 : 5;
  }
  return out;
}

/** Writes a character as UTF-8; a lone surrogate as three bytes. */
function writePoint(point: number, at: number): number {
  let out = at;
  if (point < 0x800) {
    plain[out++] = 0xc0 | (point >> 6);
  } else {
    if (point < 0x10000) plain[out++] = 0xe0 | (point >> 12);
    else {
      plain[out++] = 0xf0 | (point >> 18);
      plain[out++] = 0x80 | ((point >> 12) & 63);
    }
    plain[out++] = 0x80 | ((point >> 6) & 63);
  }
  plain[out++] = 0x80 | (point & 63);
  return out;
}

/** The number of four hexadecimal digits; -1 if they are none. */
function hexAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i]!;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) value = value * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}
