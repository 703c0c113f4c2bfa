/**
 * Files that are read whole: settings, keys, images.
 *
 * Takes a path and how large a file may be, gives its bytes. Never reads without end: not from a
 * device, and not more than it may be.
 */
import { Buffer } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

export interface SmallFileLimits {
  readonly maxBytes: number;
  /** Whether a pipe will do, such as `<(command)`: it is waited for. */
  readonly mayBePipe: boolean;
}

export interface SmallFile {
  readonly bytes: Buffer;
  /** As `stat` has it. */
  readonly mode: number;
}

/** Why a file is not read; `code` is for people, where those of the system are. */
class UnfitFile extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

const CHUNK_BYTES = 65_536;
const MIB = 1024 * 1024;

/** Reads a file whole. Throws an error with a `code`: the system's, or what is wrong with the file. */
export function readSmallFile(path: string, limits: SmallFileLimits): SmallFile {
  // Opening a pipe nobody writes to would wait for ever.
  const wait = limits.mayBePipe ? 0 : constants.O_NONBLOCK;
  const file = openSync(path, constants.O_RDONLY | wait);
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new UnfitFile('EISDIR');
    const isFit = stat.isFile() || (limits.mayBePipe && stat.isFIFO());
    if (!isFit) throw new UnfitFile('not a regular file');
    if (stat.size > limits.maxBytes) throw tooLarge(limits);
    return { bytes: readBytes(file, limits), mode: stat.mode };
  } finally {
    closeSync(file);
  }
}

/** Files of /proc say that they have no bytes: what counts is what is read. */
function readBytes(file: number, limits: SmallFileLimits): Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
    if (read === 0) return Buffer.concat(chunks, size);
    size += read;
    if (size > limits.maxBytes) throw tooLarge(limits);
    chunks.push(chunk.subarray(0, read));
  }
}

function tooLarge({ maxBytes }: SmallFileLimits): UnfitFile {
  const most = maxBytes < MIB ? `${maxBytes / 1024} KiB` : `${maxBytes / MIB} MiB`;
  return new UnfitFile(`larger than ${most}`);
}
