/** Threads: answers in order, and no waiting for ever for one that is dead. */
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '../../src/ingest/job.ts';
import { type SentBatch, WorkerPool } from '../../src/ingest/pool.ts';
import { C, WIDTH } from '../../src/ledger/columns.ts';
import { flatLog } from './world.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aicost-pool-'));
let pool: WorkerPool | undefined;
beforeAll(async () => {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const input = { worker: join(root, 'src/ingest/worker.ts') };
  const bundle = await rolldown({ input, platform: 'node', external: /^[^./]/ });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: 'worker.mjs' });
  await bundle.close();
  copyFileSync(join(root, 'src/ingest/weights.bin'), join(folder, 'weights.bin'));
});
afterEach(() => pool?.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPTIONS = { inputFormat: null, storeText: false };

/** A pool whose threads run this body for each order. */
function poolOf(size: number, body: string): WorkerPool {
  const entry = join(folder, `${Math.abs(hashOf(body))}.mjs`);
  writeFileSync(
    entry,
    `import { parentPort } from 'node:worker_threads';
     let seen = 0;
     const ok = (order) => parentPort.postMessage({ batch: { endOffset: order.job.offset } });
     parentPort.on('message', (order) => { seen++; ${body} });`,
  );
  pool = new WorkerPool(size, pathToFileURL(entry), OPTIONS);
  return pool;
}

function hashOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
  return hash;
}

function jobOf(offset: number, text = ''): Job {
  const bytes = Uint8Array.from(Buffer.from(text));
  return { kind: 'bytes', bytes, offset, last: true, overlong: null };
}

const jobs = (count: number): Job[] => Array.from({ length: count }, (_, i) => jobOf(i));

async function offsets(run: AsyncIterable<SentBatch>): Promise<number[]> {
  const found: number[] = [];
  for await (const { batch } of run) found.push(batch.endOffset);
  return found;
}

describe('answers', () => {
  test('come in the order of the jobs, however long each takes', async () => {
    const slowFirst = poolOf(2, 'setTimeout(() => ok(order), order.job.offset % 2 ? 0 : 20);');
    expect(await offsets(slowFirst.run(jobs(7)))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('no job, no answer', async () => {
    expect(await offsets(poolOf(1, 'ok(order);').run([]))).toEqual([]);
  });
});

describe('a thread that dies', () => {
  test.each([
    ['in work', 'process.exit(7);', /ended too early \(exit code 7\)/],
    ['by a bug, with what was thrown', 'throw new TypeError("x is undefined");', /x is undefined/],
    [
      'for want of memory',
      'throw Object.assign(new Error("heap"), { code: "ERR_WORKER_OUT_OF_MEMORY" });',
      /ran out of memory/,
    ],
  ])(
    '%s',
    async (_, body, message) => {
      const dying = poolOf(1, `if (order.job.offset === 1) { ${body} } else ok(order);`);
      await expect(offsets(dying.run(jobs(4)))).rejects.toThrow(message);
    },
    60_000,
  );

  test('while no job waits: the next one says so, and the run after it has a new thread', async () => {
    const idle = poolOf(1, 'ok(order); if (seen === 1) setTimeout(() => process.exit(3), 5);');
    async function* slowly(): AsyncGenerator<Job> {
      yield jobOf(0);
      yield jobOf(1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      yield jobOf(2);
    }
    await expect(offsets(idle.run(slowly()))).rejects.toThrow(/ended too early \(exit code 3\)/);
    expect(await offsets(idle.run([jobOf(9)]))).toEqual([9]);
  });
});

test('a run that is broken off leaves no answer for the next', async () => {
  const slow = poolOf(2, 'setTimeout(() => ok(order), 10);');
  for await (const { batch } of slow.run(jobs(9))) if (batch.endOffset === 1) break;
  expect(await offsets(slow.run([jobOf(50), jobOf(51)]))).toEqual([50, 51]);
});

test('real threads: after a run that was broken off, each batch brings the models it speaks of', async () => {
  pool = new WorkerPool(2, pathToFileURL(join(folder, 'worker.mjs')), OPTIONS);
  const log = (model: string): Job => jobOf(0, flatLog(1, 3, { model, user: `user of ${model}` }));
  const first = ['gpt-4o', 'gpt-4o-mini', 'o3', 'gpt-4.1', 'o4-mini'].map(log);
  // Only the first batch is taken; the models of the others were sent and never learned.
  for await (const { batch } of pool.run(first)) {
    expect(batch.targets.map((target) => target.model)).toEqual(['gpt-4o']);
    break;
  }
  const models: string[][] = [];
  for await (const { batch } of pool.run([log('o3'), log('gpt-4o-mini'), log('o3')])) {
    if (batch.resetsDictionaries) models.push(batch.targets.map((target) => target.model));
    const ids = Array.from(
      { length: batch.count },
      (_, row) => batch.rows[row * WIDTH + C.target_id],
    );
    expect(new Set(ids)).toEqual(new Set([0]));
  }
  // Jobs go to the threads in turn: the third one is the first thread's again, which knows o3.
  expect(models).toEqual([['o3'], ['gpt-4o-mini']]);
});
