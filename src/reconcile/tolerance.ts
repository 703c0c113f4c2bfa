/**
 * The tolerance of a comparison: how much may be unexplained.
 *
 * Takes `1%`, `$5` or `5`, gives pico-USD. Never a share of nothing: 1 % of an empty invoice is 0.
 */
import { type PicoUsd, parseDecimal, parseUsd } from '../domain/money.ts';
import { EXIT, UserError } from '../errors.ts';
import { sizeOf } from './parts.ts';

/** A tolerance as it was given. */
export interface Tolerance {
  readonly given: string;
  /** Parts of 10^12 of the invoice; null: an amount. */
  readonly share: bigint | null;
  readonly amount: PicoUsd | null;
}

const WHOLE = 10n ** 12n;

/** Reads a tolerance. Throws UserError. */
export function parseTolerance(text: string): Tolerance {
  const given = text.trim();
  const percent = /^(.+?)\s*%$/.exec(given);
  const share = percent === null ? null : parseDecimal(percent[1] ?? '', 10);
  const money = /^\$?\s*(.+?)(?:\s*usd)?$/i.exec(given);
  const amount = percent === null ? parseUsd(money?.[1] ?? '') : null;
  const value = share ?? amount;
  if (value === null || value < 0n) {
    const hint = 'give a share of the invoice such as 1%, or dollars such as $5';
    throw new UserError(EXIT.usage, `--tolerance '${text}' is no share and no amount`, hint);
  }
  return { given, share, amount };
}

/** What may be unexplained of an invoice, pico-USD. */
export function limitOf({ share, amount }: Tolerance, billed: bigint): bigint {
  return share === null ? (amount ?? 0n) : (sizeOf(billed) * share) / WHOLE;
}
