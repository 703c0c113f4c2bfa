import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { E6_COMPRESSION } from '../../src/policy/lever-presets.ts';
import { type CompressionOptions, compressionPlan } from '../../src/simulate/lever-compression.ts';
import { call, FAKE_PRICER, outcome, T0, usage } from '../policy/calls.ts';
import { run } from './levers.ts';

/** Different prompts with one system prompt; the shortest has `tokens` + 16 of input. */
function withSystem(count: number, tokens: number, over: Partial<PricedCall> = {}): PricedCall[] {
  return Array.from({ length: count }, (_, i) =>
    call({
      ...{ startedAtMs: T0 + i * 1000, systemHash: 7, promptHash: i },
      usage: usage({ input: tokens + 16 + i, output: 10 }),
      ...over,
    }),
  );
}

function compressed(calls: readonly PricedCall[], over: Partial<CompressionOptions> = {}) {
  return run([compressionPlan(FAKE_PRICER, over)], calls);
}

describe('compression', () => {
  it('halves a repeated system prompt and takes off what the compressor cost', () => {
    // 20 calls × 500 tokens × 2.5e6 = 25e9; gpt-4o-mini: 1,100 × 0.15e6 + 500 × 0.6e6 = 465e6.
    const savings = compressed(withSystem(20, 1000));
    expect(savings.savedPico).toBe(25_000_000_000n - 465_000_000n);
    expect(savings.byCertainty.needs_test).toBe(savings.savedPico);
    expect(savings.levers[0]?.calls).toBe(20);
    expect(savings.levers[0]?.note).toContain('system prompts compressed: 1, for $0.000465');
  });

  it('needs twenty calls and 200 tokens', () => {
    expect(compressed(withSystem(19, 1000)).savedPico).toBe(0n);
    expect(compressed(withSystem(20, 199)).savedPico).toBe(0n);
    // 20 × 100 × 2.5e6 = 5e9; compressor 300 × 0.15e6 + 100 × 0.6e6 = 105e6.
    expect(compressed(withSystem(20, 200)).savedPico).toBe(5_000_000_000n - 105_000_000n);
  });

  it('rounds what is left up', () => {
    // 201 tokens to 101: 100 go.
    const savings = compressed(withSystem(20, 201));
    // 301 × 0.15e6 + 101 × 0.6e6 = 105.75e6
    expect(savings.savedPico).toBe(5_000_000_000n - 105_750_000n);
  });

  it('compresses nothing that the prompt cache reads or holds already', () => {
    const read = usage({ input: 16, cacheRead: 1000, output: 10 });
    const written = usage({ input: 16, cacheWrite5m: 1000, output: 10 });
    for (const cached of [read, written]) {
      const savings = compressed(
        withSystem(20, 1000).map((one, i) =>
          i === 3 ? call({ systemHash: 7, promptHash: i, usage: cached }) : one,
        ),
      );
      expect(savings.levers[0]?.calls).toBe(19);
      expect(savings.skipped).toMatchObject([{ calls: 1 }]);
    }
  });

  it('says what the prompt cache would save on the same calls', () => {
    // 2,000 tokens are read as 1,920, in steps of 128: 1,920 × 2.25e6 × 20 = 86.4e9.
    const long = compressed(withSystem(20, 2000));
    expect(long.levers[0]?.note).toContain('would save $0.0864 ');
    // 1,000 tokens are below the provider's minimum of 1,024.
    expect(compressed(withSystem(20, 1000)).levers[0]?.note).toContain('would save $0.00 ');
  });

  it('takes no size from one prompt, however often it is sent', () => {
    const same = withSystem(20, 1000, { promptHash: 1 });
    expect(compressed(same)).toMatchObject({ savedPico: 0n });
    expect(compressed(same).skipped.map(({ calls, reason }) => [calls, reason])).toEqual([
      [20, 'too few different prompts with its system prompt to know its size'],
    ]);
  });

  it('leaves calls without a system prompt, failures and unpriced ones', () => {
    expect(compressed(withSystem(20, 1000, { systemHash: null })).skipped).toEqual([]);
    const failed = withSystem(20, 1000, { outcome: outcome({ status: 'error' }) });
    expect(compressed(failed).savedPico).toBe(0n);
    expect(compressed(withSystem(20, 1000, { costPico: null })).savedPico).toBe(0n);
    expect(compressed([call()]).savedPico).toBe(0n);
  });

  it('the published rule: from 50 tokens on, to 40 %', () => {
    // 20 × 60 tokens × 2.5e6 = 3e9; compressor 200 × 0.15e6 + 40 × 0.6e6 = 54e6.
    const compressor = { provider: 'openai', model: 'gpt-4o-mini' };
    const savings = compressed(withSystem(20, 100), { ...E6_COMPRESSION, compressor });
    expect(savings.savedPico).toBe(3_000_000_000n - 54_000_000n);
    // Six different prompts are enough to know the size: 6 × 60 × 2.5e6 = 0.9e9.
    const few = compressed(withSystem(6, 100), { ...E6_COMPRESSION, compressor });
    expect(few.savedPico).toBe(900_000_000n - 54_000_000n);
  });

  it('compresses nothing with a compressor that has no price', () => {
    const savings = compressed(withSystem(20, 1000), {
      compressor: { provider: '', model: 'new' },
    });
    expect(savings.savedPico).toBe(0n);
    expect(savings.skipped).toMatchObject([{ calls: 20, reason: 'the compressor has no price' }]);
  });
});
