/** What a thread answers, without a thread. */
import { describe, expect, test } from 'vitest';
import { Answerer } from '../../src/ingest/answer.ts';
import type { Job, Reply } from '../../src/ingest/job.ts';
import type { CallBatch } from '../../src/ledger/batch.ts';
import { flatLog } from './world.ts';

const OPTIONS = { inputFormat: null, storeText: false };
const RANGE = { kind: 'range', fd: 0, start: 0, end: 9, fileEnd: 9, atLineStart: true } as const;

function bytesJob(text: string): Job {
  const bytes = Uint8Array.from(Buffer.from(text));
  return { kind: 'bytes', bytes, offset: 0, last: true, overlong: null };
}

function batchOf(reply: Reply): CallBatch {
  if ('failed' in reply) throw new Error(reply.failed.kind);
  return reply.batch;
}

function failing(error: unknown): Answerer {
  return new Answerer(OPTIONS, {
    readSync: () => {
      throw error;
    },
  });
}

describe('dictionaries', () => {
  test('go on within a run, and start anew with the next: nobody may have learned the last', () => {
    const answerer = new Answerer(OPTIONS, { readSync: () => 0 });
    const job = (): Job => bytesJob(flatLog(1, 2, { user: 'ada' }));
    const first = batchOf(answerer.answer({ run: 1, job: job() }));
    expect([first.targets.length, first.accounts, first.resetsDictionaries]).toEqual([
      1,
      ['ada'],
      true,
    ]);
    const second = batchOf(answerer.answer({ run: 1, job: job() }));
    expect([second.targets, second.accounts, second.resetsDictionaries]).toEqual([[], [], false]);
    const other = batchOf(answerer.answer({ run: 2, job: job() }));
    expect([other.targets.length, other.accounts, other.resetsDictionaries]).toEqual([
      1,
      ['ada'],
      true,
    ]);
    expect(other.count).toBe(2);
  });

  test('what was packed before a failure does not come with the next job', () => {
    let reads = 0;
    const answerer = new Answerer(OPTIONS, {
      // One megabyte of calls, then nothing: the log was cut.
      readSync: ((_: number, into: Buffer, at: number, length: number) => {
        if (reads++ > 0) return 0;
        return into.fill(flatLog(1, 1), at, at + length) && length;
      }) as never,
    });
    const job = { ...RANGE, end: 3_000_000, fileEnd: 3_000_000 };
    expect(answerer.answer({ run: 1, job })).toEqual({ failed: { kind: 'shortened' } });
    const next = batchOf(answerer.answer({ run: 1, job: bytesJob(flatLog(5, 5)) }));
    expect([next.count, next.rejects, next.resetsDictionaries]).toEqual([1, [], true]);
  });
});

describe('failures', () => {
  test('what the system refuses is reported', () => {
    const refused = Object.assign(new Error('EIO: i/o error, read'), {
      code: 'EIO',
      errno: -5,
      syscall: 'read',
    });
    expect(failing(refused).answer({ run: 1, job: RANGE })).toEqual({
      failed: { kind: 'system', code: 'EIO', errno: -5, syscall: 'read', message: refused.message },
    });
  });

  test.each([
    ['a bug of ours', new TypeError('x is undefined')],
    ['a bug that Node noticed', Object.assign(new Error('bad'), { code: 'ERR_OUT_OF_RANGE' })],
    ['what is no error', 'text'],
  ])('%s is thrown as it is', (_, error) => {
    expect(() => failing(error).answer({ run: 1, job: RANGE })).toThrow(error as Error);
  });
});
