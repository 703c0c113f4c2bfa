/**
 * The flags and the rendering that `audit` and `report` share.
 *
 * Takes flags, gives validated settings; makes the report and writes it.
 */
import { setImmediate } from 'node:timers/promises';
import { Analysis, readInto } from '../audit/analyse.ts';
import { EXIT, type ExitCode, UserError } from '../errors.ts';
import { countUndated } from '../ledger/lookup.ts';
import type { Ledger } from '../ledger/open.ts';
import { DEFAULT_POLICY, listPolicies, policyNamed } from '../policy/presets.ts';
import type { RoutingPolicy } from '../policy/route.ts';
import type { PriceBook } from '../pricing/price.ts';
import { renderAudit } from '../report/audit.ts';
import { type AuditReport, type IngestCounts, SPEND_KEYS, type SpendKey } from '../report/model.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { writeOutput } from '../terminal/output.ts';
import { declarePrices, note, parseSince, parseUntil, parseWhole } from './shared.ts';

/** Flags of the commands that report. */
export interface ReportFlags {
  readonly by?: string;
  readonly since?: string;
  readonly until?: string;
  readonly top: string;
  readonly explain?: boolean;
  readonly strict?: boolean;
}

/** The same, checked. */
export interface ReportSettings {
  readonly by: SpendKey | null;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
  readonly top: number;
  readonly explain: boolean;
  readonly strict: boolean;
  readonly policy: RoutingPolicy;
}

/** Declares the flags of ReportFlags, --prices and --policy. */
export function declareReportFlags(command: CliCommand): void {
  const policies = listPolicies().map((policy) => policy.id);
  command
    .option('--by <what>', `only the spend by ${SPEND_KEYS.join(', ')}`)
    .option('--since <time>', 'calls from this UTC day or time on')
    .option('--until <time>', 'calls up to the end of this UTC day, or before this time')
    .option('--top <n>', 'rows of each table on a terminal', '10')
    .option('--explain', 'how each figure was counted, with example lines')
    .option('--strict', 'exit with 3 when a call is unpriced or a line was rejected');
  declarePrices(command);
  command.option(
    '--policy <name>',
    `which model each task could go to: ${policies.join(', ')} (${DEFAULT_POLICY})`,
  );
}

/** Checks the flags before any work. Throws UserError. */
export function readReportFlags(flags: ReportFlags, { config }: Deps): ReportSettings {
  const by = SPEND_KEYS.find((key) => key === flags.by) ?? null;
  if (flags.by !== undefined && by === null) {
    throw new UserError(
      EXIT.usage,
      `--by ${flags.by} is not known`,
      `give one of: ${SPEND_KEYS.join(', ')}`,
    );
  }
  const sinceMs = parseSince(flags.since);
  const untilMs = parseUntil(flags.until);
  if (sinceMs !== null && untilMs !== null && sinceMs >= untilMs) {
    throw new UserError(EXIT.usage, '--since is not before --until', 'turn them round');
  }
  return {
    by,
    sinceMs,
    untilMs,
    top: parseWhole(flags.top, '--top', 1),
    explain: flags.explain === true,
    strict: flags.strict === true,
    policy: policyNamed(config.policy.value ?? DEFAULT_POLICY),
  };
}

/** What to report on. */
export interface ReportSubject {
  readonly db: Ledger;
  readonly book: PriceBook;
  readonly ingest: IngestCounts | null;
  readonly sourceIds: readonly number[] | null;
  /** An analysis that has seen these calls already; null reads them from the ledger. */
  readonly analysis: Analysis | null;
}

/** Makes a report and writes it; gives 3 when --strict finds a gap. */
export async function writeReport(
  deps: Deps,
  settings: ReportSettings,
  subject: ReportSubject,
): Promise<ExitCode> {
  const { sinceMs, untilMs, by, top, explain } = settings;
  const { db, book, ingest } = subject;
  const selection = { sourceIds: subject.sourceIds, sinceMs, untilMs };
  if (sinceMs !== null || untilMs !== null) noteUndated(deps, db, subject.sourceIds);
  let { analysis } = subject;
  if (analysis === null) {
    const progress = deps.progress('analysing');
    const onProgress = (calls: number): void => progress.update(calls, null, `${calls} calls`);
    analysis = new Analysis(book, settings.policy);
    const pause = (): Promise<void> => setImmediate();
    await readInto(analysis, { db, selection, book, signal: deps.signal, pause, onProgress });
    progress.end();
  }
  const report = analysis.report({ db, selection, ingest, nowMs: deps.clock.now() });
  const text = renderAudit(report, { ...deps.output, by, top, explain });
  await writeOutput(text, deps.output, deps.streams.stdout);
  return settings.strict && hasGaps(report) ? EXIT.gaps : EXIT.ok;
}

function noteUndated(deps: Deps, db: Ledger, sourceIds: readonly number[] | null): void {
  const calls = countUndated(db, sourceIds);
  if (calls > 0) note(deps, `${calls} calls without a time are left out by --since and --until`);
}

function hasGaps({ gaps }: AuditReport): boolean {
  return gaps.unpriced_calls > 0 || gaps.rejected_lines > 0;
}
