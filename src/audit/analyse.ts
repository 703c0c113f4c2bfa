/**
 * The door of the audit: the selected calls of a ledger → one AuditReport.
 *
 * Takes a ledger, a selection and the tables and policy to use; reads the calls once, in time order,
 * and hands each to spend, gaps, findings and replay. Never computes a figure itself.
 */
import { formatUsd } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import { formatInstant } from '../domain/time.ts';
import { findWaste } from '../findings/find.ts';
import type { Finding } from '../findings/finding.ts';
import { accountNames, countRejects, placesOf } from '../ledger/lookup.ts';
import type { Ledger } from '../ledger/open.ts';
import { readCalls, type Selection } from '../ledger/read.ts';
import { listSources } from '../ledger/sources.ts';
import type { RoutingPolicy } from '../policy/route.ts';
import type { PriceBook } from '../pricing/price.ts';
import {
  AUDIT_SCHEMA,
  type AuditReport,
  type FindingRow,
  type IngestCounts,
} from '../report/model.ts';
import { spendBy } from '../report/spend.ts';
import { replay, type Savings } from '../simulate/replay.ts';
import { GapCounter } from './gaps.ts';

/** What to analyse, and with what. */
export interface AnalyseOptions {
  readonly db: Ledger;
  readonly selection: Selection;
  readonly book: PriceBook;
  readonly policy: RoutingPolicy;
  readonly ingest: IngestCounts | null;
  readonly nowMs: EpochMs;
  readonly signal: AbortSignal;
  /** Calls read so far. */
  onProgress(calls: number): void;
}

/** Makes the report. Throws the signal's reason when it is aborted. */
export function analyse(options: AnalyseOptions): AuditReport {
  const { db, selection, book, policy } = options;
  const spend = spendBy();
  const gaps = new GapCounter();
  const waste = findWaste({ pricer: book });
  const levers = replay({ pricer: book, policy });
  let calls = 0;
  for (const page of readCalls(db, selection, book)) {
    options.signal.throwIfAborted();
    for (const call of page) {
      spend.add(call);
      gaps.add(call);
      waste.add(call);
      levers.add(call);
    }
    calls += page.length;
    options.onProgress(calls);
  }
  const spent = spend.result(accountNames(db));
  const rejects = countRejects(db, selection.sourceIds);
  return {
    schema: AUDIT_SCHEMA,
    generated_at: formatInstant(options.nowMs),
    sources: listSources(db, selection.sourceIds).map(({ path, calls }) => ({ path, calls })),
    ingest: options.ingest,
    period: spent.period,
    prices: {
      table: book.info.name,
      version: book.info.version,
      as_of: book.info.asOf,
      source: book.info.source,
    },
    totals: spent.totals,
    gaps: {
      unpriced_calls: spent.totals.calls - spent.totals.priced_calls,
      rejected_lines: rejects.reduce((lines, row) => lines + row.lines, 0),
      unpriced_by_reason: gaps.unpricedByReason(),
      rejected_by_reason: rejects,
      calls_without_usage: spent.callsWithoutUsage,
      estimated_calls: spent.estimatedCalls,
    },
    billed: gaps.billed(),
    spend: spent.spend,
    findings: findingRows(db, waste.result(spent.costPico)),
    savings: savingsOf(levers.result(), policy.id, spent.spend.by_day.length),
  };
}

function findingRows(db: Ledger, findings: readonly Finding[]): FindingRow[] {
  const places = placesOf(
    db,
    findings.flatMap((finding) => finding.exampleIds),
  );
  return findings.map((finding) => ({
    id: finding.id,
    title: finding.title,
    calls: finding.calls,
    unpriced_calls: finding.unpricedCalls,
    input_tokens: finding.inputTokens,
    output_tokens: finding.outputTokens,
    cost_usd: formatUsd(finding.costPico),
    share: finding.shareBp / 10_000,
    basis: finding.basis,
    method: finding.method,
    examples: finding.exampleIds.map((id) => places.get(id) ?? String(id)),
  }));
}

function savingsOf(savings: Savings, policy: string, days: number): AuditReport['savings'] {
  const { sure, likely, needs_test } = savings.byCertainty;
  return {
    baseline_usd: formatUsd(savings.baselinePico),
    after_usd: formatUsd(savings.afterPico),
    saved_usd: formatUsd(savings.savedPico),
    policy,
    levers: savings.levers.map((lever) => ({
      lever: lever.lever,
      calls: lever.calls,
      saved_usd: formatUsd(lever.savedPico),
      sure_usd: formatUsd(lever.byCertainty.sure),
      likely_usd: formatUsd(lever.byCertainty.likely),
      needs_test_usd: formatUsd(lever.byCertainty.needs_test),
      method: lever.method,
    })),
    by_certainty: {
      sure_usd: formatUsd(sure),
      likely_usd: formatUsd(likely),
      needs_test_usd: formatUsd(needs_test),
    },
    skipped: savings.skipped.map(({ lever, calls, reason }) => ({
      lever,
      reason: `${reason} (${calls} calls)`,
    })),
    sample: { priced_calls: savings.pricedCalls, days },
  };
}
