/**
 * AuditReport: everything an audit says, as data; every format is a rendering of it.
 *
 * Field names and their order are the published JSON (docs/json.md). Money is an exact decimal
 * string in USD (formatUsd), tokens and calls are numbers, times are RFC 3339, shares are 0–1 and
 * rounded down at the fourth decimal. Never a number that hides a gap: unpriced calls are beside
 * every cost.
 */
import type { UsageBasis } from '../domain/tokens.ts';

export const AUDIT_SCHEMA = 'aicost.audit/1';

/** An exact decimal amount of US dollars. */
export type UsdText = string;

/** Whether a figure follows from the log alone or rests on an assumption, which `method` names. */
export type Basis = 'measured' | 'estimated';

export interface AuditReport {
  readonly schema: typeof AUDIT_SCHEMA;
  readonly generated_at: string;
  readonly sources: readonly { readonly path: string; readonly calls: number }[];
  /** Null when the report was made from the ledger without reading a file. */
  readonly ingest: IngestCounts | null;
  readonly period: Period;
  readonly prices: PriceTableNote;
  readonly totals: Totals;
  readonly gaps: Gaps;
  /** Null when no call carries the cost its provider billed. */
  readonly billed: Billed | null;
  readonly spend: Spend;
  readonly findings: readonly FindingRow[];
  readonly savings: Savings;
}

export interface IngestCounts {
  readonly new_calls: number;
  readonly known_calls: number;
  readonly replaced_calls: number;
  readonly rejected_lines: number;
}

export interface Period {
  /** RFC 3339; null when no call has a time. */
  readonly from: string | null;
  readonly to: string | null;
  readonly timezone: 'UTC';
  readonly calls_without_time: number;
}

export interface PriceTableNote {
  readonly table: string;
  readonly version: string;
  /** The day the table was taken, `YYYY-MM-DD`; null if it does not say. */
  readonly as_of: string | null;
  /** Whole days from that day to the report; null if it does not say. */
  readonly age_days: number | null;
  readonly source: string;
}

export interface Totals {
  readonly calls: number;
  /** Errors, timeouts and cancelled calls. */
  readonly failed_calls: number;
  /** Answered by the user's own or a gateway's cache: cost 0, tokens in no total. */
  readonly cached_calls: number;
  /** The whole input: fresh, cached, written to a cache, audio and images. */
  readonly input_tokens: number;
  /** The part of `input_tokens` read from a provider's prompt cache. */
  readonly cached_input_tokens: number;
  /** The part of `input_tokens` written to a provider's prompt cache. */
  readonly cache_write_tokens: number;
  readonly output_tokens: number;
  /** The part of `output_tokens` that was reasoning. */
  readonly reasoning_tokens: number;
  readonly cost_usd: UsdText;
  readonly priced_calls: number;
  /** priced_calls / calls. */
  readonly priced_share: number;
  /** The same calls and cost by where their token counts come from; only those there are. */
  readonly by_basis: readonly BasisRow[];
}

/** Calls whose token counts rest on the same thing (docs/tokens.md). */
export interface BasisRow {
  readonly basis: UsageBasis;
  readonly calls: number;
  readonly unpriced_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: UsdText;
}

export interface Gaps {
  readonly unpriced_calls: number;
  readonly rejected_lines: number;
  readonly unpriced_by_reason: readonly {
    readonly reason: string;
    readonly calls: number;
    readonly models: readonly string[];
  }[];
  readonly rejected_by_reason: readonly { readonly reason: string; readonly lines: number }[];
  /** Calls without counts that may have cost something; failed ones are known to be free. */
  readonly calls_without_usage: number;
  /** Calls whose tokens were counted from their text by the model's own tokenizer. */
  readonly tokenised_calls: number;
  /** Calls whose tokens were estimated from their text. */
  readonly estimated_calls: number;
}

/** The cost a provider or gateway wrote into the log, beside ours, over the calls that have both. */
export interface Billed {
  readonly calls: number;
  readonly billed_usd: UsdText;
  readonly computed_usd: UsdText;
  /** billed_usd − computed_usd. */
  readonly difference_usd: UsdText;
  /** The models with the largest differences, largest first; `provider` as logged, maybe empty. */
  readonly largest: readonly {
    readonly provider: string;
    readonly model: string;
    readonly calls: number;
    readonly billed_usd: UsdText;
    readonly computed_usd: UsdText;
    readonly difference_usd: UsdText;
    /** Up to three calls whose two costs differ most, largest first. */
    readonly examples: readonly {
      /** `FILE:LINE`. */
      readonly place: string;
      readonly billed_usd: UsdText;
      readonly computed_usd: UsdText;
      readonly difference_usd: UsdText;
    }[];
  }[];
}

export const SPEND_KEYS = ['model', 'task', 'day', 'user', 'template'] as const;
export type SpendKey = (typeof SPEND_KEYS)[number];

/** One group of calls; the group's own name stands beside these under `model`, `task`, … */
export interface SpendFigures {
  readonly calls: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: UsdText;
  /** Of the whole cost. */
  readonly share: number;
  readonly unpriced_calls: number;
}

export type ModelSpend = { readonly model: string } & SpendFigures;
export type TaskSpend = { readonly task: string } & SpendFigures;
/** `day` is a UTC day; null holds the calls without a time. */
export type DaySpend = { readonly day: string | null } & SpendFigures;
/** `user` is null for calls that name nobody. */
export type UserSpend = { readonly user: string | null } & SpendFigures;
/** `template` is what the prompts of the calls have in common; null for those from no template. */
export type TemplateSpend = {
  readonly template: string | null;
  /** `FILE:LINE` of its first call; null without a template. */
  readonly example: string | null;
} & SpendFigures;

/** Largest cost first; days in time order. */
export interface Spend {
  readonly by_model: readonly ModelSpend[];
  readonly by_task: readonly TaskSpend[];
  readonly by_day: readonly DaySpend[];
  readonly by_user: readonly UserSpend[];
  /** Only where it was asked for: it takes a pass of its own. */
  readonly by_template?: readonly TemplateSpend[];
}

/** Waste as it happened. Findings may overlap: they do not add up. */
export interface FindingRow {
  readonly id: string;
  readonly title: string;
  readonly calls: number;
  readonly unpriced_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: UsdText;
  readonly share: number;
  readonly basis: Basis;
  /** How it was counted; what was counted is in `counts`. */
  readonly method: string;
  /** Further counts; each name ends in its unit. */
  readonly counts: Readonly<Record<string, number>>;
  /** What the finding could not judge; null if it judged every call. */
  readonly note: string | null;
  /** `FILE:LINE` of example calls. */
  readonly examples: readonly string[];
}

/** What the levers would have saved, each replayed on what the one before it left. */
export interface Savings {
  readonly baseline_usd: UsdText;
  readonly after_usd: UsdText;
  /** baseline_usd − after_usd = the sum over `levers`, exactly. */
  readonly saved_usd: UsdText;
  readonly policy: string;
  readonly levers: readonly LeverRow[];
  readonly by_certainty: Certainty;
  readonly skipped: readonly SkippedRow[];
  readonly sample: { readonly priced_calls: number; readonly days: number };
}

export interface Certainty {
  readonly sure_usd: UsdText;
  readonly likely_usd: UsdText;
  readonly needs_test_usd: UsdText;
}

export interface LeverRow extends Certainty {
  readonly lever: string;
  readonly calls: number;
  /** sure_usd + likely_usd + needs_test_usd, exactly. */
  readonly saved_usd: UsdText;
  /** From which model to which; together `calls` and `saved_usd`. Empty for other levers. */
  readonly moves: readonly MoveRow[];
  readonly method: string;
  /** Why its saving is not that of the finding it looks like. */
  readonly note: string | null;
}

/** Calls that would have gone to another model; largest saving first. */
export interface MoveRow {
  readonly from: string;
  readonly to: string;
  readonly calls: number;
  readonly saved_usd: UsdText;
}

/** Priced calls a lever left out. */
export interface SkippedRow {
  readonly lever: string;
  readonly calls: number;
  readonly reason: string;
}
