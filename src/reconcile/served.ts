/**
 * Tier and region: how much of a difference the place that served the calls explains.
 *
 * Takes both sides of a day and model. Where the invoice says the tiers or regions, the shares of
 * both sides are compared; where it does not, one tier or region has to explain all of it exactly,
 * and the invoice must not count more requests or tokens than the log.
 */
import { divideHalfEven } from '../domain/money.ts';
import type { InvoiceCell } from './invoice-side.ts';
import type { Alternative, LogCell } from './log-side.ts';
import { type Remainder, sizeOf } from './parts.ts';

/** Both sides of one day and model. */
export interface Sides {
  readonly invoice: InvoiceCell;
  readonly log: LogCell;
  readonly alternatives: readonly Alternative[];
}

/** Shares of amounts or tokens, by tier or region. */
type Shares<Key> = ReadonlyMap<Key, bigint>;

const SCALE = 10n ** 15n;
const PER_MILLION = 1_000_000n;

/** Takes the parts of tier and region from what is left. */
export function takeServed(remainder: Remainder, sides: Sides): void {
  const tierSaid = takeTier(remainder, sides);
  const regionSaid = takeRegion(remainder, sides);
  if (sides.log.unpriced === 0 && !countsMore(sides)) {
    takeGuessed(remainder, sides, { tierSaid, regionSaid });
  }
}

/** The invoice counts more than the log can have: twice the amount is then no dearer tier. */
function countsMore({ invoice, log }: Sides): boolean {
  if (invoice.requests !== null && invoice.requests > log.calls + log.uncertain) return true;
  const { input, output } = invoice;
  if (input === null || output === null || log.uncertain > 0) return false;
  return input > log.input || output > log.output;
}

function takeTier(remainder: Remainder, sides: Sides): boolean {
  const { invoice, log, alternatives } = sides;
  const find = (key: string): bigint | null =>
    costElsewhere(log, alternatives, { tier: key, region: null });
  const calls = log.calls;
  const name = 'tier' as const;
  if (!invoice.unsaid.tier && invoice.byTier.size > 0) {
    const logged = new Map([...log.byTier].map(([tier, share]) => [tier, share.cost.total]));
    const moved = movedByAmounts(invoice.byTier, logged, find);
    if (moved !== null) remainder.take({ name, calls, ...moved });
    return true;
  }
  if (!invoice.unsaid.tokenTier && invoice.tokensByTier.size > 0) {
    const billed = new Map([...invoice.tokensByTier].map(([tier, n]) => [tier, BigInt(n)]));
    const logged = new Map([...log.byTier].map(([tier, share]) => [tier, BigInt(share.tokens)]));
    const moved = movedByShares(billed, logged, find);
    if (moved !== null) remainder.take({ name, calls, ...moved });
    return true;
  }
  return false;
}

function takeRegion(remainder: Remainder, { invoice, log, alternatives }: Sides): boolean {
  if (invoice.unsaid.region || invoice.byRegion.size === 0) return false;
  const find = (key: string): bigint | null =>
    costElsewhere(log, alternatives, { tier: null, region: key });
  const logged = new Map([...log.byRegion].map(([region, share]) => [region, share.cost.total]));
  const moved = movedByAmounts(invoice.byRegion, logged, find);
  if (moved !== null) remainder.take({ name: 'region', calls: log.calls, ...moved });
  return true;
}

interface Moved {
  readonly amount: bigint;
  readonly basis: 'measured' | 'estimated';
}

/** Amounts are turned into shares of the same calls by what these cost at each place. */
function movedByAmounts<Key extends string>(
  billed: Shares<Key>,
  logged: Shares<Key>,
  find: (key: string) => bigint | null,
): Moved | null {
  const keys = [...new Set([...billed.keys(), ...logged.keys()])];
  const gaps = keys.map((key) => (billed.get(key) ?? 0n) - (logged.get(key) ?? 0n));
  const crosses = gaps.some((gap) => gap < 0n) && gaps.some((gap) => gap > 0n);
  if (!crosses) return null;
  return movedByShares(callShares(billed, find), callShares(logged, find), find);
}

function callShares<Key extends string>(
  amounts: Shares<Key>,
  find: (key: string) => bigint | null,
): Shares<Key> {
  return new Map(
    [...amounts].map(([key, amount]) => {
      const all = find(key) ?? 0n;
      return [key, all === 0n ? 0n : divideHalfEven(amount * SCALE, all)];
    }),
  );
}

/** What the same calls cost at the invoice's shares less what they cost at the log's. */
function movedByShares<Key extends string>(
  billed: Shares<Key>,
  logged: Shares<Key>,
  find: (key: string) => bigint | null,
): Moved | null {
  const at = mixOf(billed, find);
  const was = mixOf(logged, find);
  if (at === null || was === null || at === was) return null;
  const basis = billed.size === 1 && logged.size === 1 ? 'measured' : 'estimated';
  return { amount: at - was, basis };
}

function mixOf<Key extends string>(
  shares: Shares<Key>,
  find: (key: string) => bigint | null,
): bigint | null {
  let weighted = 0n;
  let whole = 0n;
  for (const [key, share] of shares) {
    const cost = find(key);
    if (cost === null) return null;
    weighted += cost * share;
    whole += share;
  }
  return whole <= 0n ? null : divideHalfEven(weighted, whole);
}

function costElsewhere(
  log: LogCell,
  alternatives: readonly Alternative[],
  { tier, region }: { readonly tier: string | null; readonly region: string | null },
): bigint | null {
  const index = alternatives.findIndex((each) => each.tier === tier && each.region === region);
  return log.elsewhere[index]?.total ?? null;
}

/** Nothing is said: a place counts only if its price is the invoice's amount. */
function takeGuessed(
  remainder: Remainder,
  { invoice, log, alternatives }: Sides,
  said: { readonly tierSaid: boolean; readonly regionSaid: boolean },
): void {
  const wanted = log.cost.total + remainder.left;
  const slack = invoice.rounding + BigInt(log.calls) + sizeOf(invoice.amount) / PER_MILLION;
  const calls = log.calls;
  for (const [i, { tier, region }] of alternatives.entries()) {
    if ((tier !== null && said.tierSaid) || (region !== null && said.regionSaid)) continue;
    const cost = log.elsewhere[i]?.total;
    if (cost === undefined || sizeOf(cost - wanted) > slack) continue;
    // A move no larger than the slack cannot be told from rounding.
    if (sizeOf(cost - log.cost.total) <= 2n * slack) continue;
    const byTier =
      tier === null ? log.cost.total : costElsewhere(log, alternatives, { tier, region: null });
    if (byTier === null) continue;
    const basis = 'estimated' as const;
    remainder.take({ name: 'tier', amount: byTier - log.cost.total, basis, calls });
    remainder.take({ name: 'region', amount: cost - byTier, basis, calls });
    return;
  }
}
