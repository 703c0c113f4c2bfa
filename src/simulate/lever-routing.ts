/**
 * Lever `routing` of a simulation: the policy's routing, kept within a limit of quality lost.
 *
 * Takes a policy, a quality table and a limit; fits on the training which groups of moves are worth
 * their loss. Never looks at held-out calls for that, and without a limit never looks ahead.
 */
import type { QualityTable } from '../policy/quality.ts';
import type { Lever, LeverPlan, LookAhead } from './lever.ts';
import { LeverTally } from './lever-tally.ts';
import { groupsOf, type MoveGroup, onlyThese, within } from './quality-groups.ts';
import type { MayMove } from './routing.ts';

/** Makes the lever that routes; `mayMove` null moves all that the policy says. */
export type MakeRouting = (mayMove: MayMove | null) => Lever;

export interface QualityLimit {
  readonly quality: QualityTable;
  /** The mean loss over all calls, as a share of the scale. */
  readonly maxLoss: number;
}

/** The plan of the lever; without a limit every move of the policy is made. */
export function routingPlan(make: MakeRouting, limit: QualityLimit | null): LeverPlan {
  const plan: LeverPlan = { id: 'routing', create: () => make(null) };
  return limit === null ? plan : { ...plan, lookAhead: () => new LossScout(make, limit) };
}

/** The plan of a routing of which only some groups are moved. */
export function routingOfGroups(make: MakeRouting, groups: readonly MoveGroup[]): LeverPlan {
  const mayMove = onlyThese(groups);
  return { id: 'routing', create: () => make(mayMove) };
}

/** Sees what the policy would move, then keeps what is worth its loss. */
class LossScout implements LookAhead {
  readonly #make: MakeRouting;
  readonly #limit: QualityLimit;
  readonly #lever: Lever;
  readonly #tally: LeverTally;
  #calls = 0;

  constructor(make: MakeRouting, limit: QualityLimit) {
    this.#make = make;
    this.#limit = limit;
    this.#lever = make(null);
    this.#tally = new LeverTally(this.#lever);
  }

  see(state: Parameters<LookAhead['see']>[0]): void {
    if (state.heldOut || state.call.costPico === null) return;
    this.#calls += 1;
    const { target, costPico } = state;
    // The state is this pass's own: what is changed here is seen by nobody.
    const certainty = this.#lever.apply(state);
    if (certainty === null || costPico === null || state.costPico === null) return;
    const savedPico = costPico - state.costPico;
    this.#tally.move(target, state.target, { task: state.call.task, savedPico });
  }

  create(): Lever {
    const { quality, maxLoss } = this.#limit;
    const groups = groupsOf(this.#tally.taskMoves(), quality);
    return this.#make(onlyThese(within(groups, { maxLoss, calls: this.#calls })));
  }
}
