/**
 * ReconcileReport: an invoice held against the log, as data; every format is a rendering of it.
 *
 * Field names and their order are the published JSON (docs/reconcile.md). Money is an exact decimal
 * string in USD, days are `YYYY-MM-DD`. The parts and the rest add up to the difference.
 */
import type { Basis, PriceTableNote, UsdText } from './model.ts';

export const RECONCILE_SCHEMA = 'aicost.reconcile/1';

/** What can explain a difference, in the order of the report. */
export const RECONCILE_PARTS = [
  'unpriced',
  'not_in_log',
  'not_on_invoice',
  'tier',
  'region',
  'rounding',
  'credits',
  'other_charges',
] as const;
export type ReconcilePart = (typeof RECONCILE_PARTS)[number];

export interface ReconcileReport {
  readonly schema: typeof RECONCILE_SCHEMA;
  readonly generated_at: string;
  readonly invoices: readonly InvoiceNote[];
  readonly period: { readonly from: string; readonly to: string; readonly timezone: string };
  readonly prices: PriceTableNote;
  readonly totals: ReconcileTotals;
  readonly parts: readonly PartRow[];
  /** Null when no tolerance was asked for. */
  readonly tolerance: ToleranceNote | null;
  readonly rows: readonly ReconcileRow[];
  readonly left_out: {
    /** Calls that another provider sends the invoice for. */
    readonly other_provider_calls: number;
    /** Of those with a price. */
    readonly other_provider_usd: UsdText;
    readonly other_provider_unpriced_calls: number;
    /** Calls of the whole ledger without a time: they have no day. */
    readonly undated_calls: number;
    /** Rows of a usage export whose tokens have no price. */
    readonly unpriced_invoice_rows: number;
  };
  readonly notes: readonly string[];
}

export interface InvoiceNote {
  readonly path: string;
  readonly shape: string;
  /** Null if the file does not tell. */
  readonly provider: string | null;
  readonly rows: number;
  /** False for a usage export. */
  readonly has_amounts: boolean;
  readonly from: string | null;
  readonly to: string | null;
  /** Currencies that were converted, with the dollars of one unit. */
  readonly rates: Readonly<Record<string, string>>;
}

export interface ReconcileTotals {
  readonly invoice_usd: UsdText;
  /** `estimated`: a usage export's tokens at the price table. */
  readonly invoice_basis: Basis;
  readonly log_usd: UsdText;
  /** Invoice less log. */
  readonly difference_usd: UsdText;
  /** Of the invoice, rounded toward zero; null when nothing was billed. */
  readonly difference_share: number | null;
  /** The difference less all parts. */
  readonly rest_usd: UsdText;
  /**
   * What a tolerance is held against: the rests, `unlogged_usd` and `unbilled_usd`, of each row without
   * their signs, so that they cannot cancel out.
   */
  readonly unexplained_usd: UsdText;
  /** Billed for calls the log lacks, beyond what its own doubts can have cost. */
  readonly unlogged_usd: UsdText;
  /** Logged for days and models that the invoice does not bill. */
  readonly unbilled_usd: UsdText;
  /** Priced or not; neither refused nor uncertain ones. */
  readonly calls: number;
  readonly priced_calls: number;
  readonly unpriced_calls: number;
  /** Calls that may have been billed and whose tokens nobody logged. */
  readonly uncertain_calls: number;
}

export interface PartRow {
  readonly part: ReconcilePart;
  readonly amount_usd: UsdText;
  readonly low_usd: UsdText;
  readonly high_usd: UsdText;
  /** The part of the amount that counts as explained. */
  readonly explained_usd: UsdText;
  readonly basis: Basis;
  /** Calls it is about; null if it is not about calls or they are not counted. */
  readonly calls: number | null;
  /** Days and models it was found in. */
  readonly rows: number;
  readonly method: string;
}

export interface ToleranceNote {
  readonly given: string;
  readonly limit_usd: UsdText;
  readonly is_within: boolean;
}

/** One day and model. */
export interface ReconcileRow {
  readonly day: string;
  /** Null where the invoice names no models at all. */
  readonly model: string | null;
  readonly calls: number;
  readonly unpriced_calls: number;
  readonly uncertain_calls: number;
  /** Null where the invoice does not count them. */
  readonly invoice_requests: number | null;
  readonly invoice_usd: UsdText;
  readonly log_usd: UsdText;
  readonly difference_usd: UsdText;
  readonly parts: Readonly<Record<ReconcilePart, UsdText>>;
  readonly rest_usd: UsdText;
  /** What of this row counts as unexplained, without signs. */
  readonly unexplained_usd: UsdText;
}
