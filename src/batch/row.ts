/**
 * Row: one line of a batch on its way in, and what became of it on its way out.
 *
 * Takes nothing, gives types. Never holds a key.
 */
import type { Task } from '../domain/task.ts';
import type { Priority } from '../policy/route.ts';
import type { CascadeRule } from '../policy/section-cascade.ts';
import type { AttemptAnswer, FailureCode, Prompt } from '../providers/provider.ts';
import type { Bound, Unbounded } from './bound.ts';
import type { OutputBasis } from './estimate.ts';
import type { PromptFacts } from './prompt-facts.ts';

/** Where a row goes. */
export interface Routed {
  readonly model: string;
  readonly maxTokens: number | null;
  /** What it would have been asked otherwise; null: nobody says. */
  readonly baseModel: string | null;
  readonly cascade: CascadeRule | null;
  /** For people; empty if the row goes where it would have gone. */
  readonly reason: string;
  /** Rows of other users do not share its answer; empty: everybody does. */
  readonly cacheScope: string;
}

/** One prompt of the input, ready to be asked. */
export interface Row {
  /** Position in the input, from 0: with an attempt's number it names an attempt in the journal. */
  readonly index: number;
  /** Of the input, from 1. */
  readonly line: number;
  /** The record as it was kept: its columns are carried into the results. */
  readonly input: string;
  /** What is asked; `prompt.model` is the first choice. */
  readonly prompt: Prompt;
  readonly task: Task;
  /** What the ledger keeps of the prompt. */
  readonly facts: PromptFacts;
  /** The most one attempt may use, or why nobody can tell. */
  readonly bound: Bound | Unbounded;
  readonly likelyOutputTokens: number;
  readonly outputBasis: OutputBasis;
  /** What a policy made of it; null: it stands as its own fields and the flags have it. */
  readonly routed: Routed | null;
  /** Attempts of earlier processes, what they cost, and the worst case of those nobody knows of. */
  readonly attemptsBefore: number;
  readonly costBeforePico: number;
  readonly uncertainBeforePico: number;
  /** Estimated input tokens: what limits are asked for. Rather too many than too few. */
  readonly inputTokens: number;
  /** The output tokens limits are asked for: max_tokens, else what is likely. */
  readonly outputTokens: number;
  readonly priority: Priority;
  /** A hash of all the answer depends on except the model; null: neither cached nor shared. */
  readonly cacheKey: string | null;
  /**
   * A hash of all the answer depends on except the model and the one message of the prompt; null:
   * no answer to another message may serve it.
   */
  readonly settingKey: string | null;
  /** Equal in every run of the same row; the runner adds the place in the chain. */
  readonly idempotencyKey: string;
}

/** What is kept of an answer. */
export type Answer = Pick<
  AttemptAnswer,
  | 'text'
  | 'model'
  | 'responseId'
  | 'stopReason'
  | 'usage'
  | 'usageBasis'
  | 'tier'
  | 'embedding'
  | 'httpStatus'
>;

/**
 * Where an answer came from: asked, the cache, an identical row that was asked in this run, or one
 * that asks the same in other words.
 */
export type CacheUse = 'miss' | 'exact' | 'shared' | 'semantic';

/** Whose answer a row was served: how alike they are, from 0 to 1, and where it stands. */
export interface ServedFrom {
  readonly similarity: number;
  readonly runId: number;
  /** From 0. */
  readonly row: number;
}

/** Why this model answered: it was the first, those before it failed, or their answers were refused. */
export type Why = 'first_choice' | 'fallback' | 'escalated';

/** A model that was tried and did not do, and why. */
export interface Tried {
  readonly model: string;
  /** A failure's code, or `check:` and the name of the check its answer did not pass. */
  readonly reason: string;
}

/** Why nothing bounds what an attempt costs: it has no price, or something it brings has no end. */
export interface NoWorst {
  readonly code: 'unpriced' | 'unbounded';
  readonly message: string;
  /** What would bound it. */
  readonly hint: string;
}

/** Why a row failed. */
export interface RowFailure {
  /** `check_failed`: answered, but no answer passed; `no_endpoint`: nobody serves its models. */
  readonly code: FailureCode | NoWorst['code'] | 'check_failed' | 'no_endpoint' | 'over_row_budget';
  /** For people; no prompt, answer or key in it. */
  readonly message: string;
  readonly httpStatus: number | null;
}

/** Why a row is not asked of which nobody knows the most it may cost. */
export function blockedBy({ code, message, hint }: NoWorst): Pick<RowFailure, 'code' | 'message'> {
  return { code, message: `${message}: ${hint}` };
}

/** Why a row is not asked whose limit of cost does not cover its worst case. */
export const OVER_ROW_BUDGET = {
  code: 'over_row_budget',
  message: 'its worst case is more than is left of what one row may cost',
} as const;

/** A finished row. A row that was not finished when the run stopped gives none: it is pending. */
export interface RowResult {
  readonly row: Row;
  /** `unknown`: cancelled while it was sent, so it may have been billed. */
  readonly status: 'done' | 'failed' | 'unknown';
  /** The answer; of a failed row the last one that was refused by a check, else null. */
  readonly answer: Answer | null;
  readonly failure: RowFailure | null;
  /** The model of the chain that answered, as the chain spells it; null if none did. */
  readonly model: string | null;
  readonly endpointId: string | null;
  readonly why: Why;
  readonly tried: readonly Tried[];
  readonly cache: CacheUse;
  /** Of a row with the answer of another prompt; null: it has its own. */
  readonly servedFrom: ServedFrom | null;
  /** Attempts sent in this run, all models together. */
  readonly attempts: number;
  /** What all attempts cost, refused answers and judges included; null if one has no price. */
  readonly costPico: number | null;
  /** The worst case of attempts that failed but may have been billed, each 1 at least; not in `costPico`. */
  readonly uncertainPico: number;
  /** What the answer would have cost, for cached and shared ones; null if unknown. */
  readonly savedByCachePico: number | null;
  /** What routing saved against the model asked for; null if unknown or not routed. */
  readonly savedByRoutingPico: number | null;
  /** Of the attempt that answered, or the last; 0 for cached ones; null: nobody measured it. */
  readonly latencyMs: number | null;
}
