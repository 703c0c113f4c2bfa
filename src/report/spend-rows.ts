/**
 * The spend tables under one shape, and their shortening.
 *
 * Takes a report, gives rows with a `key`. Never drops a row: what is cut off is summed into one.
 */
import { formatUsd } from '../domain/money.ts';
import type { AuditReport, SpendFigures, SpendKey, TemplateSpend } from './model.ts';
import { amountOf } from './numbers.ts';

export interface SpendRow {
  /** The model, task, day, user or template; null for calls without one. */
  readonly key: string | null;
  /** `FILE:LINE` of one of its calls, where the table has it. */
  readonly example?: string | null;
  readonly figures: SpendFigures;
}

/** The rows of one spend table. */
export function spendRows({ spend }: AuditReport, by: SpendKey): SpendRow[] {
  switch (by) {
    case 'model':
      return spend.by_model.map((figures) => ({ key: figures.model, figures }));
    case 'task':
      return spend.by_task.map((figures) => ({ key: figures.task, figures }));
    case 'day':
      return spend.by_day.map((figures) => ({ key: figures.day, figures }));
    case 'user':
      return spend.by_user.map((figures) => ({ key: figures.user, figures }));
    case 'template':
      return (spend.by_template ?? []).map(templateRow);
  }
}

function templateRow({ example, ...figures }: TemplateSpend): SpendRow {
  return { key: figures.template, example, figures };
}

/**
 * The `top` dearest rows in their own order, and the sum of the others; `rest` is null if there are
 * none. A single row too many is shown rather than summed.
 */
export function topRows(
  rows: readonly SpendRow[],
  top: number,
): { shown: readonly SpendRow[]; rest: { rows: number; figures: SpendFigures } | null } {
  if (rows.length <= top + 1) return { shown: rows, rest: null };
  const dearest = new Set([...rows].sort(byCost).slice(0, top));
  const others = rows.filter((row) => !dearest.has(row));
  return {
    shown: rows.filter((row) => dearest.has(row)),
    rest: { rows: others.length, figures: sumFigures(others) },
  };
}

function byCost(a: SpendRow, b: SpendRow): number {
  const costA = amountOf(a.figures.cost_usd);
  const costB = amountOf(b.figures.cost_usd);
  if (costA !== costB) return costA > costB ? -1 : 1;
  return b.figures.calls - a.figures.calls;
}

function sumFigures(rows: readonly SpendRow[]): SpendFigures {
  const sum = (of: (figures: SpendFigures) => number): number =>
    rows.reduce((total, row) => total + of(row.figures), 0);
  return {
    calls: sum((figures) => figures.calls),
    input_tokens: sum((figures) => figures.input_tokens),
    cached_input_tokens: sum((figures) => figures.cached_input_tokens),
    output_tokens: sum((figures) => figures.output_tokens),
    cost_usd: formatUsd(rows.reduce((t, row) => t + amountOf(row.figures.cost_usd), 0n)),
    share: sum((figures) => figures.share),
    unpriced_calls: sum((figures) => figures.unpriced_calls),
  };
}
