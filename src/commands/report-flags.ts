/**
 * The flags of the commands that report.
 *
 * Takes flags as typed, gives settings. Throws UserError for values that make no sense, before any
 * work is done.
 */
import { DAY_MS, type EpochMs } from '../domain/time.ts';
import { EXIT, UserError } from '../errors.ts';
import { DEFAULT_POLICY } from '../policy/presets.ts';
import { SPEND_KEYS, type SpendKey } from '../report/model.ts';
import type { CliCommand, Deps } from '../terminal/command.ts';
import { instantOf } from './instant.ts';
import { declarePrices } from './price-book.ts';
import { type AuditPolicy, policyNames, readAuditPolicy } from './read-policy.ts';

/** Flags of the commands that report, as typed. */
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
  /** Inclusive. */
  readonly sinceMs: EpochMs | null;
  /** Exclusive. */
  readonly untilMs: EpochMs | null;
  readonly top: number;
  readonly explain: boolean;
  readonly strict: boolean;
  readonly policy: AuditPolicy;
}

/** Declares the flags of ReportFlags, --prices and --policy. */
export function declareReportFlags(command: CliCommand): void {
  command
    .option('--by <what>', `only the spend by ${SPEND_KEYS.join(', ')}`, onlyOne)
    .option('--since <time>', 'calls from this UTC day or time on')
    .option('--until <time>', 'calls up to the end of this UTC day, or before this time')
    .option('--top <n>', 'rows of each table on a terminal', '10')
    .option('--explain', 'how each figure was counted, with example lines')
    .option('--strict', 'exit with 3 when a call is unpriced or a line was rejected');
  declarePrices(command);
  command.option(
    '--policy <name|file>',
    `which model each task could go to: ${policyNames()} (${DEFAULT_POLICY}), or a policy file of your own; presets with a number are published rules, applied by task where the source reads the prompt: --explain says how`,
  );
}

/** Checks the flags. Throws UserError. */
export async function readReportFlags(
  flags: ReportFlags,
  deps: Pick<Deps, 'config' | 'cwd'>,
): Promise<ReportSettings> {
  const { sinceMs, untilMs } = periodOf(flags);
  return {
    by: flags.by === undefined ? null : spendKeyOf(flags.by),
    sinceMs,
    untilMs,
    top: countOf(flags.top, '--top'),
    explain: flags.explain === true,
    strict: flags.strict === true,
    policy: await readAuditPolicy(deps),
  };
}

/** The period of --since and --until. Throws UserError. */
export function periodOf({
  since,
  until,
}: Pick<ReportFlags, 'since' | 'until'>): Pick<ReportSettings, 'sinceMs' | 'untilMs'> {
  const sinceMs = since === undefined ? null : instantOf(since, `--since '${since}'`);
  const untilMs = until === undefined ? null : endOf(until, '--until');
  if (sinceMs !== null && untilMs !== null && sinceMs >= untilMs) {
    throw new UserError(EXIT.usage, '--since is not before --until', 'turn them round');
  }
  return { sinceMs, untilMs };
}

/** Of two, commander would take the last one without a word. */
function onlyOne(value: string, before: string | undefined): string {
  if (before === undefined) return value;
  const message = `--by is given twice: ${before} and ${value}`;
  throw new UserError(EXIT.usage, message, 'run the command once for each');
}

function spendKeyOf(text: string): SpendKey {
  const by = SPEND_KEYS.find((key) => key === text);
  if (by !== undefined) return by;
  const hint = `give one of: ${SPEND_KEYS.join(', ')}`;
  throw new UserError(EXIT.usage, `--by ${text} is not known`, hint);
}

/** The end of a day, or an instant. */
function endOf(text: string, flag: string): EpochMs {
  const instant = instantOf(text, `${flag} '${text}'`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? instant + DAY_MS : instant;
}

/** A whole number from 1 on; `Number('')` and `Number('0x1')` are numbers, but nobody means them. */
export function countOf(text: string, flag: string): number {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : 0;
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new UserError(
    EXIT.usage,
    `${flag} '${text}' is no whole number from 1 on`,
    'give a number such as 10',
  );
}
