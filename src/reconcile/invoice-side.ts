/**
 * The invoice's side: rows → what each day and model was billed.
 *
 * Takes invoices and the names of models, gives sums for each day and model. A usage export has no
 * amounts: if nothing else is given, its tokens are priced, and that is said.
 */
import type { Tier } from '../domain/call.ts';
import { inputTotal, outputTotal } from '../domain/tokens.ts';
import type { ChargeKind, Invoice, InvoiceRow } from './invoice-row.ts';
import { costOfMany, keyFor, type ModelNames } from './prices.ts';

/** The key of everything on a day, where the invoice names no models at all. */
export const ALL_MODELS = '*';
/** The key of web searches that are billed apart from models. */
export const SEARCH_KEY = '(web searches)';
/** The key of charges that name no model. */
export const OTHER_KEY = '(no model)';

/** What was billed for one day and model. */
export class InvoiceCell {
  /** Charges; credits are beside them. */
  amount = 0n;
  credit = 0n;
  /** Rows with a charge. */
  rows = 0;
  /** Half of the last digit of each row, added up. */
  rounding = 0n;
  readonly byTier = new Map<Tier, bigint>();
  readonly byRegion = new Map<string, bigint>();
  readonly tokensByTier = new Map<Tier, number>();
  /** A charge, or a row of tokens, does not say its tier; a charge does not say its region. */
  unsaid = { tier: false, tokenTier: false, region: false };
  /** Null where the invoice does not count them. */
  requests: number | null = null;
  input: number | null = null;
  output: number | null = null;
  readonly names = new Set<string>();

  constructor(readonly kind: Exclude<ChargeKind, 'credit'>) {}
}

/** All rows of all invoices. */
export interface InvoiceSide {
  /** Cells by `day\nkey`. */
  readonly cells: ReadonlyMap<string, InvoiceCell>;
  /** Whether the amounts were made from tokens and prices. */
  readonly isEstimated: boolean;
  /** Rows of tokens that have no price; they are in no amount. */
  readonly unpricedRows: number;
  readonly searchesApart: boolean;
  readonly byDayOnly: boolean;
}

/** Sums the rows by day and model; `provider` is asked for names where an invoice names none. */
export function sumInvoices(
  invoices: readonly Invoice[],
  names: ModelNames,
  { provider, days }: { readonly provider: string; readonly days: ReadonlySet<string> | null },
): InvoiceSide {
  const rows = invoices.flatMap((invoice) =>
    invoice.rows
      .filter(({ day }) => days === null || days.has(day))
      .map((row) => ({ row, provider: invoice.provider || provider })),
  );
  const isEstimated = !invoices.some(({ hasAmounts }) => hasAmounts);
  const byDayOnly = namesNoModel(
    rows.map(({ row }) => row).filter(({ amountPico }) => isEstimated || amountPico !== null),
  );
  const cells = new Map<string, InvoiceCell>();
  let unpricedRows = 0;
  for (const { row, provider: sender } of rows) {
    const key = keyOf(row, byDayOnly, (model) => names.keyOf(sender, model));
    const id = `${row.day}\n${key}`;
    const kind = byDayOnly ? 'model' : row.kind === 'credit' ? creditKind(row) : row.kind;
    const cell = cells.get(id) ?? new InvoiceCell(kind);
    cells.set(id, cell);
    const amount = isEstimated ? priceOf(row, sender, names) : row.amountPico;
    if (isEstimated && amount === null) unpricedRows++;
    addRow(cell, row, amount);
  }
  const searchesApart = !byDayOnly && rows.some(({ row }) => row.kind === 'search');
  return { cells, isEstimated, unpricedRows, searchesApart, byDayOnly };
}

/** Whether no charge names a model; web searches and credits do not tell. */
function namesNoModel(rows: readonly InvoiceRow[]): boolean {
  const charges = rows.filter(({ kind }) => kind !== 'credit');
  return charges.length > 0 && charges.every(({ kind }) => kind === 'other');
}

function creditKind({ model }: InvoiceRow): 'model' | 'other' {
  return model === null ? 'other' : 'model';
}

function keyOf(row: InvoiceRow, byDayOnly: boolean, named: (model: string) => string): string {
  if (byDayOnly) return ALL_MODELS;
  if (row.kind === 'search') return SEARCH_KEY;
  return row.model === null ? OTHER_KEY : named(row.model);
}

function priceOf(row: InvoiceRow, provider: string, { prices }: ModelNames): bigint | null {
  if (row.model === null || row.usage === null) return null;
  const key = keyFor(provider, row.model, row.tier ?? 'standard', row.region ?? '');
  return costOfMany(prices.schedule(key), row.usage, row.day, row.longContext);
}

function addRow(cell: InvoiceCell, row: InvoiceRow, amount: bigint | null): void {
  if (row.model !== null) cell.names.add(row.model);
  addTokens(cell, row);
  if (amount === null) return;
  if (row.kind === 'credit') {
    cell.credit += amount;
    return;
  }
  cell.rows++;
  cell.rounding += row.roundingPico;
  cell.amount += amount;
  if (row.tier === null) cell.unsaid.tier = true;
  else cell.byTier.set(row.tier, (cell.byTier.get(row.tier) ?? 0n) + amount);
  if (row.region === null) cell.unsaid.region = true;
  else cell.byRegion.set(row.region, (cell.byRegion.get(row.region) ?? 0n) + amount);
}

function addTokens(cell: InvoiceCell, { usage, requests, tier }: InvoiceRow): void {
  if (requests !== null) cell.requests = (cell.requests ?? 0) + requests;
  if (usage === null) return;
  const input = inputTotal(usage);
  const output = outputTotal(usage);
  cell.input = (cell.input ?? 0) + input;
  cell.output = (cell.output ?? 0) + output;
  if (tier === null) cell.unsaid.tokenTier = true;
  else cell.tokensByTier.set(tier, (cell.tokensByTier.get(tier) ?? 0) + input + output);
}
