/**
 * Records read again at their source: the prompt of a call that the ledger knows.
 *
 * Takes where a record lies, gives its prompt. Never the text of another record: a log that has
 * changed since gives nothing.
 */
import { Buffer } from 'node:buffer';
import { isRejected } from '../domain/reject.ts';
import { UserError } from '../errors.ts';
import { RecordParser } from '../formats/parse.ts';
import type { LogFile } from './log-file.ts';
import { openLogFile } from './open-log.ts';

/** Where a record lies, and what its prompt's hash was. */
export interface RecordPlace {
  readonly path: string;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly promptHash: number;
  /** The record itself, where the ledger keeps it. */
  readonly record: string | null;
}

/** What was asked. */
export interface PromptTexts {
  readonly system: string;
  readonly user: string;
}

/** Reads records; holds each log open until it is closed. */
export class RecordReader {
  readonly #parser = new RecordParser(null);
  readonly #logs = new Map<string, LogFile | null>();

  /** The prompt of a record; null if the log is gone or changed, or its records are no JSON. */
  async read(place: RecordPlace): Promise<PromptTexts | null> {
    const bytes =
      place.record === null ? await this.#bytesAt(place) : Buffer.from(place.record, 'utf8');
    return bytes === null ? null : this.#promptIn(bytes, place.promptHash);
  }

  async #bytesAt({ path, byteOffset, byteLength }: RecordPlace): Promise<Buffer | null> {
    let log = this.#logs.get(path);
    if (log === undefined) {
      log = await openIfThere(path);
      this.#logs.set(path, log);
    }
    if (log === null || byteLength === 0) return null;
    const bytes = await log.readAt(byteOffset, byteLength);
    return bytes.length === byteLength ? bytes : null;
  }

  #promptIn(bytes: Buffer, promptHash: number): PromptTexts | null {
    this.#parser.reset(bytes);
    const items = this.#parser.parse(0, bytes.length);
    if (isRejected(items)) return null;
    for (const item of items) {
      if (isRejected(item) || item.call.promptHash !== promptHash) continue;
      const { system, user } = item;
      return { system: system?.toString() ?? '', user: user?.toString() ?? '' };
    }
    return null;
  }

  /** Closes the logs. */
  close(): void {
    for (const log of this.#logs.values()) log?.close();
    this.#logs.clear();
  }
}

/** Standard input and batches are no files that could be read again. */
async function openIfThere(path: string): Promise<LogFile | null> {
  if (path === '-') return null;
  try {
    return await openLogFile(path, NOTHING);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

const NOTHING: AsyncIterable<Buffer> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};
