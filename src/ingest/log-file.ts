/**
 * LogFile: what plain files, gzip and standard input have in common.
 *
 * Types only; open-log.ts makes them.
 */
import type { Buffer } from 'node:buffer';
import type { DamagedInput } from './read-errors.ts';

/** A plain file, of which any part can be read. */
export interface PlainFile {
  readonly fd: number;
  /** What was in it when it was opened; what is added later is for the next run. */
  readonly size: number;
}

/** A log that is open for reading. */
export interface LogFile {
  /** As shown to the user: the absolute path, or `-`. */
  readonly path: string;
  /** The first HEAD_BYTES, decompressed, or all of it. */
  readonly head: Buffer;
  /** Null for what can only be read from front to back. */
  readonly plain: PlainFile | null;
  readAt(offset: number, length: number): Promise<Buffer>;
  /** The decompressed bytes from the beginning to where they are damaged; once only for stdin. */
  chunks(): AsyncGenerator<Buffer>;
  /** What ended the chunks too early. */
  damage(): DamagedInput | null;
  /** Throws OverwrittenLog if the log does not begin any more as it did when it was opened. */
  checkSame(): void;
  close(): void;
}
