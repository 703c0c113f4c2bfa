/**
 * The audit as CSV: one flat table of every section, or one table of spend.
 *
 * Takes the report, gives RFC 4180 text with exact amounts. Never a thousands separator, a currency
 * sign or a rounded amount: a spreadsheet adds these up.
 */
import { FLAT_COLUMNS, flatRows, knownCost } from './audit-flat.ts';
import { formatCsv } from './csv.ts';
import type { CsvOptions } from './format.ts';
import type { AuditReport, SpendKey } from './model.ts';
import { spendRows } from './spend-rows.ts';

/** With `by`, the rows of that table; without, every section of the report. */
export function renderAuditCsv(
  report: AuditReport,
  by: SpendKey | null,
  options: CsvOptions,
): string {
  if (by !== null) return spendCsv(report, by, options);
  const rows = flatRows(report).map((row) => FLAT_COLUMNS.map((column) => row[column] ?? null));
  return formatCsv(FLAT_COLUMNS, rows, options);
}

function spendCsv(report: AuditReport, by: SpendKey, options: CsvOptions): string {
  const header = [by, 'calls', 'input_tokens', 'cached_input_tokens', 'output_tokens'];
  const examples = by === 'template' ? ['example'] : [];
  const rows = spendRows(report, by).map(({ key, figures, example = null }) => [
    key,
    figures.calls,
    figures.input_tokens,
    figures.cached_input_tokens,
    figures.output_tokens,
    knownCost(figures),
    figures.share,
    figures.unpriced_calls,
    ...examples.map(() => example),
  ]);
  const money = ['cost_usd', 'share', 'unpriced_calls'];
  return formatCsv([...header, ...money, ...examples], rows, options);
}
