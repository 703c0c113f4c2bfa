/**
 * The bytes of an input, unpacked where they are gzip.
 *
 * Takes bytes as they come, gives what they hold. Never goes by the name of a file; damage is said, and
 * nothing after it is read.
 */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { usageError } from '../errors.ts';

/** Gives the bytes unpacked. Throws UserError, with `name`, where the gzip data is damaged. */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  // The first two bytes tell; they may come one by one.
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    first.push(next.value);
    length += next.value.length;
    if (length >= 2) break;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first.splice(0);
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  const [one, two] = first.flatMap((piece) => [...piece.subarray(0, 2)]);
  if (one !== 0x1f || two !== 0x8b) yield* all();
  else yield* inflated(all(), name);
}

async function* inflated(
  bytes: AsyncGenerator<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const packed = Readable.from(bytes);
  const gunzip = createGunzip();
  packed.on('error', (error) => gunzip.destroy(error));
  packed.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && /^Z_/.test(String(error.code)))) throw error;
    const what = error.code === 'Z_BUF_ERROR' ? 'ends too early' : 'is damaged';
    throw usageError(`${name}: the gzip data ${what}`, 'pack or copy the file again');
  } finally {
    packed.destroy();
  }
}
