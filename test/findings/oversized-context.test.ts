import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import type { Task } from '../../src/domain/task.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { OversizedContext } from '../../src/findings/oversized-context.ts';
import { RunningMedian } from '../../src/findings/running-median.ts';
import { below, call, FAKE_PRICER, outcome, seeded, target, usage } from '../policy/calls.ts';

function oversized(calls: PricedCall[]): Finding {
  const finder = new OversizedContext(FAKE_PRICER);
  for (const one of calls) finder.add(one);
  return finder.result(10n ** 12n);
}

function qa(input: number, over: Partial<PricedCall> = {}): PricedCall {
  return call({ task: 'qa', usage: usage({ input, output: 10 }), ...over });
}

function usual(count: number, input: number, over: Partial<PricedCall> = {}): PricedCall[] {
  return Array.from({ length: count }, () => qa(input, over));
}

describe('oversized_context', () => {
  it('prices the tokens beyond the limit', () => {
    // Median 200, in the bucket 200–207: limit max(4,000, 8 × 207) = 4,000. Excess 6,000 × 2.5e6.
    expect(oversized([...usual(100, 200), qa(10_000)])).toMatchObject({
      basis: 'estimated',
      calls: 1,
      inputTokens: 10_000,
      costPico: 15_000_000_000n,
      counts: { excess_tokens: 6000 },
    });
  });

  it('never counts 4,000 tokens, and counts 4,001', () => {
    expect(oversized([...usual(100, 200), qa(4000)]).calls).toBe(0);
    expect(oversized([...usual(100, 200), qa(4001)]).counts.excess_tokens).toBe(1);
  });

  it("goes by eight times the task's median where that is more", () => {
    // Median 1,024, in the bucket 1,024–1,087: limit 8 × 1,087 = 8,696.
    expect(oversized([...usual(100, 1024), qa(8696)]).calls).toBe(0);
    expect(oversized([...usual(100, 1024), qa(8697)]).calls).toBe(1);
  });

  it('waits for a hundred calls of the task', () => {
    const early = oversized([...usual(98, 200), qa(4000), qa(10_000), qa(4001, { task: 'chat' })]);
    expect(early).toMatchObject({ calls: 0, counts: { excess_tokens: 0, unjudged_calls: 2 } });
    expect(early.note).toBe(
      '2 calls over 4000 input tokens could not be judged: fewer than 100 earlier calls of the task',
    );
    const judged = oversized([...usual(100, 200), qa(10_000)]);
    expect(judged).toMatchObject({ counts: { unjudged_calls: 0 }, note: null });
    expect(oversized([...usual(99, 200), qa(10_000)]).note).toMatch(/^1 call over 4000/);
    expect(oversized([...usual(100, 200, { task: 'chat' }), qa(10_000)]).calls).toBe(0);
  });

  it.each<Task>([
    'summarization',
    'translation',
    'rewriting',
    'extraction',
    'code',
    'reasoning',
    'other',
  ])('does not judge %s', (task) => {
    expect(oversized([...usual(100, 200, { task }), qa(10_000, { task })]).calls).toBe(0);
  });

  it('does not judge unsure labels, failures and embeddings', () => {
    const others: Partial<PricedCall>[] = [
      { taskConfidence: 59 },
      { outcome: outcome({ status: 'error' }) },
      { target: target({ operation: 'embeddings' }) },
    ];
    for (const other of others) {
      expect(oversized([...usual(100, 200), qa(10_000, other)]).calls).toBe(0);
    }
    expect(oversized([...usual(100, 200), qa(10_000, { taskConfidence: 60 })]).calls).toBe(1);
  });

  it('takes cached tokens off first', () => {
    const warm = usage({ input: 5000, cacheRead: 5000 });
    // 6,000 too many: 5,000 × 0.25e6 + 1,000 × 2.5e6.
    const found = oversized([...usual(100, 200), qa(0, { usage: warm })]);
    expect(found.costPico).toBe(3_750_000_000n);
  });

  it('counts unpriced calls without money', () => {
    const unknown = [{ costPico: null }, { target: target({ model: 'new' }), costPico: 5 }];
    const found = oversized([...usual(100, 200), ...unknown.map((over) => qa(10_000, over))]);
    expect(found).toMatchObject({ calls: 2, unpricedCalls: 2, costPico: 0n });
  });
});

describe('RunningMedian', () => {
  it('is 0 before the first value and exact below 16', () => {
    const median = new RunningMedian();
    expect(median.value).toBe(0);
    for (const value of [3, 15, 9]) median.add(value);
    expect(median).toMatchObject({ value: 9, count: 3 });
  });

  it.each([1, 2, 3, 4])('is at most a sixteenth above the true median (seed %i)', (seed) => {
    const random = seeded(seed);
    const median = new RunningMedian();
    const seen: number[] = [];
    for (let i = 0; i < 500; i++) {
      const value = below(random, 2 ** below(random, 32));
      seen.push(value);
      median.add(value);
      const sorted = [...seen].sort((a, b) => a - b);
      const truth = sorted[Math.floor((seen.length - 1) / 2)]!;
      expect(median.value).toBeGreaterThanOrEqual(truth);
      expect(median.value).toBeLessThanOrEqual(truth * (1 + 1 / 16));
    }
  });

  it('takes any size', () => {
    const median = new RunningMedian();
    median.add(2 ** 40);
    expect(median.value).toBe(2 ** 31 - 1);
  });
});
