import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { type BatchOptions, BatchTier } from '../../src/simulate/batch-tier.ts';
import { replayLevers, type Savings } from '../../src/simulate/replay.ts';
import { call, FAKE_PRICER, outcome, T0, target } from '../policy/calls.ts';

/** Half of a gpt-4o call of 3.5e9 pico-USD. */
const HALF = 1_750_000_000n;

function batched(calls: PricedCall[], options: Partial<BatchOptions> = {}): Savings {
  const replayed = replayLevers([new BatchTier(FAKE_PRICER, options)]);
  for (const one of calls) replayed.add(one);
  return replayed.result();
}

/** `count` calls, `gapMs` apart. */
function run(count: number, gapMs: number, over: Partial<PricedCall> = {}, startMs = 0) {
  return Array.from({ length: count }, (_, i) =>
    call({ startedAtMs: T0 + startMs + i * gapMs, ...over }),
  );
}

describe('batch_tier', () => {
  it('counts a run from its fiftieth call on, all its calls', () => {
    expect(batched(run(49, 1000)).levers[0]!.calls).toBe(0);
    expect(batched(run(50, 1000)).levers[0]).toMatchObject({ calls: 50, savedPico: 50n * HALF });
    expect(batched(run(51, 1000)).savedPico).toBe(51n * HALF);
  });

  it('ends a run at a gap above 2 s', () => {
    expect(batched(run(50, 2000)).savedPico).toBe(50n * HALF);
    expect(batched(run(50, 2001)).savedPico).toBe(0n);
    const twoRuns = [...run(50, 10), ...run(49, 10, {}, 60_000)];
    expect(batched(twoRuns).savedPico).toBe(50n * HALF);
  });

  it('takes a run of more than 6 h for live traffic', () => {
    // 10,801 calls 2 s apart last 21,600 s = 6 h; one more is too long.
    expect(batched(run(10_801, 2000)).levers[0]!.calls).toBe(10_801);
    expect(batched(run(10_802, 2000)).levers[0]!.calls).toBe(0);
  });

  it('keeps models, system prompts and users apart', () => {
    const others: Partial<PricedCall>[] = [
      { target: target({ model: 'gpt-4.1' }) },
      { systemHash: 7 },
      { userId: 7 },
    ];
    for (const other of others) {
      expect(batched([...run(25, 1), ...run(25, 1, other, 25)]).savedPico).toBe(0n);
      expect(batched([...run(50, 1), ...run(25, 1, other, 50)]).savedPico).toBe(50n * HALF);
    }
  });

  it('leaves out whatever somebody may have waited for', () => {
    const attended: Partial<PricedCall>[] = [
      { task: 'chat' },
      { sessionKey: 1 },
      { outcome: outcome({ stopReason: 'tool_calls' }) },
      { outcome: outcome({ status: 'error' }) },
      { target: target({ tier: 'flex' }) },
      { target: target({ provider: 'deepseek' }) },
      { target: target({ operation: 'image' }) },
    ];
    for (const over of attended) expect(batched(run(60, 1, over)).savedPico).toBe(0n);
  });

  it('never makes a call dearer and counts runs without a batch price', () => {
    const dear = { schedule: () => ({ cost: () => 10 ** 12 }) };
    const replayed = replayLevers([new BatchTier(dear)]);
    for (const one of run(50, 1)) replayed.add(one);
    expect(replayed.result()).toMatchObject({ savedPico: 0n, skipped: [] });
    const unpriced = run(50, 1, { target: target({ model: 'new' }), costPico: 5 });
    expect(batched(unpriced).skipped).toEqual([
      { lever: 'batch_tier', calls: 50, reason: 'the batch tier has no price' },
    ]);
  });

  it('leaves out calls without a time, and says so', () => {
    expect(batched(run(60, 0, { startedAtMs: null })).skipped).toEqual([
      { lever: 'batch_tier', calls: 60, reason: 'the log gives no time' },
    ]);
  });

  it('judges runs on more keys than it keeps open', () => {
    const calls = run(50, 1);
    for (let user = 0; user < 10_001; user++) {
      calls.push(call({ startedAtMs: T0 + 60, userId: user }));
    }
    expect(batched(calls).savedPico).toBe(50n * HALF);
  });

  it('gives the same result twice', () => {
    const replayed = replayLevers([new BatchTier(FAKE_PRICER)]);
    for (const one of run(50, 1)) replayed.add(one);
    expect(replayed.result()).toEqual(replayed.result());
  });
});
