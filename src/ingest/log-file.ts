/**
 * Log files: one way to read plain files, gzip and standard input.
 *
 * Takes a path or a stream, gives its head, bytes at an offset, and the whole as chunks. Never loads
 * a file whole.
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { EXIT, UserError } from '../errors.ts';
import { STDIN } from './expand.ts';
import { HEAD_BYTES } from './identify.ts';

const CHUNK_BYTES = 1024 * 1024;
/** What is fed to zlib at a time: where it meets damage, it gives nothing of what it was fed last. */
const COMPRESSED_BYTES = 16 * 1024;
const NEWLINE = 0x0a;

/** A log that is open for reading. */
export interface LogFile {
  /** As shown to the user: the absolute path, or `-`. */
  readonly path: string;
  /** The first 64 KiB, decompressed, or all of it. */
  readonly head: Buffer;
  /** Size in bytes of a plain file; null for streams, which can only be read from front to back. */
  readonly size: number | null;
  readAt(offset: number, length: number): Promise<Buffer>;
  /** The decompressed bytes from the beginning; once only for standard input. */
  chunks(): AsyncGenerator<Buffer>;
}

/** Opens a log. Throws UserError when it is gone, not readable, or no file. */
export async function openLogFile(
  path: string,
  stdin: AsyncIterable<Buffer | string>,
): Promise<LogFile> {
  try {
    if (path === STDIN) return await fromStdin(stdin);
    // A pipe or device cannot be read twice, and opening one may wait for ever.
    if (!fs.statSync(path).isFile()) throw notRegular(path);
    const head = readAtSync(path, 0, HEAD_BYTES);
    return isGzip(head) ? await gzipFile(path) : plainFile(path, head);
  } catch (error) {
    throw error instanceof DamagedInput ? unreadable(error, path) : explain(error, path);
  }
}

function notRegular(path: string): UserError {
  return new UserError(
    EXIT.failed,
    `${path} is not a regular file`,
    'pipe it in instead: aicost audit - < FILE',
  );
}

/** An archive of which not a byte could be decompressed. */
function unreadable(damage: DamagedInput, path: string): UserError {
  return new UserError(
    EXIT.failed,
    `cannot read ${path}: ${damage.message}`,
    'get the file again; gzip -t FILE checks it',
    { cause: damage },
  );
}

/** Says in plain words why a log cannot be read; other errors pass unchanged. */
export function explain(error: unknown, path: string): unknown {
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  const known: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is a file',
    ENOENT: 'it is not there any more',
    EIO: 'the disk reported an error',
  };
  if (!Object.hasOwn(known, code)) return error;
  return new UserError(
    EXIT.failed,
    `cannot read ${path}: ${known[code]}`,
    'check the path and its permissions',
    { cause: error },
  );
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function readAtSync(path: string, offset: number, length: number): Buffer {
  const fd = fs.openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(length);
    let got = 0;
    while (got < length) {
      const more = fs.readSync(fd, bytes, got, length - got, offset + got);
      if (more === 0) break;
      got += more;
    }
    return bytes.subarray(0, got);
  } finally {
    fs.closeSync(fd);
  }
}

function plainFile(path: string, head: Buffer): LogFile {
  return {
    path,
    head,
    size: fs.statSync(path).size,
    readAt: async (offset, length) => readAtSync(path, offset, length),
    chunks: () => plainChunks(path),
  };
}

async function* plainChunks(path: string): AsyncGenerator<Buffer> {
  yield* fs.createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>;
}

async function gzipFile(path: string): Promise<LogFile> {
  const open = (): AsyncGenerator<Buffer> =>
    inflate(fs.createReadStream(path, { highWaterMark: COMPRESSED_BYTES }));
  return {
    path,
    head: await takeHead(open()),
    size: null,
    readAt: (offset, length) => slice(open(), offset, length),
    chunks: open,
  };
}

/** A gzip stream that ends too early or breaks gives what came before, then throws DamagedInput. */
export class DamagedInput extends Error {}

/**
 * A log that ends where its data is damaged, and what the damage was, once it was reached. With
 * `wholeLines`, the line that the damage cuts is left out.
 */
export function untilDamage(
  log: LogFile,
  wholeLines: boolean,
): { log: LogFile; damage(): DamagedInput | null } {
  let damage: DamagedInput | null = null;
  async function* chunks(): AsyncGenerator<Buffer> {
    let held: Buffer[] = [];
    try {
      for await (const chunk of log.chunks()) {
        const end = wholeLines ? chunk.lastIndexOf(NEWLINE) + 1 : chunk.length;
        if (end > 0) {
          yield* held;
          yield chunk.subarray(0, end);
          held = [];
        }
        if (end < chunk.length) held.push(chunk.subarray(end));
      }
      yield* held;
    } catch (error) {
      if (!(error instanceof DamagedInput)) throw error;
      damage = error;
    }
  }
  return { log: { ...log, chunks }, damage: () => damage };
}

async function* inflate(compressed: Readable): AsyncGenerator<Buffer> {
  const gunzip = zlib.createGunzip({ chunkSize: CHUNK_BYTES });
  compressed.on('error', (error) => gunzip.destroy(error));
  compressed.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? '');
    if (!code.startsWith('Z_')) throw error;
    const what =
      code === 'Z_BUF_ERROR' ? 'the gzip data ends too early' : 'the gzip data is damaged';
    throw new DamagedInput(what, { cause: error });
  } finally {
    compressed.destroy();
  }
}

async function takeHead(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  return slice(chunks, 0, HEAD_BYTES);
}

/** Bytes `[offset, offset + length)` of a stream; what a damaged one still gives. Throws when that is nothing. */
async function slice(
  chunks: AsyncGenerator<Buffer>,
  offset: number,
  length: number,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let at = 0;
  try {
    for await (const chunk of chunks) {
      const from = Math.max(0, offset - at);
      const to = Math.min(chunk.length, offset + length - at);
      if (from < to) parts.push(chunk.subarray(from, to));
      at += chunk.length;
      if (at >= offset + length) break;
    }
  } catch (error) {
    if (!(error instanceof DamagedInput) || at === 0) throw error;
  }
  return Buffer.concat(parts);
}

/** How much of standard input is kept so that it can be recognised. */
const KEPT_BYTES = 64 * 1024 * 1024;

async function fromStdin(stdin: AsyncIterable<Buffer | string>): Promise<LogFile> {
  let rest = toBuffers(stdin);
  const first = await collect(rest, 2);
  if (isGzip(first)) rest = inflate(Readable.from(joined(first, rest)));
  else rest = joined(first, rest);
  const { bytes: kept, damage } = await collectSound(rest, KEPT_BYTES);
  if (damage !== null && kept.length === 0) throw damage;
  async function* chunks(): AsyncGenerator<Buffer> {
    if (kept.length > 0) yield kept;
    if (damage !== null) throw damage;
    yield* rest;
  }
  return {
    path: STDIN,
    head: kept.subarray(0, HEAD_BYTES),
    size: null,
    readAt: async (offset, length) => kept.subarray(offset, offset + length),
    chunks,
  };
}

async function* toBuffers(stdin: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const chunk of stdin) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** Takes chunks until there are at least `bytes`; leaves the rest in the generator. */
async function collect(chunks: AsyncGenerator<Buffer>, bytes: number): Promise<Buffer> {
  const { bytes: taken, damage } = await collectSound(chunks, bytes);
  if (damage !== null) throw damage;
  return taken;
}

/** The same, up to where the data is damaged. */
async function collectSound(
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
