/**
 * Published settings of levers, as their authors give them.
 *
 * Takes nothing, gives data by name. Never a default: a policy file asks for each by its name.
 */
import { TASKS, type Task } from '../domain/task.ts';

/** D5: classification 50 tokens, summaries 300, analysis 1,500, prose 2,000, all others 500. */
export const D5_OUTPUT_CAPS: ReadonlyMap<Task, number> = new Map([
  ...TASKS.map((task) => [task, 500] as const),
  ['classification', 50],
  ['summarization', 300],
  ['analysis', 1500],
  ['creative', 2000],
]);

/** B1: every price times 0.015. */
export const B1_GATEWAY = [{ provider: null, model: null, ratio: '0.015' }] as const;

/**
 * E4: of 100 requests 82 are settled by the first of three models, 13 by the second, 5 by the
 * third.
 */
export const E4_SPLIT: readonly number[] = [0.82, 0.13, 0.05];

/** E6: system prompts of 200 characters (50 tokens) or more to 40 %, by a cheap model. */
export const E6_COMPRESSION = {
  model: 'Qwen/Qwen3-8B',
  ratioPermille: 400,
  minSystemTokens: 50,
  minCalls: 1,
} as const;

/** B4: three attempts; 429 and 503 after pauses that double, other 5xx at once, other 4xx never. */
export const B4_RETRIES = {
  maxRetries: 2,
  pausedStatuses: new Set([429, 503]),
  retriableClientErrors: new Set([429]),
  longerTimeout: false,
};
