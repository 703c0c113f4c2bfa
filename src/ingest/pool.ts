/**
 * The pool: jobs for worker threads, answers in the order of the jobs.
 *
 * Takes jobs as they are asked for, so that only a few are under way at a time and memory stays flat.
 * Never carries anything from one run to the next: threads start new dictionaries with each.
 */
import type { CallBatch } from '../ledger/batch.ts';
import type { Job, ReadFailure, Reply } from './job.ts';
import type { LineOptions } from './lines.ts';
import { ShortenedLog, type SystemError } from './read-errors.ts';
import { ReadingThread } from './thread.ts';

/** A batch, and which sender's dictionaries it speaks of. */
export interface SentBatch {
  readonly batch: CallBatch;
  readonly sender: number;
}

interface UnderWay {
  readonly sender: number;
  readonly reply: Promise<Reply | Error>;
}

/** Jobs under way for each worker: one in work, one waiting. */
const DEPTH = 2;

/** Runs jobs on worker threads until it is closed. */
export class WorkerPool {
  readonly #threads: ReadingThread[];
  readonly #start: () => ReadingThread;
  #run = 0;

  constructor(size: number, entry: URL, options: LineOptions) {
    this.#start = () => new ReadingThread(entry, options);
    this.#threads = Array.from({ length: size }, this.#start);
  }

  /** Does the jobs; batches come in their order. Nothing is under way when it ends, however it does. */
  async *run(jobs: Iterable<Job> | AsyncIterable<Job>): AsyncGenerator<SentBatch> {
    this.#replaceDead();
    const run = ++this.#run;
    const underWay: UnderWay[] = [];
    let next = 0;
    try {
      for await (const job of jobs) {
        const sender = next++ % this.#threads.length;
        const thread = this.#threads[sender]!;
        underWay.push({ sender, reply: thread.ask({ run, job }) });
        if (underWay.length >= this.#threads.length * DEPTH) yield await settled(underWay.shift()!);
      }
      while (underWay.length > 0) yield await settled(underWay.shift()!);
    } finally {
      await Promise.all(underWay.map(({ reply }) => reply));
    }
  }

  #replaceDead(): void {
    for (const [i, thread] of this.#threads.entries()) {
      if (thread.isDead) this.#threads[i] = this.#start();
    }
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

async function settled({ sender, reply }: UnderWay): Promise<SentBatch> {
  const answer = await reply;
  if (answer instanceof Error) throw answer;
  if ('failed' in answer) throw errorOf(answer.failed);
  return { batch: answer.batch, sender };
}

/** A failure as the error it was in its thread. */
function errorOf(failure: ReadFailure): Error {
  if (failure.kind === 'shortened') return new ShortenedLog();
  const { message, code, errno, syscall } = failure;
  return Object.assign(new Error(message), { code, errno, syscall }) satisfies SystemError;
}
