/**
 * The worker thread: reads ranges of files, or bytes it is handed, and sends packed batches back.
 *
 * Takes Jobs, gives Replies in the order of the jobs. Never touches the ledger.
 */
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Job, RangeJob, Reply } from './job.ts';
import { type LineOptions, LineParser, type Stretch } from './lines.ts';
import { readRange } from './range.ts';

const port = parentPort;
if (port !== null) {
  const parser = new LineParser(workerData as LineOptions);
  port.on('message', (job: Job) => {
    const reply = answer(parser, job);
    const transfer = 'batch' in reply ? [reply.batch.rows.buffer] : [];
    if ('batch' in reply && reply.batch.text !== null) transfer.push(reply.batch.text.bytes.buffer);
    port.postMessage(reply, transfer);
  });
}

/** A core's cache holds so much while its lines are scanned, hashed and classified. */
const PIECE_BYTES = 1024 * 1024;

function* piecesOf(job: RangeJob): Generator<Stretch> {
  for (let start = job.start; start < job.end; start += PIECE_BYTES) {
    const end = Math.min(start + PIECE_BYTES, job.end);
    const atLineStart = job.atLineStart && start === job.start;
    yield readRange({ ...job, start, end, atLineStart }, fs);
  }
}

/** Does a job; what the file system refuses is reported, a bug is thrown. */
function answer(parser: LineParser, job: Job): Reply {
  try {
    if (job.kind === 'range') return { batch: parser.parse(piecesOf(job)) };
    const bytes = Buffer.from(job.bytes.buffer, job.bytes.byteOffset, job.bytes.length);
    const { offset, last } = job;
    return { batch: parser.parse([{ bytes, from: 0, to: bytes.length, offset, last }]) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { failed: { code, message } };
  }
}
