/**
 * What `aicost simulate` says in words: its headline and its notes.
 *
 * Takes a simulation, gives sentences. Never leaves out what a figure does not hold.
 */
import { hasFailed } from '../domain/call.ts';
import { displayUsd, shareBp } from '../domain/money.ts';
import { formatInstant } from '../domain/time.ts';
import type { LeverId } from '../policy/levers.ts';
import { displayOf, displayShare } from '../report/numbers.ts';
import type { Interval } from '../simulate/interval.ts';
import { expectedLoss, type MoveGroup } from '../simulate/quality-groups.ts';
import type { ShapleyResult } from '../simulate/shapley.ts';
import type { Simulation } from '../simulate/simulate.ts';
import type { Subject } from './simulate-subject.ts';

/** What the answer is about. */
export interface Simulated {
  readonly subject: Subject;
  readonly simulation: Simulation;
  /** Levers of the policy that cannot be simulated. */
  readonly missing: readonly LeverId[];
  readonly shares: ShapleyResult | null;
  readonly maxLoss: number | null;
  readonly nowMs: number;
}

/** The whole in one sentence. */
export function headlineOf({ subject, simulation }: Simulated): string {
  const { savings, total, parts } = simulation;
  const { baselinePico, savedPico, pricedCalls, byCertainty } = savings;
  const which = parts.fromMs === null ? 'priced call' : 'held-out priced call';
  const paid = `${displayOf(pricedCalls, which)}, ${displayUsd(baselinePico)} paid`;
  const policy = `policy ${subject.policy.name}`;
  if (savedPico === 0n) {
    const why = allFailed(subject) ? 'every call failed: ' : '';
    return `${paid}: ${why}${policy} would have saved nothing`;
  }
  if (savedPico < 0n) return `${paid}: ${policy} would have cost ${displayUsd(-savedPico)} more`;
  const share = displayShare(shareBp(savedPico, baselinePico) / 10_000);
  const range = rangeText(total, baselinePico);
  const byCertaintyText = [
    `${displayUsd(byCertainty.sure, 'down')} sure`,
    `${displayUsd(byCertainty.likely, 'down')} likely`,
    `${displayUsd(byCertainty.needs_test, 'down')} needs a test`,
  ];
  return `${paid}: ${policy} would have saved ${displayUsd(savedPico, 'down')} (${share}${range === '–' ? '' : `; ${range}`}): ${byCertaintyText.join(', ')}`;
}

/** Whether no call of the log got an answer. */
export function allFailed({ table }: Pick<Subject, 'table'>): boolean {
  let failed = 0;
  table.each(({ outcome }) => {
    failed += Number(hasFailed(outcome.status));
  });
  return table.calls > 0 && failed === table.calls;
}

/** What the reader must know about the figures. */
export function notesOf(
  { subject, simulation, missing, shares }: Simulated,
  groups: readonly MoveGroup[],
) {
  const { savings, blocks, parts, total } = simulation;
  const { mean, movedCalls, unknownCalls } = expectedLoss(groups, savings.pricedCalls);
  const isAssumed = groups.some(({ loss }) => loss?.basis === 'by_size');
  const notes = [
    ...missing.map((lever) => `${lever}: the policy has it, it cannot be simulated`),
    ...subject.unpricedModels.map((model) => `${model}: the policy names it, it has no price`),
  ];
  if (savings.unpricedCalls > 0) {
    notes.push(`${displayOf(savings.unpricedCalls, 'call')} without a price: in no figure`);
  }
  if (parts.fromMs !== null) {
    notes.push(
      `reported on the ${displayOf(parts.heldOutCalls, 'call')} from ${formatInstant(parts.fromMs)} on; what is fitted saw only the ${displayOf(parts.trainingCalls, 'call')} before; a session counts where it began`,
    );
  } else if (subject.holdout > 0) {
    notes.push('nothing is held out: the calls cannot be told apart by time');
  }
  notes.push(
    total.low === null
      ? `no intervals: ${displayOf(blocks.gathered, blocks.kind)} ${blocks.gathered === 1 ? 'is' : 'are'} too few`
      : `95 % intervals from ${displayOf(blocks.gathered, blocks.kind)} with ${displayOf(total.calls, 'priced call')}: ${total.method}`,
  );
  if (movedCalls > 0) {
    const unknown = unknownCalls === 0 ? '' : `, ${displayOf(unknownCalls, 'call')} unknown`;
    const by = isAssumed ? '; by size: assumed from published scores, --quality takes yours' : '';
    notes.push(
      `expected loss of quality: ${displayPoints(mean)} on average over all calls${unknown}${by}`,
    );
  }
  if (shares !== null) {
    notes.push(
      `any order: each lever's mean over all orders of what it adds (Shapley, ${shares.isExact ? 'exact' : `sampled from ${shares.orders} orders`})`,
    );
  }
  return notes;
}

/** A bound as an amount; null where there is none. */
export function boundOf(
  interval: Interval | null,
  which: 'low' | 'high',
  paid: bigint,
): bigint | null {
  const share = interval?.[which] ?? null;
  // An estimate: a double holds more digits than it has.
  return share === null ? null : BigInt(Math.round(share * Number(paid)));
}

/** `$1.00 to $2.00`, a dash without bounds. */
export function rangeText(interval: Interval | null, paid: bigint): string {
  const [low, high] = [boundOf(interval, 'low', paid), boundOf(interval, 'high', paid)];
  if (low === null || high === null) return '–';
  return `${displayUsd(low)} to ${displayUsd(high)}`;
}

/** Two decimals: a mean over all calls is small. */
function displayPoints(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
