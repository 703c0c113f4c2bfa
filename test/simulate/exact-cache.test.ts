import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { type CacheOptions, ExactCache } from '../../src/simulate/exact-cache.ts';
import type { Savings } from '../../src/simulate/pipeline.ts';
import { replayLevers } from '../../src/simulate/replay.ts';
import { call, outcome, T0, target } from '../policy/calls.ts';

/** A gpt-4o call of 1,000 + 100 tokens: 1,000 × 2.5e6 + 100 × 10e6 = 3.5e9 pico-USD. */
const COST = 3_500_000_000n;
const HOUR = 3_600_000;

function cached(calls: PricedCall[], options: Partial<CacheOptions> = {}): Savings {
  const replayed = replayLevers([new ExactCache(options)]);
  for (const one of calls) replayed.add(one);
  return replayed.result();
}

function hits(calls: PricedCall[], options: Partial<CacheOptions> = {}): number {
  return cached(calls, options).levers[0]!.calls;
}

/** The call again, `ms` after T0. */
function at(ms: number, over: Partial<PricedCall> = {}): PricedCall {
  return call({ startedAtMs: T0 + ms, ...over });
}

describe('exact_cache', () => {
  it('serves a repeat at no cost', () => {
    const savings = cached([at(0), at(5000)]);
    expect(savings.baselinePico).toBe(2n * COST);
    expect(savings.afterPico).toBe(COST);
    expect(savings.levers[0]).toMatchObject({ lever: 'exact_cache', calls: 1, savedPico: COST });
  });

  it('serves only what has arrived: latency 1,000 ms', () => {
    expect(hits([at(0), at(999)])).toBe(0);
    expect(hits([at(0), at(1000)])).toBe(1);
    expect(hits([at(0), at(0), at(0)])).toBe(0);
  });

  it('stores the earliest answer of calls in flight together', () => {
    const calls = [at(0, { latencyMs: 9000 }), at(100, { latencyMs: 100 }), at(200), at(250)];
    expect(hits(calls)).toBe(2);
  });

  it('keeps an answer for its TTL, the limit included', () => {
    // Stored at T0 + 1,000.
    expect(hits([at(0), at(1000 + HOUR - 1)])).toBe(1);
    expect(hits([at(0), at(1000 + HOUR)])).toBe(1);
    expect(hits([at(0), at(1000 + HOUR + 1)])).toBe(0);
  });

  it('a hit does not make an answer younger; an expired one is replaced', () => {
    const calls = [at(0), at(HOUR), at(HOUR + 1001), at(HOUR + 3000)];
    // Hit, expired by 1 ms and stored anew, hit.
    expect(hits(calls)).toBe(2);
  });

  it.each([
    [0, 0],
    [1, 1],
    [2, 3],
  ])('at capacity %i there are %i hits', (capacity, expected) => {
    // A, A, B, A, B: one slot hits A only; two hit A, A and B.
    const [a, b] = [1, 2];
    const calls = [a, a, b, a, b].map((promptHash, i) => at(i * 2000, { promptHash }));
    expect(hits(calls, { capacity })).toBe(expected);
  });

  it('tells prompts, lengths, parameters and models apart', () => {
    const others: Partial<PricedCall>[] = [
      { promptHash: 2 },
      { promptBytes: 4001 },
      { paramsHash: 1 },
      { target: target({ model: 'gpt-4o-mini' }) },
      { target: target({ provider: 'azure' }) },
    ];
    for (const other of others) expect(hits([at(0), at(5000, other)])).toBe(0);
    expect(hits([at(0), at(5000, { target: target({ tier: 'flex' }) })])).toBe(1);
  });

  it('neither stores nor serves failures, tool calls, warm temperatures and unknown prompts', () => {
    const unfit: Partial<PricedCall>[] = [
      { outcome: outcome({ status: 'error' }) },
      { outcome: outcome({ stopReason: 'tool_calls' }) },
      { temperatureMilli: 301 },
      { promptHash: null },
    ];
    for (const over of unfit) {
      expect(hits([at(0, over), at(5000)])).toBe(0);
      expect(hits([at(0), at(5000, over)])).toBe(0);
    }
  });

  it('is sure of equal answers, likely at temperature 0, else in need of a test', () => {
    const certainty = (first: Partial<PricedCall>, again: Partial<PricedCall>) => {
      const { byCertainty } = cached([at(0, first), at(5000, again)]);
      return Object.entries(byCertainty).flatMap(([name, pico]) => (pico > 0n ? [name] : []));
    };
    const warm = { temperatureMilli: 300 };
    expect(certainty({ ...warm, answerHash: 9 }, { ...warm, answerHash: 9 })).toEqual(['sure']);
    expect(certainty({ answerHash: 9 }, { answerHash: 8 })).toEqual(['likely']);
    expect(certainty({}, {})).toEqual(['likely']);
    expect(certainty(warm, warm)).toEqual(['needs_test']);
    expect(certainty({}, { temperatureMilli: null })).toEqual(['needs_test']);
    const vectors = {
      target: target({ model: 'text-embedding-3-small', operation: 'embeddings' }),
      temperatureMilli: null,
    } as const;
    expect(certainty(vectors, vectors)).toEqual(['likely']);
  });

  it('leaves out calls without a time, and says so', () => {
    const savings = cached([call({ startedAtMs: null }), call({ startedAtMs: null })]);
    expect(savings.savedPico).toBe(0n);
    expect(savings.skipped).toEqual([
      { lever: 'exact_cache', calls: 2, reason: 'the log gives no time' },
    ]);
  });

  it('stores the answer of an unpriced call, but counts no saving on one', () => {
    const savings = cached([at(0, { costPico: null }), at(5000), at(9000, { costPico: null })]);
    expect(savings).toMatchObject({ savedPico: COST, pricedCalls: 1, unpricedCalls: 2 });
    expect(savings.levers[0]!.calls).toBe(1);
  });

  it("passes the user's own cache hits through", () => {
    const own = at(5000, { outcome: outcome({ status: 'cached' }), costPico: 0 });
    const savings = cached([at(0), own]);
    expect(savings).toMatchObject({ baselinePico: COST, afterPico: COST, pricedCalls: 2 });
    expect(savings.levers[0]!.calls).toBe(0);
  });
});
