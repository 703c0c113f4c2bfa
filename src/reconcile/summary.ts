/**
 * A reconciliation as a report: sums over all days and models, and exact text for money.
 *
 * Takes both sides lined up, gives a ReconcileReport. Never a new figure: only sums and their bounds.
 */
import { formatUsd } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import type { PriceTableNote } from '../report/model.ts';
import {
  type InvoiceNote,
  type PartRow,
  RECONCILE_PARTS,
  RECONCILE_SCHEMA,
  type ReconcilePart,
  type ReconcileReport,
  type ReconcileRow,
  type ReconcileTotals,
} from '../report/reconcile-model.ts';
import type { Invoice } from './invoice-row.ts';
import { ALL_MODELS } from './invoice-side.ts';
import type { ReconciledRow, Reconciliation } from './line-up.ts';
import { type Part, sizeOf } from './parts.ts';
import { limitOf, type Tolerance } from './tolerance.ts';

/** What a report says beside the figures. */
export interface SummaryOptions {
  readonly nowMs: number;
  readonly timezone: string;
  readonly prices: PriceTableNote;
  readonly usdPer: Readonly<Record<string, string>>;
  readonly tolerance: Tolerance | null;
  /** Calls of the ledger that have no day. */
  readonly undatedCalls: number;
}

const METHODS: Readonly<Record<ReconcilePart, string>> = {
  unpriced: 'what was billed for calls the price table has no price for',
  not_in_log:
    'billed days, models, requests or tokens the log lacks; else at most what its time-outs, ' +
    'cancelled streams and server errors without usage can have cost; only up to that it counts as ' +
    'explained',
  not_on_invoice: 'logged days and models that the invoice does not bill; none of it is explained',
  tier: 'the same calls at the tier that the invoice says, or whose price it matches',
  region: 'the same calls in the region that the invoice says, or whose price it matches',
  rounding: 'at most half of the last digit of each invoice row',
  credits: 'negative amounts of the invoice',
  other_charges: 'charges of the invoice that name no model',
};

/** Makes the report. */
export function summarise(
  found: Reconciliation,
  invoices: readonly Invoice[],
  options: SummaryOptions,
): ReconcileReport {
  const unexplained = found.rows.reduce((sum, row) => sum + unexplainedOf(row), 0n);
  const { otherProviders } = found;
  return {
    schema: RECONCILE_SCHEMA,
    generated_at: formatInstant(options.nowMs),
    invoices: invoices.map((invoice) => noteOf(invoice, options.usdPer)),
    period: { from: found.from, to: found.to, timezone: options.timezone },
    prices: options.prices,
    totals: totalsOf(found, unexplained),
    parts: partsOf(found.rows),
    tolerance: toleranceOf(options.tolerance, found.billed, unexplained),
    rows: found.rows.map(rowOf),
    left_out: {
      other_provider_calls: otherProviders.calls,
      other_provider_usd: formatUsd(otherProviders.cost),
      other_provider_unpriced_calls: otherProviders.unpricedCalls,
      undated_calls: options.undatedCalls,
      unpriced_invoice_rows: found.invoice.unpricedRows,
    },
    notes: invoices.flatMap(({ notes }) => notes),
  };
}

/** The rest of a row and what its parts name without explaining it, without their signs. */
function unexplainedOf({ rest, parts }: ReconciledRow): bigint {
  return parts.reduce((sum, part) => sum + sizeOf(part.amount - part.explained), sizeOf(rest));
}

/** What a part names in all rows and leaves unexplained. */
function openOf(rows: readonly ReconciledRow[], name: ReconcilePart): string {
  const own = rows.flatMap(({ parts }) => parts.filter((part) => part.name === name));
  return formatUsd(own.reduce((sum, part) => sum + sizeOf(part.amount - part.explained), 0n));
}

function noteOf(invoice: Invoice, usdPer: Readonly<Record<string, string>>): InvoiceNote {
  return {
    path: invoice.file,
    shape: invoice.shape,
    provider: invoice.provider || null,
    rows: invoice.rows.length,
    has_amounts: invoice.hasAmounts,
    from: invoice.days[0] ?? null,
    to: invoice.days.at(-1) ?? null,
    rates: Object.fromEntries(invoice.converted.map((code) => [code, usdPer[code] ?? ''])),
  };
}

function totalsOf(found: Reconciliation, unexplained: bigint): ReconcileTotals {
  const { rows, billed, logged, invoice } = found;
  const count = (value: (row: ReconciledRow) => number): number =>
    rows.reduce((sum, row) => sum + value(row), 0);
  const difference = billed - logged;
  return {
    invoice_usd: formatUsd(billed),
    invoice_basis: invoice.isEstimated ? 'estimated' : 'measured',
    log_usd: formatUsd(logged),
    difference_usd: formatUsd(difference),
    difference_share:
      billed === 0n ? null : Number((difference * 10_000n) / sizeOf(billed)) / 10_000,
    rest_usd: formatUsd(rows.reduce((sum, row) => sum + row.rest, 0n)),
    unexplained_usd: formatUsd(unexplained),
    unlogged_usd: openOf(rows, 'not_in_log'),
    unbilled_usd: openOf(rows, 'not_on_invoice'),
    calls: count((row) => row.calls),
    priced_calls: count((row) => row.calls - row.unpricedCalls),
    unpriced_calls: count((row) => row.unpricedCalls),
    uncertain_calls: count((row) => row.uncertainCalls),
  };
}

function partsOf(rows: readonly ReconciledRow[]): PartRow[] {
  const all = rows.flatMap((row) => row.parts);
  return RECONCILE_PARTS.flatMap((name) => {
    const own = all.filter((part) => part.name === name);
    return own.length === 0 ? [] : [partRow(name, own)];
  });
}

function partRow(name: ReconcilePart, parts: readonly Part[]): PartRow {
  const sum = (value: (part: Part) => bigint): string =>
    formatUsd(parts.reduce((total, part) => total + value(part), 0n));
  const counted = parts.flatMap(({ calls }) => calls ?? []);
  return {
    part: name,
    amount_usd: sum((part) => part.amount),
    low_usd: sum((part) => part.low),
    high_usd: sum((part) => part.high),
    explained_usd: sum((part) => part.explained),
    basis: parts.every(({ basis }) => basis === 'measured') ? 'measured' : 'estimated',
    calls: counted.length === 0 ? null : counted.reduce((total, calls) => total + calls, 0),
    rows: parts.length,
    method: METHODS[name],
  };
}

function rowOf(row: ReconciledRow): ReconcileRow {
  const amounts = RECONCILE_PARTS.map((name) => {
    const own = row.parts.filter((part) => part.name === name);
    return [name, formatUsd(own.reduce((sum, { amount }) => sum + amount, 0n))] as const;
  });
  return {
    day: row.day,
    model: row.model === ALL_MODELS ? null : row.model,
    calls: row.calls,
    unpriced_calls: row.unpricedCalls,
    uncertain_calls: row.uncertainCalls,
    invoice_requests: row.billedRequests,
    invoice_usd: formatUsd(row.billed),
    log_usd: formatUsd(row.logged),
    difference_usd: formatUsd(row.difference),
    parts: Object.fromEntries(amounts) as Record<ReconcilePart, string>,
    rest_usd: formatUsd(row.rest),
    unexplained_usd: formatUsd(unexplainedOf(row)),
  };
}

function toleranceOf(
  tolerance: Tolerance | null,
  billed: bigint,
  unexplained: bigint,
): ReconcileReport['tolerance'] {
  if (tolerance === null) return null;
  const limit = limitOf(tolerance, billed);
  return {
    given: tolerance.given,
    limit_usd: formatUsd(limit),
    is_within: unexplained <= limit,
  };
}
