/**
 * The plan of a batch before it spends: what rows would use and cost, and leave to go on.
 *
 * Takes the rows that are left, gives estimates and a yes or no. Never an estimate as a promise: what
 * holds is the budget.
 */
import { type PlanOptions, PlanSum, planPages, type RowPlan } from '../batch/plan.ts';
import { whyNoneIsBounded } from '../batch/unbounded.ts';
import { displayUsd, formatUsd } from '../domain/money.ts';
import { EXIT, UserError } from '../errors.ts';
import { displayDuration } from '../report/batch-end.ts';
import { displayCount, displayOf, displayTokens } from '../report/numbers.ts';
import { type Column, renderRowPages } from '../report/rows.ts';
import type { Deps } from '../terminal/command.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import type { SendFlags } from './batch-flags.ts';
import type { Sending } from './batch-send.ts';

/** A plan and what it is made of. */
export interface Planned {
  readonly sum: PlanSum;
  readonly durationMs: number | null;
  /** Whether they go by files: limits of live requests say nothing of these. */
  readonly isByFiles: boolean;
  readonly pages: () => Iterable<readonly RowPlan[]>;
}

const COLUMNS: Column<RowPlan>[] = [
  number('row', 'Row', ({ row }) => row),
  { key: 'model', title: 'Model', isName: true, value: ({ model }) => model },
  { key: 'task', title: 'Task', value: ({ task }) => task },
  { key: 'reason', title: 'Why', value: ({ reason }) => reason },
  number('input_tokens', 'Input', ({ inputTokens }) => inputTokens),
  number('output_tokens', 'Output', ({ outputTokens }) => outputTokens),
  { key: 'output_basis', title: 'Basis', value: ({ outputBasis }) => outputBasis },
  money('cost_low_usd', 'Low', ({ lowPico }) => lowPico),
  money('cost_likely_usd', 'Likely', ({ likelyPico }) => likelyPico),
  money('cost_high_usd', 'High', ({ highPico }) => highPico),
  money('cost_worst_usd', 'Set aside', ({ worstPico }) => worstPico),
  { key: 'fault', title: 'Fault', value: ({ fault }) => fault },
];

function number(key: string, title: string, of: (row: RowPlan) => number): Column<RowPlan> {
  return { key, title, align: 'right', value: of, display: (row) => displayCount(of(row)) };
}

function money(key: string, title: string, of: (row: RowPlan) => number | null): Column<RowPlan> {
  const amount = (row: RowPlan): bigint | null => {
    const pico = of(row);
    return pico === null ? null : BigInt(pico);
  };
  return {
    ...{ key, title, align: 'right' },
    value(row) {
      const pico = amount(row);
      return pico === null ? null : formatUsd(pico);
    },
    display(row) {
      const pico = amount(row);
      return pico === null ? '?' : displayUsd(pico);
    },
  };
}

/** What a plan is made of, and which way its rows go. */
export type Planning = PlanOptions & Pick<Planned, 'isByFiles'> & { readonly isResumed: boolean };

/** Adds up what is left to ask; lets Ctrl-C come between pages. */
export async function planOf(
  options: Planning,
  { endpoints }: Sending,
  deps: Deps,
): Promise<Planned> {
  const sum = new PlanSum();
  for (const page of planPages(options)) {
    for (const plan of page) sum.add(plan);
    await deps.pause();
    deps.signal.throwIfAborted();
  }
  const durationMs = sum.durationMs(endpoints);
  const { isByFiles } = options;
  return { sum, durationMs, isByFiles, pages: () => planPages(options) };
}

/** Writes each row's plan, and says what all come to. */
export async function writePlan(deps: Deps, planned: Planned): Promise<void> {
  const isEmpty = planned.sum.total.rows === 0;
  if (isEmpty) deps.note('nothing is left to ask');
  if (isEmpty && deps.output.format === 'table') return;
  // On a terminal there is no room for what the note says of all rows.
  const isTable = deps.output.format === 'table';
  const columns = isTable ? COLUMNS.filter(({ key }) => key !== 'output_basis') : COLUMNS;
  await deps.write(renderRowPages(planned.pages(), columns, deps.output));
  if (isEmpty) return;
  deps.note(planText(planned), durationText(planned));
  deps.note(basisText(planned));
  const open = openText(planned);
  if (open !== null) deps.note(...open);
}

/** What a plan comes to, on one line. */
export function planText({ sum: { total, byModel } }: Planned): string {
  const { rows, faults, served, unpriced, inputTokens, outputTokens, low, likely, high } = total;
  const models = [...byModel.keys()].filter((model) => model !== '');
  const parts = [
    `${displayOf(rows - faults, 'row')} for ${models.slice(0, 3).join(', ')}${models.length > 3 ? ', …' : ''}`,
    `about ${displayTokens(inputTokens)} tokens in, ${displayTokens(outputTokens)} out`,
    `likely ${displayUsd(likely)} (${displayUsd(low)} to ${displayUsd(high)})`,
  ];
  if (served > 0)
    parts.push(`${displayOf(served, 'row')} would have the answer to a prompt alike or equal`);
  if (unpriced > 0) parts.push(`${displayOf(unpriced, 'row')} without a price`);
  if (faults > 0) parts.push(`${displayOf(faults, 'row')} cannot be asked`);
  return parts.join('; ');
}

/** What the estimate of output rests on. */
function basisText({ sum: { total } }: Planned): string {
  const { rows, faults, measured } = total;
  const others = rows - faults - measured;
  const parts = [
    ...(measured > 0 ? [`measured calls of the ledger for ${displayOf(measured, 'row')}`] : []),
    ...(others > 0 ? [`ratios by task for ${displayOf(others, 'row')}`] : []),
  ];
  return `output estimated from ${parts.join(', ') || 'nothing'}`;
}

/** What rows without a limit of output mean for a budget; null: there are none. */
function openText({ sum: { total } }: Planned): [message: string, hint: string] | null {
  const { open, mostOpenTokens, mostWorstPico } = total;
  if (open === 0) return null;
  const aside =
    mostWorstPico > 0 ? ` and a budget sets ${displayUsd(BigInt(mostWorstPico))} aside` : '';
  return [
    `${displayOf(open, 'row')} set no limit of output: an answer may have ${displayTokens(mostOpenTokens)} tokens,${aside} for each call`,
    'set --max-tokens N, or output_caps in a policy file',
  ];
}

function durationText({ durationMs, isByFiles }: Planned): string {
  if (isByFiles) return 'the provider answers within a day';
  if (durationMs === null) return 'no limit is known: how long it takes depends on the endpoint';
  return `the limits make it take ${displayDuration(durationMs)} or more`;
}

/** Throws UserError where no row can be held against the budget that is given, all for one cause. */
export async function refuseUnbounded(
  options: Planning,
  { limits: { runPico, dayPico }, maxRowPico }: Sending,
  deps: Deps,
): Promise<void> {
  if (runPico === null && dayPico === null && maxRowPico === null) return;
  const why = await whyNoneIsBounded(options, async () => {
    await deps.pause();
    deps.signal.throwIfAborted();
  });
  if (why === null) return;
  // What a batch asks is settled when it begins.
  const isTooLate = options.isResumed && why.code === 'unbounded';
  throw new UserError(EXIT.usage, why.message, `${why.hint}${isTooLate ? ' and --new' : ''}`);
}

/** Whether somebody has to be asked first: not with --yes or a budget. */
export function needsLeave(flags: SendFlags): boolean {
  const isBounded = flags.budget !== undefined || flags.dailyBudget !== undefined;
  return flags.yes !== true && !isBounded;
}

/** Asks whether to go on. Throws UserError where nobody can be asked. */
export async function askLeave(deps: Deps, planned: Planned): Promise<boolean> {
  const { rows, faults } = planned.sum.total;
  if (rows - faults === 0) return true;
  if (canAsk(deps.streams)) {
    const open = openText(planned)?.join('; ');
    const lines = [planText(planned), durationText(planned), basisText(planned)];
    deps.streams.stderr.write(`${[...lines, ...(open ? [open] : [])].join('\n')}\n`);
    return confirm(deps.streams, 'Ask them now?', deps.signal);
  }
  throw new UserError(
    EXIT.usage,
    `this would spend: ${planText(planned)}`,
    'say so with --yes, or set a limit with --budget USD; --dry-run shows each row',
  );
}
