/**
 * The door of the audit: the selected calls of a ledger → one AuditReport.
 *
 * Takes calls once, in time order, while they are written or as they are read back, and hands each to
 * spend, gaps, findings and replay. Never computes a figure itself.
 */
import type { PricedCall } from '../domain/call.ts';
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
import { tableAgeDays } from '../pricing/list.ts';
import type { PriceBook } from '../pricing/price.ts';
import {
  AUDIT_SCHEMA,
  type AuditReport,
  type Certainty,
  type FindingRow,
  type IngestCounts,
  type LeverRow,
} from '../report/model.ts';
import type { CacheOptions } from '../simulate/exact-cache.ts';
import type { ByCertainty, LeverResult } from '../simulate/lever.ts';
import type { Savings } from '../simulate/pipeline.ts';
import { replay } from '../simulate/replay.ts';
import { GapCounter } from './gaps.ts';
import { type SpendResult, spendBy, type TemplateNames } from './spend.ts';
import type { TemplateOf } from './spend-templates.ts';

/** What a report is made of besides calls. */
export interface ReportContext {
  readonly db: Ledger;
  readonly selection: Selection;
  readonly ingest: IngestCounts | null;
  readonly nowMs: EpochMs;
  /** What templates are called, where the analysis tells them. */
  readonly templates?: TemplateNames;
}

/** What an analysis is made with besides prices and a policy. */
export interface AnalysisOptions {
  /** What is left out has its default. */
  readonly cache?: Partial<CacheOptions>;
  /** With it, spend by template too. */
  readonly templateOf?: TemplateOf | null;
}

/** One pass over calls, in time order. */
export class Analysis {
  readonly #book: PriceBook;
  readonly #policy: RoutingPolicy;
  readonly #spend;
  readonly #gaps = new GapCounter();
  readonly #waste;
  readonly #levers;

  constructor(book: PriceBook, policy: RoutingPolicy, options: AnalysisOptions = {}) {
    const { cache = {}, templateOf = null } = options;
    this.#spend = spendBy(templateOf);
    this.#book = book;
    this.#policy = policy;
    this.#waste = findWaste({ pricer: book });
    this.#levers = replay({ pricer: book, policy, cache });
  }

  /** Counts one call. */
  readonly add = (call: PricedCall): void => {
    this.#spend.add(call);
    this.#gaps.add(call);
    this.#waste.add(call);
    this.#levers.add(call);
  };

  /** The first call of each template that was met. */
  firstCalls(): ReadonlyMap<object, number> {
    return this.#spend.firstCalls() ?? new Map();
  }

  /** Makes the report; ends the pass. */
  report({ db, selection, ingest, nowMs, templates }: ReportContext): AuditReport {
    const spent = this.#spend.result(accountNames(db), templates);
    const { info } = this.#book;
    return {
      schema: AUDIT_SCHEMA,
      generated_at: formatInstant(nowMs),
      sources: listSources(db, selection.sourceIds).map(({ path, calls }) => ({ path, calls })),
      ingest,
      period: spent.period,
      prices: {
        table: info.name,
        version: info.version,
        as_of: info.asOf || null,
        age_days: tableAgeDays(info, nowMs),
        source: info.source,
      },
      totals: spent.totals,
      gaps: gapsOf(spent, this.#gaps, countRejects(db, selection.sourceIds)),
      billed: this.#gaps.billed((ids) => placesOf(db, ids)),
      spend: spent.spend,
      findings: findingRows(db, this.#waste.result(spent.costPico)),
      savings: savingsOf(
        this.#levers.result(),
        this.#policy.id,
        spent.spend.by_day.filter(({ day }) => day !== null).length,
      ),
    };
  }
}

/** How to read the calls of a ledger. */
export interface ReadOptions {
  readonly db: Ledger;
  readonly selection: Selection;
  readonly book: PriceBook;
  readonly signal: AbortSignal;
  /** Lets the event loop turn, so that the signal can come. */
  pause(): Promise<void>;
  /** Calls read so far. */
  onProgress(calls: number): void;
}

/** Reads the selected calls into an analysis. Throws the signal's reason when it is aborted. */
export async function readInto(analysis: Analysis, options: ReadOptions): Promise<void> {
  let calls = 0;
  for (const page of readCalls(options.db, options.selection, options.book)) {
    await options.pause();
    options.signal.throwIfAborted();
    for (const call of page) analysis.add(call);
    calls += page.length;
    options.onProgress(calls);
  }
}

function gapsOf(
  spent: SpendResult,
  gaps: GapCounter,
  rejects: readonly { reason: string; lines: number }[],
): AuditReport['gaps'] {
  return {
    unpriced_calls: spent.totals.calls - spent.totals.priced_calls,
    rejected_lines: rejects.reduce((lines, row) => lines + row.lines, 0),
    unpriced_by_reason: gaps.unpricedByReason(),
    rejected_by_reason: rejects,
    calls_without_usage: spent.callsWithoutUsage,
    tokenised_calls: spent.tokenisedCalls,
    estimated_calls: spent.estimatedCalls,
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
    counts: finding.counts,
    note: finding.note,
    examples: finding.exampleIds.map((id) => places.get(id) ?? String(id)),
  }));
}

function savingsOf(savings: Savings, policy: string, days: number): AuditReport['savings'] {
  return {
    baseline_usd: formatUsd(savings.baselinePico),
    after_usd: formatUsd(savings.afterPico),
    saved_usd: formatUsd(savings.savedPico),
    policy,
    levers: savings.levers.map(leverRow),
    by_certainty: certaintyOf(savings.byCertainty),
    skipped: savings.skipped,
    sample: { priced_calls: savings.pricedCalls, days },
  };
}

function leverRow(lever: LeverResult): LeverRow {
  return {
    lever: lever.lever,
    calls: lever.calls,
    saved_usd: formatUsd(lever.savedPico),
    ...certaintyOf(lever.byCertainty),
    moves: lever.moves.map(({ from, to, calls, savedPico }) => ({
      from,
      to,
      calls,
      saved_usd: formatUsd(savedPico),
    })),
    method: lever.method,
    note: lever.note,
  };
}

function certaintyOf({ sure, likely, needs_test }: ByCertainty): Certainty {
  return {
    sure_usd: formatUsd(sure),
    likely_usd: formatUsd(likely),
    needs_test_usd: formatUsd(needs_test),
  };
}
