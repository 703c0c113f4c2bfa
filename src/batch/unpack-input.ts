/**
 * The bytes of an input, unpacked where they are gzip.
 *
 * Takes bytes as they come, gives what they hold. Never goes by the name of a file; damage is said, and
 * nothing after it is read.
 */
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { usageError } from '../errors.ts';
import { headOf } from './stream-head.ts';

/** Gives the bytes unpacked. Throws UserError, with `name`, where the gzip data is damaged. */
export async function* unpacked(
  bytes: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  // The first two bytes tell; they may come one by one.
  const { head, all } = await headOf(bytes, (piece) => {
    length += piece.length;
    return length >= 2;
  });
  const [one, two] = head.flatMap((piece) => [...piece.subarray(0, 2)]);
  if (one !== 0x1f || two !== 0x8b) yield* all;
  else yield* inflated(all, name);
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
