/**
 * The arithmetic of one call, line by line.
 *
 * Takes a schedule, a usage and a time; gives the lines whose sum is the cost. Never a second
 * calculation: the lines are those the cost is made of.
 */
import { formatUsd } from '../domain/money.ts';
import type { EpochMs } from '../domain/time.ts';
import { inputTotal, type Usage } from '../domain/tokens.ts';
import type { Schedule, UnpricedReason } from './book.ts';
import {
  type Assumption,
  type ChargedAmount,
  chargedAmounts,
  type Factor,
  type Plan,
  planOfCall,
  type RateCard,
  ratioOf,
  roundedCost,
} from './card.ts';
import { formatDayWindow } from './day-window.ts';
import { formatLimit } from './list.ts';

/** One class of tokens, or one fee: quantity × rate × factor = amount. */
export interface CostLine {
  readonly item: ChargedAmount['item'];
  readonly quantity: number;
  readonly unit: 'token' | 'search' | 'request';
  /** As listed, a decimal per `per` units, in the list's currency. */
  readonly listRate: string;
  readonly per: 1_000_000 | 1;
  /** The product of the factors that apply: `1`, `1/2`, `11/20`. */
  readonly factor: string;
  /** US dollars with all digits; ends in `…` where they never end. */
  readonly amountUsd: string;
  /** The rule that filled in the rate; null: it is listed. */
  readonly assumed: string | null;
}

/** How a cost comes about. */
export interface CostExplanation {
  /** What the schedule says: pico-USD, or why there is no price. */
  readonly cost: number | UnpricedReason;
  readonly lines: readonly CostLine[];
  /** The sum of the lines, before and after its one rounding; null without a price. */
  readonly exactUsd: string | null;
  readonly roundedUsd: string | null;
  /** The whole input of the call, and the context tier it reached: rates above that; null: base. */
  readonly inputTokens: number;
  readonly contextTier: number | null;
  readonly factors: readonly Factor[];
  /** When the card holds, in UTC, until exclusive; null without limit, or without a card. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  readonly timeOfDay: string | null;
  /** Where the prices are from, if not from the list's own source. */
  readonly source: string | null;
}

/** Digits to show of an amount that never ends: 10^-30 USD. */
const DIGITS = 30;
/** Amounts are pico-USD. */
const PICO_DIGITS = 12;

/** Explains what a call costs on a schedule. */
export function explainCost(
  schedule: Schedule,
  usage: Usage,
  atMs: EpochMs | null,
): CostExplanation {
  const cost = schedule.cost(usage, atMs);
  const card = schedule.cardAt(atMs);
  const dated = schedule.cards.find((entry) => entry.card === card);
  const validity = {
    validFrom: dated === undefined || dated.from === null ? null : formatLimit(dated.from),
    validUntil: dated === undefined || dated.until === null ? null : formatLimit(dated.until),
    timeOfDay: dated === undefined || dated.window === null ? null : formatDayWindow(dated.window),
    source: dated?.source ?? null,
  };
  const inputTokens = inputTotal(usage);
  const factors = typeof card === 'string' ? [] : card.factors;
  const common = { cost, inputTokens, factors, ...validity };
  if (typeof card === 'string' || cost === 'no_price') {
    return { ...common, lines: [], exactUsd: null, roundedUsd: null, contextTier: null };
  }
  const plan = planOfCall(card, usage);
  const charged = chargedAmounts(plan, usage);
  const sum = charged.reduce((total, { amount }) => total + amount, 0n);
  return {
    ...common,
    lines: charged.map((line) => costLine(line, card, plan)),
    exactUsd: formatQuotient(sum, plan.scale.divisor),
    roundedUsd: formatUsd(roundedCost(plan, charged)),
    contextTier: plan.above < 0 ? null : plan.above,
  };
}

function costLine(line: ChargedAmount, card: RateCard, plan: Plan): CostLine {
  const { item, quantity, rate, amount } = line;
  const isFee = item === 'webSearch' || item === 'perRequest';
  return {
    item,
    quantity,
    unit: item === 'webSearch' ? 'search' : item === 'perRequest' ? 'request' : 'token',
    listRate: formatUsd(rate),
    per: isFee ? 1 : 1_000_000,
    factor: formatRatio(ratioOf(card.factors, isFee ? 'fees' : 'tokens')),
    amountUsd: formatQuotient(amount, plan.scale.divisor),
    assumed: ruleOf(card.assumed, item),
  };
}

function ruleOf(assumed: readonly Assumption[], item: ChargedAmount['item']): string | null {
  return assumed.find(({ rateClass }) => rateClass === item)?.rule ?? null;
}

/** A ratio in lowest terms: `1`, `1/2`. */
export function formatRatio([numerator, denominator]: readonly [bigint, bigint]): string {
  const shared = gcd(numerator, denominator);
  const [top, bottom] = [numerator / shared, denominator / shared];
  return bottom === 1n ? String(top) : `${top}/${bottom}`;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** A quotient of pico-USD as a decimal of US dollars; `…` where it never ends. */
function formatQuotient(dividend: bigint, divisor: bigint): string {
  const scaled = dividend * 10n ** BigInt(DIGITS - PICO_DIGITS);
  const unit = 10n ** BigInt(DIGITS);
  const quotient = scaled / divisor;
  const fraction = (quotient % unit).toString().padStart(DIGITS, '0');
  const whole = `${quotient / unit}`;
  if (scaled % divisor !== 0n) return `${whole}.${fraction}…`;
  const digits = fraction.replace(/0+$/, '');
  return digits === '' ? whole : `${whole}.${digits}`;
}
