/**
 * Opening a log: one way to read plain files, gzip and standard input.
 *
 * Takes a path or a stream, gives its head, bytes at an offset, and the whole as chunks. A file is
 * opened once: what is read is what was opened, whatever its name stands for by then. Never loads a
 * file whole.
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { Readable } from 'node:stream';
import { EXIT, UserError } from '../errors.ts';
import { STDIN } from './expand.ts';
import { inflate, isGzip, untilDamage } from './gzip.ts';
import { HEAD_BYTES } from './head.ts';
import type { LogFile, PlainFile } from './log-file.ts';
import { DamagedInput, explain, OverwrittenLog, ShortenedLog } from './read-errors.ts';
import { openStdin } from './stdin.ts';

const CHUNK_BYTES = 1024 * 1024;
/** What is fed to zlib at a time: where it meets damage, it gives nothing of what it was fed last. */
const COMPRESSED_BYTES = 16 * 1024;

/** Opens a log. Throws UserError when it is gone, not readable, or no file. */
export async function openLogFile(
  path: string,
  stdin: AsyncIterable<Buffer | string>,
): Promise<LogFile> {
  try {
    return path === STDIN ? await openStdin(stdin) : await openFile(path);
  } catch (error) {
    throw error instanceof DamagedInput ? unreadable(error, path) : explain(error, path);
  }
}

async function openFile(path: string): Promise<LogFile> {
  // A pipe or device cannot be read twice, and opening one may wait for ever.
  if (!fs.statSync(path).isFile()) throw notRegular(path);
  const fd = fs.openSync(path, 'r');
  try {
    const head = readAtSync(fd, 0, HEAD_BYTES);
    return isGzip(head) ? await gzipFile(path, fd) : plainFile(path, fd, head);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
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

function readAtSync(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let got = 0;
  while (got < length) {
    const more = fs.readSync(fd, bytes, got, length - got, offset + got);
    if (more === 0) break;
    got += more;
  }
  return bytes.subarray(0, got);
}

function plainFile(path: string, fd: number, head: Buffer): LogFile {
  const { size } = fs.fstatSync(fd);
  return {
    path,
    head,
    plain: { fd, size },
    readAt: async (offset, length) => readAtSync(fd, offset, length),
    chunks: () => chunksOf({ fd, size }, CHUNK_BYTES),
    damage: () => null,
    checkSame: () => {
      if (!readAtSync(fd, 0, head.length).equals(head)) throw new OverwrittenLog();
    },
    close: () => fs.closeSync(fd),
  };
}

async function* chunksOf({ fd, size }: PlainFile, chunkBytes: number): AsyncGenerator<Buffer> {
  let at = 0;
  while (at < size) {
    const chunk = readAtSync(fd, at, Math.min(chunkBytes, size - at));
    if (chunk.length === 0) throw new ShortenedLog();
    yield chunk;
    at += chunk.length;
  }
}

async function gzipFile(path: string, fd: number): Promise<LogFile> {
  const packed = { fd, size: fs.fstatSync(fd).size };
  const open = (): AsyncGenerator<Buffer> =>
    inflate(Readable.from(chunksOf(packed, COMPRESSED_BYTES)));
  return {
    path,
    head: await sliceOf(open(), 0, HEAD_BYTES),
    plain: null,
    readAt: (offset, length) => sliceOf(open(), offset, length),
    ...untilDamage(open),
    checkSame: () => {},
    close: () => fs.closeSync(fd),
  };
}

/** Bytes of a stream; what a damaged one still gives. Throws when that is nothing. */
async function sliceOf(
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
