/** Calls, prices and seeded randomness for the tests of policy, findings and simulate. */
import type { Outcome, PricedCall, Target } from '../../src/domain/call.ts';
import { emptyUsage, type Usage } from '../../src/domain/tokens.ts';
import type { Pricer } from '../../src/policy/pricer.ts';

export const T0 = Date.UTC(2026, 0, 5);

export function target(over: Partial<Target> = {}): Target {
  const model = over.model ?? 'gpt-4o';
  return {
    provider: 'openai',
    model,
    modelRequested: model,
    operation: 'chat',
    tier: 'standard',
    region: '',
    format: 'test',
    usageBasis: 'measured',
    timeSource: 'start',
    ...over,
  };
}

export function outcome(over: Partial<Outcome> = {}): Outcome {
  return { status: 'ok', httpStatus: 200, errorType: '', stopReason: 'stop', ...over };
}

export function usage(over: Partial<Usage> = {}): Usage {
  return { ...emptyUsage(), ...over };
}

export const GPT_4O = target();
export const OK = outcome();

let nextId = 1;

/** An answered gpt-4o call at T0 with 1,000 + 100 tokens, priced by `FAKE_PRICER`. */
export function call(over: Partial<PricedCall> = {}): PricedCall {
  const merged: PricedCall = {
    id: nextId++,
    startedAtMs: T0,
    latencyMs: 1000,
    target: GPT_4O,
    outcome: OK,
    usage: usage({ input: 1000, output: 100 }),
    maxTokens: null,
    temperatureMilli: 0,
    userId: null,
    sessionKey: null,
    promptHash: 1,
    systemHash: null,
    paramsHash: 0,
    answerHash: null,
    promptBytes: 4000,
    task: 'other',
    taskConfidence: 100,
    costPico: null,
    ...over,
  };
  if ('costPico' in over) return merged;
  const cost = FAKE_PRICER.schedule(merged.target).cost(merged.usage, merged.startedAtMs);
  return { ...merged, costPico: typeof cost === 'string' ? null : cost };
}

/** Pico-USD per token: input, output. A cache read costs a tenth, a write 5/4; batch is half. */
export const RATES: Readonly<Record<string, readonly [number, number]>> = {
  'gpt-4o': [2_500_000, 10_000_000],
  'gpt-4o-mini': [150_000, 600_000],
  'gpt-4.1': [8_000_000, 8_000_000],
  'claude-sonnet-4.5': [15_000_000, 15_000_000],
  'gemini-2.5-flash': [2_500_000, 2_500_000],
  'deepseek-v3.2': [420_000, 420_000],
  'text-embedding-3-small': [20_000, 0],
};

export const FAKE_PRICER: Pricer = {
  schedule({ model, tier }) {
    const rate = RATES[model];
    if (rate === undefined) return { cost: () => `no price for ${model}` };
    const half = tier === 'batch' ? 2 : 1;
    return {
      cost: (use) =>
        (use.input * rate[0] +
          (use.cacheRead * rate[0]) / 10 +
          ((use.cacheWrite5m + use.cacheWrite1h) * rate[0] * 5) / 4 +
          use.output * rate[1]) /
        half,
    };
  },
};

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A random integer from 0 to below `end`. */
export function below(random: () => number, end: number): number {
  return Math.floor(random() * end);
}

/** One of a list. */
export function oneOf<T>(random: () => number, list: readonly T[]): T {
  return list[below(random, list.length)]!;
}
