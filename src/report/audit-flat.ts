/**
 * The audit as flat rows of one shape, the way a spreadsheet wants it.
 *
 * Takes the report, gives one row per figure, named by `section` and `key`. Never nests and never
 * rounds.
 */
import type { Cell } from './csv.ts';
import { type AuditReport, SPEND_KEYS, type SpendKey } from './model.ts';
import { spendRows } from './spend-rows.ts';

export const FLAT_COLUMNS = [
  'section',
  'key',
  'calls',
  'input_tokens',
  'cached_input_tokens',
  'output_tokens',
  'cost_usd',
  'share',
  'basis',
  'detail',
] as const;
export type FlatRow = Partial<Record<(typeof FLAT_COLUMNS)[number], Cell>>;

/** Every section of the report, in the order the table shows them. */
export function flatRows(report: AuditReport): FlatRow[] {
  return [
    ...headRows(report),
    ...report.sources.map(({ path, calls }) => ({ section: 'source', key: path, calls })),
    ...ingestRows(report),
    ...SPEND_KEYS.flatMap((by) => spendFlat(report, by)),
    ...report.findings.map((finding) => ({
      ...pickFigures(finding),
      section: 'finding',
      key: finding.id,
      basis: finding.basis,
      detail: `${finding.title}: ${finding.method}${unpricedNote(finding.unpriced_calls)}`,
    })),
    ...savingsRows(report),
    ...gapRows(report),
  ];
}

function headRows({ totals, period, prices, billed }: AuditReport): FlatRow[] {
  const span = `${period.from ?? 'no times'} to ${period.to ?? 'no times'}, ${period.timezone}`;
  return [
    {
      ...pickFigures(totals),
      section: 'totals',
      key: 'all',
      share: 1,
      detail: `${span}; prices: ${prices.table} ${prices.version}`,
    },
    { section: 'totals', key: 'failed', calls: totals.failed_calls },
    { section: 'totals', key: 'from_own_cache', calls: totals.cached_calls },
    { section: 'totals', key: 'priced', calls: totals.priced_calls, share: totals.priced_share },
    ...(billed === null
      ? []
      : [
          {
            section: 'billed',
            key: 'all',
            calls: billed.calls,
            cost_usd: billed.billed_usd,
            detail: `computed ${billed.computed_usd}, difference ${billed.difference_usd}`,
          },
        ]),
  ];
}

function ingestRows({ ingest }: AuditReport): FlatRow[] {
  if (ingest === null) return [];
  return [
    { section: 'ingest', key: 'new', calls: ingest.new_calls },
    { section: 'ingest', key: 'known', calls: ingest.known_calls },
    { section: 'ingest', key: 'replaced', calls: ingest.replaced_calls },
    { section: 'ingest', key: 'rejected_lines', calls: ingest.rejected_lines },
  ];
}

function spendFlat(report: AuditReport, by: SpendKey): FlatRow[] {
  return spendRows(report, by).map(({ key, figures }) => ({
    ...pickFigures(figures),
    section: `by_${by}`,
    key,
    detail: figures.unpriced_calls > 0 ? `unpriced calls: ${figures.unpriced_calls}` : null,
  }));
}

function savingsRows({ savings }: AuditReport): FlatRow[] {
  return [
    { section: 'savings', key: 'baseline', cost_usd: savings.baseline_usd, detail: savings.policy },
    ...savings.levers.map((lever) => ({
      section: 'lever',
      key: lever.lever,
      calls: lever.calls,
      cost_usd: lever.saved_usd,
      basis: 'estimated',
      detail:
        `sure ${lever.sure_usd}, likely ${lever.likely_usd}, ` +
        `needs a test ${lever.needs_test_usd}: ${lever.method}`,
    })),
    ...savings.skipped.map((skipped) => ({
      section: 'skipped_lever',
      key: skipped.lever,
      detail: skipped.reason,
    })),
    { section: 'savings', key: 'sure', cost_usd: savings.by_certainty.sure_usd },
    { section: 'savings', key: 'likely', cost_usd: savings.by_certainty.likely_usd },
    { section: 'savings', key: 'needs_test', cost_usd: savings.by_certainty.needs_test_usd },
    { section: 'savings', key: 'saved', cost_usd: savings.saved_usd },
    { section: 'savings', key: 'after', cost_usd: savings.after_usd },
  ];
}

function gapRows({ gaps }: AuditReport): FlatRow[] {
  return [
    { section: 'gap', key: 'unpriced_calls', calls: gaps.unpriced_calls },
    ...gaps.unpriced_by_reason.map((gap) => ({
      section: 'gap_unpriced',
      key: gap.reason,
      calls: gap.calls,
      detail: gap.models.join('; '),
    })),
    { section: 'gap', key: 'rejected_lines', calls: gaps.rejected_lines },
    ...gaps.rejected_by_reason.map((gap) => ({
      section: 'gap_rejected',
      key: gap.reason,
      calls: gap.lines,
    })),
    { section: 'gap', key: 'calls_without_usage', calls: gaps.calls_without_usage },
    { section: 'gap', key: 'estimated_calls', calls: gaps.estimated_calls },
  ];
}

function pickFigures(row: {
  readonly calls: number;
  readonly input_tokens: number;
  readonly cached_input_tokens?: number;
  readonly output_tokens: number;
  readonly cost_usd: string;
  readonly share?: number;
  readonly unpriced_calls?: number;
}): FlatRow {
  return {
    calls: row.calls,
    input_tokens: row.input_tokens,
    cached_input_tokens: row.cached_input_tokens ?? null,
    output_tokens: row.output_tokens,
    cost_usd: knownCost(row),
    share: row.share ?? null,
  };
}

function unpricedNote(calls: number): string {
  return calls > 0 ? ` (${calls} of them unpriced)` : '';
}

/** The cost, or nothing where every call is unpriced: unknown is not zero. */
export function knownCost(row: {
  readonly calls: number;
  readonly cost_usd: string;
  readonly unpriced_calls?: number;
}): Cell {
  return row.calls > 0 && row.unpriced_calls === row.calls ? null : row.cost_usd;
}
