/**
 * The vocabulary of price books: who lists a price, which one a call gets, and why none.
 *
 * Takes nothing, gives types and the list of reasons. Never logic.
 */

import type { Target } from '../domain/call.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Usage } from '../domain/tokens.ts';
import type { RateCard } from './card.ts';

/** Why a call has no cost. The position is the ledger's code: append, never reorder. */
export const UNPRICED_REASONS = [
  'unknown_model',
  'no_model',
  'no_price',
  'no_usage',
  'unknown_tier_rate',
  'fine_tune',
  'provisioned',
  'not_valid_at_date',
  'too_large',
  'ambiguous_provider',
] as const;
export type UnpricedReason = (typeof UNPRICED_REASONS)[number];

/** Which price list a figure comes from; stored with every result. */
export interface PriceTableInfo {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly source: string;
  /** The UTC day the list was true, `YYYY-MM-DD`. */
  readonly asOf: string;
}

/** Everything a price depends on besides tokens and time. */
export type TargetPriceKey = Pick<
  Target,
  'provider' | 'model' | 'modelRequested' | 'operation' | 'tier' | 'region'
>;

/**
 * How a name was found: as it is, by the catalogue's rule, by the user's alias, after rewriting, or
 * known to be free.
 */
export type MatchKind = 'exact' | 'rule' | 'alias' | 'normalised' | 'free';

/** The model a name stands for, or why none was accepted. */
export type ModelMatch =
  | {
      readonly how: MatchKind;
      /** The list's own names. */
      readonly provider: string;
      readonly model: string;
      readonly asked: string;
      /** The form of the name that was found; `asked` in lower case if nothing was rewritten. */
      readonly spelling: string;
      /** The id of the list it was found in. */
      readonly table: string;
      readonly steps: readonly string[];
    }
  | {
      readonly how: 'none';
      readonly reason: UnpricedReason;
      readonly asked: string;
      readonly steps: readonly string[];
    };

/** A time of day in UTC, minutes from midnight; `end` before `start` runs over midnight. */
export interface DayWindow {
  readonly startMinute: number;
  readonly endMinute: number;
  /** From this instant on the window does not open on Saturdays and Sundays; null: it always does. */
  readonly weekdaysFrom: EpochMs | null;
  /** Days (counted from 1970-01-01) on which it does not open, such as public holidays. */
  readonly closedDays: ReadonlySet<number>;
}

/** A card with the time it is valid: from inclusive, until exclusive, null without limit. */
export interface DatedCard {
  readonly from: EpochMs | null;
  readonly until: EpochMs | null;
  readonly window: DayWindow | null;
  readonly card: RateCard;
  /** Where this price comes from, if not from the list's own source. */
  readonly source?: string;
}

/** The prices of one target over time. */
export interface Schedule {
  readonly match: ModelMatch;
  /** Later entries win where two are valid. */
  readonly cards: readonly DatedCard[];
  /** The list's own day, which stands for an unknown time; null: it has none, the newest card counts. */
  readonly asOfMs: EpochMs | null;
  /** The reason given where no card is valid. */
  readonly otherwise: UnpricedReason;
  /** Pico-USD of one call at its own time (null: unknown), or why there is none. */
  cost(usage: Usage, atMs: EpochMs | null): number | UnpricedReason;
  /** The card valid at a time; null: the one that stands for an unknown time. */
  cardAt(atMs: EpochMs | null): RateCard | UnpricedReason;
}

/** One published price, as lists show it. */
export interface ListedPrice {
  readonly provider: string;
  readonly model: string;
  readonly tier: Target['tier'];
  readonly region: string;
  readonly dated: DatedCard;
  readonly source: string;
}

/** A price list that can be asked. */
export interface PriceBook {
  readonly info: PriceTableInfo;
  /** The lists it is made of, the one that is asked last first. */
  readonly layers: readonly PriceTableInfo[];
  /** The schedule of a target; equal targets get the same object. */
  schedule(target: TargetPriceKey): Schedule;
  /** Every published price, in the list's order; converts the whole list. */
  listed(): Iterable<ListedPrice>;
}
