import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { RepeatedCalls } from '../../src/findings/repeated-calls.ts';
import { below, call, oneOf, outcome, seeded, T0, target, usage } from '../policy/calls.ts';

const DAY = 86_400_000;
/** 1,000 × 2.5e6 + 100 × 10e6. */
const COST = 3_500_000_000n;

function repeats(calls: PricedCall[], capacity = 100): Finding {
  const finder = new RepeatedCalls({ repeatWindowMs: DAY, capacity });
  for (const one of calls) finder.add(one);
  return finder.result(COST * 10n);
}

function at(ms: number, over: Partial<PricedCall> = {}): PricedCall {
  return call({ startedAtMs: T0 + ms, ...over });
}

describe('repeated_calls', () => {
  it('counts the repeats, not the first', () => {
    const found = repeats([at(0, { id: 1 }), at(5000, { id: 2 }), at(9000, { id: 3 })]);
    expect(found).toMatchObject({
      id: 'repeated_calls',
      basis: 'measured',
      calls: 2,
      unpricedCalls: 0,
      inputTokens: 2000,
      outputTokens: 200,
      costPico: 2n * COST,
      shareBp: 2000,
      exampleIds: [2, 3],
    });
    expect(found.method).toContain('24 h');
  });

  it('counts calls in flight together apart: latency 1,000 ms', () => {
    const found = repeats([at(0), at(999), at(1000)]);
    expect(found.calls).toBe(1);
    expect(found.counts.concurrent_calls).toBe(1);
  });

  it('knows an answer that arrived while another is on its way', () => {
    // The second is a repeat and takes 60 s; the third starts while it is still out.
    const found = repeats([at(0), at(2000, { latencyMs: 60_000 }), at(3000)]);
    expect(found).toMatchObject({ calls: 2, counts: { concurrent_calls: 0 } });
  });

  it('looks back 24 h from the answer, the limit included', () => {
    expect(repeats([at(0), at(1000 + DAY)]).calls).toBe(1);
    expect(repeats([at(0), at(1000 + DAY + 1)]).calls).toBe(0);
  });

  it('tells prompts, lengths, parameters and models apart', () => {
    const others: Partial<PricedCall>[] = [
      { promptHash: 2 },
      { promptBytes: 1 },
      { paramsHash: 1 },
      { target: target({ model: 'gpt-4.1' }) },
    ];
    for (const other of others) expect(repeats([at(0), at(5000, other)]).calls).toBe(0);
  });

  it('leaves out failures, cached answers, unknown prompts and times', () => {
    const others: Partial<PricedCall>[] = [
      { outcome: outcome({ status: 'error' }) },
      { outcome: outcome({ status: 'cached' }) },
      { promptHash: null },
      { startedAtMs: null },
    ];
    for (const other of others) {
      expect(repeats([at(0), at(5000, other)]).calls).toBe(0);
      expect(repeats([at(0, other), at(5000)]).calls).toBe(0);
    }
    expect(repeats([at(0, { startedAtMs: null })]).counts.undated_calls).toBe(1);
  });

  it('counts embeddings, warm temperatures and unpriced repeats, and says so', () => {
    const vectors = target({ operation: 'embeddings', model: 'text-embedding-3-small' });
    expect(repeats([at(0, { target: vectors }), at(5000, { target: vectors })]).calls).toBe(1);
    const warm = { temperatureMilli: 700, costPico: null };
    expect(repeats([at(0, warm), at(5000, warm)])).toMatchObject({
      calls: 1,
      unpricedCalls: 1,
      costPico: 0n,
      counts: { sampled_calls: 1 },
    });
  });

  it('forgets the prompt first seen longest ago', () => {
    const [a, b, c] = [1, 2, 3];
    const log = [a, b, c, a, c].map((promptHash, i) => at(i * 2000, { promptHash }));
    expect(repeats(log, 3).calls).toBe(2);
    // Two places: c takes that of a, and a that of b.
    expect(repeats(log, 2).calls).toBe(1);
    expect(repeats(log, 0).calls).toBe(0);
  });

  it.each([1, 2, 3])('does what a search through the whole log does (seed %i)', (seed) => {
    const random = seeded(seed);
    let nowMs = 0;
    const log = Array.from({ length: 1500 }, () => {
      nowMs += below(random, DAY / 20);
      return at(nowMs, {
        latencyMs: oneOf(random, [10, 5000]),
        promptHash: below(random, 40),
        usage: usage({ input: below(random, 5000) }),
      });
    });
    const naive = log.filter((one, i) =>
      log.slice(0, i).some((earlier) => {
        const ageMs = one.startedAtMs! - earlier.startedAtMs! - earlier.latencyMs!;
        return earlier.promptHash === one.promptHash && ageMs >= 0 && ageMs <= DAY;
      }),
    );
    const found = repeats(log);
    expect(found.calls).toBe(naive.length);
    expect(found.costPico).toBe(naive.reduce((sum, { costPico }) => sum + BigInt(costPico!), 0n));
  });
});
