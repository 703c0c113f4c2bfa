/**
 * Reading a log again: the calls of a log that the ledger may or may not know.
 *
 * Takes a path, hands over its calls packed, or each with its place while its texts can be read. Never
 * writes, and never reads standard input, which cannot be read twice.
 */
import type { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import { framingOf } from './framing.ts';
import type { Labelling } from './labelling.ts';
import type { LogFile } from './log-file.ts';
import { openLogFile } from './open-log.ts';
import type { CallTap } from './pack.ts';
import type { SentBatch } from './pool.ts';
import { Readers } from './readers.ts';

/** Nothing on standard input. */
export const NO_INPUT: AsyncIterable<string> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};

/** How to read a log again. */
export interface RereadOptions {
  /** A dialect's name, or null to find out. */
  readonly inputFormat: string | null;
  readonly labelling?: Labelling;
  /** 0 where calls are to be seen as they are parsed. */
  readonly threads: number;
  /** Whether the first bytes are those of the log that is meant; else nothing is read. */
  isSame?(head: Buffer): boolean;
}

/** Reads a log from its beginning in packed batches. Throws UserError when it cannot be read. */
export async function* batchesAgain(
  path: string,
  options: RereadOptions,
  tap?: CallTap,
): AsyncGenerator<SentBatch['batch']> {
  const { threads, isSame, ...reading } = options;
  const log: LogFile = await openLogFile(path, NO_INPUT);
  const readers = new Readers(
    { ...reading, storeText: false, ...(tap === undefined ? {} : { tap }) },
    threads,
  );
  try {
    if (isSame?.(log.head) === false) return;
    const sent = readers.batches(log, framingOf(log.head), { ingestedBytes: 0, lines: 0 });
    for await (const { batch } of sent) yield batch;
  } finally {
    await readers.close();
    log.close();
  }
}

/** A call of a log and where it stands. */
export interface SeenCall {
  readonly parsed: Parameters<CallTap>[0];
  /** Of the log, from 1. */
  readonly line: number;
  readonly byteOffset: number;
}

/**
 * Hands over the calls of a log in their order until `take` says false. Their texts are valid until it
 * returns, and they are not labelled. Throws UserError when the log cannot be read.
 */
export async function eachCallAgain(
  path: string,
  inputFormat: string | null,
  take: (call: SeenCall) => boolean,
): Promise<void> {
  let linesBefore = 0;
  let goOn = true;
  const tap: CallTap = (parsed, { line, byteOffset }) => {
    if (goOn) goOn = take({ parsed, line: linesBefore + line + 1, byteOffset });
  };
  for await (const batch of batchesAgain(path, { inputFormat, threads: 0 }, tap)) {
    if (!goOn) return;
    linesBefore += batch.lines;
    await setImmediate();
  }
}
