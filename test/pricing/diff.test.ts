import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/domain/call.ts';
import { emptyUsage } from '../../src/domain/tokens.ts';
import { bookAsOf } from '../../src/pricing/diff.ts';
import { loadPriceBook } from '../../src/pricing/price.ts';

const TARGET: Target = {
  ...{ provider: 'openai', model: 'o3', modelRequested: '', region: '', format: 'flat' },
  ...({
    operation: 'chat',
    tier: 'standard',
    usageBasis: 'measured',
    timeSource: 'start',
  } as const),
};

describe('bookAsOf', () => {
  it('prices every call at the card of one instant', async () => {
    const catalogue = await loadPriceBook('catalogue');
    const old = bookAsOf(catalogue, Date.parse('2025-06-09T00:00:00Z'));
    const usage = { ...emptyUsage(), input: 1000 };
    // $10/M then, $2/M when the call was made
    expect(old.schedule(TARGET).cost(usage, Date.parse('2026-01-01'))).toBe(10_000_000_000);
    expect(catalogue.schedule(TARGET).cost(usage, Date.parse('2026-01-01'))).toBe(2_000_000_000);
    expect(old.schedule(TARGET)).toBe(old.schedule(TARGET));
  });
});
