/**
 * A rate card: what one model costs at one time, and the cost of one call on it.
 *
 * Takes listed rates per million tokens, what they are multiplied by, and disjoint token counts;
 * gives pico-USD. Never a float of money: products are safe integers or BigInt, rounded once at the
 * end, half to even.
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
  'cacheReadAudio',
  'cacheReadImage',
] as const;
export type RateClass = (typeof RATE_CLASSES)[number];

/** 1e-12 of the list's currency per million tokens; a class that is absent has no price. */
export type Rates = { readonly [K in RateClass]?: bigint };

/** Rates for the whole call once its whole input is greater than `aboveInputTokens`. */
export interface ContextTier {
  readonly aboveInputTokens: number;
  readonly rates: Rates;
}

/** A rate or fee that nobody published for this model, and the rule that filled it in. */
export interface Assumption {
  readonly rateClass: RateClass | 'webSearch';
  readonly rule: string;
}

/** Numerator and denominator, both above 0. */
export type Ratio = readonly [numerator: bigint, denominator: bigint];

/** What the listed rates are multiplied by: a ratio, so that nothing is rounded before the end. */
export interface Factor {
  readonly kind: 'tier' | 'region' | 'multiplier' | 'currency';
  readonly ratio: Ratio;
  /** Service tiers and regions leave fees alone; a discount or a currency concerns both. */
  readonly appliesTo: 'tokens' | 'tokens and fees';
  readonly source: string;
}

/** The parts of a card. Fees are 1e-12 of the list's currency each. */
export interface CardParts {
  readonly rates: Rates;
  readonly tiers: readonly ContextTier[];
  /** Null: a web search has no price. */
  readonly webSearch: bigint | null;
  readonly perRequest: bigint;
  /** A request has a fee that is not known: then no call has a cost. */
  readonly lacksRequestFee?: boolean;
  readonly assumed: readonly Assumption[];
  /** From the listed rates to US dollars; none: they are US dollars of the standard tier. */
  readonly factors?: readonly Factor[];
}

/** A card ready for use: make it with `rateCard`. */
export interface RateCard extends CardParts {
  readonly factors: readonly Factor[];
  readonly plans: readonly Plan[];
}

/** A rate class that is a counter of its own in Usage. */
export type TokenField = Exclude<RateClass, 'reasoning'>;

/** One context tier compiled for speed: pico-USD per token where that is a whole number. */
export interface Plan extends Record<RateClass, number> {
  readonly above: number;
  readonly whole: boolean;
  /** As listed; `reasoning` only where it has a rate of its own. */
  readonly rates: Rates;
  /** Listed fees. */
  readonly fees: { readonly webSearch: bigint; readonly perRequest: bigint };
  /** From listed amounts of tokens and of fees to pico-USD, over the same denominator. */
  readonly scale: { readonly tokens: bigint; readonly fees: bigint; readonly divisor: bigint };
  readonly webSearch: number;
  readonly perRequest: number;
  /** Counters without a rate; null: none. */
  readonly missing: readonly (TokenField | 'webSearches')[] | null;
  /** No price of any kind: even a call without tokens has no cost. */
  readonly isBlank: boolean;
}

/** Tokens that a rate is listed for. */
export const PER_MILLION = 1_000_000n;
const MAX_PICO = BigInt(Number.MAX_SAFE_INTEGER);
const ONE: Ratio = [1n, 1n];
/** The counters of Usage that have rates. */
export const TOKEN_FIELDS = RATE_CLASSES.filter((name): name is TokenField => name !== 'reasoning');

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
  const factors = parts.factors ?? [];
  const tiers = [...parts.tiers].sort((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  const scale = scaleOf(factors);
  const plans = [planOf(parts, parts.rates, -1, scale)];
  for (const tier of tiers) plans.push(planOf(parts, tier.rates, tier.aboveInputTokens, scale));
  return { ...parts, factors, tiers, plans };
}

/** The product of the factors of one kind of charge. */
export function ratioOf(factors: readonly Factor[], charge: 'tokens' | 'fees'): Ratio {
  return factors
    .filter(({ appliesTo }) => charge === 'tokens' || appliesTo === 'tokens and fees')
    .reduce<Ratio>(([n, d], { ratio }) => [n * ratio[0], d * ratio[1]], ONE);
}

function scaleOf(factors: readonly Factor[]): Plan['scale'] {
  const [tokens, tokenDivisor] = ratioOf(factors, 'tokens');
  const [fees, feeDivisor] = ratioOf(factors, 'fees');
  return {
    tokens: tokens * feeDivisor,
    fees: fees * tokenDivisor * PER_MILLION,
    divisor: tokenDivisor * feeDivisor * PER_MILLION,
  };
}

function planOf(parts: CardParts, rates: Rates, above: number, scale: Plan['scale']): Plan {
  const full: Rates = { reasoning: rates.output ?? 0n, ...rates };
  const fees = { webSearch: parts.webSearch ?? 0n, perRequest: parts.perRequest };
  const perToken = (name: RateClass): number => wholePart((full[name] ?? 0n) * scale.tokens, scale);
  const each = (fee: bigint): number => wholePart(fee * scale.fees, scale);
  const missing = TOKEN_FIELDS.filter((name) => rates[name] === undefined);
  const lacking = parts.webSearch === null ? [...missing, 'webSearches' as const] : missing;
  const isBlank =
    parts.lacksRequestFee === true ||
    (missing.length === TOKEN_FIELDS.length && parts.perRequest === 0n);
  const whole =
    RATE_CLASSES.every((name) => Number.isSafeInteger(perToken(name))) &&
    Object.values(fees).every((fee) => Number.isSafeInteger(each(fee)));
  // One literal, without spreads: only then does the engine read its fields at fixed offsets, which
  // makes a call three times as fast to price.
  return {
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
    cacheReadAudio: perToken('cacheReadAudio'),
    cacheReadImage: perToken('cacheReadImage'),
    webSearch: each(fees.webSearch),
    perRequest: each(fees.perRequest),
    above,
    whole,
    rates,
    fees,
    scale,
    missing: lacking.length === 0 && !isBlank ? null : lacking,
    isBlank,
  };
}

/** Pico-USD as a number where that is a safe integer; else NaN, and the exact way is taken. */
function wholePart(amount: bigint, { divisor }: Plan['scale']): number {
  const quotient = amount / divisor;
  return amount % divisor === 0n && quotient <= MAX_PICO ? Number(quotient) : Number.NaN;
}

/**
 * The cost of one call in pico-USD: tokens × rates plus fees, rounded once, half to even.
 * `no_price`: tokens of a class without a rate; `too_large`: beyond a safe integer (about $9,007).
 */
export function costOf(card: RateCard, usage: Usage): number | 'no_price' | 'too_large' {
  const plan = planOfCall(card, usage);
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
      usage.cacheReadAudio * plan.cacheReadAudio +
      usage.cacheReadImage * plan.cacheReadImage +
      usage.webSearches * plan.webSearch +
      plan.perRequest;
    return sum <= Number.MAX_SAFE_INTEGER ? sum : 'too_large';
  }
  const cost = roundedCost(plan, chargedAmounts(plan, usage));
  return cost <= MAX_PICO ? Number(cost) : 'too_large';
}

function lacksPrice(plan: Plan, usage: Usage): boolean {
  return plan.isBlank || plan.missing!.some((name) => usage[name] > 0);
}

/** The rates that hold for a call: those of the highest context tier below its whole input. */
export function planOfCall({ plans }: RateCard, usage: Usage): Plan {
  let found = plans[0]!;
  if (plans.length === 1) return found;
  const totalInput = inputTotal(usage);
  for (let i = 1; i < plans.length; i++) if (totalInput > plans[i]!.above) found = plans[i]!;
  return found;
}

/** One thing a call is charged for. */
export interface ChargedAmount {
  readonly item: RateClass | 'webSearch' | 'perRequest';
  readonly quantity: number;
  /** As listed: per million tokens, or each. */
  readonly rate: bigint;
  /** Exact; pico-USD × the divisor of the plan's scale. */
  readonly amount: bigint;
}

/** Everything a call is charged for, exactly: the lines of which the cost is the sum. */
export function chargedAmounts(plan: Plan, usage: Usage): ChargedAmount[] {
  const { rates, fees, scale } = plan;
  const lines: ChargedAmount[] = [];
  const charge = (item: ChargedAmount['item'], quantity: number, rate: bigint): void => {
    const isFee = item === 'webSearch' || item === 'perRequest';
    const amount = BigInt(quantity) * rate * (isFee ? scale.fees : scale.tokens);
    if (quantity > 0) lines.push({ item, quantity, rate, amount });
  };
  const apart = rates.reasoning === undefined ? 0 : Math.min(usage.reasoning, usage.output);
  for (const name of TOKEN_FIELDS) {
    charge(name, name === 'output' ? usage.output - apart : usage[name], rates[name] ?? 0n);
    if (name === 'output') charge('reasoning', apart, rates.reasoning ?? 0n);
  }
  charge('webSearch', usage.webSearches, fees.webSearch);
  charge('perRequest', fees.perRequest > 0n ? 1 : 0, fees.perRequest);
  return lines;
}

/** The sum of charges in pico-USD, rounded once, half to even. */
export function roundedCost(plan: Plan, lines: readonly ChargedAmount[]): bigint {
  const sum = lines.reduce((total, { amount }) => total + amount, 0n);
  return divideHalfEven(sum, plan.scale.divisor);
}
