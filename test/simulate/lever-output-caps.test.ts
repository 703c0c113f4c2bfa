import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/domain/task.ts';
import { D5_OUTPUT_CAPS } from '../../src/policy/lever-presets.ts';
import { type OutputCapOptions, outputCapsPlan } from '../../src/simulate/lever-output-caps.ts';
import { call, FAKE_PRICER, outcome, usage } from '../policy/calls.ts';
import { run } from './levers.ts';

function capped(calls: ReturnType<typeof call>[], over: Partial<OutputCapOptions> = {}) {
  return run([outputCapsPlan(FAKE_PRICER, over)], calls);
}

const answer = (task: Task, output: number) =>
  call({ task, usage: usage({ input: 1000, output }) });

describe('output_caps', () => {
  it.each([
    // gpt-4o: 10,000,000 pico-USD a token of output; what is beyond the cap is saved.
    ['classification', 50, 0n],
    ['classification', 51, 10_000_000n],
    ['summarization', 300, 0n],
    ['summarization', 400, 1_000_000_000n],
    ['analysis', 1600, 1_000_000_000n],
    ['creative', 2100, 1_000_000_000n],
    ['code', 500, 0n],
    ['code', 600, 1_000_000_000n],
  ] as const)('published caps: %s of %i tokens', (task, output, saved) => {
    const savings = capped([answer(task, output)], { caps: D5_OUTPUT_CAPS });
    expect(savings.savedPico).toBe(saved);
    expect(savings.byCertainty.needs_test).toBe(saved);
  });

  it('counts the answers it would cut as its risk', () => {
    const calls = [answer('classification', 10), answer('classification', 60), answer('code', 9)];
    expect(capped(calls, { caps: D5_OUTPUT_CAPS }).levers[0]).toMatchObject({
      calls: 1,
      note: 'risk: 1 of 3 answers with a cap would be cut off',
    });
  });

  it('learns caps of twice what 95 of 100 answers do not exceed', () => {
    // 100 answers of 1 to 100 tokens: 95 of them have at most 95, the cap is 190.
    const usual = Array.from({ length: 100 }, (_, i) => answer('qa', i + 1));
    expect(capped(usual).savedPico).toBe(0n);
    // 5 more of 1,000: 105 answers, 99.75 of them are covered at 100 tokens: cap 200, 5 × 800
    // saved.
    const runaways = Array.from({ length: 5 }, () => answer('qa', 1000));
    const savings = capped([...usual, ...runaways]);
    expect(savings.levers[0]).toMatchObject({ calls: 5, savedPico: 40_000_000_000n });
    expect(savings.levers[0]?.method).toContain('qa 200');
  });

  it('does not learn from fewer than a hundred answers, and says so', () => {
    const calls = Array.from({ length: 99 }, () => answer('qa', 10));
    const reason = 'too few answers of its task to learn a cap from';
    expect(capped(calls).skipped).toEqual([{ lever: 'output_caps', calls: 99, reason }]);
  });

  it('leaves tool calls, failures, reasoning, other operations and unpriced calls', () => {
    const long = usage({ input: 10, output: 5000 });
    const savings = capped(
      [
        call({ usage: long, outcome: outcome({ stopReason: 'tool_calls' }) }),
        call({ usage: long, outcome: outcome({ status: 'error' }) }),
        call({ usage: { ...long, reasoning: 1 } }),
        call({ usage: long, costPico: null }),
      ],
      { caps: D5_OUTPUT_CAPS },
    );
    expect(savings.savedPico).toBe(0n);
    expect(savings.skipped).toEqual([
      {
        lever: 'output_caps',
        calls: 1,
        reason: 'a cap would cut the reasoning before the answer',
      },
    ]);
  });

  it('has nothing to say of no calls', () => {
    expect(capped([])).toMatchObject({ savedPico: 0n, skipped: [] });
  });
});
