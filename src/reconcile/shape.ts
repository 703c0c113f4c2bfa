/**
 * What a shape of invoice is, and how its readers get at the cells of a row.
 *
 * Takes a row of a sheet, gives checked texts, counts, days and amounts. Never a default for a
 * cell that is wrong: it throws UserError naming file, line and value.
 */
import type { Tier } from '../domain/call.ts';
import { DAY_MS, type EpochMs, parseInstant } from '../domain/time.ts';
import { type Amount, parseAmount } from './amount.ts';
import type { InvoiceOptions, InvoiceRow, InvoiceShape } from './invoice-row.ts';
import { invoiceError } from './refuse.ts';
import { usualRegion } from './regions.ts';
import type { Sheet, SheetRow } from './sheet.ts';

/** A row before its rounding is known. */
export type ReadRow = Omit<InvoiceRow, 'line' | 'day' | 'roundingPico'> & {
  /** Null for a usage row. */
  readonly amount: Amount | null;
};

/** One shape of invoice. */
export interface Shape {
  readonly id: InvoiceShape;
  readonly provider: string;
  readonly hasAmounts: boolean;
  /** Whether a sheet with these columns is of this shape. */
  fits(columns: ReadonlySet<string>): boolean;
  /** Cells that count or cost; the others say what a row is about. */
  isQuantity(column: string): boolean;
  /** The columns of the day, or of the start and the end of the time bucket. */
  readonly time: { readonly start: string; readonly end: string | null };
  /** Reads a row; null: nothing was billed then. */
  read(cells: Cells): ReadRow | null;
}

/** The stretch of time of a row; `endMs` is exclusive. */
export interface Stretch {
  readonly day: string;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** It has a start and an end of its own. */
  readonly isBucket: boolean;
  /** A day without a time of day. */
  readonly isWholeDay: boolean;
}

/** Some exports write `3.0`. */
const COUNT = /^\d+(?:\.0+)?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** Null: words that say no tier. */
const TIERS = new Map<string, Tier | null>([
  ['standard', 'standard'],
  ['default', 'standard'],
  ['message', 'standard'],
  ['on_demand', 'standard'],
  ['batch', 'batch'],
  ['flex', 'flex'],
  ['flex_discount', 'flex'],
  ['priority', 'priority'],
  ['priority_on_demand', 'priority'],
  ['fast', 'fast'],
  ['scale', 'provisioned'],
  ['provisioned', 'provisioned'],
  ['', null],
  ['auto', null],
  ['not_available', null],
  ['unknown', null],
]);

/** The cells of one row, checked as they are asked for. */
export class Cells {
  constructor(
    readonly sheet: Sheet,
    readonly row: SheetRow,
    readonly options: InvoiceOptions,
  ) {}

  /** `FILE line N`. */
  get where(): string {
    return `${this.sheet.file} line ${this.row.line}`;
  }

  /** The text of a cell; empty if there is none. */
  text(column: string): string {
    return this.row.cells.get(column) ?? '';
  }

  /** A whole number of 0 or more; 0 for an empty cell. */
  count(column: string): number {
    const text = this.text(column);
    const value = text === '' ? 0 : COUNT.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value)) return value;
    throw invoiceError(
      `${this.where}: ${column} is '${text}', which is no count`,
      'a count is a whole number of 0 or more',
    );
  }

  /** A count, or null if no cell of that name is filled. */
  maybeCount(column: string): number | null {
    return this.text(column) === '' ? null : this.count(column);
  }

  /** An amount of money. */
  amount(column: string, currency: string, inCents = false): Amount {
    const text = this.text(column);
    const { usdPer } = this.options;
    return parseAmount(text, { where: `${this.where}: ${column}`, currency, usdPer, inCents });
  }

  /** The service tier; null if the row does not say. */
  tier(column: string): Tier | null {
    const tier = TIERS.get(this.text(column).trim().toLowerCase());
    if (tier !== undefined) return tier;
    const known = [...TIERS.keys()].filter((word) => word !== '').join(', ');
    throw invoiceError(
      `${this.where}: ${column} '${this.text(column)}' is no service tier`,
      `correct it, or leave it empty; known are ${known}`,
    );
  }

  /** The region, `''` for the usual one; null if the sheet has no such column. */
  region(column: string): string | null {
    const text = this.row.cells.get(column);
    return text === undefined ? null : usualRegion(text);
  }

  /** When the row happened. */
  stretch({ start, end }: { readonly start: string; readonly end: string | null }): Stretch {
    const startMs = this.#instant(start);
    const isWholeDay = end === null && DAY.test(this.text(start));
    const until = end === null ? null : this.#instant(end);
    const endMs = until ?? startMs + (isWholeDay ? DAY_MS : 1);
    const day = isWholeDay ? this.text(start) : this.options.dayOf(startMs);
    const isBucket = until !== null;
    if (endMs <= startMs) {
      throw this.#badTime(end ?? start, `is not after ${start} '${this.text(start)}'`);
    }
    if (isBucket && this.options.dayOf(endMs - 1) !== day) {
      throw this.#badTime(start, `begins a stretch of more than one day, to '${this.text(end!)}'`);
    }
    return { day, startMs, endMs, isBucket, isWholeDay };
  }

  #instant(column: string): EpochMs {
    const instant = parseInstant(this.text(column));
    if (instant === null) throw this.#badTime(column, 'is no day and no time');
    return instant;
  }

  #badTime(column: string, what: string): Error {
    return invoiceError(
      `${this.where}: ${column} '${this.text(column)}' ${what}`,
      'an invoice is compared day by day: give days as YYYY-MM-DD, in the zone of the comparison',
    );
  }
}

/** A row with nothing said: readers fill in what they know. */
export const BLANK_ROW: ReadRow = {
  kind: 'model',
  model: null,
  item: '',
  tier: null,
  region: null,
  amountPico: null,
  amount: null,
  usage: null,
  longContext: false,
  requests: null,
};

/** A row with an amount: a negative one is a credit, one without a model something else. */
export function amountRow(amount: Amount, rest: Partial<ReadRow>): ReadRow {
  const row = { ...BLANK_ROW, ...rest, amount, amountPico: amount.pico };
  if (amount.pico < 0n) return { ...row, kind: 'credit' };
  if (row.kind === 'search') return { ...row, model: null };
  return row.model === null ? { ...row, kind: 'other' } : row;
}

/** An empty cell is no model. */
export function modelOf(text: string): string | null {
  return text === '' ? null : text;
}

/** Whether a line item is a web search. */
export function isSearch(item: string): boolean {
  return /\bweb[ _]?search/i.test(item);
}
