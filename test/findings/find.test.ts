import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { findWaste } from '../../src/findings/find.ts';
import { FindingTally } from '../../src/findings/finding.ts';
import { call, FAKE_PRICER, outcome, T0, target } from '../policy/calls.ts';

function find(calls: PricedCall[], spendPico = 10n ** 12n) {
  const waste = findWaste({ pricer: FAKE_PRICER, repeatCapacity: 1000 });
  for (const one of calls) waste.add(one);
  return new Map(waste.result(spendPico).map((finding) => [finding.id, finding]));
}

describe('findWaste', () => {
  it('says what it looked for in an empty log', () => {
    const found = find([], 0n);
    expect([...found.keys()]).toEqual([
      'repeated_calls',
      'failed_calls',
      'oversized_context',
      'cut_answers',
      'dear_model_on_commodity',
    ]);
    for (const finding of found.values()) {
      expect(finding).toMatchObject({ calls: 0, unpricedCalls: 0, costPico: 0n, shareBp: 0 });
      expect(finding.method).toMatch(/\.$/);
    }
  });

  it('has one call in several findings', () => {
    const cut = { outcome: outcome({ stopReason: 'length' }), task: 'qa' } as const;
    const found = find([call(cut), call({ ...cut, startedAtMs: T0 + 5000 })]);
    expect([...found.values()].map(({ calls }) => calls)).toEqual([1, 0, 0, 2, 2]);
  });

  it('keeps the repeat window it was given', () => {
    const waste = findWaste({ pricer: FAKE_PRICER, repeatWindowMs: 1000, repeatCapacity: 10 });
    for (const ms of [0, 2001]) waste.add(call({ startedAtMs: T0 + ms }));
    expect(waste.result(1n)[0]?.calls).toBe(0);
  });
});

describe('cut_answers', () => {
  it('counts stop reason length, and short caps apart', () => {
    const cut = { outcome: outcome({ stopReason: 'length' }) };
    const calls = [null, 16, 17].map((maxTokens) => call({ ...cut, maxTokens }));
    const found = find([...calls, call({ ...cut, costPico: null }), call()]).get('cut_answers');
    // 3 × (1,000 × 2.5e6 + 100 × 10e6), and one of unknown price.
    expect(found).toMatchObject({
      calls: 4,
      unpricedCalls: 1,
      costPico: 10_500_000_000n,
      counts: { short_cap_calls: 1 },
    });
  });
});

describe('dear_model_on_commodity', () => {
  it('counts commodity tasks on models with a cheaper sibling', () => {
    const found = find([
      call({ task: 'qa' }),
      call({ task: 'qa', taskConfidence: 60 }),
      call({ task: 'qa', taskConfidence: 59 }),
      call({ task: 'code' }),
      call({ task: 'qa', target: target({ model: 'gpt-4o-mini' }) }),
      call({ task: 'qa', outcome: outcome({ status: 'cached' }), costPico: 0 }),
    ]).get('dear_model_on_commodity');
    expect(found).toMatchObject({ calls: 2, costPico: 7_000_000_000n });
  });
});

describe('FindingTally', () => {
  it('gives the dearest five as examples, the earlier of equal ones first', () => {
    const tally = new FindingTally();
    for (const [id, pico] of [
      [1, null],
      [2, 5],
      [3, 9],
      [4, 5],
      [5, 0],
      [6, 5],
      [7, 9],
      [8, 1],
    ] as const) {
      tally.add(call({ id }), pico);
    }
    const text = { id: '', title: '', basis: 'measured', method: '', counts: {} } as const;
    expect(tally.result(text, 100n).exampleIds).toEqual([3, 7, 2, 4, 6]);
  });
});
