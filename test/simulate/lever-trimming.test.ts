import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { trimmingPlan } from '../../src/simulate/lever-trimming.ts';
import { call, FAKE_PRICER, outcome, T0, target, usage } from '../policy/calls.ts';
import { run } from './levers.ts';

/**
 * Turns of one session: a system prompt and first request of 1,000 tokens, answers of 100, then a
 * request of 50 each: inputs of 1,000, 1,150, 1,300, …
 */
function session(turns: number, over: Partial<PricedCall> = {}): PricedCall[] {
  return Array.from({ length: turns }, (_, i) =>
    call({
      startedAtMs: T0 + i * 10_000,
      sessionKey: 1,
      usage: usage({ input: 1000 + i * 150, output: 100 }),
      ...over,
    }),
  );
}

function trimmed(calls: readonly PricedCall[], keptTurns = 1, minInputTokens = 0) {
  return run([trimmingPlan(FAKE_PRICER, { keptTurns, minInputTokens })], calls);
}

describe('trimming', () => {
  it('drops the turns between the first request and the last turns', () => {
    // Turn 3 with one turn kept: the first request (1,000), turn 2's request (50) and answer (100),
    // its own request (50): 1,200 of 1,300, so answer 1 (100 tokens) goes: 100 × 2.5e6.
    expect(trimmed(session(2)).savedPico).toBe(0n);
    expect(trimmed(session(3)).savedPico).toBe(250_000_000n);
    // Turn 4 drops answer 1, request 2, answer 2: 250; turn 5 drops 400.
    expect(trimmed(session(5))).toMatchObject({
      savedPico: BigInt((100 + 250 + 400) * 2_500_000),
      byCertainty: { sure: 0n, likely: 0n },
    });
    // With two kept: turn 4 drops 100, turn 5 250.
    expect(trimmed(session(5), 2).savedPico).toBe(BigInt(350 * 2_500_000));
  });

  it('leaves prompts shorter than the limit whole', () => {
    // Turn 5 has 1,600 tokens.
    expect(trimmed(session(5), 1, 1600).savedPico).toBe(BigInt(400 * 2_500_000));
    expect(trimmed(session(5), 1, 1601).savedPico).toBe(0n);
  });

  it('begins anew where the history was not sent again', () => {
    // 1,100 tokens after an input of 1,000 and an answer of 100 hold no new request.
    const calls = session(2).concat(
      call({ startedAtMs: T0 + 99_000, sessionKey: 1, usage: usage({ input: 1250, output: 100 }) }),
    );
    expect(trimmed(calls).savedPico).toBe(0n);
    // Reasoning is not sent again: an answer of 100 with 90 of reasoning is one of 10.
    const thought = Array.from({ length: 4 }, (_, i) =>
      call({
        ...{ startedAtMs: T0 + i, sessionKey: 1 },
        usage: usage({ input: 1000 + i * 60, output: 100, reasoning: 90 }),
      }),
    );
    // Turn 3 drops 10, turn 4 drops 10 + 50 + 10.
    expect(trimmed(thought).savedPico).toBe(BigInt(80 * 2_500_000));
  });

  it('never with tools, from the first tool call on', () => {
    const calls = session(5);
    calls[1] = { ...calls[1]!, outcome: outcome({ stopReason: 'tool_calls' }) };
    const savings = trimmed(calls);
    expect(savings.savedPico).toBe(0n);
    expect(savings.skipped).toEqual([
      { lever: 'trimming', calls: 3, reason: 'its session calls tools' },
    ]);
  });

  it('loses what the prompt cache held of the history', () => {
    // Turn 3, 1,300 tokens of which 1,100 were read at a tenth: 200 × 2.5e6 + 1,100 × 0.25e6 =
    // 775e6 for input. Trimmed to 1,200 with less than 1,024 tokens before the cut: all fresh, 3e9:
    // dearer, so it stays.
    const calls = session(3);
    calls[2] = call({ ...calls[2]!, usage: usage({ input: 200, cacheRead: 1100, output: 100 }) });
    const [first, second, third] = calls as [PricedCall, PricedCall, PricedCall];
    const cost = 200 * 2_500_000 + 1100 * 250_000 + 100 * 10_000_000;
    expect(trimmed([first, second, { ...third, costPico: cost }]).savedPico).toBe(0n);
  });

  it('reads the first request from the cache where it is long enough', () => {
    // First request 2,000, answers 2,000, requests 50: turn 3 has 6,100, trimmed 4,100. It read
    // 4,050; of that 2,000 stay, in steps of 128: 1,920. Before: 2,050 × 2.5e6 + 4,050 × 0.25e6 =
    // 6,137.5e6; after: 2,180 × 2.5e6 + 1,920 × 0.25e6 = 5,930e6. Saved: 207.5e6.
    const inputs = [2000, 4050, 6100];
    const calls = inputs.map((input, i) =>
      call({
        ...{ startedAtMs: T0 + i, sessionKey: 1 },
        usage: usage(
          i === 2 ? { input: 2050, cacheRead: 4050, output: 2000 } : { input, output: 2000 },
        ),
      }),
    );
    expect(trimmed(calls).savedPico).toBe(207_500_000n);
  });

  it('writes anew what it does not read, where calls write', () => {
    // As above, but 100 tokens were written at 5/4. Before: 1,950 × 2.5e6 + 4,050 × 0.25e6 +
    // 100 × 3.125e6 = 6.2e9; after: 1,920 × 0.25e6 + 2,180 × 3.125e6 = 7.2925e9: it stays.
    const calls = [2000, 4050, 6100].map((input, i) =>
      call({
        ...{ startedAtMs: T0 + i, sessionKey: 1 },
        usage: usage(
          i === 2
            ? { input: 1950, cacheRead: 4050, cacheWrite5m: 100, output: 2000 }
            : { input, output: 2000 },
        ),
      }),
    );
    expect(trimmed(calls).savedPico).toBe(0n);
  });

  it('says which calls it cannot judge, and keeps sessions and models apart', () => {
    const savings = trimmed([call(), call({ sessionKey: 1, startedAtMs: null })]);
    expect(savings.skipped.map(({ calls, reason }) => [calls, reason])).toEqual([
      [1, 'the log names no session'],
      [1, 'the log gives no time'],
    ]);
    const mixed = session(5).map((one, i) => ({
      ...one,
      ...(i % 2 === 0 ? {} : { target: target({ model: 'gpt-4.1' }) }),
    }));
    // gpt-4o: inputs 1,000, 1,300, 1,600: its third turn drops the first answer of 100.
    expect(trimmed(mixed).savedPico).toBe(250_000_000n);
    expect(trimmed([call({ sessionKey: 1 })]).savedPico).toBe(0n);
  });

  it.each([0, -1, 1.5, 1001])('refuses to keep %d turns', (keptTurns) => {
    expect(() => trimmingPlan(FAKE_PRICER, { keptTurns })).toThrow(RangeError);
  });
});
