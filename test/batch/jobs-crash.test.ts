/** A process that dies between any two steps: the next one goes on, and nothing is submitted twice. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/open.ts';
import type { BatchApi, OutputPiece } from '../../src/providers/batch-api.ts';
import { Crash, JobsWorld } from './jobs-world.ts';

let world: JobsWorld;
beforeEach(async () => {
  world = await new JobsWorld().open();
});
afterEach(() => world.close());

const CALLS = ['upload', 'create', 'read', 'cancel', 'find'] as const;

/** Dies at the nth request, before it is sent or before its answer is noted. */
function dying(at: number, when: 'before' | 'after'): { died: boolean } {
  const state = { died: false, calls: 0 };
  const die = (db: Ledger): never => {
    state.died = true;
    // Nothing more reaches the disk.
    db.close();
    throw new Crash();
  };
  world.wrap = (api, db) => {
    const wrapped: BatchApi = { ...api };
    for (const name of CALLS) {
      const call = api[name] as (...args: unknown[]) => Promise<unknown>;
      Object.assign(wrapped, {
        [name]: async (...args: unknown[]) => {
          const isIt = ++state.calls === at && !state.died;
          if (isIt && when === 'before') die(db);
          const answer = await call.apply(api, args);
          return isIt ? die(db) : answer;
        },
      });
    }
    return {
      ...wrapped,
      async *download(path, signal): AsyncGenerator<OutputPiece> {
        const isIt = ++state.calls === at && !state.died;
        let lines = 0;
        for await (const piece of api.download(path, signal)) {
          if (isIt && lines++ === (when === 'before' ? 0 : 1)) die(db);
          yield piece;
        }
      },
    };
  };
  return state;
}

async function surviving(): Promise<void> {
  // 6 rows in files of 2: three files.
  for (let tries = 0; tries < 3; tries++) {
    try {
      await world.run({ fileRows: 2 });
      return;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      expect(`${error.name} ${error.message}`).toMatch(/Crash|not open/);
    }
  }
  throw new Error('it never ended');
}

function expectAllOnce(): void {
  const { counts, calls, attempts, taken } = world.look();
  expect(counts).toMatchObject({ total: 6, done: 6, failed: 0, unknown: 0, pending: 0 });
  expect([world.server.rowsRun, world.server.ran.size]).toEqual([6, 6]);
  expect([calls.length, attempts.length]).toEqual([6, 6]);
  expect(calls.every(({ tier }) => tier === 'batch')).toBe(true);
  expect(BigInt(taken as number)).toBe(counts.costPico);
}

describe.each(['openai_chat', 'anthropic_messages'] as const)('%s', (wire) => {
  test.each(['before', 'after'] as const)('%s each request', async (when) => {
    // Without a crash: how many requests there are.
    if (wire === 'anthropic_messages') world.asAnthropic();
    world.prompts(6);
    const whole = dying(Number.POSITIVE_INFINITY, when) as { calls?: number };
    await surviving();
    expectAllOnce();
    const calls = whole.calls ?? 0;
    // Each of three files: created, looked at, fetched; OpenAI's are uploaded before.
    expect(calls).toBe(wire === 'anthropic_messages' ? 9 : 12);
    for (let at = 1; at <= calls; at++) {
      await world.close();
      world = await new JobsWorld().open();
      if (wire === 'anthropic_messages') world.asAnthropic();
      world.prompts(6);
      const state = dying(at, when);
      await surviving();
      expect(state.died).toBe(true);
      expectAllOnce();
    }
  });
});

test('with three requests lost on the way back, each batch is found by its name', async () => {
  world.prompts(6);
  let lost = 0;
  world.server.instead = async ({ method, path, body }) => {
    if (method !== 'POST' || path !== '/v1/batches' || lost >= 3) return undefined;
    lost++;
    // It is made, and its answer is lost.
    world.server.make(String(body.input_file_id), body);
    return { fault: 'reset' };
  };
  await world.run({ fileRows: 2 });
  expectAllOnce();
  expect([lost, world.server.batches.length]).toEqual([3, 3]);
});

test.each([1, 100])(
  'a lost batch of Anthropic is told from others by its answers (%i looks)',
  async (looks) => {
    world.asAnthropic();
    world.prompts(6);
    // Somebody else's, of the same size: before ours, and after it.
    const other = async () => {
      const params = { model: 'm', messages: [{ role: 'user', content: 'other' }] };
      const requests = ['x-1', 'x-2'].map((custom_id) => ({ custom_id, params }));
      const body = JSON.stringify({ requests });
      await fetch(`${world.server.baseUrl}/messages/batches`, { method: 'POST', body });
    };
    await other();
    world.server.looks = looks;
    dying(1, 'after');
    await expect(world.run({ fileRows: 2 })).rejects.toThrow(/not open|^$/);
    await other();
    // A clock that is an hour fast makes ours look old.
    world.nowMs += 3_600_000;
    await surviving();
    const { counts, jobs } = world.look();
    expect([counts.done, jobs[0]?.provider_id]).toEqual([6, 'batch_2']);
    expect(world.server.rowsRun).toBe(6 + 4);
  },
);

test('a provider that lists no batches: the rows are unknown, and only --retry-unknown asks', async () => {
  world.prompts(6);
  world.server.lists = false;
  dying(2, 'after');
  await surviving();
  expect(world.look().counts).toMatchObject({ done: 4, unknown: 2 });
  expect(world.told.join('\n')).toContain('file 1 was submitted cannot be told');
  await world.run({ fileRows: 2 });
  expect(world.server.rowsRun).toBe(6);
  world.retryUnknown();
  await world.run({ fileRows: 2 });
  expect(world.look().counts).toMatchObject({ done: 6, unknown: 0 });
  // Two rows ran twice, as they were asked to.
  expect(world.server.rowsRun).toBe(8);
});
