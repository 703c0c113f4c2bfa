/**
 * Answering: an order → the packed calls of its lines, or why they could not be read.
 *
 * Takes orders of one run after the other, gives Replies. Never reports a bug as a file that could
 * not be read: it throws.
 */
import { Buffer } from 'node:buffer';
import type nodeFs from 'node:fs';
import type { Job, Order, RangeJob, ReadFailure, Reply } from './job.ts';
import { type LineOptions, LineParser, type Stretch } from './lines.ts';
import { RangeReader } from './range.ts';
import { isSystemError, ShortenedLog } from './read-errors.ts';

/** A core's cache holds so much while its lines are scanned, hashed and classified. */
const PIECE_BYTES = 1024 * 1024;

/** Answers the orders of one thread. */
export class Answerer {
  readonly #parser: LineParser;
  readonly #ranges: RangeReader;
  #run: number | null = null;

  constructor(options: LineOptions, fs: Pick<typeof nodeFs, 'readSync'>) {
    this.#parser = new LineParser(options);
    this.#ranges = new RangeReader(fs);
  }

  /** Does a job. */
  answer({ run, job }: Order): Reply {
    if (run !== this.#run) this.#parser.restart();
    this.#run = run;
    try {
      return { batch: this.#parser.parse(this.#stretchesOf(job)) };
    } catch (error) {
      // What was packed of the job must not come with the next one.
      this.#parser.restart();
      return { failed: failureOf(error) };
    }
  }

  #stretchesOf(job: Job): Iterable<Stretch> {
    if (job.kind === 'range') return this.#piecesOf(job);
    const bytes = Buffer.from(job.bytes.buffer, job.bytes.byteOffset, job.bytes.length);
    const { offset, last, overlong } = job;
    return [{ bytes, from: 0, to: bytes.length, offset, last, overlong }];
  }

  *#piecesOf(job: RangeJob): Generator<Stretch> {
    for (let start = job.start; start < job.end; start += PIECE_BYTES) {
      const end = Math.min(start + PIECE_BYTES, job.end);
      const atLineStart = job.atLineStart && start === job.start;
      const piece = this.#ranges.read({ ...job, start, end, atLineStart });
      if (piece !== null) yield piece;
    }
  }
}

function failureOf(error: unknown): ReadFailure {
  if (error instanceof ShortenedLog) return { kind: 'shortened' };
  if (!isSystemError(error)) throw error;
  const { code, errno, syscall, message } = error;
  return { kind: 'system', code, errno, syscall, message };
}
