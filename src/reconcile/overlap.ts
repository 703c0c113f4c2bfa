/**
 * Rows that bill the same twice: repeated rows, overlapping buckets, days of two files.
 *
 * Takes what was read, gives nothing, or throws UserError naming both places.
 */
import { formatInstant } from '../domain/time.ts';
import type { Invoice } from './invoice-row.ts';
import { invoiceError } from './refuse.ts';
import type { Shape, Stretch } from './shape.ts';
import type { SheetRow } from './sheet.ts';

/** A row and the time it is for. */
export interface TimedRow {
  readonly row: SheetRow;
  readonly stretch: Stretch;
}

/** Refuses a file that bills the same twice; `file` is its name in messages. */
export function refuseOverlaps(file: string, shape: Shape, rows: readonly TimedRow[]): void {
  refuseOverlappingBuckets(file, rows);
  const seen = new Map<string, TimedRow>();
  for (const timed of rows) {
    const about = [...timed.row.cells].filter(
      ([column]) => !shape.isQuantity(column) && column !== 'object',
    );
    refuseSame(file, timed, JSON.stringify(about), seen);
    const rest = about.filter(([column]) => column !== shape.time.start);
    const mark = timed.stretch.isWholeDay ? 'day' : 'time';
    const other = timed.stretch.isWholeDay ? 'time' : 'day';
    const key = JSON.stringify([timed.stretch.day, rest]);
    const clash = timed.stretch.isBucket ? undefined : seen.get(`${other} ${key}`);
    if (clash !== undefined) throw twice(file, timed, clash);
    seen.set(`${mark} ${key}`, timed);
  }
}

function refuseSame(file: string, timed: TimedRow, key: string, seen: Map<string, TimedRow>): void {
  const before = seen.get(key);
  if (before !== undefined) throw twice(file, timed, before);
  seen.set(key, timed);
}

function twice(file: string, timed: TimedRow, before: TimedRow): Error {
  const { cells, line } = timed.row;
  const what = [...cells.values()].filter((text) => text !== '').slice(0, 4);
  return invoiceError(
    `${file} line ${line} bills ${timed.stretch.day} a second time, after line ${before.row.line}: ` +
      `'${what.join(', ').slice(0, 80)}'`,
    'remove one of the two rows, or add the column that tells them apart',
  );
}

function refuseOverlappingBuckets(file: string, rows: readonly TimedRow[]): void {
  const buckets = rows.filter(({ stretch }) => stretch.isBucket);
  buckets.sort((a, b) => a.stretch.startMs - b.stretch.startMs || a.row.line - b.row.line);
  let widest: TimedRow | undefined;
  for (const timed of buckets) {
    const { startMs, endMs } = timed.stretch;
    if (widest !== undefined && startMs < widest.stretch.endMs) {
      const same = startMs === widest.stretch.startMs && endMs === widest.stretch.endMs;
      if (!same) throw overlapping(file, timed, widest);
    } else widest = timed;
  }
}

function overlapping(file: string, a: TimedRow, b: TimedRow): Error {
  const [first, second] = a.row.line < b.row.line ? [a, b] : [b, a];
  return invoiceError(
    `${file} line ${second.row.line}: ${span(second)} overlaps ${span(first)} of line ${first.row.line}`,
    'export the days once, in buckets of one width',
  );
}

function span({ stretch }: TimedRow): string {
  return `${formatInstant(stretch.startMs)} to ${formatInstant(stretch.endMs)}`;
}

/** Refuses files that bill the same provider's days twice. */
export function refuseSharedDays(invoices: readonly Invoice[]): void {
  const seen = new Map<string, string>();
  for (const { file, provider, hasAmounts, days } of invoices) {
    for (const day of days) {
      const key = `${provider} ${hasAmounts ? 'amounts' : 'tokens'} ${day}`;
      const before = seen.get(key);
      if (before !== undefined) {
        throw invoiceError(
          `${file} bills ${day}, which ${before} bills too`,
          'give each day once, or reconcile the files one by one',
        );
      }
      seen.set(key, file);
    }
  }
}
