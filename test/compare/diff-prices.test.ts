import { describe, expect, it } from 'vitest';
import { type DiffCall, diffPrices } from '../../src/compare/diff-prices.ts';
import type { Outcome, Target } from '../../src/domain/call.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { priceBookFromFile } from '../../src/pricing/price.ts';

const ok: Outcome = { status: 'ok', httpStatus: 200, errorType: '', stopReason: '' };

function call(model: string, usage: Partial<Usage>, outcome: Outcome = ok): DiffCall {
  const target: Target = {
    ...{ provider: 'openai', model, modelRequested: '', region: '', format: 'flat' },
    ...({
      operation: 'chat',
      tier: 'standard',
      usageBasis: 'measured',
      timeSource: 'start',
    } as const),
  };
  return { target, outcome, usage: { ...emptyUsage(), ...usage }, startedAtMs: 0 };
}

const table = (text: string) =>
  priceBookFromFile({ name: 'p.csv', text: `model,input,output\n${text}` }, null);

describe('diffPrices', () => {
  it('sums by model and in all what both tables can price, and counts the rest', () => {
    const differ = diffPrices(table('a,1,1\nb,2,2\nold,1,1'), table('a,3,1\nb,1,1\nnew,1,1'));
    for (const one of [
      call('a', { input: 10 }),
      call('a', { input: 5 }),
      call('b', { output: 10 }),
      call('old', { input: 1 }),
      call('new', { input: 2 }),
      call('none', { input: 1 }),
    ]) {
      differ.add(one);
    }
    const { total, models, before, after } = differ.result();
    // a: 15 × (3 − 1) µ$ more; b: 10 × (2 − 1) µ$ less
    expect(models.map(({ model, differencePico }) => [model, differencePico])).toEqual([
      ['a', 30_000_000n],
      ['b', -10_000_000n],
      ['new', 0n],
      ['none', 0n],
      ['old', 0n],
    ]);
    expect(total).toEqual({
      provider: '',
      model: '',
      calls: 6,
      bothPriced: 3,
      changedCalls: 5, // three with another cost, two with only one
      beforePico: 35_000_000n,
      afterPico: 55_000_000n,
      differencePico: 20_000_000n,
      onlyBefore: { calls: 1, pico: 1_000_000n },
      onlyAfter: { calls: 1, pico: 2_000_000n },
      neither: 1,
    });
    expect([before.name, after.name]).toEqual(['p', 'p']);
  });

  it('charges nothing for a call that a cache answered, under either', () => {
    const differ = diffPrices(table('a,1,1'), table('a,3,1'));
    differ.add(call('a', { input: 10 }, { ...ok, status: 'cached' }));
    expect(differ.result().total).toMatchObject({ bothPriced: 1, differencePico: 0n });
  });

  it('is empty for no calls', () => {
    const { total, models } = diffPrices(table('a,1,1'), table('a,1,1')).result();
    expect(models).toEqual([]);
    expect(total).toMatchObject({ calls: 0, differencePico: 0n });
  });
});
