/**
 * The pool: jobs for worker threads, answers in the order of the jobs.
 *
 * Takes jobs as they are asked for, so that only a few are under way at a time and memory stays flat.
 */
import { Worker } from 'node:worker_threads';
import type { CallBatch } from '../ledger/batch.ts';
import type { Job, Reply } from './job.ts';
import type { LineOptions } from './lines.ts';

/** A batch, and which sender's dictionaries it speaks of. */
export interface SentBatch {
  readonly batch: CallBatch;
  readonly sender: number;
}

/** Jobs under way for each worker: one in work, one waiting. */
const DEPTH = 2;

/** Runs jobs on worker threads until it is closed. */
export class WorkerPool {
  readonly #workers: Worker[];
  readonly #waiting: ((reply: Reply | Error) => void)[][];

  constructor(size: number, entry: URL, options: LineOptions) {
    this.#workers = Array.from({ length: size }, () => new Worker(entry, { workerData: options }));
    this.#waiting = this.#workers.map(() => []);
    this.#workers.forEach((worker, index) => {
      const waiting = this.#waiting[index] ?? [];
      worker.on('message', (reply: Reply) => waiting.shift()?.(reply));
      worker.on('error', (error) => {
        for (const settle of waiting.splice(0)) settle(error);
      });
      worker.on('exit', () => {
        for (const settle of waiting.splice(0))
          settle(new Error('a reading thread ended too early'));
      });
    });
  }

  /** Does the jobs; batches come in their order. */
  async *run(jobs: Iterable<Job> | AsyncIterable<Job>): AsyncGenerator<SentBatch> {
    const underWay: { sender: number; reply: Promise<Reply | Error> }[] = [];
    let next = 0;
    for await (const job of jobs) {
      const sender = next++ % this.#workers.length;
      underWay.push({ sender, reply: this.#post(sender, job) });
      if (underWay.length >= this.#workers.length * DEPTH) yield await settled(underWay.shift());
    }
    while (underWay.length > 0) yield await settled(underWay.shift());
  }

  #post(sender: number, job: Job): Promise<Reply | Error> {
    return new Promise((resolve) => {
      this.#waiting[sender]?.push(resolve);
      this.#workers[sender]?.postMessage(job, job.kind === 'bytes' ? [job.bytes.buffer] : []);
    });
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

async function settled(
  job: { sender: number; reply: Promise<Reply | Error> } | undefined,
): Promise<SentBatch> {
  if (job === undefined) throw new Error('no job is under way');
  const reply = await job.reply;
  if (reply instanceof Error) throw reply;
  if ('failed' in reply)
    throw Object.assign(new Error(reply.failed.message), { code: reply.failed.code });
  return { batch: reply.batch, sender: job.sender };
}
