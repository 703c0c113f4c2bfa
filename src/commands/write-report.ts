/**
 * Making the report of `audit` and `report`, and writing it.
 *
 * Takes what to report on, gives the exit code. Never computes a figure: the analysis does.
 */
import { Analysis, readInto } from '../audit/analyse.ts';
import type { TemplateOf } from '../audit/spend-templates.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { countUndated } from '../ledger/lookup.ts';
import type { Ledger } from '../ledger/open.ts';
import type { Selection } from '../ledger/read.ts';
import type { PriceBook } from '../pricing/price.ts';
import { renderAudit } from '../report/audit.ts';
import type { AuditReport, IngestCounts } from '../report/model.ts';
import { displayOf } from '../report/numbers.ts';
import type { Deps } from '../terminal/command.ts';
import { type AuditPolicy, cacheOptionsOf } from './read-policy.ts';
import type { ReportSettings } from './report-flags.ts';
import { nameTemplates, templatesOf } from './template-names.ts';

/** What to report on. */
export interface ReportSubject {
  readonly db: Ledger;
  readonly book: PriceBook;
  /** What was read for this report; null when nothing was. */
  readonly ingest: IngestCounts | null;
  /** Null: every source of the ledger. */
  readonly sourceIds: readonly number[] | null;
  /** An analysis that has seen these calls already; null reads them from the ledger. */
  readonly analysis: Analysis | null;
}

/** The whole ledger, nothing read. */
export function wholeLedger(db: Ledger, book: PriceBook): ReportSubject {
  return { db, book, ingest: null, sourceIds: null, analysis: null };
}

/** Makes a report and writes it; gives 3 when --strict finds a gap. */
export async function writeReport(
  deps: Deps,
  settings: ReportSettings,
  subject: ReportSubject,
): Promise<ExitCode> {
  const { db, ingest, sourceIds } = subject;
  const { sinceMs, untilMs, by, top, explain, strict } = settings;
  const isByTemplate = by === 'template';
  const selection = { sourceIds, sinceMs, untilMs, withSketches: isByTemplate };
  noteUndated(deps, db, selection);
  const analysis = subject.analysis ?? (await analyse(deps, settings, { ...subject, selection }));
  const templates = isByTemplate ? await nameTemplates(db, deps, analysis.firstCalls()) : new Map();
  const report = analysis.report({ db, selection, ingest, nowMs: deps.clock.now(), templates });
  await deps.write([renderAudit(report, { ...deps.output, by, top, explain })]);
  return strict && hasGaps(report) ? EXIT.gaps : EXIT.ok;
}

/** An analysis by a policy: its routing, and its cache where it says something of one. */
export function analysisOf(
  book: PriceBook,
  { routing, cache }: AuditPolicy,
  templateOf: TemplateOf | null = null,
): Analysis {
  return new Analysis(book, routing, { cache: cacheOptionsOf(cache), templateOf });
}

async function analyse(
  deps: Deps,
  { policy }: ReportSettings,
  { db, book, selection }: Pick<ReportSubject, 'db' | 'book'> & { readonly selection: Selection },
): Promise<Analysis> {
  const templateOf =
    selection.withSketches === true ? await templatesOf(db, deps, selection.sourceIds) : null;
  const progress = deps.progress('analysing');
  const analysis = analysisOf(book, policy, templateOf);
  await readInto(analysis, {
    db,
    selection,
    book,
    signal: deps.signal,
    pause: deps.pause,
    onProgress: (calls) => progress.update(calls, null, displayOf(calls, 'call')),
  });
  progress.end();
  return analysis;
}

/** Says how many calls a period leaves out for want of a time. */
export function noteUndated(
  deps: Deps,
  db: Ledger,
  { sourceIds, sinceMs, untilMs }: Selection,
): void {
  if (sinceMs === null && untilMs === null) return;
  const calls = countUndated(db, sourceIds);
  if (calls === 0) return;
  const left = calls === 1 ? 'is' : 'are';
  deps.note(`${displayOf(calls, 'call')} without a time ${left} left out by --since and --until`);
}

function hasGaps({ gaps }: AuditReport): boolean {
  return gaps.unpriced_calls > 0 || gaps.rejected_lines > 0;
}
