/**
 * Gzip: compressed bytes → what they hold, up to where they are damaged.
 *
 * Takes a stream, gives chunks. Damage is a DamagedInput, told apart from what the disk refuses. Never
 * keeps what it gave.
 */
import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { DamagedInput } from './read-errors.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Whether a log is compressed, by its first two bytes. */
export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** Decompresses; throws DamagedInput after what came before the damage. */
export async function* inflate(compressed: Readable): AsyncGenerator<Buffer> {
  const gunzip = zlib.createGunzip({ chunkSize: CHUNK_BYTES });
  compressed.on('error', (error) => gunzip.destroy(error));
  compressed.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    throw damageOf(error) ?? error;
  } finally {
    compressed.destroy();
  }
}

function damageOf(error: unknown): DamagedInput | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !code.startsWith('Z_')) return null;
  const what = code === 'Z_BUF_ERROR' ? 'the gzip data ends too early' : 'the gzip data is damaged';
  return new DamagedInput(what, { cause: error });
}

/** Chunks that end where the data is damaged, and what the damage was once that is reached. */
export function untilDamage(open: () => AsyncGenerator<Buffer>): {
  chunks(): AsyncGenerator<Buffer>;
  damage(): DamagedInput | null;
} {
  let damage: DamagedInput | null = null;
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      yield* open();
    } catch (error) {
      if (!(error instanceof DamagedInput)) throw error;
      damage = error;
    }
  }
  return { chunks, damage: () => damage };
}
