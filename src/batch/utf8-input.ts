/**
 * The bytes of an input as UTF-8, whichever way they were written.
 *
 * Takes bytes of UTF-8, or of UTF-16 that says so by its first two, gives UTF-8. Never guesses: what
 * is neither is refused, with its line, rather than read as other letters.
 */
import { Buffer, isUtf8 } from 'node:buffer';
import { type UserError, usageError } from '../errors.ts';

const LINE_FEED = 0x0a;
const HINT = 'save it as UTF-8';

/** Gives the bytes as UTF-8. Throws UserError, with `name` and the line, where they are none. */
export async function* asUtf8(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Buffer> {
  let decode: ((chunk: Buffer) => Buffer) | null = null;
  let held: Buffer = Buffer.alloc(0);
  for await (const { buffer, byteOffset, byteLength } of bytes) {
    held = Buffer.concat([held, Buffer.from(buffer, byteOffset, byteLength)]);
    // The first bytes tell; few of them may come alone.
    if (decode === null && held.length < 4) continue;
    decode ??= decoderOf(held, name);
    yield decode(held);
    held = Buffer.alloc(0);
  }
  decode ??= decoderOf(held, name);
  yield decode(held);
  decode(END);
}

/** Stands for the end of the bytes. */
const END = Buffer.alloc(0);

function decoderOf(head: Buffer, name: string): (chunk: Buffer) => Buffer {
  const [first, second, third, fourth] = head;
  const isLittle = first === 0xff && second === 0xfe;
  const isWide = isLittle ? third === 0 && fourth === 0 : first === 0 && second === 0;
  if (isWide) throw usageError(`${name} is UTF-32, which is not read`, HINT);
  if (isLittle) return utf16('utf-16le', name);
  if (first === 0xfe && second === 0xff) return utf16('utf-16be', name);
  if (first === 0 || second === 0) {
    throw usageError(`${name} looks like UTF-16, but does not begin as such`, HINT);
  }
  return utf8(name);
}

function utf16(encoding: string, name: string): (chunk: Buffer) => Buffer {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  return (chunk) => {
    try {
      const text = decoder.decode(chunk, { stream: chunk !== END });
      line += text.split('\n').length - 1;
      return Buffer.from(text);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw usageError(`${name}:${line}: not UTF-16 from here on`, HINT);
    }
  };
}

/** Passes bytes on as they are, a letter that is cut in two with its second part. */
function utf8(name: string): (chunk: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = chunk === END ? bytes.length : wholeLettersOf(bytes);
    const whole = bytes.subarray(0, end);
    rest = bytes.subarray(end);
    if (!isUtf8(whole)) throw notUtf8(whole, line, name);
    for (let at = whole.indexOf(LINE_FEED); at >= 0; at = whole.indexOf(LINE_FEED, at + 1)) line++;
    return whole;
  };
}

/** How many of the bytes are whole letters, where the last one may be cut. */
function wholeLettersOf(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    // A letter's first byte tells how many there are.
    if (byte >= 0xc0) return lengthOf(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function lengthOf(first: number): number {
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

function notUtf8(bytes: Buffer, firstLine: number, name: string): UserError {
  let line = firstLine;
  let start = 0;
  let end = bytes.indexOf(LINE_FEED);
  while (end >= 0 && isUtf8(bytes.subarray(start, end))) {
    line++;
    start = end + 1;
    end = bytes.indexOf(LINE_FEED, start);
  }
  return usageError(`${name}:${line}: not UTF-8 (Latin-1, perhaps?)`, HINT);
}
