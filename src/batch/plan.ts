/**
 * Plans: what the rows of a run would use and cost, before anything is asked.
 *
 * Takes rows and prices, gives estimates, row by row and together. Never a bound: that is what
 * budgets reserve; never 0 for a model without a price.
 */
import type { Task } from '../domain/task.ts';
import { emptyUsage } from '../domain/tokens.ts';
import { pendingRows } from '../ledger/batch-rows.ts';
import type { Ledger } from '../ledger/open.ts';
import type { BatchCosts } from './costs.ts';
import { ESTIMATE_RANGE } from './estimate.ts';
import type { EndpointSpec } from './fleet.ts';
import { RowFault } from './row-fields.ts';
import type { PlannedRow, RowBuilder } from './rows.ts';

/** What one row would use. */
export interface RowPlan {
  /** From 1, in the order of the input. */
  readonly row: number;
  readonly model: string;
  readonly task: Task | '';
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Pico-USD; null without a price. */
  readonly lowPico: number | null;
  readonly likelyPico: number | null;
  readonly highPico: number | null;
  /** Why it would not be asked; empty if it would. */
  readonly fault: string;
}

/** What rows would use together. */
export interface PlanTotals {
  rows: number;
  faults: number;
  /** Rows without a price: in no amount. */
  unpriced: number;
  inputTokens: number;
  outputTokens: number;
  low: bigint;
  likely: bigint;
  high: bigint;
}

export interface PlanOptions {
  readonly db: Ledger;
  readonly runId: number;
  readonly builder: RowBuilder;
  readonly costs: BatchCosts;
  readonly endpoints: readonly EndpointSpec[];
}

const PAGE = 500;

/** The plans of all rows that are left to ask, in pages. */
export function* planPages(options: PlanOptions): Generator<RowPlan[]> {
  let page: RowPlan[] = [];
  for (const record of pendingRows(options.db, options.runId)) {
    const row = options.builder.build(record);
    page.push(row instanceof RowFault ? faultPlan(record.index, row) : rowPlan(row, options));
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function faultPlan(index: number, { message }: RowFault): RowPlan {
  return {
    ...{ row: index + 1, model: '', task: '', inputTokens: 0, outputTokens: 0 },
    ...{ lowPico: 0, likelyPico: 0, highPico: 0, fault: message },
  };
}

function rowPlan(row: PlannedRow, { costs, endpoints }: PlanOptions): RowPlan {
  const { model, maxTokens } = row.prompt;
  const serving = endpoints.find(({ models }) => models === null || models.includes(model));
  const provider = serving?.endpoint.provider ?? '';
  const most = maxTokens ?? Number.POSITIVE_INFINITY;
  const costAt = (range: { readonly input: number; readonly output: number }): number | null =>
    costs.usagePico(model, provider, {
      ...emptyUsage(),
      input: Math.round(row.inputTokens * range.input),
      output: Math.min(most, Math.ceil(row.likelyOutputTokens * range.output)),
    });
  return {
    row: row.index + 1,
    model,
    task: row.task,
    inputTokens: row.inputTokens,
    outputTokens: row.likelyOutputTokens,
    lowPico: costAt(ESTIMATE_RANGE.low),
    likelyPico: costAt(ESTIMATE_RANGE.likely),
    highPico: costAt(ESTIMATE_RANGE.high),
    fault: '',
  };
}

/** Adds plans up, by model; the whole stands under `''`. */
export class PlanSum {
  readonly byModel = new Map<string, PlanTotals>();
  readonly total = noTotals();

  add(plan: RowPlan): void {
    let own = this.byModel.get(plan.model);
    if (own === undefined) {
      own = noTotals();
      this.byModel.set(plan.model, own);
    }
    addTo(own, plan);
    addTo(this.total, plan);
  }

  /** How long the limits make it take at least; null where none is known. */
  durationMs(endpoints: readonly EndpointSpec[]): number | null {
    const { rows, faults, inputTokens, outputTokens } = this.total;
    const waits = [
      minutesFor(
        rows - faults,
        endpoints.map(({ limits }) => limits.requestsPerMinute),
      ),
      minutesFor(
        inputTokens + outputTokens,
        endpoints.map(({ limits }) => limits.tokensPerMinute),
      ),
      minutesFor(
        inputTokens,
        endpoints.map(({ limits }) => limits.inputTokensPerMinute),
      ),
      minutesFor(
        outputTokens,
        endpoints.map(({ limits }) => limits.outputTokensPerMinute),
      ),
    ].filter((minutes) => minutes !== null);
    return waits.length === 0 ? null : Math.max(...waits) * 60_000;
  }
}

/** An endpoint without a limit makes the whole unlimited. */
function minutesFor(amount: number, perMinute: readonly (number | null)[]): number | null {
  if (perMinute.length === 0 || perMinute.includes(null)) return null;
  return amount / perMinute.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}

function noTotals(): PlanTotals {
  return {
    ...{ rows: 0, faults: 0, unpriced: 0, inputTokens: 0, outputTokens: 0 },
    ...{ low: 0n, likely: 0n, high: 0n },
  };
}

function addTo(totals: PlanTotals, plan: RowPlan): void {
  const { lowPico, likelyPico, highPico } = plan;
  totals.rows++;
  if (plan.fault !== '') totals.faults++;
  totals.inputTokens += plan.inputTokens;
  totals.outputTokens += plan.outputTokens;
  if (lowPico === null || likelyPico === null || highPico === null) {
    totals.unpriced++;
    return;
  }
  totals.low += BigInt(lowPico);
  totals.likely += BigInt(likelyPico);
  totals.high += BigInt(highPico);
}
