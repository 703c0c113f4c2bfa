/**
 * Standard input as a log: plain or gzip, read once from front to back.
 *
 * Takes a stream, gives a LogFile whose first 64 MiB can be read again, so that the log can be
 * recognised. Never keeps more of it than that.
 */
import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { STDIN } from './expand.ts';
import { inflate, isGzip, untilDamage } from './gzip.ts';
import { HEAD_BYTES } from './head.ts';
import type { LogFile } from './log-file.ts';
import { DamagedInput } from './read-errors.ts';

const KEPT_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Opens standard input. Throws DamagedInput when not a byte of it can be decompressed. */
export async function openStdin(stdin: AsyncIterable<Buffer | string>): Promise<LogFile> {
  const packed = toBuffers(stdin);
  const first = await collect(packed, 2);
  if (first.damage !== null) throw first.damage;
  const whole = joined(first.bytes, packed);
  const rest = isGzip(first.bytes) ? inflate(Readable.from(whole)) : whole;
  const { bytes: kept, damage } = await collect(rest, KEPT_BYTES);
  if (damage !== null && kept.length === 0) throw damage;
  async function* open(): AsyncGenerator<Buffer> {
    for (let at = 0; at < kept.length; at += CHUNK_BYTES) yield kept.subarray(at, at + CHUNK_BYTES);
    if (damage !== null) throw damage;
    yield* rest;
  }
  return {
    path: STDIN,
    head: kept.subarray(0, HEAD_BYTES),
    plain: null,
    readAt: async (offset, length) => kept.subarray(offset, offset + length),
    ...untilDamage(open),
    checkSame: () => {},
    close: () => {},
  };
}

async function* toBuffers(stdin: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const chunk of stdin) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Takes chunks until there are at least `bytes` or the data is damaged; leaves the rest. */
async function collect(
  chunks: AsyncGenerator<Buffer>,
  bytes: number,
): Promise<{ bytes: Buffer; damage: DamagedInput | null }> {
  const parts: Buffer[] = [];
  let damage: DamagedInput | null = null;
  try {
    for (let length = 0; length < bytes; ) {
      const { value, done } = await chunks.next();
      if (done === true) break;
      parts.push(value);
      length += value.length;
    }
  } catch (error) {
    if (!(error instanceof DamagedInput)) throw error;
    damage = error;
  }
  return { bytes: Buffer.concat(parts), damage };
}

async function* joined(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* rest;
}
