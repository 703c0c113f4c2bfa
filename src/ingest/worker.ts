/**
 * The worker thread: reads ranges of files, or bytes it is handed, and sends packed batches back.
 *
 * Takes Orders, gives Replies in the same order; a bug ends the thread with its stack. Never touches
 * the ledger, and opens no file: it shares those of the main thread.
 */
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Answerer } from './answer.ts';
import type { Order } from './job.ts';
import type { LineOptions } from './lines.ts';

const port = parentPort;
if (port !== null) {
  const answerer = new Answerer(workerData as LineOptions, fs);
  port.on('message', (order: Order) => {
    const reply = answerer.answer(order);
    const transfer = 'batch' in reply ? [reply.batch.rows.buffer] : [];
    if ('batch' in reply && reply.batch.text !== null) transfer.push(reply.batch.text.bytes.buffer);
    port.postMessage(reply, transfer);
  });
}
