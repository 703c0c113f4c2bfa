/**
 * Money: integers of 1e-12 US dollars.
 *
 * Takes decimal text, gives exact integers and back. Never a binary float: a price such as
 * 0.0000001234 per token is exact here.
 */

/** Pico-USD: 1e-12 US dollars. A whole value (a total, a price); per-call costs in hot loops are safe integers. */
export type PicoUsd = bigint & { readonly unit: 'pico-USD' };

const DIGITS = 12;
const ONE_USD = 10n ** BigInt(DIGITS);
const DECIMAL =
  /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$|^([+-]?)\.(\d+)(?:[eE]([+-]?\d{1,3}))?$/;

/** Brands an integer count of pico-USD. */
export function picoUsd(value: bigint | number): PicoUsd {
  return BigInt(value) as PicoUsd;
}

/**
 * Parses a decimal amount of US dollars, half to even beyond the twelfth digit.
 * Accepts `1`, `0.25`, `.5`, `1e-7`; gives null for anything else (signs are kept).
 */
export function parseUsd(text: string): PicoUsd | null {
  return parseDecimal(text, DIGITS) as PicoUsd | null;
}

/**
 * Parses decimal text to an integer scaled by 10^`digits`, half to even; null if it is not a
 * plain decimal number.
 */
export function parseDecimal(text: string, digits: number): bigint | null {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return null;
  const negative = (match[1] ?? match[5]) === '-';
  const whole = match[2] ?? '';
  const fraction = match[3] ?? match[6] ?? '';
  const exponent = Number(match[4] ?? match[7] ?? 0) + digits - fraction.length;
  const mantissa = BigInt(`${whole}${fraction}` || '0');
  const scaled =
    exponent >= 0
      ? mantissa * 10n ** BigInt(exponent)
      : divideHalfEven(mantissa, 10n ** BigInt(-exponent));
  return negative ? -scaled : scaled;
}

/** Divides and rounds half to even; the divisor must be positive. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  const size = twice < 0n ? -twice : twice;
  if (size < divisor || (size === divisor && quotient % 2n === 0n)) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}

/** Formats an amount as an exact decimal string in USD without trailing zeros: `0.00252`, `12`. */
export function formatUsd(amount: bigint): string {
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % ONE_USD).toString().padStart(DIGITS, '0').replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${size / ONE_USD}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * Formats an amount for people: `$1,234.50`; below a dollar it keeps three significant digits,
 * so that `$0.00420` is never `$0.00`. `round: 'down'` is for savings.
 */
export function displayUsd(amount: bigint, round: 'nearest' | 'down' = 'nearest'): string {
  const size = amount < 0n ? -amount : amount;
  const sign = amount < 0n ? '-' : '';
  if (size === 0n) return '$0.00';
  const digits = size >= ONE_USD ? 2 : Math.min(DIGITS, DIGITS - size.toString().length + 3);
  const unit = 10n ** BigInt(DIGITS - digits);
  const rounded = round === 'down' ? size / unit : divideHalfEven(size, unit);
  const scale = 10n ** BigInt(digits);
  const whole = (rounded / scale).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = (rounded % scale).toString().padStart(digits, '0');
  return `${sign}$${whole}.${digits < 2 ? fraction.padEnd(2, '0') : fraction}`;
}

/** A share in parts of ten thousand (1234 = 12.34 %), rounded down; 0 when the whole is 0. */
export function shareBp(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * 10_000n) / whole);
}

/**
 * Adds per-call costs exactly: safe integers go into a number until it could lose a digit.
 */
export class PicoSum {
  #low = 0;
  #high = 0n;

  /** Adds a safe integer of pico-USD. */
  add(amount: number): void {
    const next = this.#low + amount;
    if (Number.isSafeInteger(next)) {
      this.#low = next;
      return;
    }
    this.#high += BigInt(this.#low);
    this.#low = amount;
  }

  /** The exact sum so far. */
  get total(): PicoUsd {
    return (this.#high + BigInt(this.#low)) as PicoUsd;
  }
}
