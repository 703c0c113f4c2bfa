/**
 * Groups of moves: calls of one task from one model to another, with what they save and lose.
 *
 * Takes the calls a routing would move, gives the groups in the order of saving for each bit of quality
 * lost, and those that fit within a limit. Never takes a group whose loss is not known: unknown is not
 * zero.
 */
import type { Task } from '../domain/task.ts';
import type { QualityLoss, QualityTable } from '../policy/quality.ts';
import type { TaskMove } from './lever-tally.ts';
import type { MayMove } from './routing.ts';

/** A group with its expected loss. */
export interface MoveGroup extends TaskMove {
  /** Null where it is not known. */
  readonly loss: QualityLoss | null;
}

/** The groups of some moves, in the order of `taskMoves`. */
export function groupsOf(moves: readonly TaskMove[], quality: QualityTable): MoveGroup[] {
  return moves.map((move) => ({ ...move, loss: quality.loss(move.task, move.from, move.to) }));
}

/** What is lost on a group's calls together, in calls; a gain counts as 0. Null: unknown. */
export function lostCalls({ loss, calls }: MoveGroup): number | null {
  return loss === null ? null : Math.max(0, loss.loss) * calls;
}

/** Groups of a known loss, the most saved for each bit of quality lost first. */
export function byWorth(groups: readonly MoveGroup[]): MoveGroup[] {
  const known = groups.filter(({ loss }) => loss !== null);
  return known.sort((a, b) => worthOf(b) - worthOf(a));
}

/** Pico-USD for each call's worth of quality lost. */
function worthOf(group: MoveGroup): number {
  const lost = lostCalls(group) ?? 0;
  return lost === 0 ? Number.POSITIVE_INFINITY : Number(group.savedPico) / lost;
}

/** The groups that together lose at most `maxLoss` of `calls` on average, by worth. */
export function within(
  groups: readonly MoveGroup[],
  { maxLoss, calls }: { readonly maxLoss: number; readonly calls: number },
): MoveGroup[] {
  let left = maxLoss * calls;
  return byWorth(groups).filter((group) => {
    const lost = lostCalls(group) ?? Number.POSITIVE_INFINITY;
    if (lost > left) return false;
    left -= lost;
    return true;
  });
}

/** A rule that lets only these groups move. */
export function onlyThese(groups: readonly MoveGroup[]): MayMove {
  const allowed = new Map<Task, Map<string, Set<string>>>();
  for (const { task, from, to } of groups) {
    const byModel = allowed.get(task) ?? new Map<string, Set<string>>();
    const models = byModel.get(from) ?? new Set<string>();
    allowed.set(task, byModel.set(from, models.add(to)));
  }
  return (task, from, to) => allowed.get(task)?.get(from)?.has(to) === true;
}

/** What a policy is expected to lose over all calls. */
export interface ExpectedLoss {
  /** The mean over all priced calls, as a share of the scale; moves of unknown loss are not in it. */
  readonly mean: number;
  readonly movedCalls: number;
  /** Moved calls of which no loss is known. */
  readonly unknownCalls: number;
}

/** The loss expected from moves, over so many calls. */
export function expectedLoss(groups: readonly MoveGroup[], calls: number): ExpectedLoss {
  let lost = 0;
  let movedCalls = 0;
  let unknownCalls = 0;
  for (const group of groups) {
    movedCalls += group.calls;
    const own = lostCalls(group);
    if (own === null) unknownCalls += group.calls;
    else lost += own;
  }
  return { mean: calls === 0 ? 0 : lost / calls, movedCalls, unknownCalls };
}
