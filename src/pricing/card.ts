/**
 * A rate card: what one model costs at one time, and the cost of one call on it.
 *
 * Takes rates in pico-USD per million tokens and disjoint token counts; gives pico-USD.
 * Never a float of money: products are safe integers or BigInt, rounded once, half to even.
 */
import { divideHalfEven, parseDecimal } from '../domain/money.ts';
import { inputTotal, type Usage } from '../domain/tokens.ts';

/** What a token can be billed as; `reasoning` is the part of `output` with a rate of its own. */
export const RATE_CLASSES = [
  'input',
  'cacheRead',
  'cacheWrite5m',
  'cacheWrite1h',
  'output',
  'reasoning',
  'inputAudio',
  'inputImage',
  'outputAudio',
  'outputImage',
] as const;
export type RateClass = (typeof RATE_CLASSES)[number];

/** Pico-USD per million tokens; a class that is absent has no price. */
export type Rates = { readonly [K in RateClass]?: bigint };

/** Rates for the whole call once its whole input is greater than `aboveInputTokens`. */
export interface ContextTier {
  readonly aboveInputTokens: number;
  readonly rates: Rates;
}

/** A rate or fee that nobody published for this model, and the rule that filled it in. */
export interface Assumption {
  readonly rateClass: RateClass | 'webSearch' | 'tier' | 'region' | 'time';
  readonly rule: string;
}

/** The parts of a card. Fees are pico-USD each and are never discounted. */
export interface CardParts {
  readonly rates: Rates;
  readonly tiers: readonly ContextTier[];
  /** Null: a web search has no price. */
  readonly webSearch: bigint | null;
  readonly perRequest: bigint;
  readonly assumed: readonly Assumption[];
}

/** A card ready for use: make it with `rateCard`. */
export interface RateCard extends CardParts {
  readonly plans: readonly Plan[];
}

type TokenField = Exclude<RateClass, 'reasoning'>;

/** One context tier compiled for speed: pico-USD per token where that is a whole number. */
interface Plan extends Record<RateClass, number> {
  readonly above: number;
  readonly whole: boolean;
  readonly rates: Rates;
  readonly webSearch: number;
  readonly perRequest: number;
  /** Counters without a rate; null: none. */
  readonly missing: readonly (TokenField | 'webSearches')[] | null;
  /** No price of any kind: even a call without tokens has no cost. */
  readonly isBlank: boolean;
}

const PER_MILLION = 1_000_000n;
const MAX_PICO = BigInt(Number.MAX_SAFE_INTEGER);
const TOKEN_FIELDS = RATE_CLASSES.filter((name): name is TokenField => name !== 'reasoning');

/** Parses a price in USD per million tokens; null if it is not a decimal of 0 or more. */
export function parseRate(text: string): bigint | null {
  const rate = parseDecimal(text, 12);
  return rate === null || rate < 0n ? null : rate;
}

/** Multiplies every rate by a ratio, half to even at 1e-12 USD per million tokens. */
export function scaleRates(rates: Rates, numerator: bigint, denominator: bigint): Rates {
  const scaled: { [K in RateClass]?: bigint } = {};
  for (const name of RATE_CLASSES) {
    const rate = rates[name];
    if (rate !== undefined) scaled[name] = divideHalfEven(rate * numerator, denominator);
  }
  return scaled;
}

/** Compiles the parts of a card; tiers may come in any order. */
export function rateCard(parts: CardParts): RateCard {
  const tiers = [...parts.tiers].sort((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  const plans = [planOf(parts, parts.rates, -1)];
  for (const tier of tiers) plans.push(planOf(parts, tier.rates, tier.aboveInputTokens));
  return { ...parts, tiers, plans };
}

function planOf(parts: CardParts, rates: Rates, above: number): Plan {
  const full: Rates = { reasoning: rates.output ?? 0n, ...rates };
  const perToken = (name: RateClass): number => Number(full[name] ?? 0n) / Number(PER_MILLION);
  const missing = TOKEN_FIELDS.filter((name) => rates[name] === undefined);
  const lacking = parts.webSearch === null ? [...missing, 'webSearches' as const] : missing;
  const fees = [parts.webSearch ?? 0n, parts.perRequest];
  return {
    above,
    whole:
      Object.values(full).every(
        (rate) => rate % PER_MILLION === 0n && rate / PER_MILLION <= MAX_PICO,
      ) && fees.every((fee) => fee <= MAX_PICO),
    rates: full,
    input: perToken('input'),
    cacheRead: perToken('cacheRead'),
    cacheWrite5m: perToken('cacheWrite5m'),
    cacheWrite1h: perToken('cacheWrite1h'),
    output: perToken('output'),
    reasoning: perToken('reasoning'),
    inputAudio: perToken('inputAudio'),
    inputImage: perToken('inputImage'),
    outputAudio: perToken('outputAudio'),
    outputImage: perToken('outputImage'),
    webSearch: Number(parts.webSearch ?? 0n),
    perRequest: Number(parts.perRequest),
    missing: lacking.length === 0 ? null : lacking,
    isBlank: missing.length === TOKEN_FIELDS.length && parts.perRequest === 0n,
  };
}

/**
 * The cost of one call in pico-USD: tokens × rates plus fees, rounded once, half to even.
 * `no_price`: tokens of a class without a rate; `too_large`: beyond a safe integer (about $9,007).
 */
export function costOf(card: RateCard, usage: Usage): number | 'no_price' | 'too_large' {
  const plan = card.plans.length === 1 ? card.plans[0]! : planFor(card.plans, inputTotal(usage));
  if (plan.missing !== null && lacksPrice(plan, usage)) return 'no_price';
  if (plan.whole) {
    const reasoning = Math.min(usage.reasoning, usage.output);
    // Every term is ≥ 0, so a sum within 2^53 - 1 means that no step before it lost a digit.
    const sum =
      usage.input * plan.input +
      usage.cacheRead * plan.cacheRead +
      usage.cacheWrite5m * plan.cacheWrite5m +
      usage.cacheWrite1h * plan.cacheWrite1h +
      (usage.output - reasoning) * plan.output +
      reasoning * plan.reasoning +
      usage.inputAudio * plan.inputAudio +
      usage.inputImage * plan.inputImage +
      usage.outputAudio * plan.outputAudio +
      usage.outputImage * plan.outputImage +
      usage.webSearches * plan.webSearch +
      plan.perRequest;
    return sum <= Number.MAX_SAFE_INTEGER ? sum : 'too_large';
  }
  return exactCost(card, plan, usage);
}

function lacksPrice(plan: Plan, usage: Usage): boolean {
  return plan.isBlank || plan.missing!.some((name) => usage[name] > 0);
}

function planFor(plans: readonly Plan[], totalInput: number): Plan {
  let found = plans[0]!;
  for (const plan of plans) if (totalInput > plan.above) found = plan;
  return found;
}

function exactCost(card: RateCard, plan: Plan, usage: Usage): number | 'too_large' {
  const reasoning = Math.min(usage.reasoning, usage.output);
  let total = BigInt(reasoning) * (plan.rates.reasoning ?? 0n);
  for (const name of TOKEN_FIELDS) {
    const tokens = name === 'output' ? usage.output - reasoning : usage[name];
    total += BigInt(tokens) * (plan.rates[name] ?? 0n);
  }
  const fees = BigInt(usage.webSearches) * (card.webSearch ?? 0n) + card.perRequest;
  const cost = divideHalfEven(total + fees * PER_MILLION, PER_MILLION);
  return cost <= MAX_PICO ? Number(cost) : 'too_large';
}
