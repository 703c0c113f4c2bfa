/**
 * Stretches: a log of lines cut into pieces that fit in memory.
 *
 * Takes an open log and the offset to start from, which is the start of a line. Gives ranges for
 * workers to read themselves, or bytes where only this thread can read them.
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import type { Job, RangeJob } from './job.ts';
import type { Stretch } from './lines.ts';
import type { LogFile } from './log-file.ts';
import { readRange } from './range.ts';

const STRETCH_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Jobs for a pool. */
export async function* jobsOf(log: LogFile, from: number): AsyncGenerator<Job> {
  if (log.size !== null) {
    yield* rangesOf(log.path, from, log.size);
    return;
  }
  for await (const { bytes, to, offset, last } of blocksOf(log, from)) {
    yield { kind: 'bytes', bytes: Uint8Array.from(bytes.subarray(0, to)), offset, last };
  }
}

/** Stretches for this thread. */
export async function* stretchesOf(log: LogFile, from: number): AsyncGenerator<Stretch> {
  if (log.size === null) yield* blocksOf(log, from);
  else for (const range of rangesOf(log.path, from, log.size)) yield readRange(range, fs);
}

function* rangesOf(path: string, from: number, fileEnd: number): Generator<RangeJob> {
  for (let start = from; start < fileEnd; start += STRETCH_BYTES) {
    const end = Math.min(start + STRETCH_BYTES, fileEnd);
    yield { kind: 'range', path, start, end, fileEnd, atLineStart: start === from };
  }
}

/** Blocks of whole lines of a stream; the last one may end without a newline. */
async function* blocksOf(log: LogFile, from: number): AsyncGenerator<Stretch> {
  let parts: Buffer[] = [];
  let length = 0;
  let skip = from;
  let offset = from;
  for await (const chunk of log.chunks()) {
    const kept = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - kept.length;
    if (kept.length === 0) continue;
    parts.push(kept);
    length += kept.length;
    if (length < STRETCH_BYTES || !kept.includes(NEWLINE)) continue;
    const bytes = Buffer.concat(parts);
    const to = bytes.lastIndexOf(NEWLINE) + 1;
    yield { bytes, from: 0, to, offset, last: false };
    offset += to;
    parts = [bytes.subarray(to)];
    length -= to;
  }
  if (length > 0) yield { bytes: Buffer.concat(parts), from: 0, to: length, offset, last: true };
}
