/**
 * Splitting the difference of one day and model into what explains it.
 *
 * Takes what was billed and what the log comes to, gives parts that add up with a rest. Never an
 * explanation larger than the difference, and none without a reason in one of the two sides.
 */
import { divideHalfEven } from '../domain/money.ts';
import { emptyUsage } from '../domain/tokens.ts';
import type { InvoiceCell } from './invoice-side.ts';
import type { Alternative, LogCell } from './log-side.ts';
import { type Part, Remainder, sizeOf } from './parts.ts';
import { costOfMany, type PriceSource } from './prices.ts';
import { takeServed } from './served.ts';

/** What splitting needs besides the two sides. */
export interface SplitContext {
  readonly day: string;
  readonly prices: PriceSource;
  readonly alternatives: readonly Alternative[];
  /** The dearest priced call of the model on any day, pico-USD; 0 if there is none. */
  readonly dearestPico: number;
}

/** The parts of a difference, and what they leave. */
export interface Split {
  /** Invoice less log, credits included. */
  readonly difference: bigint;
  readonly parts: readonly Part[];
  readonly rest: bigint;
}

/** Splits the difference of one day and model; null: that side has nothing for it. */
export function splitDifference(
  invoice: InvoiceCell | null,
  log: LogCell | null,
  context: SplitContext,
): Split {
  const billed = (invoice?.amount ?? 0n) + (invoice?.credit ?? 0n);
  const difference = billed - (log?.cost.total ?? 0n);
  const remainder = new Remainder(difference);
  remainder.takeKnown({ name: 'credits', amount: invoice?.credit ?? 0n });
  takeRest(remainder, invoice, log, context);
  return { difference, parts: remainder.parts, rest: remainder.left };
}

function takeRest(
  remainder: Remainder,
  invoice: InvoiceCell | null,
  log: LogCell | null,
  context: SplitContext,
): void {
  const isFees = log !== null && log.calls + log.unpriced === 0 && log.cost.total > 0n;
  const hasCalls = log !== null && (log.calls + log.unpriced > 0 || isFees);
  const amount = remainder.left;
  if (invoice?.kind === 'other' && !hasCalls) {
    remainder.takeKnown({ name: 'other_charges', amount });
  } else if (invoice === null || invoice.rows === 0) {
    const calls = log?.calls ?? 0;
    remainder.takeKnown({ name: 'not_on_invoice', amount, explained: 0n, calls });
  } else if (log === null || !hasCalls) {
    const calls = invoice.requests;
    const explained = doubtOf(log, calls, context.dearestPico);
    remainder.takeKnown({ name: 'not_in_log', amount, explained, calls });
  } else if (!isFees && sizeOf(remainder.left) > invoice.rounding) {
    if (log.calls === 0) takeUnpricedOnly(remainder, invoice, log);
    else {
      takeServed(remainder, { invoice, log, alternatives: context.alternatives });
      takeUnpriced(remainder, log);
      takeMissing(remainder, invoice, log, context);
    }
  }
  takeRounding(remainder, invoice);
}

/** No call of the log has a price: the invoice is their price, but for the calls it has more. */
function takeUnpricedOnly(remainder: Remainder, invoice: InvoiceCell, log: LogCell): void {
  const more = Math.max(0, (invoice.requests ?? log.unpriced) - log.unpriced);
  if (more > 0) {
    const share = divideHalfEven(remainder.left * BigInt(more), BigInt(invoice.requests ?? 1));
    const explained = (share * BigInt(Math.min(more, log.uncertain))) / BigInt(more);
    remainder.take({
      name: 'not_in_log',
      amount: share,
      explained,
      basis: 'estimated',
      calls: more,
    });
  }
  remainder.takeKnown({ name: 'unpriced', amount: remainder.left, calls: log.unpriced });
}

/**
 * The most that the log's own doubts (time-outs, cancelled streams, server errors) can have cost, as
 * dear as its dearest call; `calls`: how many the invoice has more, null if it does not count them.
 */
function doubtOf(log: LogCell | null, calls: number | null, dearestPico: number): bigint {
  const uncertain = log?.uncertain ?? 0;
  return BigInt(Math.min(calls ?? uncertain, uncertain)) * BigInt(dearestPico);
}

/** Some calls have no price: they cost what the priced ones cost for each token. */
function takeUnpriced(remainder: Remainder, log: LogCell): void {
  if (log.unpriced === 0) return;
  const priced = log.input + log.output;
  const [part, whole] =
    log.unpricedTokens > 0 && priced > 0 ? [log.unpricedTokens, priced] : [log.unpriced, log.calls];
  const amount = divideHalfEven(log.cost.total * BigInt(part), BigInt(whole));
  const high = remainder.left > 0n ? remainder.left : 0n;
  const calls = log.unpriced;
  remainder.take({ name: 'unpriced', amount, low: 0n, high, basis: 'estimated', calls });
}

/** Calls that were billed and are not in the log, by the invoice's counts or by the log's doubts. */
function takeMissing(
  remainder: Remainder,
  invoice: InvoiceCell,
  log: LogCell,
  context: SplitContext,
): void {
  const name = 'not_in_log' as const;
  const basis = 'estimated' as const;
  const logged = log.calls + log.unpriced;
  const byTokens = costOfMoreTokens(invoice, log, context);
  const more = invoice.requests === null ? null : Math.max(0, invoice.requests - logged);
  if (byTokens !== null) {
    // A stream that broke off is in the log, with fewer tokens than were billed.
    const explained = doubtOf(log, null, log.mostPico);
    const bounds = { low: byTokens, high: byTokens };
    remainder.take({ name, amount: byTokens, ...bounds, explained, basis, calls: more });
    return;
  }
  const calls = more ?? log.uncertain;
  if (calls === 0) return;
  const count = BigInt(calls);
  const amount = divideHalfEven(log.cost.total * count, BigInt(log.calls));
  // The invoice counts its calls: they cost something. A doubt of the log may have cost nothing.
  const low = more === null ? 0n : count * BigInt(log.leastPico);
  const explained = doubtOf(log, more, log.mostPico);
  remainder.take({
    name,
    amount,
    low,
    high: count * BigInt(log.mostPico),
    explained,
    basis,
    calls,
  });
}

/** What the tokens cost that the invoice has more than the log; null if it counts none. */
function costOfMoreTokens(
  invoice: InvoiceCell,
  log: LogCell,
  { prices, day }: SplitContext,
): bigint | null {
  if (invoice.input === null || invoice.output === null || log.target === null) return null;
  // Calls without a price have tokens too, and those without usage cannot be counted.
  if (log.unpriced > 0) return null;
  const more = {
    ...emptyUsage(),
    input: Math.max(0, invoice.input - log.input),
    output: Math.max(0, invoice.output - log.output),
  };
  return costOfMany(prices.schedule(log.target), more, day, false);
}

function takeRounding(remainder: Remainder, invoice: InvoiceCell | null): void {
  const bound = invoice?.rounding ?? 0n;
  const fits = sizeOf(remainder.left) <= bound;
  const amount = fits ? remainder.left : 0n;
  const part = { name: 'rounding', basis: 'estimated', calls: null } as const;
  remainder.take({ ...part, amount, low: -bound, high: bound });
}
