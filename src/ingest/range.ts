/**
 * Ranges: the bytes of the lines that start in a range of a file.
 *
 * Takes a range anywhere in an open file, gives whole lines: from the first line start in it to the
 * end of the line that its last byte is in. Ranges that tile a file give each line exactly once.
 * Never holds a line beyond MAX_RECORD_BYTES, and never takes a file that shrank for one that ended.
 */
import { Buffer } from 'node:buffer';
import type nodeFs from 'node:fs';
import type { RangeJob } from './job.ts';
import { MAX_RECORD_BYTES } from './limits.ts';
import type { Overlong, Stretch } from './lines.ts';
import { ShortenedLog } from './read-errors.ts';

const NEWLINE = 0x0a;
/** Read beyond a range at once, since its last line most often ends there. */
const SLACK_BYTES = 64 * 1024;
/** Where a line goes on beyond that, its end is looked for in steps of this size. */
const STEP_BYTES = 1024 * 1024;
/** A buffer that one long line made larger than this is not kept. */
const KEPT_BYTES = 8 * 1024 * 1024;

type Files = Pick<typeof nodeFs, 'readSync'>;

/** Reads ranges; one per thread, since the bytes it gives are valid until the next call. */
export class RangeReader {
  readonly #fs: Files;
  /** Kept between ranges: a fresh buffer each time is memory the collector has to chase. */
  #buffer = Buffer.alloc(0);

  constructor(fs: Files) {
    this.#fs = fs;
  }

  /** Reads a range; null if no line starts in it. Throws ShortenedLog. */
  read(job: RangeJob): Stretch | null {
    // The byte before a range tells whether a line starts with it.
    const first = job.atLineStart ? job.start : job.start - 1;
    const wanted = job.end - first;
    const length = Math.min(wanted + SLACK_BYTES, job.fileEnd - first);
    this.#fill(job.fd, first, { have: 0, want: length });
    const head = this.#buffer.subarray(0, wanted);
    const from = job.atLineStart ? 0 : head.indexOf(NEWLINE) + 1;
    // A line that began before the range and goes on beyond it leaves nothing here.
    if (from >= wanted || (from === 0 && !job.atLineStart)) return null;
    const newline = this.#buffer.subarray(0, length).indexOf(NEWLINE, wanted - 1);
    if (newline >= 0 || first + length === job.fileEnd) {
      const to = newline >= 0 ? newline + 1 : length;
      return this.#stretch(job, { first, from, to, overlong: null });
    }
    const lastLine = Math.max(from, head.lastIndexOf(NEWLINE) + 1);
    const { end, ended } = this.#lineEnd(job, first + length);
    const bytes = end - first - lastLine;
    if (bytes - (ended ? 1 : 0) > MAX_RECORD_BYTES) {
      return this.#stretch(job, { first, from, to: lastLine, overlong: { bytes, ended } });
    }
    this.#fill(job.fd, first, { have: length, want: end - first });
    return this.#stretch(job, { first, from, to: end - first, overlong: null });
  }

  #stretch(
    job: RangeJob,
    at: { first: number; from: number; to: number; overlong: Overlong | null },
  ): Stretch {
    const { first, from, to, overlong } = at;
    const end = first + to + (overlong?.bytes ?? 0);
    return { bytes: this.#buffer, from, to, offset: first, last: end >= job.fileEnd, overlong };
  }

  /** Where the line that a position is in ends, past its newline; reads without holding it. */
  #lineEnd(job: RangeJob, position: number): { end: number; ended: boolean } {
    const step = Buffer.allocUnsafe(STEP_BYTES);
    for (let at = position; at < job.fileEnd; ) {
      const got = this.#fs.readSync(job.fd, step, 0, Math.min(STEP_BYTES, job.fileEnd - at), at);
      if (got === 0) throw new ShortenedLog();
      const newline = step.subarray(0, got).indexOf(NEWLINE);
      if (newline >= 0) return { end: at + newline + 1, ended: true };
      at += got;
    }
    return { end: job.fileEnd, ended: false };
  }

  #fill(fd: number, from: number, { have, want }: { have: number; want: number }): void {
    this.#fit(have, want);
    let length = have;
    while (length < want) {
      const got = this.#fs.readSync(fd, this.#buffer, length, want - length, from + length);
      if (got === 0) throw new ShortenedLog();
      length += got;
    }
  }

  #fit(have: number, want: number): void {
    const tooLarge = have === 0 && this.#buffer.length > KEPT_BYTES && want <= KEPT_BYTES;
    if (this.#buffer.length >= want && !tooLarge) return;
    // One more than a whole number of slacks: ranges differ by the byte before them.
    const size = Math.ceil(want / SLACK_BYTES) * SLACK_BYTES + 1;
    const fitting = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(fitting, 0, 0, have);
    this.#buffer = fitting;
  }
}
