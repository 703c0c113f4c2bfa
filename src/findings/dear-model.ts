/**
 * Finding `dear_model_on_commodity`: simple tasks on a model that has a cheaper sibling.
 *
 * Takes calls and a routing policy, gives the money spent on the calls it would move. Never states a
 * saving: that is the replay's business.
 */
import type { PricedCall } from '../domain/call.ts';
import { isCommodity } from '../domain/task.ts';
import { MIN_CONFIDENCE } from '../policy/conservative.ts';
import type { RoutingPolicy } from '../policy/route.ts';
import { type Finder, type Finding, FindingTally } from './finding.ts';

export class DearModelOnCommodity implements Finder {
  readonly #policy: RoutingPolicy;
  readonly #tally = new FindingTally();

  constructor(policy: RoutingPolicy) {
    this.#policy = policy;
  }

  add(call: PricedCall): void {
    if (call.taskConfidence < MIN_CONFIDENCE || !isCommodity(call.task)) return;
    if (call.outcome.status === 'cached' || this.#policy.route(call) === null) return;
    this.#tally.add(call, call.costPico);
  }

  result(spendPico: bigint): Finding {
    const method =
      `Calls of a commodity task (label confidence ${MIN_CONFIDENCE} or more) on a model for which ` +
      `the routing policy "${this.#policy.id}" names a cheaper one, at their whole cost; what moving ` +
      'them would save is in the savings section.';
    return this.#tally.result(
      {
        id: 'dear_model_on_commodity',
        title: 'Dear models on commodity tasks',
        basis: 'estimated',
        method,
        counts: {},
      },
      spendPico,
    );
  }
}
