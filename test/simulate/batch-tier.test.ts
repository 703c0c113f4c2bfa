import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { BatchTier } from '../../src/simulate/batch-tier.ts';
import type { BatchOptions } from '../../src/simulate/bulk-runs.ts';
import { batchTierPlan } from '../../src/simulate/lever-batch-tier.ts';
import type { Savings } from '../../src/simulate/pipeline.ts';
import { replayLevers } from '../../src/simulate/replay.ts';
import { call, FAKE_PRICER, outcome, T0, target } from '../policy/calls.ts';
import { run as runLevers } from './levers.ts';

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

describe('batch_tier, looking ahead', () => {
  const ahead = (calls: PricedCall[], options: Partial<BatchOptions> = {}) =>
    runLevers([batchTierPlan(FAKE_PRICER, options)], calls);

  it('finds the same runs as the one that does not', () => {
    const calls = [...run(50, 1000), ...run(49, 10, {}, 120_000)];
    expect(ahead(calls).savedPico).toBe(batched(calls).savedPico);
    expect(ahead(calls).levers[0]?.calls).toBe(50);
  });

  it('takes calls of sessions that nobody went on with', () => {
    const alone = run(50, 100).map((one, i) => ({ ...one, sessionKey: i }));
    expect(ahead(alone).savedPico).toBe(50n * HALF);
    expect(batched(alone).savedPico).toBe(0n);
    // A follow-up an hour later: 49 are left, too few. With 55 in the run, 54 are left.
    const followUp = call({ startedAtMs: T0 + 3_600_000, sessionKey: 0 });
    expect(ahead([...alone, followUp]).savedPico).toBe(0n);
    const more = run(55, 100).map((one, i) => ({ ...one, sessionKey: i }));
    expect(ahead([...more, followUp]).savedPico).toBe(54n * HALF);
  });

  it('takes a run for live traffic when more than a tenth of its sessions go on', () => {
    const first = run(100, 100).map((one, i) => ({ ...one, sessionKey: i }));
    const followUps = (count: number) =>
      first.slice(0, count).map((one, i) => ({ ...one, startedAtMs: T0 + 7_200_000 + i * 60_000 }));
    expect(ahead([...first, ...followUps(10)]).savedPico).toBe(90n * HALF);
    expect(ahead([...first, ...followUps(11)]).savedPico).toBe(0n);
  });
});

describe('nightly runs', () => {
  const HOUR = 3_600_000;
  /** The log begins at noon; calls 30 s apart. */
  const noon = call({ startedAtMs: T0 + 12 * HOUR, systemHash: 9 });
  const slow = (count: number, fromHour: number) => run(count, 30_000, {}, fromHour * HOUR);

  it('may pause for a minute after hours of quiet', () => {
    // 02:00 the next day.
    expect(batched([noon, ...slow(50, 26)]).savedPico).toBe(50n * HALF);
    expect(batched([noon, ...run(50, 60_000, {}, 26 * HOUR)]).savedPico).toBe(50n * HALF);
    expect(batched([noon, ...run(50, 60_001, {}, 26 * HOUR)]).savedPico).toBe(0n);
  });

  it('not by day, nor without quiet before, nor at the start of the log', () => {
    expect(batched([noon, ...slow(60, 32)]).savedPico).toBe(0n);
    const busy = call({ startedAtMs: T0 + 26 * HOUR - 3 * HOUR });
    expect(batched([noon, busy, ...slow(60, 26)]).savedPico).toBe(0n);
    expect(batched(slow(60, 26)).savedPico).toBe(0n);
  });

  it('end with the night', () => {
    // 120 calls from 05:30 on are 60 by 06:00, exclusive; the rest is by day.
    expect(batched([noon, ...slow(120, 29.5)]).savedPico).toBe(60n * HALF);
  });

  it("night is the user's", () => {
    // 10:00 UTC is 02:00 at -8 h.
    const calls = [noon, ...slow(50, 34)];
    expect(batched(calls).savedPico).toBe(0n);
    expect(batched(calls, { utcOffsetMinutes: -480 }).savedPico).toBe(50n * HALF);
    const off = { nightPauseMs: 0 };
    expect(batched([noon, ...slow(50, 26)], off).savedPico).toBe(0n);
  });
});
