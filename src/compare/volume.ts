/**
 * What a stated number of tokens a month costs on a model.
 *
 * Takes counts and a book, gives months and years in pico-USD. Never a context tier or a fee for a
 * request: a month's tokens are no call.
 */
import { divideHalfEven, parseDecimal } from '../domain/money.ts';
import { emptyUsage } from '../domain/tokens.ts';
import type { ModelMatch } from '../pricing/book.ts';
import { chargedAmounts, type Plan, type Ratio } from '../pricing/card.ts';
import { decimalRatio } from '../pricing/exchange.ts';
import type { PriceBook, UnpricedReason } from '../pricing/price.ts';

/** Tokens of one month. */
export interface Volume {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The cost of a volume on a model. */
export interface VolumeCost {
  /** As asked for. */
  readonly model: string;
  readonly match: ModelMatch;
  readonly volume: Volume;
  /** Why there is no price; null: there is. */
  readonly reason: UnpricedReason | null;
  readonly monthlyPico: bigint | null;
  /** Twelve months. */
  readonly yearlyPico: bigint | null;
  /** The month with the multiplier; null without one. */
  readonly gatewayPico: bigint | null;
  readonly gatewayYearlyPico: bigint | null;
}

/** The same beside the cost of that volume on the baseline. */
export interface ComparedVolume extends VolumeCost {
  /** Cost on the baseline less this one; null where one of them has no price. */
  readonly savedMonthlyPico: bigint | null;
  readonly savedYearlyPico: bigint | null;
}

const UNITS: Readonly<Record<string, number>> = { '': 0, k: 3, m: 6, g: 9, b: 9 };

/** Reads `10M`, `250k`, `1.5M`, `1000000`; null if it is no whole number of tokens from 1 on. */
export function parseTokenCount(text: string): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmgb]?)$/i.exec(text.trim()) ?? [];
  const zeros = UNITS[unit.toLowerCase()] ?? 0;
  if (digits === undefined || (digits.split('.')[1]?.length ?? 0) > zeros) return null;
  const count = Number(parseDecimal(digits, zeros));
  return Number.isSafeInteger(count) && count > 0 ? count : null;
}

/** Splits a month's tokens by the share of them that is output, a decimal from 0 to 1; null if it is none. */
export function splitByOutput(tokens: number, share: string): Volume | null {
  const millionths = parseDecimal(share, 6);
  if (millionths === null || millionths < 0n || millionths > 1_000_000n) return null;
  const outputTokens = Number(divideHalfEven(BigInt(tokens) * millionths, 1_000_000n));
  return { inputTokens: tokens - outputTokens, outputTokens };
}

/** Reads a gateway's multiplier, such as 0.015; null if it is no decimal above 0. */
export const parseMultiplier: (text: string) => Ratio | null = decimalRatio;

/** What a volume costs on a model at its newest base rates. */
export function volumeCost(
  book: PriceBook,
  model: string,
  volume: Volume,
  multiplier: Ratio | null,
): VolumeCost {
  const schedule = book.schedule({
    provider: '',
    model,
    modelRequested: '',
    operation: 'chat',
    tier: 'standard',
    region: '',
  });
  const { match } = schedule;
  const card = schedule.cardAt(null);
  const exact = typeof card === 'string' ? card : amountOf(card.plans[0], volume);
  if (typeof exact === 'string') {
    const nothing = { monthlyPico: null, yearlyPico: null };
    const noGateway = { gatewayPico: null, gatewayYearlyPico: null };
    return { model, match, volume, reason: exact, ...nothing, ...noGateway };
  }
  const months = (count: bigint, [n, d]: Ratio): bigint =>
    divideHalfEven(exact.amount * count * n, exact.divisor * d);
  return {
    model,
    match,
    volume,
    reason: null,
    monthlyPico: months(1n, ONE),
    yearlyPico: months(12n, ONE),
    gatewayPico: multiplier === null ? null : months(1n, multiplier),
    gatewayYearlyPico: multiplier === null ? null : months(12n, multiplier),
  };
}

const ONE: Ratio = [1n, 1n];

/** Costs of one volume held against those of the model named `baseline`. */
export function againstBaseline(costs: readonly VolumeCost[], baseline: string): ComparedVolume[] {
  const base = costs.find(({ model }) => model === baseline);
  return costs.map((cost) => ({
    ...cost,
    savedMonthlyPico: less(base?.monthlyPico ?? null, cost.monthlyPico),
    // Of the years, which are rounded once: twelve rounded months are another amount.
    savedYearlyPico: less(base?.yearlyPico ?? null, cost.yearlyPico),
  }));
}

function less(one: bigint | null, other: bigint | null): bigint | null {
  return one === null || other === null ? null : one - other;
}

/** Exact: the amount is over the divisor. */
function amountOf(
  plan: Plan | undefined,
  { inputTokens, outputTokens }: Volume,
): { readonly amount: bigint; readonly divisor: bigint } | 'no_price' {
  if (plan === undefined) return 'no_price';
  const usage = { ...emptyUsage(), input: inputTokens, output: outputTokens };
  const lacks = (plan.missing ?? []).some((name) => usage[name] > 0);
  if (plan.isBlank || lacks) return 'no_price';
  const amount = chargedAmounts(plan, usage)
    .filter(({ item }) => item !== 'perRequest')
    .reduce((sum, line) => sum + line.amount, 0n);
  return { amount, divisor: plan.scale.divisor };
}
