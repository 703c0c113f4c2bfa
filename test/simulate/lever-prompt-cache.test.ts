import { describe, expect, it } from 'vitest';
import type { PricedCall } from '../../src/domain/call.ts';
import { type PromptCacheOptions, promptCachePlan } from '../../src/simulate/lever-prompt-cache.ts';
import { call, FAKE_PRICER, T0, target, usage } from '../policy/calls.ts';
import { run } from './levers.ts';

const CLAUDE = target({ provider: 'anthropic', model: 'claude-sonnet-4.5' });
const MINUTE = 60_000;

/** Seven prompts, some time apart, with a system prompt of 2,000 tokens. */
function seven(
  apartMs: number,
  over: Partial<PricedCall> = {},
  usageOf = (i: number) => usage({ input: 2016 + i, output: 10 }),
): PricedCall[] {
  return Array.from({ length: 7 }, (_, i) =>
    call({
      ...{ startedAtMs: T0 + i * apartMs, systemHash: 7, promptHash: i, target: CLAUDE },
      usage: usageOf(i),
      ...over,
    }),
  );
}

function cached(calls: readonly PricedCall[], over: Partial<PromptCacheOptions> = {}) {
  return run([promptCachePlan(FAKE_PRICER, over)], calls);
}

describe('marked system prompts', () => {
  // 15e6 a token: a write costs 3.75e6 more, a read 13.5e6 less.
  const WRITE = 2000n * 3_750_000n;
  const READ = 2000n * 13_500_000n;

  it('are written once and read while they live', () => {
    const savings = cached(seven(MINUTE));
    expect(savings.savedPico).toBe(6n * READ - WRITE);
    expect(savings.byCertainty.likely).toBe(savings.savedPico);
    expect(cached(seven(5 * MINUTE)).savedPico).toBe(6n * READ - WRITE);
  });

  it('cost more than they save where they have died before each call', () => {
    expect(cached(seven(5 * MINUTE + 1)).savedPico).toBe(-7n * WRITE);
    // For an hour, at the same price in this table.
    expect(cached(seven(5 * MINUTE + 1), { markLife: '1h' }).savedPico).toBe(6n * READ - WRITE);
    expect(cached(seven(60 * MINUTE + 1), { markLife: '1h' }).savedPico).toBe(-7n * WRITE);
  });

  it('pessimistic: nothing is read before the answer that wrote it was there', () => {
    // Answers take 1 s; all seven start within 0.6 s.
    expect(cached(seven(100)).savedPico).toBe(6n * READ - WRITE);
    expect(cached(seven(100), { arm: 'pessimistic' }).savedPico).toBe(-7n * WRITE);
  });

  it('below the minimum nothing is stored', () => {
    // 1,039 - 16 = 1,023 tokens; sonnet 4.5 stores from 1,024 on.
    const short = (least: number) =>
      seven(MINUTE, {}, (i) => usage({ input: least + i, output: 1 }));
    expect(cached(short(1039)).savedPico).toBe(0n);
    expect(cached(short(1040)).savedPico).toBe(6n * 1024n * 13_500_000n - 1024n * 3_750_000n);
  });

  it('count only what the calls do not read or write anyway', () => {
    const calls = seven(MINUTE, {}, (i) =>
      i === 0
        ? usage({ input: 16, cacheWrite5m: 2000, output: 10 })
        : usage({ input: 16 + i, cacheRead: 2000, output: 10 }),
    );
    const savings = cached(calls);
    expect(savings.levers[0]).toMatchObject({ calls: 0, savedPico: 0n });
    // Already: 6 reads, one write: $0.162 - $0.0075.
    expect(savings.levers[0]?.note).toContain('$0.154 on 7 calls; 0 calls would read more');
  });
});

describe('turns of a session', () => {
  it('are read by the next turn, and written from the second on', () => {
    // Inputs 2,000, 2,150, 2,300, 2,450. Turn 2 writes 2,150; turn 3 reads them and writes 150;
    // turn 4 reads 2,300 and writes 150: 4,450 × 13.5e6 - 2,450 × 3.75e6.
    const calls = [0, 1, 2, 3].map((i) =>
      call({
        ...{ startedAtMs: T0 + i * MINUTE, sessionKey: 3, promptHash: i, target: CLAUDE },
        usage: usage({ input: 2000 + i * 150, output: 100 }),
      }),
    );
    expect(cached(calls).savedPico).toBe(4450n * 13_500_000n - 2450n * 3_750_000n);
    expect(cached(calls, { sessions: false }).savedPico).toBe(0n);
    expect(cached(calls.slice(0, 1)).savedPico).toBe(0n);
  });
});

describe('a longer life at OpenAI', () => {
  const openAi = (apartMs: number) => seven(apartMs, { target: target() });
  // 2,000 tokens count as 1,920, in steps of 128, at a tenth of 2.5e6.
  const READ = 1920n * 2_250_000n;

  it('adds what comes after the unasked life, to a day', () => {
    expect(cached(openAi(20 * MINUTE)).savedPico).toBe(6n * READ);
    expect(cached(openAi(24 * 60 * MINUTE)).savedPico).toBe(6n * READ);
    expect(cached(openAi(24 * 60 * MINUTE + 1)).savedPico).toBe(0n);
  });

  it('adds nothing within the unasked life: a miss there had another reason', () => {
    expect(cached(openAi(5 * MINUTE)).savedPico).toBe(0n);
    expect(cached(openAi(5 * MINUTE + 1)).savedPico).toBe(6n * READ);
    const careful = { arm: 'pessimistic' } as const;
    expect(cached(openAi(10 * MINUTE), careful).savedPico).toBe(0n);
    expect(cached(openAi(10 * MINUTE + 1), careful).savedPico).toBe(6n * READ);
    // Pessimistic, a day is an hour.
    expect(cached(openAi(60 * MINUTE + 1), careful).savedPico).toBe(0n);
  });

  it('is not asked for unless wanted', () => {
    const savings = cached(openAi(20 * MINUTE), { keepsOneDay: false });
    expect(savings.savedPico).toBe(0n);
    expect(savings.skipped).toMatchObject([{ calls: 7 }]);
  });
});

it('says which calls it cannot judge', () => {
  const flash = target({ provider: 'google', model: 'gemini-2.5-flash' });
  const savings = cached([
    call({ target: flash }),
    call({ target: CLAUDE, startedAtMs: null }),
    call({ target: CLAUDE, costPico: null }),
  ]);
  expect(savings.skipped.map(({ calls, reason }) => [calls, reason])).toEqual([
    [1, 'no prompt cache whose marks or life could be set'],
    [1, 'the log gives no time'],
  ]);
});
