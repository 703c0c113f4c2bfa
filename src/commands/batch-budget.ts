/**
 * A batch that stopped at a budget: which one, and how to go on.
 *
 * Takes limits and what the ledger says was taken from them, gives a message and a hint. Never leaves
 * out a limit that was given: the command it names holds it too.
 */
import { displayUsd, formatUsd } from '../domain/money.ts';
import { DAY_MS, dayNumber, type EpochMs, formatInstant } from '../domain/time.ts';
import { type SpendLimits, takenByRun, takenOnDay, takenUnforeseen } from '../ledger/budget.ts';
import type { Ledger } from '../ledger/open.ts';

/** A run that stopped. */
export interface BudgetStop {
  readonly id: number;
  readonly limits: SpendLimits;
  readonly atMs: EpochMs;
  /** Whether no row of it was ever asked. */
  readonly isUnasked: boolean;
}

/** Why it stopped and how to go on, for people. */
export function budgetStop(db: Ledger, stop: BudgetStop): { message: string; hint: string } {
  const { runPico, dayPico } = stop.limits;
  const day = dayNumber(stop.atMs);
  const leftOfRun = runPico === null ? null : runPico - takenByRun(db, stop.id);
  const leftOfDay = dayPico === null ? null : dayPico - takenOnDay(db, day);
  const isDay = leftOfDay !== null && (leftOfRun === null || leftOfDay < leftOfRun);
  return isDay ? ofDay(stop, leftOfDay) : ofRun(stop, leftOfRun ?? 0n);
}

/**
 * Says that more was spent than a budget allows, because a provider counted more than was set aside;
 * null: it was not.
 */
export function overBudget(
  db: Ledger,
  { id, limits, atMs }: Omit<BudgetStop, 'isUnasked'>,
): { message: string; hint: string } | null {
  const day = dayNumber(atMs);
  const { runPico, dayPico } = limits;
  const isOver = (taken: bigint, limit: bigint, of: { runId: number } | { day: number }) =>
    // A budget that was lowered since is no news.
    taken > limit && taken - takenUnforeseen(db, of) <= limit;
  const ofRun = takenByRun(db, id);
  if (runPico !== null && isOver(ofRun, runPico, { runId: id }))
    return overText('--budget', ofRun, runPico);
  const ofDay = takenOnDay(db, day);
  if (dayPico !== null && isOver(ofDay, dayPico, { day }))
    return overText('--daily-budget', ofDay, dayPico);
  return null;
}

function overText(flag: string, taken: bigint, limit: bigint) {
  const over = `${displayUsd(taken)}, ${displayUsd(taken - limit)} over ${flag} ${displayUsd(limit)}`;
  return {
    message: `spent ${over}: the provider counted more than the most its calls could use`,
    hint: 'its usage is in the results; the next time leave room for it',
  };
}

function ofRun({ id, limits, isUnasked }: BudgetStop, left: bigint) {
  const { runPico, dayPico } = limits;
  const kept = dayPico === null ? '' : ` --daily-budget ${formatUsd(dayPico)}`;
  const anew = isUnasked ? '; or ask all anew with less set aside: --max-tokens N --new' : '';
  return {
    message: `--budget ${displayUsd(runPico ?? 0n)}: ${leftText(left)}`,
    hint: `go on with more: aicost batch resume ${id} --budget USD${kept}${anew}`,
  };
}

function ofDay({ id, limits, atMs }: BudgetStop, left: bigint) {
  const { runPico, dayPico } = limits;
  const kept = runPico === null ? '' : ` --budget ${formatUsd(runPico)}`;
  const amount = formatUsd(dayPico ?? 0n);
  const renewed = formatInstant((dayNumber(atMs) + 1) * DAY_MS);
  return {
    message: `--daily-budget ${displayUsd(dayPico ?? 0n)}, of all batches of this ledger on a UTC day: ${leftText(left)}; it renews at midnight UTC, ${renewed}`,
    hint: `go on after that: aicost batch resume ${id}${kept} --daily-budget ${amount}; or now with a higher --daily-budget`,
  };
}

function leftText(left: bigint): string {
  const amount = displayUsd(left < 0n ? 0n : left, 'down');
  return `the ${amount} that is left does not cover the most the next call may cost`;
}
