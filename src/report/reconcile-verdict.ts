/**
 * What stays unexplained of a reconciliation, in words.
 *
 * Takes the totals, gives text. Never a sum without what it is made of.
 */
import { displayAmount } from './numbers.ts';
import type { ReconcileTotals } from './reconcile-model.ts';

/** `$5.00 unexplained, of it $4.00 billed for calls the log lacks`. */
export function unexplainedText(totals: ReconcileTotals): string {
  const open = openTexts(totals);
  const sum = `${displayAmount(totals.unexplained_usd)} unexplained`;
  return open.length === 0 ? sum : `${sum}, of it ${open.join(' and ')}`;
}

/** What each side lacks and nothing in the log accounts for; empty when both have the same calls. */
export function openTexts({ unlogged_usd, unbilled_usd }: ReconcileTotals): string[] {
  return [
    ...(unlogged_usd === '0'
      ? []
      : [`${displayAmount(unlogged_usd)} billed for calls the log lacks`]),
    ...(unbilled_usd === '0'
      ? []
      : [`${displayAmount(unbilled_usd)} logged for calls the invoice lacks`]),
  ];
}
