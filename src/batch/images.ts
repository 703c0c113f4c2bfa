/**
 * Images of rows: a path on the user's disk → what a request carries.
 *
 * Takes a path, gives its bytes as base64, or a fault of the row. Never guesses a type: it is told by
 * the first bytes of the file.
 */
import { Buffer } from 'node:buffer';
import { resolve } from 'node:path';
import type { Image } from '../providers/provider.ts';
import { readSmallFile } from '../small-file.ts';
import { RowFault } from './row-fields.ts';

/** The largest that any provider takes. */
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

const SIGNATURES: readonly (readonly [mediaType: string, at: number, bytes: string])[] = [
  ['image/png', 0, '89504e47'],
  ['image/jpeg', 0, 'ffd8ff'],
  ['image/gif', 0, '47494638'],
  ['image/webp', 8, '57454250'],
];

/** A reader of images; paths are relative to `folder`. */
export function imageReader(folder: string): (path: string) => Image | RowFault {
  return (path) => {
    let bytes: Buffer;
    try {
      const limits = { maxBytes: MAX_IMAGE_BYTES, mayBePipe: false };
      bytes = readSmallFile(resolve(folder, path), limits).bytes;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause)) throw cause;
      return new RowFault(`image: cannot read ${path.slice(0, 200)} (${String(cause.code)})`);
    }
    const mediaType = mediaTypeOf(bytes);
    if (mediaType === null) return new RowFault('image: not a PNG, JPEG, GIF or WebP file');
    return { mediaType, base64: bytes.toString('base64') };
  };
}

function mediaTypeOf(bytes: Buffer): string | null {
  const found = SIGNATURES.find(([, at, hex]) => {
    const signature = Buffer.from(hex, 'hex');
    return bytes.subarray(at, at + signature.length).equals(signature);
  });
  return found?.[0] ?? null;
}
