/**
 * The door of reconciling: invoices and the calls of a log → where the two differ, and why.
 *
 * Takes the texts of invoices, a price source and calls in any order; gives a ReconcileReport. Never
 * a file or a clock, never half an invoice, never an explanation larger than the difference: what
 * nothing explains is the rest.
 */
import { DAY_MS, type EpochMs, parseInstant } from '../domain/time.ts';
import type { PriceTableNote } from '../report/model.ts';
import type { ReconcileReport } from '../report/reconcile-model.ts';
import { daysOf } from './days.ts';
import { parseInvoice } from './invoice.ts';
import { LineUp } from './line-up.ts';
import type { LoggedCall } from './log-side.ts';
import { isListed, type PriceSource } from './prices.ts';
import { summarise } from './summary.ts';
import { parseTolerance } from './tolerance.ts';

export type { LoggedCall } from './log-side.ts';
export type { PriceSource } from './prices.ts';

/** What a comparison rests on. */
export interface ReconcileSettings {
  readonly prices: PriceSource;
  readonly pricesNote: PriceTableNote;
  /** The price list's id of a provider; empty if the spelling is not known. */
  providerId(spelling: string): string;
  /** Only the calls of this provider; null: of whoever sent the invoices. */
  readonly provider: string | null;
  /** First and last day, both included, `YYYY-MM-DD`; null: the invoices' own. */
  readonly since: string | null;
  readonly until: string | null;
  /** The zone of the days, as the IANA database has it. */
  readonly timezone: string;
  /** US dollars for one unit of a currency: decimal text by upper-case code. */
  readonly usdPer: Readonly<Record<string, string>>;
  /** `1%` or `$5` may stay unexplained; null: no limit. */
  readonly tolerance: string | null;
}

/** A comparison that waits for the calls of the log. */
export interface Reconciling {
  /** Which calls to add: further ones do no harm. `untilMs` is exclusive. */
  readonly period: { readonly sinceMs: EpochMs; readonly untilMs: EpochMs };
  readonly add: (call: LoggedCall) => void;
  /** The report on the calls so far; `undatedCalls` are those of the ledger without a time. */
  report(nowMs: EpochMs, undatedCalls: number): ReconcileReport;
}

/** Reads invoices and begins a comparison. Throws UserError for whatever the user can fix. */
export function reconcile(
  files: readonly { readonly name: string; readonly text: string }[],
  settings: ReconcileSettings,
): Reconciling {
  const { prices, usdPer, timezone } = settings;
  const dayOf = daysOf(timezone);
  const tolerance = settings.tolerance === null ? null : parseTolerance(settings.tolerance);
  const reading = { dayOf, usdPer, isModel: (name: string) => isListed(prices, name) };
  const invoices = files.map((file) => parseInvoice(file, reading));
  const lineUp = new LineUp(invoices, { ...settings, dayOf });
  return {
    period: periodOf(lineUp, timezone),
    add: lineUp.add,
    report: (nowMs, undatedCalls) =>
      summarise(lineUp.result(), invoices, {
        nowMs,
        timezone,
        prices: settings.pricesNote,
        usdPer,
        tolerance,
        undatedCalls,
      }),
  };
}

/** The instants of the days; in another zone a day more on each side, since it may begin earlier. */
function periodOf({ from, to }: LineUp, timezone: string): Reconciling['period'] {
  const margin = timezone.toUpperCase() === 'UTC' ? 0 : DAY_MS;
  return {
    sinceMs: (parseInstant(from) ?? 0) - margin,
    untilMs: (parseInstant(to) ?? 0) + DAY_MS + margin,
  };
}
