/**
 * The frontier: what each further move between models saves, and what quality it may cost.
 *
 * Takes the levers of a policy with its routing, gives one point for each group of moves that is added,
 * the most saved for each bit of quality lost first. Each point is a replay of its own, so what other
 * levers save on the calls left is exact. Never a point whose loss is not known.
 */
import type { PicoUsd } from '../domain/money.ts';
import type { QualityTable } from '../policy/quality.ts';
import type { CallTable } from './call-table.ts';
import type { LeverPlan } from './lever.ts';
import { type MakeRouting, routingOfGroups } from './lever-routing.ts';
import {
  byWorth,
  type ExpectedLoss,
  expectedLoss,
  groupsOf,
  type MoveGroup,
} from './quality-groups.ts';
import { type Parts, replayParts, trainingMoves } from './simulate.ts';

/** One choice of moves. */
export interface FrontierPoint {
  /** The group that is added here; null: no call moves. */
  readonly added: MoveGroup | null;
  readonly savedPico: PicoUsd;
  readonly afterPico: PicoUsd;
  readonly loss: ExpectedLoss;
}

/** The frontier, from no move to all of a known loss. */
export interface Frontier {
  readonly points: readonly FrontierPoint[];
  readonly baselinePico: PicoUsd;
  readonly pricedCalls: number;
  /** Groups in no point: nobody knows what they lose. */
  readonly unknown: readonly MoveGroup[];
  /** Groups in the last point only, together: there were too many for a point each. */
  readonly joined: number;
}

export interface FrontierOptions {
  /** The levers in their order, that of `routing` among them. */
  readonly plans: readonly LeverPlan[];
  readonly make: MakeRouting;
  readonly quality: QualityTable;
  readonly parts: Parts;
}

/** More points than a person reads; the rest are joined into the last. */
const MOST_POINTS = 30;

/**
 * Replays every point, and yields before each how many are left, so that a caller may stop. The order
 * is fitted on the training, the figures are of the part reported.
 */
export function* frontierOf(
  table: CallTable,
  options: FrontierOptions,
): Generator<number, Frontier> {
  const { plans, make, quality, parts } = options;
  const at = plans.findIndex(({ id }) => id === 'routing');
  const everything = { id: 'routing', create: () => make(null) };
  const groups = groupsOf(
    trainingMoves(table, [...plans.slice(0, at), everything], parts),
    quality,
  );
  const ordered = byWorth(groups);
  const replayed = (chosen: readonly MoveGroup[]) => {
    const routed = [...plans.slice(0, at), routingOfGroups(make, chosen), ...plans.slice(at + 1)];
    return replayParts(table, routed, parts);
  };
  const points: FrontierPoint[] = [];
  let baseline = { baselinePico: 0n as PicoUsd, pricedCalls: 0 };
  const counts = countsOf(ordered.length);
  for (const count of counts) {
    yield counts.length - points.length;
    const { savings, moves } = replayed(ordered.slice(0, count));
    const routing = moves.filter(({ lever }) => lever === 'routing');
    baseline = savings;
    points.push({
      added: ordered[count - 1] ?? null,
      savedPico: savings.savedPico,
      afterPico: savings.afterPico,
      loss: expectedLoss(groupsOf(routing, quality), savings.pricedCalls),
    });
  }
  const { baselinePico, pricedCalls } = baseline;
  const unknown = groups.filter(({ loss }) => loss === null);
  return {
    points,
    baselinePico,
    pricedCalls,
    unknown,
    joined: Math.max(0, ordered.length - MOST_POINTS),
  };
}

/** How many groups each point has: 0, 1, 2 … and at last all. */
function countsOf(groups: number): number[] {
  const singles = Array.from({ length: Math.min(groups, MOST_POINTS) + 1 }, (_, count) => count);
  return groups > MOST_POINTS ? [...singles.slice(0, -1), groups] : singles;
}
