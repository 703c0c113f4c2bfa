/**
 * The answer of `aicost prices compare` on the calls of a log.
 *
 * Takes the comparison, gives three lists: models, tasks with primary and backup, latencies. Never a
 * saving without what it rests on.
 */
import type { CandidateResult, LatencyResult, TrafficResult } from '../compare/compare.ts';
import type { UseCase } from '../compare/use-cases.ts';
import { displayUsd, formatUsd } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import { countColumn, loggedColumns, moneyColumn, usdOrNull } from '../report/columns.ts';
import type { PriceTableNote } from '../report/model.ts';
import { displayOf } from '../report/numbers.ts';
import { type SectionColumn, type Sections, sectionOf } from '../report/sections.ts';

/** Makes the answer. */
export function trafficAnswer(
  result: TrafficResult,
  { line, ...prices }: PriceTableNote & { readonly line: string },
): Sections {
  const { period, calls, costPico, monthlyPico, yearlyPico } = result;
  return {
    schema: 'aicost.compare-traffic/1',
    head: {
      period: {
        from: period.firstMs === null ? null : formatInstant(period.firstMs),
        to: period.lastMs === null ? null : formatInstant(period.lastMs),
        days: period.days,
      },
      calls,
      other_calls: result.otherCalls,
      unpriced_calls: result.unpricedCalls,
      cost_usd: formatUsd(costPico),
      monthly_usd: usdOrNull(monthlyPico),
      yearly_usd: usdOrNull(yearlyPico),
      prices,
    },
    headline: headlineOf(result),
    sections: [
      sectionOf('models', 'The same calls on each model', result.models, MODELS),
      sectionOf(
        'use_cases',
        'Tasks: the cheapest that could take every call',
        result.useCases,
        TASKS,
      ),
      sectionOf('latencies', 'Latency as observed', result.latencies, LATENCIES),
    ],
    notes: [...notesOf(result), `prices: ${line}`],
  };
}

function headlineOf({ calls, costPico, monthlyPico, yearlyPico }: TrafficResult): string {
  const cost = `${displayUsd(costPico)} for ${displayOf(calls, 'call')}`;
  if (monthlyPico === null || yearlyPico === null) return `${cost}; without times, no month`;
  return `${cost}, ${displayUsd(monthlyPico)} a month, ${displayUsd(yearlyPico)} a year`;
}

function notesOf({ period, otherCalls, unpricedCalls }: TrafficResult): string[] {
  return [
    ...(period.days === 0
      ? []
      : [
          `scaled from ${displayOf(period.days, 'UTC day')} of the log, first and last counted whole; a month is a twelfth of 365 days`,
        ]),
    'token counts are kept: another tokenizer counts the same text otherwise; tiers and cached parts are kept too; quality is not judged',
    'savings only where a model has a price and the context window for every call',
    ...(otherCalls === 0
      ? []
      : [`${displayOf(otherCalls, 'call')} left out: failed, answered from a cache, or no chat`]),
    ...(unpricedCalls === 0
      ? []
      : [`${displayOf(unpricedCalls, 'call')} left out without a price`]),
  ];
}

/** What a narrow terminal can do without: CSV and JSON have it. */
const optional = true;
const count = countColumn;
const money = moneyColumn;
const MODELS: SectionColumn<CandidateResult>[] = [
  ...loggedColumns<CandidateResult>(),
  {
    key: 'price_provider',
    title: 'Priced by',
    value: ({ match }) => (match.how === 'none' ? null : match.provider),
    isFurther: true,
  },
  {
    key: 'price_model',
    title: 'Priced as',
    value: ({ match }) => (match.how === 'none' ? null : match.model),
    isFurther: true,
  },
  { ...count('context_window', 'Context', (row: CandidateResult) => row.contextWindow), optional },
  { ...count('calls', 'Calls', (row: CandidateResult) => row.calls), optional },
  {
    ...count('unpriced_calls', 'Unpriced', (row: CandidateResult) => row.unpricedCalls),
    optional: 'if_zero',
  },
  {
    ...count('too_large_calls', 'Too large', (row: CandidateResult) => row.tooLargeCalls),
    optional: 'if_zero',
  },
  { ...money('cost_usd', 'Cost', (row: CandidateResult) => row.costPico), optional },
  money('monthly_usd', 'Month', (row) => row.monthlyPico),
  { ...money('yearly_usd', 'Year', (row: CandidateResult) => row.yearlyPico), optional },
  money('saved_monthly_usd', 'Saved, month', (row) => row.savedMonthlyPico),
  {
    ...money<CandidateResult>('saved_yearly_usd', '', (row) => row.savedYearlyPico),
    isFurther: true,
  },
];

const TASKS: SectionColumn<UseCase>[] = [
  { key: 'task', title: 'Task', value: (row) => row.task },
  { ...count('calls', 'Calls', (row: UseCase) => row.calls), optional },
  { ...money('per_1000_usd', 'Per 1,000 now', (row: UseCase) => row.per1000Pico), optional },
  { key: 'primary', title: 'Primary', isName: true, value: (row) => row.primary?.model ?? null },
  money('primary_per_1000_usd', 'Per 1,000', (row) => row.primary?.per1000Pico ?? null),
  { key: 'backup', title: 'Backup', isName: true, value: (row) => row.backup?.model ?? null },
  money('backup_per_1000_usd', 'Per 1,000', (row) => row.backup?.per1000Pico ?? null),
];

const LATENCIES: SectionColumn<LatencyResult>[] = [
  ...loggedColumns<LatencyResult>(),
  count('calls', 'Calls', (row) => row.calls),
  count('p50_ms', 'P50 ms', (row) => row.p50Ms),
  count('p99_ms', 'P99 ms', (row) => row.p99Ms),
];
