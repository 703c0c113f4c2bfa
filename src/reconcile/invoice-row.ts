/**
 * The vocabulary of invoices: a row, an invoice, and what their readers are told.
 *
 * Takes nothing, gives types. Never logic.
 */
import type { Tier } from '../domain/call.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Usage } from '../domain/tokens.ts';

/** What a row is for: tokens of a model, web searches, a credit, or something without a model. */
export type ChargeKind = 'model' | 'search' | 'credit' | 'other';

/** One row of an invoice. */
export interface InvoiceRow {
  readonly line: number;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly kind: ChargeKind;
  /** As the invoice spells it; null if the row names none. */
  readonly model: string | null;
  /** The line item or token class as the invoice spells it; empty if none. */
  readonly item: string;
  /** Null: the row does not say. */
  readonly tier: Tier | null;
  /** `''` is the provider's usual region; null: the row does not say. */
  readonly region: string | null;
  /** Pico-USD; null in a usage export, which has no amounts. */
  readonly amountPico: bigint | null;
  /** Half of the last digit of the amount, pico-USD. */
  readonly roundingPico: bigint;
  readonly usage: Usage | null;
  /** The rows' inputs were longer than the context threshold. */
  readonly longContext: boolean;
  readonly requests: number | null;
}

/** The shapes that are known. */
export const INVOICE_SHAPES = [
  'openai_costs',
  'openai_usage',
  'anthropic_costs',
  'anthropic_usage',
  'anthropic_console_costs',
  'anthropic_console_tokens',
  'openrouter_generations',
  'openrouter_activity',
  'generic_csv',
] as const;
export type InvoiceShape = (typeof INVOICE_SHAPES)[number];

/** One file of an invoice. */
export interface Invoice {
  readonly file: string;
  readonly shape: InvoiceShape;
  /** Who sends it; empty if the file does not tell. */
  readonly provider: string;
  readonly hasAmounts: boolean;
  readonly rows: readonly InvoiceRow[];
  /** Every day the file speaks of, days without a charge included; in order. */
  readonly days: readonly string[];
  /** Currencies that were converted. */
  readonly converted: readonly string[];
  /** What a reader should know, such as missing pages. */
  readonly notes: readonly string[];
}

/** What the readers of invoices are told. */
export interface InvoiceOptions {
  /** The day of an instant, in the zone of the comparison. */
  dayOf(ms: EpochMs): string;
  /** US dollars for one unit of a currency, decimal text by upper-case code. */
  readonly usdPer: Readonly<Record<string, string>>;
  /** Whether a text names a model of the price list. */
  isModel(name: string): boolean;
}
