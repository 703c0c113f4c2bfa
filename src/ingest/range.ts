/**
 * Ranges: the bytes of the lines that start in a range of a file.
 *
 * Takes a range anywhere in the file, gives whole lines: from the first line start in it to the end
 * of the line that its last byte is in. Ranges that tile a file give each line exactly once.
 */
import { Buffer } from 'node:buffer';
import type nodeFs from 'node:fs';
import type { RangeJob } from './job.ts';
import type { Stretch } from './lines.ts';

const NEWLINE = 0x0a;
const SLACK = 64 * 1024;

type Files = Pick<typeof nodeFs, 'openSync' | 'readSync' | 'closeSync'>;

/** Kept between ranges: a fresh buffer each time is memory the collector has to chase. */
let buffer = Buffer.alloc(0);

/** Reads a range; the bytes are valid until the next call. */
export function readRange(job: RangeJob, fs: Files): Stretch {
  const first = job.atLineStart ? job.start : job.start - 1;
  const fd = fs.openSync(job.path, 'r');
  try {
    let length = fill(fs, fd, { from: first, have: 0, want: job.end - first + SLACK });
    const wanted = job.end - first;
    let end = lineEnd(length, wanted, first + length >= job.fileEnd);
    while (end < 0) {
      const more = fill(fs, fd, { from: first, have: length, want: length * 2 });
      if (more === length) {
        end = length;
        break;
      }
      length = more;
      end = lineEnd(length, wanted, first + length >= job.fileEnd);
    }
    const from = job.atLineStart ? 0 : buffer.subarray(0, length).indexOf(NEWLINE) + 1;
    // A line that began before the range and goes on beyond it leaves nothing here.
    const none = from >= wanted || (from === 0 && !job.atLineStart);
    const to = none ? 0 : end;
    return {
      bytes: buffer,
      from: none ? 0 : from,
      to,
      offset: first,
      last: !none && first + to >= job.fileEnd,
    };
  } finally {
    fs.closeSync(fd);
  }
}

/** Where the line of the range's last byte ends, past its newline; -1 if that is not read yet. */
function lineEnd(length: number, wanted: number, atFileEnd: boolean): number {
  if (wanted >= length) return atFileEnd ? length : -1;
  const newline = buffer.subarray(0, length).indexOf(NEWLINE, wanted - 1);
  if (newline >= 0) return newline + 1;
  return atFileEnd ? length : -1;
}

function fill(
  fs: Files,
  fd: number,
  { from, have, want }: { from: number; have: number; want: number },
): number {
  if (buffer.length < want) {
    const larger = Buffer.allocUnsafeSlow(want);
    buffer.copy(larger, 0, 0, have);
    buffer = larger;
  }
  let length = have;
  while (length < want) {
    const got = fs.readSync(fd, buffer, length, want - length, from + length);
    if (got === 0) break;
    length += got;
  }
  return length;
}
