/**
 * Identity of a log: which source of the ledger it is, by content.
 *
 * Takes the head of the log and a way to read its bytes; gives the known source it continues, or a
 * new one. Never trusts a name: a rotated file under an old name is a new source.
 */
import type { Buffer } from 'node:buffer';
import { hashBytes } from '../formats/hash.ts';
import type { Tail } from '../ledger/batch.ts';
import type { Ledger } from '../ledger/open.ts';
import { addSource, findSources, type Source } from '../ledger/sources.ts';
import { HEAD_BYTES } from './head.ts';

/** So many bytes before the place reached are hashed, to tell a grown log from another one. */
export const TAIL_BYTES = 4_096;

/** Reads `length` bytes at `offset` of a log, decompressed; fewer at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/** Finds the source a log continues, or adds one. */
export async function identify(
  db: Ledger,
  log: { path: string; head: Buffer; readAt: ReadAt; atMs: number },
): Promise<Source> {
  const { head, path, readAt, atMs } = log;
  for (let bytes = headSize(head.length); bytes >= 1; bytes /= 2) {
    for (const source of findSources(db, { bytes, hash: hashBytes(head, 0, bytes) })) {
      if (await continues(source, readAt)) return { ...source, path };
    }
  }
  const bytes = headSize(head.length);
  return addSource(db, { path, headBytes: bytes, headHash: hashBytes(head, 0, bytes), atMs });
}

/** The largest power of two up to the length and HEAD_BYTES; 0 for an empty log. */
function headSize(length: number): number {
  return length === 0 ? 0 : 2 ** Math.floor(Math.log2(Math.min(length, HEAD_BYTES)));
}

async function continues(source: Source, readAt: ReadAt): Promise<boolean> {
  const { ingestedBytes, tailBytes, tailHash } = source;
  const tail = await readAt(ingestedBytes - tailBytes, tailBytes);
  return tail.length === tailBytes && tailBefore(tail, tail.length).hash === tailHash;
}

/** Length and hash of the bytes before a position. */
export function tailBefore(bytes: Buffer, end: number): Tail {
  const length = Math.min(TAIL_BYTES, end);
  return { bytes: length, hash: length === 0 ? 0 : hashBytes(bytes, end - length, end) };
}

/** The same for an offset of a log. */
export async function tailAt(readAt: ReadAt, offset: number): Promise<Tail> {
  const length = Math.min(TAIL_BYTES, offset);
  const bytes = await readAt(offset - length, length);
  return tailBefore(bytes, bytes.length);
}
