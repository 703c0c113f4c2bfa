/**
 * Call: one request to a model and its response, provider-neutral.
 *
 * Target and Outcome are shared by many calls and interned: equal ones are the same object within
 * one reading of the ledger.
 */
import type { Task } from './task.ts';
import type { EpochMs } from './time.ts';
import type { Usage, UsageBasis } from './tokens.ts';

export const OPERATIONS = ['chat', 'embeddings', 'image', 'audio', 'rerank', 'other'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The service tier that served the call. */
export const TIERS = ['standard', 'batch', 'flex', 'priority', 'fast', 'provisioned'] as const;
/** `fast_batch`: an answer that claims both; fast mode is not offered in batches, so no price. */
export type Tier = (typeof TIERS)[number] | 'fast_batch';

/** `cached`: answered by the user's own or a gateway's cache, nothing was billed. */
export const STATUSES = [
  'ok',
  'error',
  'cancelled',
  'timeout',
  'filtered',
  'partial',
  'cached',
] as const;
export type Status = (typeof STATUSES)[number];

/** Whether a call ended without an answer: an error, a time-out or a cancellation. */
export function hasFailed(status: Status): boolean {
  return status === 'error' || status === 'timeout' || status === 'cancelled';
}

/** Which event the time of a call describes. */
export const TIME_SOURCES = ['start', 'end', 'created', 'none'] as const;
export type TimeSource = (typeof TIME_SOURCES)[number];

/** What was called, and how: everything a price depends on besides tokens and time. */
export interface Target {
  /** Who sends the invoice: `openai`, `anthropic`, `google`, …; empty if the log does not tell. */
  readonly provider: string;
  /** The model that answered, as the log spells it; the requested one if no answer names it. */
  readonly model: string;
  readonly modelRequested: string;
  readonly operation: Operation;
  readonly tier: Tier;
  /**
   * Region or data zone as the log spells it; empty if unknown. Perplexity has none: there it is
   * the size of the search context (`low`, `medium`, `high`), which sets the fee.
   */
  readonly region: string;
  /** The dialect of the log line. */
  readonly format: string;
  readonly usageBasis: UsageBasis;
  readonly timeSource: TimeSource;
}

/** How a call ended. */
export interface Outcome {
  readonly status: Status;
  readonly httpStatus: number | null;
  /** The provider's or gateway's error code or type; empty if none. */
  readonly errorType: string;
  /** The normalised reason the answer ended: `stop`, `length`, `tool_calls`, …; empty if unknown. */
  readonly stopReason: string;
}

/** Whether two targets are equal in every part. */
export function sameTarget(a: Target, b: Target): boolean {
  return (
    a.model === b.model &&
    a.modelRequested === b.modelRequested &&
    a.provider === b.provider &&
    a.tier === b.tier &&
    a.operation === b.operation &&
    a.region === b.region &&
    a.format === b.format &&
    a.usageBasis === b.usageBasis &&
    a.timeSource === b.timeSource
  );
}

/** Whether two outcomes are equal in every part. */
export function sameOutcome(a: Outcome, b: Outcome): boolean {
  return (
    a.status === b.status &&
    a.httpStatus === b.httpStatus &&
    a.errorType === b.errorType &&
    a.stopReason === b.stopReason
  );
}

/** One call as a line of a log tells it, before it has a price and a place in the ledger. */
export interface Call {
  readonly target: Target;
  readonly outcome: Outcome;
  readonly usage: Usage;
  readonly startedAtMs: EpochMs | null;
  readonly latencyMs: number | null;
  readonly maxTokens: number | null;
  readonly temperatureMilli: number | null;
  /** Who the call is booked on: user, else key, team, project or app; empty if nobody. */
  readonly user: string;
  readonly sessionKey: number | null;
  /** A task the log itself names. */
  readonly tag: Task | null;
  /** 53-bit hash of the response's or the logger's id; null without one. */
  readonly idKey: number | null;
  readonly promptHash: number | null;
  readonly systemHash: number | null;
  readonly paramsHash: number;
  readonly answerHash: number | null;
  readonly promptBytes: number;
  readonly answerBytes: number;
  readonly turns: number;
  /** Null: the log holds no request, at most its prompt. */
  readonly hasTools: boolean | null;
  readonly hasSchema: boolean | null;
  /** What the log says the provider billed; may be beyond the safe integers. */
  readonly billedPico: bigint | null;
}

/**
 * A call with its cost, as findings, simulations and reports read it, in time order (calls without
 * a time come first).
 */
export interface PricedCall {
  /** The ledger's id; `FILE:LINE` is looked up with it. */
  readonly id: number;
  readonly startedAtMs: EpochMs | null;
  readonly latencyMs: number | null;
  readonly target: Target;
  readonly outcome: Outcome;
  readonly usage: Usage;
  /** `max_tokens` or its synonyms in the request. */
  readonly maxTokens: number | null;
  /** In thousandths: 0.7 is 700. */
  readonly temperatureMilli: number | null;
  /** Ledger id of the user, project or key the call is booked on. */
  readonly userId: number | null;
  /** 53-bit hash of the session id. */
  readonly sessionKey: number | null;
  /** 53-bit hash of roles and contents; null if the log holds no prompt. */
  readonly promptHash: number | null;
  /** 53-bit hash of the system prompt; null if there is none. */
  readonly systemHash: number | null;
  /** 53-bit hash of the other parameters an answer depends on; 0 if there are none. */
  readonly paramsHash: number;
  /** 53-bit hash of the answer; null if the log holds none. */
  readonly answerHash: number | null;
  /** UTF-8 bytes of the prompt's contents; 0 if the log holds none. */
  readonly promptBytes: number;
  /** Sketches of the prompt without what changes from call to call; only where they were asked for. */
  readonly sketch?: { readonly system: number; readonly message: number };
  readonly task: Task;
  /** 0–100; 100 for a tag in the log. */
  readonly taskConfidence: number;
  /** 0–100: how likely a weak model fails, as a rank; null or absent: no prompt was read. */
  readonly complexityPercent?: number | null;
  /** Whether the request came with tools; null or absent: not known. */
  readonly hasTools?: boolean | null;
  /** Whether it asked for JSON of a form; null or absent: not known. */
  readonly hasSchema?: boolean | null;
  /** Safe integer of pico-USD at the chosen table; null if unpriced. */
  readonly costPico: number | null;
  /** Why there is no cost; only then. */
  readonly unpricedReason?: string;
  /** What the log says the provider billed, in pico-USD; only where it says so. */
  readonly billedPico?: bigint;
}
