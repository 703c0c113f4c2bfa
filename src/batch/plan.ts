/**
 * Plans: what the rows of a run would use and cost, before anything is asked.
 *
 * Takes rows and prices, gives estimates, row by row and together. Never a bound: that is what
 * budgets reserve; never 0 for a model without a price.
 */
import type { Task } from '../domain/task.ts';
import { emptyUsage } from '../domain/tokens.ts';
import { pendingRows, type ResultState } from '../ledger/batch-rows.ts';
import type { Ledger } from '../ledger/open.ts';
import { parseCheckSpec } from '../policy/check-spec.ts';
import type { PolicyFile } from '../policy/policy-file.ts';
import { type SpelledStep, stepsOf } from './chains.ts';
import type { BatchCosts } from './costs.ts';
import { ESTIMATE_RANGE, type OutputBasis } from './estimate.ts';
import type { EndpointSpec } from './fleet.ts';
import { LIKELY_JUDGE_TOKENS } from './judge.ts';
import { likeOf } from './keep.ts';
import type { Row } from './row.ts';
import { RowFault } from './row-fields.ts';
import type { RowBuilder } from './rows.ts';
import type { SemanticAnswers } from './semantic-answers.ts';
import { servingEndpoint } from './serving.ts';
import type { BatchSettings } from './settings.ts';

/** What one row would use. */
export interface RowPlan {
  /** From 1, in the order of the input. */
  readonly row: number;
  /** The one that is asked first. */
  readonly model: string;
  readonly task: Task | '';
  /** Why this model, where a policy decided; empty if none did. */
  readonly reason: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly outputBasis: OutputBasis | '';
  /** Pico-USD; null without a price. */
  readonly lowPico: number | null;
  readonly likelyPico: number | null;
  readonly highPico: number | null;
  /** What a budget sets aside for one attempt; null without a price or a bound. */
  readonly worstPico: number | null;
  /** The longest answer there may be, where the row sets no limit; null: it does. */
  readonly openOutputTokens: number | null;
  /** Whether it would have the answer of another prompt. */
  readonly isServed: boolean;
  /** Why it would not be asked; empty if it would. */
  readonly fault: string;
}

/** What rows would use together. */
export interface PlanTotals {
  rows: number;
  faults: number;
  /** Rows that would have the answers of others. */
  served: number;
  /** Rows without a price: in no amount. */
  unpriced: number;
  inputTokens: number;
  outputTokens: number;
  /** Rows whose output is estimated from calls of the ledger. */
  measured: number;
  low: bigint;
  likely: bigint;
  high: bigint;
  /** Rows without a limit of output, and the longest answer one of them may get. */
  open: number;
  mostOpenTokens: number;
  /** The most a budget sets aside for one attempt. */
  mostWorstPico: number;
}

export interface PlanOptions {
  readonly db: Ledger;
  readonly runId: number;
  /** Results that are to be asked again, and are not undone yet. */
  readonly reopened: readonly ResultState[];
  readonly builder: RowBuilder;
  readonly costs: BatchCosts;
  readonly endpoints: readonly EndpointSpec[];
  readonly settings: BatchSettings;
  readonly policy: PolicyFile | null;
  /** Says which rows would have the answers of others; null: none would. */
  readonly semanticOf: (() => SemanticAnswers) | null;
}

const PAGE = 500;

/** The plans of all rows that are left to ask, in pages. */
export function* planPages(options: PlanOptions): Generator<RowPlan[]> {
  let page: RowPlan[] = [];
  const semantic = options.semanticOf?.() ?? null;
  for (const record of pendingRows(options.db, options.runId, options.reopened)) {
    const row = options.builder.build(record);
    const isRow = !(row instanceof RowFault);
    page.push(isRow ? rowPlan(row, options, semantic) : faultPlan(record.index, row));
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function faultPlan(index: number, { message }: RowFault): RowPlan {
  return {
    ...{ row: index + 1, model: '', task: '', reason: '', inputTokens: 0, outputTokens: 0 },
    ...{ outputBasis: '', lowPico: 0, likelyPico: 0, highPico: 0, worstPico: 0 },
    ...{ openOutputTokens: null, isServed: false, fault: message },
  };
}

function rowPlan(row: Row, options: PlanOptions, semantic: SemanticAnswers | null): RowPlan {
  const { costs, endpoints } = options;
  const { maxTokens } = row.prompt;
  const steps = stepsOf(row, options.settings, options.policy);
  const first = steps[0]?.model ?? row.prompt.model;
  const payee = servingEndpoint(endpoints, first) ?? { provider: '' };
  const from = semantic?.plan(row, first) ?? null;
  const why = [row.routed?.reason ?? '', likeOf(from)].filter((text) => text !== '');
  const range = rangeOf(row, steps, options);
  return {
    row: row.index + 1,
    model: first,
    task: row.task,
    reason: why.join('; '),
    inputTokens: row.inputTokens,
    outputTokens: row.likelyOutputTokens,
    outputBasis: row.outputBasis,
    // Where the other answer fails, it is asked after all.
    ...(from === null ? range : { ...range, lowPico: 0, likelyPico: 0 }),
    isServed: from !== null,
    worstPico: costs.worstPico(row, first, payee),
    openOutputTokens: maxTokens === null ? costs.worstOutputTokens(row, first, payee) : null,
    fault: '',
  };
}

/**
 * Low and likely: the first model answers, and its judges. High: every model of a cascade is asked
 * and judged, or the dearest of a fallback answers.
 */
function rangeOf(
  row: Row,
  steps: readonly SpelledStep[],
  options: PlanOptions,
): Pick<RowPlan, 'lowPico' | 'likelyPico' | 'highPico'> {
  const isChecked = options.settings.schema !== null || steps.some(({ texts }) => texts.length > 0);
  const costs = steps.map(({ model, texts }) =>
    costsOn(row, { model, judges: texts.flatMap(judgeIn) }, options),
  );
  const high = costs.map(({ highPico }) => highPico);
  const [first] = costs;
  return {
    lowPico: first?.lowPico ?? null,
    likelyPico: first?.likelyPico ?? null,
    highPico: isChecked ? sumOf(high) : mostOf(high),
  };
}

/** The model a check asks, if it asks one. */
function judgeIn(text: string): string[] {
  const spec = parseCheckSpec(text);
  return typeof spec !== 'string' && spec.kind === 'judge' ? [spec.model] : [];
}

/** What a model's answer and its judges come to. */
function costsOn(
  row: Row,
  { model, judges }: { readonly model: string; readonly judges: readonly string[] },
  { costs, endpoints }: PlanOptions,
): Pick<RowPlan, 'lowPico' | 'likelyPico' | 'highPico'> {
  const most = row.prompt.maxTokens ?? Number.POSITIVE_INFINITY;
  const at = (range: (typeof ESTIMATE_RANGE)[keyof typeof ESTIMATE_RANGE]): number | null => {
    const input = Math.round(row.inputTokens * range.input);
    const output = Math.min(most, Math.ceil(row.likelyOutputTokens * range.output));
    const costOf = (name: string, tokens: { input: number; output: number }): number | null => {
      const provider = servingEndpoint(endpoints, name)?.provider ?? '';
      return costs.usagePico(name, provider, { ...emptyUsage(), ...tokens });
    };
    const judged = { input: input + output, output: LIKELY_JUDGE_TOKENS };
    return sumOf([
      costOf(model, { input, output }),
      ...judges.map((judge) => costOf(judge, judged)),
    ]);
  };
  return {
    lowPico: at(ESTIMATE_RANGE.low),
    likelyPico: at(ESTIMATE_RANGE.likely),
    highPico: at(ESTIMATE_RANGE.high),
  };
}

function sumOf(costs: readonly (number | null)[]): number | null {
  return costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0);
}

function mostOf(costs: readonly (number | null)[]): number | null {
  return costs.includes(null) ? null : Math.max(...costs.map((cost) => cost ?? 0));
}

/** Adds plans up, all of them and by model; rows that cannot be asked have the model `''`. */
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
    ...{ rows: 0, faults: 0, served: 0, unpriced: 0, inputTokens: 0, outputTokens: 0, measured: 0 },
    ...{ low: 0n, likely: 0n, high: 0n, open: 0, mostOpenTokens: 0, mostWorstPico: 0 },
  };
}

function addTo(totals: PlanTotals, plan: RowPlan): void {
  const { lowPico, likelyPico, highPico, worstPico, openOutputTokens } = plan;
  totals.rows++;
  if (plan.fault !== '') totals.faults++;
  if (plan.isServed) totals.served++;
  totals.inputTokens += plan.inputTokens;
  totals.outputTokens += plan.outputTokens;
  if (plan.outputBasis === 'measured') totals.measured++;
  if (openOutputTokens !== null) totals.open++;
  totals.mostOpenTokens = Math.max(totals.mostOpenTokens, openOutputTokens ?? 0);
  totals.mostWorstPico = Math.max(totals.mostWorstPico, worstPico ?? 0);
  if (lowPico === null || likelyPico === null || highPico === null) {
    totals.unpriced++;
    return;
  }
  totals.low += BigInt(lowPico);
  totals.likely += BigInt(likelyPico);
  totals.high += BigInt(highPico);
}
