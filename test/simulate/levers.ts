/** Runs one lever, or several, over calls, with their look-ahead, as a simulation does. */
import type { PricedCall } from '../../src/domain/call.ts';
import type { Lever, LeverPlan } from '../../src/simulate/lever.ts';
import { Pipeline, type Savings } from '../../src/simulate/pipeline.ts';

/** The savings of the plans, in their order, over calls in time order. */
export function run(plans: readonly LeverPlan[], calls: readonly PricedCall[]): Savings {
  const makers: (() => Lever)[] = [];
  const pass = (levers: Lever[], see: (state: ReturnType<Pipeline['pass']>) => void) => {
    const pipeline = new Pipeline(levers);
    calls.forEach((call, position) => {
      see(pipeline.pass(call, { position, heldOut: false, counts: true }));
    });
    return pipeline;
  };
  for (const plan of plans) {
    const ahead = plan.lookAhead?.();
    if (ahead !== undefined)
      pass(
        makers.map((make) => make()),
        (state) => ahead.see(state),
      );
    makers.push(() => ahead?.create() ?? plan.create());
  }
  return pass(
    makers.map((make) => make()),
    () => {},
  ).result();
}
