/**
 * The settings of each lever that a search tries, the least far-reaching first.
 *
 * Takes what is allowed, gives settings as a policy file has them, and which levers are left out and
 * why. Never a lever whose answers may get worse by nobody knows how much, where quality has a limit.
 */
import type { Task } from '../domain/task.ts';
import type { LeverId } from '../policy/levers.ts';
import type { PlainMap } from '../policy/preset-rules.ts';
import type { Certainty } from '../policy/route.ts';

/** What a search may do. */
export interface SearchLimits {
  /** The mean loss of quality over all calls; null: any, even an unknown one. */
  readonly maxLoss: number | null;
  /** Null: no semantic cache. */
  readonly maxFalseHits: number | null;
  /** The model that embeds prompts for the semantic cache; null: their texts are compared. */
  readonly embed: string | null;
  /** Null: any, even an unknown one. */
  readonly maxLatencyMs: number | null;
  /** What is less sure than this chooses nothing. */
  readonly allow: Certainty;
}

/** A lever with the settings to try. */
export interface LeverOptions {
  readonly lever: LeverId;
  readonly settings: readonly PlainMap[];
}

/** What a search cannot take, and why. */
export interface NotTaken {
  readonly lever: LeverId;
  readonly reason: string;
}

/** Whether a saving is sure enough to choose by. */
export function isAllowed(certainty: Certainty, { allow }: Pick<SearchLimits, 'allow'>): boolean {
  return RANKS[certainty] <= RANKS[allow];
}

const RANKS: Readonly<Record<Certainty, number>> = { sure: 0, likely: 1, needs_test: 2 };

export const NEEDS_TEST = 'needs a test (--allow needs_test)';
export const ONLY_LIKELY = 'likely, not sure (--allow likely)';
const NO_SCORE = 'unknown loss of quality (--max-quality-loss none)';

/** Levers a request passes before it is routed. */
export function leversBefore(limits: SearchLimits): LeverOptions[] {
  const { allow, maxFalseHits, embed } = limits;
  const semantic = { ttl_hours: 24, capacity: 100_000, max_temperature: 0 };
  const options: LeverOptions[] = [
    { lever: 'retries', settings: [RETRIES[allow]] },
    { lever: 'exact_cache', settings: CACHES },
  ];
  if (maxFalseHits === null) return options;
  const settings = [
    { ...semantic, max_false_hits: maxFalseHits, ...(embed === null ? {} : { embed }) },
  ];
  return [...options, { lever: 'semantic_cache', settings }];
}

const RETRIES: Readonly<Record<Certainty, PlainMap>> = {
  // Only what came after an error of the request itself is sure: nothing else is left out.
  sure: { max_retries: 100, first_pause_seconds: 0, longer_timeout: false },
  likely: { max_retries: 2, first_pause_seconds: 0, longer_timeout: false },
  needs_test: { max_retries: 2, first_pause_seconds: 1, longer_timeout: true },
};

const CACHES: readonly PlainMap[] = [
  { ttl_hours: 1, capacity: 10_000, max_temperature: 0 },
  { ttl_hours: 24, capacity: 10_000, max_temperature: 0 },
  { ttl_hours: 24, capacity: 100_000, max_temperature: 0 },
  { ttl_hours: 168, capacity: 100_000, max_temperature: 0 },
  { ttl_hours: 24, capacity: 100_000, max_temperature: 0.3 },
  { ttl_hours: 168, capacity: 100_000, max_temperature: 0.3 },
];

/** Levers behind the routing; `caps`: the output caps that the training's answers suggest. */
export function leversBehind(
  limits: SearchLimits,
  caps: ReadonlyMap<Task, number>,
): { readonly options: LeverOptions[]; readonly notTaken: NotTaken[] } {
  const options: LeverOptions[] = [
    { lever: 'prompt_cache', settings: [{ ttl: '5m' }, { ttl: '1h' }] },
  ];
  const notTaken: NotTaken[] = [];
  const take = (lever: LeverId, setting: PlainMap, bar: string | null) => {
    if (bar === null) options.push({ lever, settings: [setting] });
    else notTaken.push({ lever, reason: bar });
  };
  const test = limits.allow === 'needs_test' ? null : NEEDS_TEST;
  const answers = test ?? (limits.maxLoss === null ? null : NO_SCORE);
  take('compression', { to_share: 0.5, min_tokens: 200, min_calls: 20 }, answers);
  take('trimming', { keep_turns: 6 }, answers);
  if (answers !== null || caps.size > 0) take('output_caps', Object.fromEntries(caps), answers);
  const wait = 'answers may take a day (--max-latency)';
  take('batch_tier', { min_calls: 50 }, limits.maxLatencyMs === null ? test : wait);
  return { options, notTaken };
}
