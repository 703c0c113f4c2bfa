/**
 * Amounts of an invoice: decimal text and a currency → exact pico-USD.
 *
 * Takes the text as it stands in the file. Never guesses: `1,234` may be a thousand or a fraction,
 * and another currency needs a rate.
 */
import { divideHalfEven, parseDecimal } from '../domain/money.ts';
import { invoiceError } from './refuse.ts';

/** An amount and how finely it is written. */
export interface Amount {
  readonly pico: bigint;
  /** One unit of the last digit that is written, at most a cent of the currency, in pico-USD. */
  readonly unitPico: bigint;
  /** Upper-case code of the currency, `USD` if it is not said. */
  readonly currency: string;
}

/** How an amount is written in a shape. */
export interface AmountOptions {
  /** `FILE line N`, for messages. */
  readonly where: string;
  /** The currency's code as the row says it; empty if it does not. */
  readonly currency: string;
  readonly usdPer: Readonly<Record<string, string>>;
  /** The amount is in hundredths, as Anthropic's cost report is. */
  readonly inCents?: boolean;
}

const DIGITS = 12;
const ONE = 10n ** BigInt(DIGITS);
const CENT = ONE / 100n;
/** No row of an invoice is larger; a larger number is a mistake in the file. */
const MAX_PICO = 1_000_000_000n * ONE;
const MAX_LENGTH = 60;
const SYMBOLS: Readonly<Record<string, string>> = { $: 'USD', '€': 'EUR', '£': 'GBP' };
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+\.\d+$/;

/** Reads one amount. Throws UserError naming place and value. */
export function parseAmount(text: string, options: AmountOptions): Amount {
  const { number, symbol } = withoutSymbol(text);
  const currency = currencyOf(text, symbol, options);
  const plain = GROUPED.test(number) ? number.replaceAll(',', '') : number;
  const cents = options.inCents === true;
  const value = plain.length > MAX_LENGTH ? null : parseDecimal(plain, cents ? DIGITS - 2 : DIGITS);
  if (value === null) throw badAmount(text, options.where);
  const toUsd = converter(currency, text, options);
  const pico = toUsd(value);
  if (pico > MAX_PICO || pico < -MAX_PICO) throw badAmount(text, options.where);
  return { pico, unitPico: toUsd(lastDigit(plain, cents)), currency };
}

function withoutSymbol(text: string): { number: string; symbol: string } {
  const match = /^([+-]?)\s*([$€£])\s*(.*)$/.exec(text.trim());
  const named = /^(.*\d)\s*([A-Za-z]{3}|[$€£])$/.exec(text.trim());
  if (match !== null) return { number: `${match[1]}${match[3]}`, symbol: match[2] ?? '' };
  return named === null
    ? { number: text.trim(), symbol: '' }
    : { number: named[1] ?? '', symbol: named[2] ?? '' };
}

function currencyOf(text: string, symbol: string, { where, currency }: AmountOptions): string {
  const written = SYMBOLS[symbol] ?? symbol.toUpperCase();
  const said = currency.trim().toUpperCase();
  if (written !== '' && said !== '' && written !== said) {
    throw invoiceError(
      `${where}: the amount '${text}' is in ${written} and its currency is '${currency}'`,
      'correct one of them',
    );
  }
  return said || written || 'USD';
}

function converter(
  currency: string,
  text: string,
  { where, usdPer }: AmountOptions,
): (value: bigint) => bigint {
  if (currency === 'USD') return (value) => value;
  const rate = usdPer[currency];
  if (rate === undefined) {
    throw invoiceError(
      `${where}: '${text}' is in ${currency}, and there is no rate for it`,
      `say what one ${currency} is in dollars, such as --currency-rate ${currency}=1.08`,
    );
  }
  const scaled = parseDecimal(rate, DIGITS) ?? 0n;
  return (value) => divideHalfEven(value * scaled, ONE);
}

/** The size of the last digit written; whole amounts are taken to be exact to the cent. */
function lastDigit(plain: string, inCents: boolean): bigint {
  const match = /(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(plain);
  const digits = (match?.[1] ?? '').length - Number(match?.[2] ?? 0) + (inCents ? 2 : 0);
  if (digits <= 2) return CENT;
  return digits >= DIGITS ? 1n : 10n ** BigInt(DIGITS - digits);
}

function badAmount(text: string, where: string): Error {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return invoiceError(
    `${where}: '${shown}' is no amount of money`,
    'write a decimal number with a point, such as 1234.50',
  );
}
