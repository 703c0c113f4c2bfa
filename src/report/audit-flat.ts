/**
 * The audit as flat rows of one shape, the way a spreadsheet wants it.
 *
 * Takes the report, gives one row per figure, named by `section` and `key`. Never nests and never
 * rounds.
 */
import type { Cell } from './csv.ts';
import {
  type AuditReport,
  type Billed,
  type FindingRow,
  type LeverRow,
  SPEND_KEYS,
  type SpendKey,
} from './model.ts';
import { spendRows } from './spend-rows.ts';

export const FLAT_COLUMNS = [
  'section',
  'key',
  'calls',
  'unpriced_calls',
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_usd',
  'share',
  'count',
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
    ...report.findings.flatMap(findingRows),
    ...savingsRows(report),
    ...gapRows(report),
  ];
}

function headRows({ totals, gaps, period, prices, billed }: AuditReport): FlatRow[] {
  const span = `${period.from ?? 'no times'} to ${period.to ?? 'no times'}, ${period.timezone}`;
  return [
    {
      ...pickFigures({ ...totals, unpriced_calls: gaps.unpriced_calls }),
      section: 'totals',
      key: 'all',
      share: 1,
      detail: `${span}; prices: ${prices.table} ${prices.version} of ${prices.as_of ?? 'an unknown day'}`,
    },
    { section: 'totals', key: 'failed', calls: totals.failed_calls },
    { section: 'totals', key: 'from_own_cache', calls: totals.cached_calls },
    { section: 'totals', key: 'priced', calls: totals.priced_calls, share: totals.priced_share },
    ...totals.by_basis.map((row) => ({
      ...pickFigures(row),
      section: 'usage_basis',
      key: row.basis,
    })),
    ...(billed === null ? [] : billedRows(billed)),
  ];
}

function billedRows({ calls, billed_usd, computed_usd, difference_usd }: Billed): FlatRow[] {
  return [
    { section: 'billed', key: 'billed', calls, cost_usd: billed_usd },
    { section: 'billed', key: 'computed', calls, cost_usd: computed_usd },
    { section: 'billed', key: 'difference', calls, cost_usd: difference_usd },
  ];
}

function findingRows(finding: FindingRow): FlatRow[] {
  const { id, title, basis, method } = finding;
  return [
    { ...pickFigures(finding), section: 'finding', key: id, basis, detail: `${title}: ${method}` },
    ...Object.entries(finding.counts).map(([name, count]) => ({
      section: 'finding_count',
      key: `${id}.${name}`,
      count,
      basis,
    })),
  ];
}

function ingestRows({ ingest }: AuditReport): FlatRow[] {
  if (ingest === null) return [];
  return [
    { section: 'ingest', key: 'new', calls: ingest.new_calls },
    { section: 'ingest', key: 'known', calls: ingest.known_calls },
    { section: 'ingest', key: 'replaced', calls: ingest.replaced_calls },
    { section: 'ingest', key: 'rejected_lines', count: ingest.rejected_lines },
  ];
}

function spendFlat(report: AuditReport, by: SpendKey): FlatRow[] {
  return spendRows(report, by).map(({ key, figures, example = null }) => ({
    ...pickFigures(figures),
    section: `by_${by}`,
    key,
    ...(example === null ? {} : { detail: example }),
  }));
}

function savingsRows({ savings }: AuditReport): FlatRow[] {
  return [
    { section: 'savings', key: 'baseline', cost_usd: savings.baseline_usd, detail: savings.policy },
    ...savings.levers.flatMap(leverRows),
    ...savings.skipped.map(({ lever, calls, reason }) => ({
      section: 'skipped_lever',
      key: lever,
      calls,
      detail: reason,
    })),
    { section: 'savings', key: 'sure', cost_usd: savings.by_certainty.sure_usd },
    { section: 'savings', key: 'likely', cost_usd: savings.by_certainty.likely_usd },
    { section: 'savings', key: 'needs_test', cost_usd: savings.by_certainty.needs_test_usd },
    { section: 'savings', key: 'saved', cost_usd: savings.saved_usd },
    { section: 'savings', key: 'after', cost_usd: savings.after_usd },
  ];
}

function leverRows(row: LeverRow): FlatRow[] {
  const { lever, calls, method } = row;
  const basis = 'estimated';
  return [
    { section: 'lever', key: lever, calls, cost_usd: row.saved_usd, basis, detail: method },
    { section: 'lever_sure', key: lever, cost_usd: row.sure_usd, basis },
    { section: 'lever_likely', key: lever, cost_usd: row.likely_usd, basis },
    { section: 'lever_needs_test', key: lever, cost_usd: row.needs_test_usd, basis },
    ...row.moves.map((move) => ({
      section: 'lever_move',
      key: `${move.from} → ${move.to}`,
      calls: move.calls,
      cost_usd: move.saved_usd,
      basis,
    })),
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
    { section: 'gap', key: 'rejected_lines', count: gaps.rejected_lines },
    ...gaps.rejected_by_reason.map((gap) => ({
      section: 'gap_rejected',
      key: gap.reason,
      count: gap.lines,
    })),
    { section: 'gap', key: 'calls_without_usage', calls: gaps.calls_without_usage },
    { section: 'gap', key: 'tokenised_calls', calls: gaps.tokenised_calls },
    { section: 'gap', key: 'estimated_calls', calls: gaps.estimated_calls },
  ];
}

function pickFigures(row: {
  readonly calls: number;
  readonly input_tokens: number;
  readonly cached_input_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly output_tokens: number;
  readonly reasoning_tokens?: number;
  readonly cost_usd: string;
  readonly share?: number;
  readonly unpriced_calls?: number;
}): FlatRow {
  return {
    calls: row.calls,
    unpriced_calls: row.unpriced_calls ?? null,
    input_tokens: row.input_tokens,
    cached_input_tokens: row.cached_input_tokens ?? null,
    cache_write_tokens: row.cache_write_tokens ?? null,
    output_tokens: row.output_tokens,
    reasoning_tokens: row.reasoning_tokens ?? null,
    cost_usd: knownCost(row),
    share: row.share ?? null,
  };
}

/** The cost, or nothing where every call is unpriced: unknown is not zero. */
export function knownCost(row: {
  readonly calls: number;
  readonly cost_usd: string;
  readonly unpriced_calls?: number;
}): Cell {
  return row.calls > 0 && row.unpriced_calls === row.calls ? null : row.cost_usd;
}
