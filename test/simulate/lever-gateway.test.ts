import { describe, expect, it, test } from 'vitest';
import { B1_GATEWAY } from '../../src/policy/lever-presets.ts';
import type { GatewayRate } from '../../src/policy/section-gateway.ts';
import { gatewayPlan } from '../../src/simulate/lever-gateway.ts';
import { call, target, usage } from '../policy/calls.ts';
import { run } from './levers.ts';

function bought(costPico: number | null, rates: readonly GatewayRate[], over = {}) {
  return run([gatewayPlan({ rates })], [call({ costPico, ...over })]);
}
const all = (ratio: string): GatewayRate[] => [{ provider: null, model: null, ratio }];

describe('B1: ten million tokens of output at list price and through the gateway', () => {
  test.each([
    // 10,000,000 × $8.00 / 1,000,000 = $80.00; × 0.015 = $1.20, and so on.
    ['gpt-4.1', 80, 1.2],
    ['claude-sonnet-4.5', 150, 2.25],
    ['gemini-2.5-flash', 25, 0.375],
    ['deepseek-v3.2', 4.2, 0.063],
  ])('%s', (model, listUsd, gatewayUsd) => {
    // 1,000 calls of 10,000 tokens.
    const costPico = Math.round((listUsd * 1e12) / 1000);
    const one = () =>
      call({ target: target({ model }), usage: usage({ output: 10_000 }), costPico });
    const savings = run([gatewayPlan({ rates: B1_GATEWAY })], Array.from({ length: 1000 }, one));
    expect(savings.baselinePico).toBe(BigInt(Math.round(listUsd * 1e12)));
    expect(savings.afterPico).toBe(BigInt(Math.round(gatewayUsd * 1e12)));
    expect(savings.byCertainty.likely).toBe(savings.savedPico);
  });
});

describe('gateway', () => {
  it('rounds once, half to even', () => {
    // 100 × 0.015 = 1.5 → 2; 300 × 0.015 = 4.5 → 4; 101 × 0.015 = 1.515 → 2.
    expect(bought(100, all('0.015')).afterPico).toBe(2n);
    expect(bought(300, all('0.015')).afterPico).toBe(4n);
    expect(bought(101, all('0.015')).afterPico).toBe(2n);
  });

  it('counts a markup as a negative saving', () => {
    // 1,000 × 1.05 = 1,050
    expect(bought(1000, all('1.05'))).toMatchObject({ savedPico: -50n, afterPico: 1050n });
  });

  it('takes the first rate that fits provider and family', () => {
    const rates = [
      { provider: 'openai', model: 'gpt-4o', ratio: '0.5' },
      { provider: 'anthropic', model: null, ratio: '0.8' },
    ];
    const dated = target({ model: 'gpt-4o-2024-08-06' });
    const mini = target({ model: 'gpt-4o-mini' });
    const claude = target({ provider: 'anthropic', model: 'claude-sonnet-4.5' });
    expect(bought(1000, rates, { target: dated }).savedPico).toBe(500n);
    expect(bought(1000, rates, { target: mini }).savedPico).toBe(0n);
    expect(bought(1000, rates, { target: claude }).savedPico).toBe(200n);
  });

  it('leaves batches, and calls that cost nothing or nobody knows what', () => {
    const savings = bought(1000, all('0.5'), { target: target({ tier: 'batch' }) });
    expect(savings.savedPico).toBe(0n);
    expect(savings.skipped.map(({ calls, reason }) => [calls, reason])).toEqual([
      [1, 'a gateway does not resell the tier batch'],
    ]);
    expect(bought(0, all('0.5')).levers[0]?.calls).toBe(0);
    expect(bought(null, all('0.5'))).toMatchObject({ savedPico: 0n, unpricedCalls: 1 });
  });

  it('without a rate changes nothing', () => {
    expect(run([gatewayPlan()], [call()]).savedPico).toBe(0n);
    expect(bought(1000, all('1')).levers[0]?.calls).toBe(0);
  });

  it.each(['0', '-0.5', 'half', ''])('refuses the ratio "%s"', (ratio) => {
    expect(() => gatewayPlan({ rates: all(ratio) })).toThrow(RangeError);
  });
});
