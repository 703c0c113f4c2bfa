/**
 * Report: an invoice held against the log → text.
 *
 * Takes a ReconcileReport and who will read it, gives a string ending in a line break. Never computes
 * a figure that is not in the report, never writes anywhere.
 */
import { type Cell, formatCsv } from './csv.ts';
import type { TextOptions } from './format.ts';
import { jsonText, ndjsonText } from './json-text.ts';
import { RECONCILE_PARTS, type ReconcileReport, type ReconcileRow } from './reconcile-model.ts';
import { renderReconcileTable } from './reconcile-table.ts';
import { styles } from './style.ts';

/** How to render it. */
export interface ReconcileOptions extends TextOptions {
  /** Days and models on a terminal; other formats have all. */
  readonly top: number;
}

/** Renders a reconciliation: everything, but CSV has only the rows by day and model. */
export function renderReconcile(report: ReconcileReport, options: ReconcileOptions): string {
  switch (options.format) {
    case 'table':
      return renderReconcileTable(report, {
        width: options.width,
        style: styles(options.colour),
        top: options.top,
        explain: false,
        by: null,
      });
    case 'csv':
      return formatCsv(COLUMNS, report.rows.map(cellsOf), options);
    case 'json':
      return jsonText(report);
    case 'ndjson':
      return ndjsonText(linesOf(report));
  }
}

const COLUMNS = [
  'day',
  'model',
  'calls',
  'unpriced_calls',
  'uncertain_calls',
  'invoice_requests',
  'invoice_usd',
  'log_usd',
  'difference_usd',
  ...RECONCILE_PARTS.map((part) => `${part}_usd`),
  'rest_usd',
  'unexplained_usd',
];

function cellsOf(row: ReconcileRow): Cell[] {
  return [
    row.day,
    row.model,
    row.calls,
    row.unpriced_calls,
    row.uncertain_calls,
    row.invoice_requests,
    row.invoice_usd,
    row.log_usd,
    row.difference_usd,
    ...RECONCILE_PARTS.map((part) => row.parts[part]),
    row.rest_usd,
    row.unexplained_usd,
  ];
}

function linesOf(report: ReconcileReport): object[] {
  const { schema, generated_at, period, prices, totals, tolerance, left_out, notes } = report;
  return [
    { section: 'report', schema, generated_at, period, prices, tolerance, left_out, notes },
    ...report.invoices.map((invoice) => ({ section: 'invoice', ...invoice })),
    { section: 'totals', ...totals },
    ...report.parts.map((part) => ({ section: 'part', ...part })),
    ...report.rows.map((row) => ({ section: 'row', ...row })),
  ];
}
