/**
 * A reading thread: orders in, replies out, in the same order.
 *
 * Takes orders, gives for each a reply or the error that ended the thread. Never leaves an order
 * without an answer: a thread that is dead says so at once.
 */
import { Worker } from 'node:worker_threads';
import { EXIT, UserError } from '../errors.ts';
import type { Order, Reply } from './job.ts';
import type { LineOptions } from './lines.ts';

/** One worker thread. */
export class ReadingThread {
  readonly #worker: Worker;
  #waiting: ((reply: Reply | Error) => void)[] = [];
  #failure: Error | null = null;

  constructor(entry: URL, options: LineOptions) {
    this.#worker = new Worker(entry, { workerData: options });
    this.#worker.on('message', (reply: Reply) => this.#waiting.shift()?.(reply));
    this.#worker.on('messageerror', (error) => this.#fail(error));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => this.#fail(endedEarly(code)));
  }

  get isDead(): boolean {
    return this.#failure !== null;
  }

  /** Sends an order; the answer is never a rejection, since nobody may be waiting for it. */
  ask(order: Order): Promise<Reply | Error> {
    if (this.#failure !== null) return Promise.resolve(this.#failure);
    const { job } = order;
    this.#worker.postMessage(order, job.kind === 'bytes' ? [job.bytes.buffer] : []);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #fail(error: unknown): void {
    this.#failure ??= asFailure(error);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const settle of waiting) settle(this.#failure);
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

function asFailure(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(`a reading thread threw ${typeof error}`);
  if ((error as { code?: unknown }).code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new UserError(
    EXIT.failed,
    'a reading thread ran out of memory',
    'give it more: NODE_OPTIONS=--max-old-space-size=4096 aicost …; what was read before is kept',
    { cause: error },
  );
}

function endedEarly(code: number): UserError {
  return new UserError(
    EXIT.failed,
    `a reading thread ended too early (exit code ${code})`,
    'repeat the command: it goes on where it was cut off',
  );
}
