import { describe, expect, it } from 'vitest';
import type { Outcome, Target } from '../../src/domain/call.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import { bookAsOf, type DiffCall, diffPrices } from '../../src/pricing/diff.ts';
import { loadPriceBook, priceBookFromFile } from '../../src/pricing/price.ts';

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
      ['old', 0n],
      ['new', 0n],
      ['none', 0n],
    ]);
    expect(total).toEqual({
      provider: '',
      model: '',
      calls: 6,
      bothPriced: 3,
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

describe('bookAsOf', () => {
  it('prices every call at the card of one instant', async () => {
    const catalogue = await loadPriceBook('catalogue');
    const old = bookAsOf(catalogue, Date.parse('2025-06-09T00:00:00Z'));
    const one = call('o3', { input: 1000 });
    const usage = one.usage;
    // $10/M then, $2/M when the call was made
    expect(old.schedule(one.target).cost(usage, Date.parse('2026-01-01'))).toBe(10_000_000_000);
    expect(catalogue.schedule(one.target).cost(usage, Date.parse('2026-01-01'))).toBe(
      2_000_000_000,
    );
    expect(old.schedule(one.target)).toBe(old.schedule(one.target));
  });
});
